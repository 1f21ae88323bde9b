"""Grounds of grades: the steps that decide a grade and the evidence behind them, with a digest.

The digest depends on nothing else. It stays the same if a rule that did not decide the grade
changes, a claim that did not count, or the wording of a reason. It also stays the same while a
score ages within its band, and if ids change: everything is named by its first id.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from assay.cel.operations import columns
from assay.cel.program import Aggregate, Compute, Gather, PoolUp, Program, ScorerColumns
from assay.model.documents import Corpus
from assay.model.identity import Identity
from assay.model.results import ScoreExplanation, Step
from assay.model.rulebook import SubjectKind
from assay.scoring.explain import Explainer
from assay.scoring.run import Run

_CANONICAL = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"))
_CLAIM_FIELDS = {
    *("nature", "text", "holds", "as_of", "quantity", "sources"),
    *("rests_on", "contradicts", "likelihood"),
}
_FACTOR_FIELDS = {"is_", "text", "claims"}
_SOURCE_FIELDS = {
    *("publisher", "published", "directness", "attribution"),
    *("cites", "revises", "retracted", "same_as", "not_same_as"),
}


@dataclass(frozen=True, slots=True)
class DecidingStep:
    """A step that decides a grade, with the key of its scorer and its subject."""

    scorer: str
    subject: str
    step: Step


@dataclass(frozen=True, slots=True)
class Reads:
    """The scores that an expression reads, by key, and whether it reads the date."""

    scores: frozenset[str]
    dated: bool


@dataclass(frozen=True, slots=True)
class Basis:
    """The grounds of one grade.

    ``digest`` has sixteen hexadecimal digits.
    """

    digest: str
    steps: tuple[DecidingStep, ...]


class Grounds:
    """Finds the basis of every grade of one run."""

    def __init__(self, corpus: Corpus, run: Run) -> None:
        self._corpus = corpus
        self.identity = Identity(corpus, run.rulebook)
        self._run = run
        self._explainer = Explainer(run)
        self._trace = self._explainer.trace
        self._reads = _Reader(run.program)
        self._found: dict[tuple[str, str], Basis] = {}

    def of(self, profile_id: str, scorer: str) -> Basis:
        """Find the basis of a profile's score; ``scorer`` is the name of a profile scorer."""
        key = (profile_id, scorer)
        if key not in self._found:
            columns = self._run.program.scorer(f"profile.{scorer}")
            self._found[key] = self._basis(profile_id, columns)
        return self._found[key]

    def _basis(self, profile_id: str, scorer: ScorerColumns) -> Basis:
        pending = [(scorer, self._run.profile_rows[profile_id])]
        seen: dict[tuple[str, int], list[object]] = {}
        deciding: list[DecidingStep] = []
        evidence: set[str] = set()
        band: str | None = None
        while pending:
            current, row = pending.pop()
            key = (current.scorer.key, row)
            if key in seen:
                continue
            explained = self._explainer.score(current, row)
            if not seen:
                band = explained.score.band.id if explained.score.band else None
            signature: list[object] = [
                self.identity.first("scorer", current.scorer.key),
                self.identity.first_of_label(explained.subject),
            ]
            for step in explained.steps:
                reads = self._reads.step(current, step)
                if not _decides(step, reads):
                    continue
                deciding.append(DecidingStep(current.scorer.key, explained.subject, step))
                signature.append(self._signature(current, step, reads))
                evidence.update(step.evidence)
                pending += self._used(current.scorer.on, row, explained, step, reads)
            seen[key] = signature
        for subject in (d.subject for d in deciding):
            if "#" in subject:
                evidence.add(subject.partition("@")[0])
        first = self.identity.first_of_label
        documents = [[first(i), *self._document(i)] for i in sorted(evidence, key=first)]
        nodes = sorted(json.dumps(s, sort_keys=True) for s in seen.values())
        return Basis(
            digest=digest_of(
                [
                    self.identity.first("scorer", scorer.scorer.key),
                    self.identity.first("profile", profile_id),
                    *(band, nodes, documents),
                ]
            ),
            steps=tuple(deciding),
        )

    def _used(
        self, on: SubjectKind, row: int, explained: ScoreExplanation, step: Step, reads: Reads
    ) -> Iterator[tuple[ScorerColumns, int]]:
        """The scores that a step reads, of the same subject and of its evidence."""
        for key in sorted(reads.scores):
            used = self._run.program.scorer(key)
            if used.scorer.on == on and used.scorer.name != explained.name:
                yield used, row
            for name in step.evidence:
                for found in self._rows(used.scorer.on, name, on, row):
                    yield used, found

    def _rows(self, space: str, name: str, on: SubjectKind, row: int) -> Iterator[int]:
        """The rows of ``space`` with the id ``name`` in the evidence of a subject at ``row``."""
        owned_by = {"factor": "profile", "dependent": "profile", "corroboration": "claim"}
        far, _, near = name.partition(">")
        if space == "dependent" and near and on == "profile":
            yield from self._rows(space, far, on, self._run.profile_rows[near.partition(">")[0]])
            yield from self._rows(space, near, on, row)
            return
        if space in owned_by:
            owned = self._trace.owned(space, f"{on}_row", row) if on == owned_by[space] else ()
            yield from (r for r in owned if self._trace.label(space, r) == name)
            return
        owner, _, claim = name.partition("#")
        if space == "profile" and not claim and owner in self._run.profile_rows:
            yield self._run.profile_rows[owner]
        elif space == "claim" and claim and owner in self._run.profile_rows:
            for found in self._claims(self._run.profile_rows[owner]):
                if self._trace.value("claim", "id", found) == claim:
                    yield found
        elif space == "citation" and on == "corroboration":
            for member in self._trace.owned("member", "corroboration_row", row):
                citation = self._trace.value("member", "citation_row", member)
                if isinstance(citation, int) and self._trace.label("member", member) == name:
                    yield citation
        elif space == "citation" and not claim:
            claims: Iterable[int] = self._claims(row) if on == "profile" else (row,)
            for found in claims if on != "citation" else ():
                for citation in self._trace.owned("citation", "owner_row", found):
                    if self._trace.value("citation", "source.id", citation) == name:
                        yield citation

    def _claims(self, profile_row: int) -> range:
        return self._trace.owned("claim", "profile_row", profile_row)

    def _document(self, name: str) -> list[object]:
        """The content of the evidence with that id, without notes of analysts."""
        if "#" in name:
            found = self._corpus.claim("", name)
            return [self._content("claim", found[1], _CLAIM_FIELDS, found[0]) if found else None]
        profile, _, factor = name.partition(":")
        if factor and profile in self._corpus.profiles:
            rated = [f for f in self._corpus.profiles[profile].factors if f.factor == factor]
            return [[self._content("factor", f, _FACTOR_FIELDS, profile) for f in rated]]
        source = self._corpus.sources.get(name)
        if source is None:
            return []
        publisher = self._corpus.publishers.get(source.publisher or "")
        judged: list[object] | None = None
        if publisher is not None:
            owner = publisher.owner and self.identity.first("publisher", publisher.owner)
            judged = [owner, publisher.reliability]
        return [self._content("source", source, _SOURCE_FIELDS), judged]

    def _content(self, kind: str, model: Any, fields: set[str], owner: str = "") -> object:
        data = model.model_dump(mode="json", by_alias=True, include=fields, exclude_defaults=True)
        return _unordered(self.identity.with_first_ids(kind, data, owner))

    def _signature(self, scorer: ScorerColumns, step: Step, reads: Reads) -> list[object]:
        """The part of a step that enters the digest; amounts by dates or scores as text."""
        amount: object = step.amount
        if reads.dated or reads.scores:
            rule = next((r.rule for r in scorer.rules if r.rule.id == step.rule), None)
            if rule is not None:
                amount = rule.amount
            elif step.phase in ("start", "pool"):
                amount = None if step.amount is None else str(scorer.scorer.start)
        undecided = sorted(step.missing) if step.outcome == "unknown" else []
        rule_id = step.rule
        if rule_id is not None:
            rule_id = self.identity.first("rule", f"{scorer.scorer.key}.{rule_id}").split(".", 2)[2]
        evidence = sorted(map(self.identity.first_of_label, step.evidence))
        return [step.phase, rule_id, step.outcome, amount, undecided, evidence]


