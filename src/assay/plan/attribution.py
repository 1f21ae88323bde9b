"""Changes of scores since the last apply, split by cause.

The inputs that changed are replaced one after another, in a fixed order: evidence, date, rules,
and last the scores of neighbours, which stay frozen at their locked values until then. Each stage
scores everything again; the difference that it makes is the amount of its cause, so the amounts
add up to the whole change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from assay.cel.program import Program
from assay.errors import UsageError
from assay.evidence.audience import visible_to
from assay.model.rulebook import Rulebook
from assay.plan.inputs import changed_keys, values_of
from assay.plan.lock import Lock, LockedProfile
from assay.plan.lock_builder import changed_evidence
from assay.plan.plan import Cause, CauseKind, Change, Direction, Grade, graded
from assay.rules.check import check_rulebook
from assay.rules.expressions import direct_score_uses, parse_rulebook
from assay.scoring import SCORING_VERSION
from assay.scoring.compare import (
    Held,
    changed_claims,
    differing_rules,
    neighbour_scorers,
    peers_read,
    reads_neighbours,
    run_with_frozen_neighbours,
)
from assay.scoring.run import Run, reached
from assay.tables.build import build_tables, tables_settings
from assay.tables.tables import Tables

if TYPE_CHECKING:
    from assay.assessment import Assessment

_NO_GRADE = Grade()
_Locked = Mapping[str, LockedProfile]
_Stage = tuple[CauseKind, Run]
"""A kind of input, and the scores after it was replaced."""


@dataclass(frozen=True)
class Sides:
    """The profiles of one audience, locked (``before``) and current (``after``)."""

    assessment: Assessment
    before: _Locked
    after: _Locked


def changes_of(lock: Lock, audiences: Iterable[Sides]) -> list[Change]:
    """Return every changed score with its causes, by audience, profile and scorer.

    If another scoring version applied the lock and this one cannot read its rulebook, the scoring
    version is the only cause. Raises ``UsageError`` if the versions are equal.
    """
    changed = [(sides, pairs) for sides in audiences if (pairs := list(_changed_scores(sides)))]
    if not changed:
        return []
    if not is_readable(lock):
        return [change for sides, pairs in changed for change in _unseparated(lock, sides, pairs)]
    base = baseline(lock, changed[0][0].assessment)
    return [change for sides, pairs in changed for change in _attribute(base, sides, pairs)]


def _changed_scores(sides: Sides) -> Iterator[tuple[str, str]]:
    for profile_id in sorted(sides.before.keys() | sides.after.keys()):
        was, now = sides.before.get(profile_id), sides.after.get(profile_id)
        old = was.scores if was else {}
        new = now.scores if now else {}
        added_or_removed = (was is None) != (now is None)
        for scorer in dict.fromkeys([*new, *old]):
            if added_or_removed or graded(was, scorer) != graded(now, scorer):
                yield profile_id, scorer


def _attribute(base: Baseline, sides: Sides, pairs: Sequence[tuple[str, str]]) -> Iterator[Change]:
    """Split the changes of one audience; ``pairs`` are (profile id, scorer)."""
    evidence = changed_evidence(sides.before, sides.after)
    rescoring = _Rescoring(base, sides)
    stages = rescoring.stages(evidence=bool(evidence), engine=base.lock.engine != SCORING_VERSION)
    ids = tuple(dict.fromkeys(i for i, _ in pairs))
    names = _former_names(sides.assessment.rulebook)
    scored = [_grades(run, ids, names) for _, run in stages]
    splits = []
    for profile_id, scorer in pairs:
        was = sides.before.get(profile_id)
        scores = (s.get(profile_id) for s in scored)
        grades = [_computed(was, scorer), *(_grade(own, scorer) for own in scores)]
        exists = [was is not None, *(profile_id in s for s in scored)]
        splits.append((profile_id, scorer, list(_split(grades, exists))))

    # Naming costs further comparisons of runs, so only the stages that changed a score are named.
    namers: dict[int, _Namer] = {}
    for index in sorted({index for *_, amounts in splits for index, _ in amounts}):
        before = stages[index - 1][1] if index else None
        namers[index] = _namer(rescoring, sides, evidence, stages[index], before, ids)
    for profile_id, scorer, amounts in splits:
        causes = []
        for index, amount in amounts:
            kind, refs = namers[index](profile_id, scorer)
            causes.append(Cause(kind, amount, refs))
        first = graded(sides.before.get(profile_id), scorer)
        last = graded(sides.after.get(profile_id), scorer)
        causes += _decided(first, last)
        if not causes:  # only the band of an override has another grade
            causes.append(Cause("rule", 0, (f"scale.{_scale(sides, scorer)}",)))
        direction = _direction(base.rulebook, sides.assessment.rulebook, scorer, first, last)
        yield Change(
            profile_id, sides.assessment.audience, scorer, first, last, direction, tuple(causes)
        )


def _computed(entry: LockedProfile | None, scorer: str) -> Grade:
    """The grade of a locked profile without an override."""
    score = entry.scores.get(scorer) if entry else None
    if score is None or score.override is None:
        return graded(entry, scorer)
    return Grade(score.points, score.override.band, score.override.grade)


def _decided(before: Grade, after: Grade) -> Iterator[Cause]:
    """The decision of a reviewer that set or released a grade, if there is one."""
    if before.override != after.override:
        refs = (after.override, before.override)
        yield Cause("decision", 0, tuple(ref for ref in refs if ref is not None))


def _scale(sides: Sides, scorer: str) -> str | None:
    found = sides.assessment.rulebook.scorer("profile", scorer)
    return found.scale if found else None


def _unseparated(lock: Lock, sides: Sides, pairs: Sequence[tuple[str, str]]) -> Iterator[Change]:
    """Attribute changes to the scoring version, and new or removed profiles to the evidence."""
    rulebook = sides.assessment.rulebook
    for profile_id, scorer in pairs:
        was, now = sides.before.get(profile_id), sides.after.get(profile_id)
        first, last = graded(was, scorer), graded(now, scorer)
        amount = None
        if first.points is not None and last.points is not None:
            amount = last.points - first.points
        cause = Cause("engine", amount, (str(lock.engine),))
        if was is None or now is None:
            cause = Cause("evidence", None, (profile_id,))
        direction = _direction(rulebook, rulebook, scorer, first, last)
        causes = (cause, *_decided(first, last))
        audience = sides.assessment.audience
        yield Change(profile_id, audience, scorer, first, last, direction, causes)


def _split(grades: Sequence[Grade], exists: Sequence[bool]) -> Iterator[tuple[int, int | None]]:
    """Yield index and amount of each stage that changed a grade.

    If the score is known at both ends but unknown in between, the whole difference falls to the
    stage at which it is known again.
    """
    both_known = grades[0].points is not None and grades[-1].points is not None
    last_known = grades[0].points
    for index in range(1, len(grades)):
        was, now = grades[index - 1], grades[index]
        if exists[index - 1] == exists[index] and was == now:
            continue
        if now.points is None:
            yield index - 1, 0 if both_known else None
        elif both_known:
            assert last_known is not None
            yield index - 1, now.points - last_known
            last_known = now.points
        else:
            yield index - 1, None if was.points is None else now.points - was.points


def _former_names(rulebook: Rulebook) -> dict[str, str]:
    """Current names of the scorers of profiles by former ones, which the locked rules may use."""
    return {f: s.name for s in rulebook.scorers if s.on == "profile" for f in s.formerly}


def _grades(run: Run, ids: Iterable[str], names: Mapping[str, str]) -> dict[str, dict[str, Grade]]:
    """Return the grades of the profiles that exist, by profile id and current scorer."""
    rows = {i: run.profile_rows[i] for i in ids if i in run.profile_rows}
    scorers = run.program.shown
    kinds = run.engine.column("profile", "kind")
    read = [name for c in scorers for name in (c.score, c.coverage, c.band) if name]
    run.engine.make(("profile", name) for name in read)
    found: dict[str, dict[str, Grade]] = {i: {} for i in rows}
    for columns in scorers:
        scores = run.scores(columns)
        for profile_id, row in rows.items():
            if not columns.scorer.asks(kinds[row]):
                continue
            score = scores[row]
            band = score.band
            name = columns.scorer.name
            found[profile_id][names.get(name, name)] = Grade(
                score.points, band.id if band else None, band.grade if band else None
            )
    return found


def _grade(scores: Mapping[str, Grade] | None, scorer: str) -> Grade:
    """Return a grade of a profile, empty if there is no profile or no score."""
    return _NO_GRADE if scores is None else scores.get(scorer, Grade(asked=False))


def _direction(old: Rulebook, new: Rulebook, scorer: str, before: Grade, after: Grade) -> Direction:
    if before.rated != after.rated or before == after == _NO_GRADE:
        return "status"
    # A band that the new scale still has is compared by its new start.
    low = _band_start((new, old), scorer, before.band)
    high = _band_start((new,), scorer, after.band)
    if before.band == after.band or low is None or high is None or low == high:
        return "same"
    return "upgrade" if high > low else "downgrade"


def _band_start(rulebooks: Iterable[Rulebook], scorer: str, band: str | None) -> float | None:
    """Return the start of a band in the first rulebook that has it."""
    for rulebook in rulebooks:
        own = next((s for s in rulebook.scorers if s.key == f"profile.{scorer}"), None)
        for found in rulebook.bands(own) if own else ():
            if found.id == band:
                return found.from_
    return None


# The locked rulebook -----------------------------------------------------------------------


@dataclass(frozen=True)
class Baseline:
    """A lock with its rulebook, compiled by this version."""

    lock: Lock
    rulebook: Rulebook
    program: Program


def baseline(lock: Lock, assessment: Assessment) -> Baseline:
    """Compile the rulebook of a lock, unless it scores as the current one.

    Raises ``UsageError`` if this version cannot read it.
    """
    rulebook = locked_rulebook(lock)
    if _scoring_parts(rulebook) == _scoring_parts(assessment.rulebook):
        return Baseline(lock, rulebook, assessment.program)
    program, _ = check_rulebook(rulebook)
    if program is None:
        raise _unreadable()
    return Baseline(lock, rulebook, program)


def is_readable(lock: Lock) -> bool:
    """Whether this version can read the rulebook of a lock, or should be able to."""
    if lock.engine == SCORING_VERSION:
        return True
    try:
        return check_rulebook(locked_rulebook(lock))[0] is not None
    except UsageError:
        return False


def locked_rulebook(lock: Lock) -> Rulebook:
    """Return the rulebook of a lock. Raises ``UsageError`` if this version cannot read it."""
    try:
        return Rulebook.model_validate(dict(lock.rulebook))
    except ValueError:
        raise _unreadable() from None


def _unreadable() -> UsageError:
    return UsageError(
        "this version of assay cannot read the rulebook in grades.lock; plan with the version "
        "that applied it, or delete grades.lock and apply again"
    )


def _scoring_parts(rulebook: Rulebook) -> object:
    """The parts of a rulebook that scores depend on; its date is an input of its own."""
    return rulebook.model_dump(exclude={"settings": {"as_of"}, "guard": True})


# Scoring again -----------------------------------------------------------------------------


class _Rescoring:
    """Scores current evidence by locked rules or at the locked date, with frozen neighbours."""

    def __init__(self, base: Baseline, sides: Sides) -> None:
        self.base = base
        self._assessment = sides.assessment
        former = _former_names(sides.assessment.rulebook)
        self._locked_scores: Held = {
            i: {
                name: (p.scores[current].points, p.scores[current].coverage)
                for name, current in (*((n, n) for n in p.scores), *former.items())
                if current in p.scores
            }
            for i, p in sides.before.items()
        }

    def stages(self, *, evidence: bool, engine: bool) -> tuple[_Stage, ...]:
        """Return the stages in their order; the last has the current scores.

        ``evidence`` and ``engine`` state whether these changed.
        """
        base, assessment = self.base, self._assessment
        dated = base.lock.as_of != assessment.as_of
        ruled = _scoring_parts(base.rulebook) != _scoring_parts(assessment.rulebook)
        rules, program = (
            (base.rulebook, base.program) if ruled else (assessment.rulebook, assessment.program)
        )
        stages: list[_Stage] = []
        if evidence or engine:
            run = self._run(rules, program, base.lock.as_of, last=not dated and not ruled)
            stages.append(("evidence" if evidence else "engine", run))
        if dated:
            stages.append(("time", self._run(rules, program, assessment.as_of, last=not ruled)))
        if ruled:
            run = self._run(assessment.rulebook, assessment.program, assessment.as_of, last=True)
            stages.append(("rule", run))
        if not stages or stages[-1][1] is not assessment.run:
            stages.append(("neighbour" if stages else "lock", assessment.run))
        return tuple(stages)

    def locked_state(self) -> Run:
        """Score the locked state again, which needs its evidence: the current must be the same."""
        base = self.base
        return self._frozen(base.rulebook, base.program, base.lock.as_of)

    def _run(self, rulebook: Rulebook, program: Program, as_of: date, *, last: bool) -> Run:
        """Score; after the ``last`` stage only neighbours can differ from the current scores."""
        if last and not reads_neighbours(program):
            return self._assessment.run
        return self._frozen(rulebook, program, as_of)

    def _frozen(self, rulebook: Rulebook, program: Program, as_of: date) -> Run:
        tables, now = self._tables(rulebook, as_of), self._assessment.run
        similar = now if tables is now.tables else None
        return run_with_frozen_neighbours(rulebook, program, tables, self._locked_scores, similar)

    def _tables(self, rulebook: Rulebook, as_of: date) -> Tables:
        assessment = self._assessment
        same_parts = tables_settings(rulebook) == tables_settings(assessment.rulebook)
        if as_of == assessment.as_of and same_parts:
            return assessment.run.tables
        audience = assessment.audience
        if audience not in rulebook.audiences:
            audience = rulebook.audiences[-1]
        corpus = visible_to(assessment.written, rulebook.audiences, audience, as_of)
        return build_tables(corpus, rulebook, as_of)


# Naming the causes -------------------------------------------------------------------------


_Namer = Callable[[str, str], tuple[CauseKind, tuple[str, ...]]]
"""Names the cause of a change at one stage, from profile id and scorer."""


def _namer(
    rescoring: _Rescoring,
    sides: Sides,
    evidence: frozenset[str],
    stage: _Stage,
    before: Run | None,
    ids: Sequence[str],
) -> _Namer:
    """Return the namer of a stage; ``before`` are the scores of the stage before it, if any."""
    kind, after = stage
    base = rescoring.base
    engine = str(base.lock.engine)
    match kind:
        case "evidence":
            changed = base.lock.engine != SCORING_VERSION
            return _evidence_namer(sides, evidence, ids, engine if changed else None)
        case "time":
            aged = changed_claims(rescoring.locked_state() if before is None else before, after)
            return lambda profile_id, _: ("time", aged.get(profile_id) or (profile_id,))
        case "rule":
            changes = RuleChanges(base.rulebook, sides.assessment.rulebook)
            return _rule_namer(
                changes, rescoring.locked_state() if before is None else before, after
            )
        case "neighbour":
            return _neighbour_namer(sides, ids)
        case "engine":
            return lambda _id, _scorer: ("engine", (engine,))
        case "lock" | "decision":
            return lambda _id, _scorer: ("lock", ())


def _evidence_namer(
    sides: Sides, changed: frozenset[str], ids: Iterable[str], engine: str | None
) -> _Namer:
    """Name the changed parts of a profile's own evidence, or the peers whose evidence changed.

    If neither changed, the cause is ``engine``, the former version, if there is one.
    """
    refs: dict[str, tuple[str, ...]] = {}
    for profile_id in ids:
        was, now = sides.before.get(profile_id), sides.after.get(profile_id)
        refs[profile_id] = tuple(_changed_inputs(was, now)) if was and now else (profile_id,)
    if not all(refs.values()):
        peers = _peers(sides, changed)
        for profile_id, own in refs.items():
            if not own:
                refs[profile_id] = tuple(sorted(set(peers.get(profile_id, ())) & changed))

    def name(profile_id: str, _scorer: str) -> tuple[CauseKind, tuple[str, ...]]:
        found = refs[profile_id]
        if not found and engine is not None:
            return "engine", (engine,)
        return "evidence", found or (profile_id,)

    return name


def _changed_inputs(was: LockedProfile, now: LockedProfile) -> Iterator[str]:
    """Yield the ids of the changed parts of a profile's evidence."""
    a, b = was.inputs, now.inputs
    if a.own != b.own:
        yield now.id
    for claim in changed_keys(a.claims, b.claims):
        yield claim if "#" in claim else f"{now.id}#{claim}"
    yield from changed_keys(a.sources, b.sources)
    yield from changed_keys(a.publishers, b.publishers)
    yield from changed_keys(a.edges, b.edges)


