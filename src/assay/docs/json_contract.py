"""The reference of the JSON that commands print, held against what they do print."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assay.docs.examples import AS_OF, SUBJECTS
from assay.docs.json_change import change_contracts
from assay.docs.json_evidence import evidence_contracts
from assay.docs.json_review import review_contracts
from assay.docs.json_rules import rules_contracts
from assay.docs.markdown import block, code, sentence, table
from assay.docs.session import run_assay, starter
from assay.errors import UsageError

_INTRODUCTION = """# JSON

Every command that prints a result also prints it as JSON with `--format json`. Fields may be
added; none is renamed or removed without a line in the changelog. Scores are numbers of at most
three decimals, null where a profile is not rated. Dates are `2026-01-15`. `SCORER` stands for the
name of a profile scorer of the rulebook. In a path `[]` is each element of a list.

`assay check --format sarif` prints the same diagnostics as SARIF 2.1.0, for tools that show them
beside the code.
"""

_SCORE = {
    "score": "from 0 to 1; null where not rated",
    "band": "id of the band; null where not rated or without a scale",
    "grade": "the grade that pages print",
    "label": "what the grade means",
    "coverage": "the share of rules and evidence that could be decided, 0 to 1",
}
_POINT = {
    "date": "the day",
    "score": "the score on that day, with nothing new having arrived",
    "band": "its band",
}
_HORIZON = {
    "horizon.grade": "when to look again: `now`, `quarter`, `year` or `none`",
    "horizon.until": "the first day within 366 on which a band differs; null where there is none",
}
_REACH = {
    "id": "the other profile",
    "reach": "what is felt along the strongest path, 0 to 1; null where an edge on it is unknown",
    "distance": "number of edges on that path",
    "path[]": "profile ids along it, both ends included",
}


def _under(prefix: str, fields: Mapping[str, str]) -> dict[str, str]:
    return {f"{prefix}.{key}": said for key, said in fields.items()}


_CHANGE = {
    "scorer": "the score that would change",
    "to": "the band it would come to",
    "grade": "the grade of that band",
    "direction": "`upgrade` or `downgrade`",
    "change": "the change of the evidence, in words",
    "effort": "its effort, as the rulebook's `changes` state it",
    "score": "the score it would come to",
}
_SCORED = {
    "as_of": "the date of the scores",
    "audience": "for whom they were made",
    "rulebook": "twelve hexadecimal digits that stand for the rulebook's content",
    "profiles[].id": "the profile",
    "profiles[].kind": "`institution` or `event`",
    "profiles[].name": "its name",
    **_under("profiles[].scores.SCORER", _SCORE),
    **_under("profiles[]", _HORIZON),
    "profiles[].sources": "how many sources it cites",
    "profiles[].origins": "how many origins they go back to",
    "profiles[].published": "does it get a page",
}


@dataclass(frozen=True, slots=True)
class Contract:
    """A command, the meaning of each field it prints, and how an example of it is made."""

    title: str
    arguments: tuple[str, ...]
    fields: Mapping[str, str]
    example: bool = False


_PROFILE = SUBJECTS["profile"]
_CONTRACTS: tuple[Contract, ...] = (
    Contract(
        "assay check",
        ("check",),
        {
            "diagnostics[].code": "the code, as in [Diagnostics](diagnostics.md)",
            "diagnostics[].severity": "`error`, `warning` or `info`",
            "diagnostics[].message": "what is wrong",
            "diagnostics[].file": "the file, from the root of the workspace",
            "diagnostics[].line": "1-based; 0 where the whole file is meant",
            "diagnostics[].column": "1-based; 0 where the whole file is meant",
            "diagnostics[].hint": "what to write instead; may be empty",
        },
        example=True,
    ),
    Contract(
        "assay score [ID…]",
        ("score", _PROFILE),
        _SCORED,
        example=True,
    ),
    Contract(
        "assay score --with would_change [ID…]",
        ("score", "--with", "would_change", _PROFILE),
        {**_SCORED, **_under("profiles[].would_change[]", _CHANGE)},
    ),
    Contract(
        "assay explain ID",
        ("explain", _PROFILE),
        {
            "id": "the profile",
            "as_of": "the date of the scores",
            "summary": "one sentence: what supports the grade, what limits it, what would raise it",
            "scorers[].name": "the scorer",
            "scorers[].on": "`profile`, `claim` or `citation`",
            "scorers[].subject": "`profile`, `profile#claim` or `profile#claim@source`",
            **_under("scorers[]", {k: v for k, v in _SCORE.items() if k != "label"}),
            "scorers[].steps[].phase": "`start`, `pool`, `add`, `clamp`, `multiply`, `floor` or "
            "`cap`",
            "scorers[].steps[].rule": "the rule's id, or the built-in step: `start`, `pool`, "
            "`clamp`, `root` (a retelling is held at its root)",
            "scorers[].steps[].outcome": "`true`, `false` or `unknown`: the rule's condition",
            "scorers[].steps[].applied": "did the rule take effect",
            "scorers[].steps[].amount": "what was added or multiplied, or the limit; null where "
            "unknown",
            "scorers[].steps[].before": "the score before; the end of the step before",
            "scorers[].steps[].after": "the score after; of the last step, the score",
            "scorers[].steps[].because": "the rule's reason, filled in",
            "scorers[].steps[].missing[]": "the fields whose absence left the condition undecided",
            "scorers[].steps[].evidence[]": "ids of the sources, claims or profiles it speaks of",
            **_under("would_change[]", _CHANGE),
            **_under("outlook.SCORER[]", _POINT),
            **_under("upstream[]", _REACH),
            **_under("downstream[]", _REACH),
        },
    ),
    Contract(
        "assay outlook [ID…]",
        ("outlook", _PROFILE),
        {
            "as_of": "the date of the outlook",
            "profiles[].id": "the profile",
            **_under("profiles[]", _HORIZON),
            **_under("profiles[].outlook.SCORER[]", _POINT),
            "profiles[].watch[].horizon": "`now`, `quarter` or `year`",
            "profiles[].watch[].priority": "`high`, `medium`, `low`, or null",
            "profiles[].watch[].text": "what to watch",
            "profiles[].watch[].trigger": "what would set it off, or null",
            "profiles[].watch[].due": "when it falls due, as precise as it was written, or null",
            "profiles[].watch[].owner": "who looks after it, or null",
            "profiles[].watch[].rule": "the watch rule that wrote it; null for one of an analyst",
            "due[].profile": "the profile for which something falls due",
            "due[].day": "the last day on which it is in time",
            "due[].written": "the same as precise as it was written",
            "due[].reason": "`watch`: an analyst wrote it down; `recheck`: standing claims are to "
            "be checked again; `grade`: a grade changes if nothing new arrives",
            "due[].text": "what falls due",
            "due[].claims[]": "the claims that are to be checked again",
        },
    ),
    Contract(
        "assay graph [ID…]",
        ("graph", _PROFILE, "example-harbour-office"),
        {
            "as_of": "the date on which the edges are valid",
            "nodes[].id": "a profile",
            "nodes[].kind": "`institution` or `event`",
            "nodes[].name": "its name",
            "edges[].from": "the profile that depends",
            "edges[].to": "the profile it depends on",
            "edges[].relation": "as the document says",
            "edges[].criticality": "`high`, `medium`, `low`, or null",
            "edges[].affects": "true where an event says it with `affects`",
            "edges[].claims[]": "the claims that say so",
            "profiles[].id": "the profile",
            **_under("profiles[].upstream[]", _REACH),
            **_under("profiles[].downstream[]", _REACH),
        },
    ),
    Contract(
        "assay build",
        ("build",),
        {
            "site": "the folder of the site",
            "written[]": "pages that are new or changed",
            "unchanged": "how many files stayed as they were",
            "removed[]": "pages that are gone",
            "unpublished[]": "profiles that were scored and have no page",
        },
    ),
    Contract(
        "assay find WORDS…",
        ("find", "ferries"),
        {
            "found[].kind": "the kind of document, or `claim`",
            "found[].id": "its id, `profile#claim` for a claim",
            "found[].text": "its name, title or sentence",
        },
    ),
    Contract(
        "assay new …",
        ("new", "event", "The first electric ferry calls"),
        {
            "id": "the id of what was written, `profile#claim` for a claim",
            "file": "the file it is in",
            "created": "true",
        },
    ),
    Contract(
        "assay cite URL|FILE",
        ("cite", "https://daily.example/2025/03/05/electric-ferries?utm_source=feed"),
        {
            "id": "the source",
            "file": "the file it is in",
            "created": "false where the source was there already",
            "claim": "the claim that cites it now, or null",
            "claim_file": "the file of that claim, or null",
        },
    ),
)
CONTRACTS: tuple[Contract, ...] = (
    *_CONTRACTS,
    *(
        Contract(*described)
        for described in review_contracts(
            next(c.fields for c in _CONTRACTS if c.arguments[0] == "explain"), _PROFILE
        )
    ),
    *(Contract(*described) for described in change_contracts()),
    *(Contract(*described) for described in rules_contracts(_PROFILE)),
    *(Contract(*described) for described in evidence_contracts()),
)

_MISTAKES = """kind: source
id: daily-example-2025-05
title: An example with a mistake
publisher: daily-exmaple
"""
_MAPPINGS = ("scores", "outlook")


def json_page() -> str:
    """Every field of every command, each seen in what the command prints."""
    parts = [_INTRODUCTION]
    with starter() as root:
        for contract in CONTRACTS:
            printed = _printed(contract, root)
            unsaid = sorted(set(paths(printed)) - set(contract.fields))
            if unsaid:
                raise UsageError(f"{contract.title}: nothing is said of {', '.join(unsaid)}")
            parts.append(f"\n## {contract.title}\n\n")
            parts.append(
                table(
                    ["field", "meaning"],
                    ([code(path), sentence(said)] for path, said in contract.fields.items()),
                )
            )
            if contract.example:
                text = json.dumps(printed, ensure_ascii=False, indent=2)
                parts.append(f"\n{block(text, 'json')}")
    return "".join(parts)


def _printed(contract: Contract, root: Path) -> Any:
    """What the command prints, in a workspace that has a mistake where mistakes are asked for."""
    mistakes = root / "profiles" / "mistakes.yaml"
    if contract.arguments[0] == "check":
        mistakes.write_text(_MISTAKES, encoding="utf-8")
    arguments = [*contract.arguments, "--format", "json"]
    result = run_assay(["--as-of", AS_OF.isoformat(), *arguments], root)
    mistakes.unlink(missing_ok=True)
    try:
        return json.loads(result.stdout)
    except ValueError:
        raise UsageError(f"{contract.title} printed no JSON: {result.output}") from None


def paths(value: Any, prefix: str = "") -> Iterator[str]:
    """The paths of all values that are neither lists nor mappings, and of empty ones nothing."""
    if isinstance(value, dict):
        named = prefix.rpartition(".")[2] in _MAPPINGS
        for key, inner in value.items():
            step = "SCORER" if named else key
            yield from paths(inner, f"{prefix}.{step}" if prefix else step)
    elif isinstance(value, list):
        for inner in value:
            yield from paths(inner, f"{prefix}[]")
    else:
        yield prefix