class _Reader:
    """Finds what steps read, through the columns of the program."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._scores = {(s.scorer.on, s.score): s.scorer.key for s in program.scorers}

    def step(self, scorer: ScorerColumns, step: Step) -> Reads:
        """Find what the amount and the outcome of a step read."""
        on = scorer.scorer.on
        if step.phase in ("start", "pool"):
            return self._through(on, [scorer.start])
        rule = next((r for r in scorer.rules if r.rule.id == step.rule), None)
        if rule is None:
            return Reads(frozenset(), dated=False)
        return self._through(on, [*columns(rule.outcome), *columns(rule.amount)])

    def _through(self, space: str, names: Iterable[str]) -> Reads:
        pending = [(space, name) for name in names]
        first = set(pending)
        seen: set[tuple[str, str]] = set()
        scores: set[str] = set()
        dated = False
        while pending:
            at = pending.pop()
            if at in seen:
                continue
            seen.add(at)
            if at in self._scores and at not in first:
                scores.add(self._scores[at])
                continue
            dated = dated or at == ("profile", "today")
            pending += self._inputs(at)
        return Reads(frozenset(scores), dated)

    def _inputs(self, at: tuple[str, str]) -> list[tuple[str, str]]:
        space = at[0]
        match self._program.definitions.get(at):
            case Compute(expr=expr):
                return [(space, name) for name in columns(expr)]
            case Gather(target=target, origin=origin):
                return [(target, origin)]
            case Aggregate(elements=elements, source=source):
                return [(elements, source)] if source else []
            case PoolUp(elements=elements) as pool:
                return [(elements, c) for c in (pool.keep, pool.take, pool.by, pool.weight) if c]
            case _:
                return []


def _decides(step: Step, reads: Reads) -> bool:
    """Whether the score would be different without the step, now or on a later day."""
    if step.phase in ("start", "pool"):
        return True
    return step.applied and (step.before != step.after or (reads.dated and step.phase != "cap"))


def _unordered(data: Any) -> Any:
    """Put lists into an order of their own: that of citations and references means nothing."""
    if not isinstance(data, dict):
        return data
    return {
        name: sorted(value, key=_CANONICAL.encode) if isinstance(value, list) else value
        for name, value in data.items()
    }


def digest_of(value: object) -> str:
    """Return a digest of JSON data, sixteen hexadecimal digits."""
    text = _CANONICAL.encode(value)
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