def _peers(sides: Sides, changed: frozenset[str]) -> Mapping[str, set[str]]:
    """Return the profiles that each profile reaches or reached, at any distance."""
    before, after = sides.before, sides.after
    found = {i: {peer for _, peer, _, _ in r} for i, r in reached(sides.assessment.run).items()}
    for side in (before, after):
        for profile_id, entry in side.items():
            found.setdefault(profile_id, set()).update(entry.inputs.edges)
    # A removed path led through profiles whose own edges changed.
    rewired = {
        i
        for i in changed
        if i not in after or (i in before and before[i].inputs.edges != after[i].inputs.edges)
    }
    return {i: peers | rewired for i, peers in found.items()}


def _rule_namer(changes: RuleChanges, before: Run, after: Run) -> _Namer:
    """Name the changed parts of the rulebook that the score uses and that act differently."""
    spaces = ("profile", "claim", "corroboration", "citation")
    same_rows = all(before.tables.height(s) == after.tables.height(s) for s in spaces)
    acted = differing_rules(before, after, sorted(changes.rules)) if same_rows else {}
    return lambda profile_id, scorer: (
        "rule",
        changes.affecting(scorer, profile_id, acted) or ("rules.yaml",),
    )


def _neighbour_namer(sides: Sides, ids: Iterable[str]) -> _Namer:
    """Name the neighbours whose scores the profile reads; only those that changed, if any did."""
    read = peers_read(sides.assessment.run, ids)
    scorers = neighbour_scorers(sides.assessment.program)

    def changed(peer: str) -> bool:
        was, now = sides.before.get(peer), sides.after.get(peer)
        if was is None or now is None:
            return True
        return any(
            (a.points, a.coverage) != (b.points, b.coverage)
            for scorer in scorers
            if (a := was.scores.get(scorer)) and (b := now.scores.get(scorer))
        )

    def name(profile_id: str, _scorer: str) -> tuple[CauseKind, tuple[str, ...]]:
        peers = read.get(profile_id, ())
        return "neighbour", tuple(p for p in peers if changed(p)) or peers or (profile_id,)

    return name


