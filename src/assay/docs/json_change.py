"""What the commands of change control print as JSON, field by field."""

from __future__ import annotations

from collections.abc import Mapping

Described = tuple[str, tuple[str, ...], Mapping[str, str]]
"""How the command is written, its arguments on the starter workspace, and its fields."""

_GRADE = {
    "score": "the score; null where not rated, or where there is no such profile",
    "band": "id of its band",
    "grade": "the grade that pages print",
}
_ACT = {
    "at": "the moment of the apply, with its offset",
    "who": "who applied",
    "why": "the reason given",
    "as_of": "the date of the scores",
}


def _under(prefix: str, fields: Mapping[str, str]) -> dict[str, str]:
    return {f"{prefix}.{name}": said for name, said in fields.items()}


def _changes(prefix: str) -> dict[str, str]:
    return _under(
        prefix,
        {
            "id": "the profile",
            "audience": "the audience it was scored for",
            "scorer": "the score",
            **_under("from", _GRADE),
            **_under("to", _GRADE),
            "direction": "`upgrade`, `downgrade`, `same` (within the band) or `status` (known or "
            "there on one side only)",
            "amount": "the difference; null where a side is not known",
            "causes[].kind": "`evidence`, `time`, `rule`, `neighbour` or `engine`",
            "causes[].amount": "its part; the parts add up to the amount. Null where the score "
            "became known or unknown by it",
            "causes[].refs[]": "what moved: ids of profiles, claims, sources and publishers, and "
            "parts of the rulebook such as `claim.confidence.one-origin`",
        },
    )


def _corrections(prefix: str) -> dict[str, str]:
    return _under(
        prefix,
        {
            "kind": "`reworded`, `added`, `removed` or `retracted`",
            "ref": "the claim or the source",
            "from": "the wording before",
            "to": "the wording now; of a retracted source the day",
        },
    )


def _plan() -> dict[str, str]:
    summary = {
        "profiles": "how many were scored, for all audiences",
        "changes": "how many scores would change",
        "downgrade": "of these, into a lower band",
        "upgrade": "into a higher band",
        "status": "known or there on one side only",
        "same": "within their band",
        **{
            f"causes.{kind}": "in how many changes it has a part"
            for kind in ("evidence", "time", "rule", "neighbour", "engine")
        },
        "horizons": "profiles whose horizon would change",
        "watch": "profiles whose watch items would change",
        "published": "profiles that would get a page",
        "withdrawn": "profiles that would lose theirs",
        "corrections": "number of corrections",
        "pages": "number of pages touched",
        "matters": "whether `--detailed-exitcode` would end with 2",
    }
    horizon = {"grade": "when to look again", "until": "until when bands hold, or null"}
    return {
        "as_of": "the date of the scores",
        "base": "what it is compared with: the digest of the lock, a revision, `workspace` or "
        "`nothing`",
        "base_as_of": "the date of that; null for `nothing`",
        "inputs": "digest of all documents that were scored",
        "rulebook": "digest of the rulebook, its date left out",
        "engine": "the scoring version",
        "behind": "whether the lock stands for other documents, rules or another engine",
        "behind_in": "which of them: `documents`, `rules`, `engine`; `branches` where two branches "
        "wrote the lock",
        "engine_in_evidence": "whether another scoring version may have a part in what is called "
        "`evidence`",
        **_under("summary", summary),
        "groups[].scorer": "the score of a group of changes that one cause led",
        "groups[].direction": "their direction",
        "groups[].cause.kind": "the kind of that cause",
        "groups[].cause.refs[]": "what moved",
        "groups[].ids[]": "the profiles",
        **_changes("changes[]"),
        "horizons[].id": "a profile whose horizon would change",
        "horizons[].audience": "for which audience",
        "horizons[].from": "null where there was no such profile; else grade and until",
        **_under("horizons[].from", horizon),
        "horizons[].to": "the same afterwards",
        **_under("horizons[].to", horizon),
        "watch[].id": "a profile whose watch items would change",
        "watch[].audience": "for which audience",
        "watch[].added[]": "items that would appear",
        "watch[].removed[]": "items that would go",
        "published[].id": "a profile that would get or lose its page",
        "published[].audience": "for which audience",
        "published[].published": "true where it would get one",
        **_corrections("corrections[]"),
        "pages[]": "pages of profiles whose grade or evidence would move, and of their "
        "neighbours; with `--pages`, exactly the files of the site that would not be the same",
        "pages_compared": "whether they are exact: `--pages` was given, and pages could be made",
        "disagreements[].id": "a profile that two branches graded differently",
        "disagreements[].audience": "for which audience",
        "disagreements[].scorer": "the score",
        **_under("disagreements[].ours", _GRADE),
        **_under("disagreements[].theirs", _GRADE),
        **_under("disagreements[].now", _GRADE),
        "ageing.as_of": "with `--at-lock`, the date up to which ageing is listed apart; else null",
        **_changes("ageing.changes[]"),
    }


def change_contracts() -> tuple[Described, ...]:
    """The commands of change control; the last ones read what the first ones wrote."""
    action = {"actions[].action": "what brought it about, in words"} | _changes("actions[]")
    counts = {
        "counts.downgrade": "scores that fell into a lower band",
        "counts.upgrade": "scores that rose into a higher one",
        "counts.status": "scores known or there on one side only",
        "counts.same": "scores that moved within their band",
        "counts.profiles": "profiles scored, for all audiences",
    }
    sweep = {
        "value": "the value tried",
        "upgrades": "scores that would rise by a band",
        "downgrades": "scores that would fall by a band",
        "status": "scores that would become known or unknown",
        "scores": "scores that would be other ones at all",
        "profiles": "profiles of which any grade would move",
    }
    who = ("--auto-approve", "--reviewer", "Ada Example")
    return (
        ("assay plan", ("plan",), _plan()),
        (
            "assay plan --sweep PATH=A..B:STEP",
            ("plan", "--sweep", "citation.strength.record.add=0.7..0.8:0.1"),
            {"path": "the place in the rulebook", **_under("values[]", sweep)},
        ),
        ("assay apply [PLAN]", ("apply", *who), _plan()),
        (
            "assay history ID",
            ("history", "example-harbour-office"),
            {
                "id": "the profile",
                **_under("applies[]", _ACT),
                **_changes("applies[].changes[]"),
                **_corrections("applies[].corrections[]"),
            },
        ),
        (
            "assay log",
            ("log",),
            _under("applies[]", {**_ACT, **counts, **action, **_corrections("corrections[]")}),
        ),
    )