# Parts of rulebooks ------------------------------------------------------------------------


class RuleChanges:
    """The parts that differ between two rulebooks, and the scores that each of them affects."""

    def __init__(self, old: Rulebook, new: Rulebook) -> None:
        self._rulebooks = (old, new)
        self._changed = changed_keys(values_of(old), values_of(new))
        scorers = [s for book in (old, new) for s in book.scorers]
        rules = {f"{s.key}.{r.id}" for s in scorers for r in s.rules}
        self.rules = rules.intersection(self._changed)
        self._texts = {s.key: s.model_dump_json() for s in scorers}
        self._uses: dict[str, set[str]] = {key: set() for key in self._texts}
        for book in (old, new):
            for path, node in parse_rulebook(book).expressions.items():
                if path[0] == "scorers" and "because" not in path:
                    self._uses[book.scorers[int(path[1])].key].update(direct_score_uses(node))
        self._by_scorer = {key: self._affecting(key) for key in self._texts}

    def affecting(
        self, scorer: str, profile_id: str, acted: Mapping[str, frozenset[str]]
    ) -> tuple[str, ...]:
        """Return the changed parts that the score uses, without rules that act as before.

        ``acted`` has for each changed rule the profiles where it acts differently.
        """
        parts = self._by_scorer.get(f"profile.{scorer}", [])
        acting = [p for p in parts if p not in self.rules or profile_id in acted.get(p, ())]
        return tuple(acting or parts or self._changed)

    def _affecting(self, key: str) -> list[str]:
        used = self._used_by(key)
        return [part for part in self._changed if self._affects(part, key, used)]

    def _used_by(self, key: str) -> set[str]:
        """Return a scorer and all scorers whose scores it uses, directly or not."""
        found: set[str] = set()
        waiting = [key]
        while waiting:
            scorer = waiting.pop()
            if scorer not in found:
                found.add(scorer)
                waiting += self._uses.get(scorer, ())
        return found

    def _affects(self, part: str, key: str, used: Iterable[str]) -> bool:
        head, _, rest = part.partition(".")
        texts = [self._texts.get(scorer, "") for scorer in used]
        match head:
            case "scale":
                return any(
                    s.key == key and s.scale == rest for b in self._rulebooks for s in b.scorers
                )
            case "reach":
                ways = ("downstream", "upstream", '"within_reach":true')
                return any(way in text for text in texts for way in ways)
            case "fact" | "parameter":
                return any(rest in text for text in texts)
            case "factors":
                return any("factors" in text for text in texts)
            case "settings":
                return part == "settings.review_after_days" and any(
                    "review_after_days" in text for text in texts
                )
            case "watch":
                return False
            case "audiences":
                return True
        return any(part == scorer or part.startswith(f"{scorer}.") for scorer in used)
