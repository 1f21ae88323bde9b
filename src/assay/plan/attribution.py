"""Which parts of two rulebooks differ, and which scores each part can move."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

from assay.cel.program import Program
from assay.errors import UsageError
from assay.model.audience import seen_by
from assay.model.rulebook import Band, Rulebook
from assay.plan.lock import Lock, LockedProfile
from assay.plan.lock_builder import changed_evidence
from assay.plan.plan import Cause, CauseKind, Change, Direction, Grade, graded
from assay.rules.check import check_rulebook
from assay.rules.expressions import parse_rulebook, score_uses
from assay.scoring import SCORING_VERSION
from assay.scoring.compare import (
    Held,
    differing_rules,
    moved_claims,
    neighbour_scorers,
    peers_felt,
    reads_neighbours,
    run_held,
)
from assay.scoring.run import Run, reached
from assay.tables.build import build_tables
from assay.tables.tables import Tables

if TYPE_CHECKING:
    from assay.assessment import Desk


_TEXTS = {"because", "rationale", "source", "title", "describes", "label", "text"}


def changed_parts(old: Rulebook, new: Rulebook) -> tuple[str, ...]:
    """Names of the parts that can move a score and are not the same, sorted.

    A rule is ``on.scorer.rule``; others are ``on.scorer.pool``, ``scale.name``, ``reach.hops`` …
    """
    before, after = parts_of(old), parts_of(new)
    return tuple(sorted(k for k in before.keys() | after.keys() if before.get(k) != after.get(k)))


def parts_of(rulebook: Rulebook) -> dict[str, Any]:
    """All that can move a score, a band, a page or a watch item, by the name of the part."""
    parts: dict[str, Any] = {}
    for scorer in rulebook.scorers:
        parts[scorer.key] = True
        parts[f"{scorer.key}.start"] = scorer.start
        parts[f"{scorer.key}.pool"] = scorer.pool.model_dump(mode="json") if scorer.pool else None
        parts[f"{scorer.key}.scale"] = scorer.scale
        for rule in scorer.rules:
            parts[f"{scorer.key}.{rule.id}"] = rule.model_dump(mode="json", exclude=_TEXTS)
    for name, bands in rulebook.scales.items():
        parts[f"scale.{name}"] = [b.model_dump(mode="json", exclude={"label"}) for b in bands]
    for name, value in rulebook.reach.model_dump(mode="json").items():
        parts[f"reach.{name}"] = value
    for watch in rulebook.watch:
        parts[f"watch.{watch.id}"] = watch.model_dump(mode="json")
    parts["settings.publish_by"] = rulebook.settings.publish_by
    parts["settings.review_after_days"] = dict(rulebook.settings.review_after_days)
    parts["audiences"] = list(rulebook.audiences)
    return parts


class Concerns:
    """The parts that differ between two rulebooks, and the scores that each of them affects."""

    def __init__(self, old: Rulebook, new: Rulebook) -> None:
        self._rulebooks = (old, new)
        self.changed = changed_parts(old, new)
        known = {f"{s.key}.{r.id}" for book in (old, new) for s in book.scorers for r in s.rules}
        self.rules = tuple(k for k in self.changed if k in known)
        self._texts = {s.key: s.model_dump_json() for book in (old, new) for s in book.scorers}
        needs: dict[str, set[str]] = {key: set() for key in self._texts}
        for book in (old, new):
            for path, node in parse_rulebook(book).expressions.items():
                if path[0] == "scorers" and "because" not in path:
                    needs[book.scorers[int(path[1])].key].update(score_uses(node))
        # Each scorer itself and every scorer whose scores it uses, directly or not.
        self._uses = {key: _closure(key, needs) for key in needs}

    def of(
        self, scorer: str, profile_id: str, acted: Mapping[str, frozenset[str]]
    ) -> tuple[str, ...]:
        """The changed parts behind a move of a profile's score, the likely ones only.

        ``acted`` gives for each changed rule the profiles where it acts differently.
        """
        key = f"profile.{scorer}"
        used = self._uses.get(key, frozenset([key]))
        mine = [k for k in self.changed if self._bears(k, key, used)]
        rules = set(self.rules)
        found = [k for k in mine if k not in rules or profile_id in acted.get(k, ())]
        return tuple(found or mine or self.changed)

    def _bears(self, part: str, key: str, used: Iterable[str]) -> bool:
        head, _, rest = part.partition(".")
        if head == "scale":
            return any(
                s.key == key and s.scale == rest for book in self._rulebooks for s in book.scorers
            )
        texts = [self._texts.get(k, "") for k in used]
        if head == "reach":
            return any("downstream" in t or "upstream" in t for t in texts)
        if part == "settings.review_after_days":
            return any("review_after_days" in t for t in texts)
        if head in ("watch", "settings"):
            return False
        if head == "audiences":
            return True
        return any(part == k or part.startswith(f"{k}.") for k in used)


def _closure(key: str, needs: Mapping[str, set[str]]) -> frozenset[str]:
    found: set[str] = set()
    waiting = [key]
    while waiting:
        here = waiting.pop()
        if here not in found:
            found.add(here)
            waiting += needs.get(here, ())
    return frozenset(found)


_NO_GRADE = Grade()
Locked = Mapping[str, LockedProfile]


@dataclass(frozen=True)
class Sides:
    """The profiles of one audience as they were locked, and as its assessment has them now."""

    desk: Desk
    before: Locked
    after: Locked


def changes_of(lock: Lock, audiences: Iterable[Sides]) -> list[Change]:
    """Every score that changed, by audience, profile and scorer."""
    differing = [(sides, pairs) for sides in audiences if (pairs := list(_differing(sides)))]
    if not differing:
        return []
    base = baseline(lock, differing[0][0].desk)
    return [
        change for sides, pairs in differing for change in _Attribution(base, sides).changes(pairs)
    ]


def _differing(sides: Sides) -> Iterator[tuple[str, str]]:
    for profile_id in sorted(sides.before.keys() | sides.after.keys()):
        was, now = sides.before.get(profile_id), sides.after.get(profile_id)
        old = was.scores if was else {}
        new = now.scores if now else {}
        for scorer in dict.fromkeys([*new, *old]):
            present = (was is None) != (now is None)
            if present or graded(old.get(scorer)) != graded(new.get(scorer)):
                yield profile_id, scorer


# The locked state ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Baseline:
    """A lock with its rulebook, compiled by this version."""

    lock: Lock
    rulebook: Rulebook
    program: Program


def baseline(lock: Lock, desk: Desk) -> Baseline:
    """Compile the rulebook of a lock; if no score depends on what changed in it, use the desk's.

    Raises ``UsageError`` if this version cannot read that rulebook.
    """
    rulebook = locked_rulebook(lock)
    if _effective(rulebook) == _effective(desk.rulebook):
        return Baseline(lock, rulebook, desk.program)
    program, _ = check_rulebook(rulebook)
    if program is None:
        raise _unreadable()
    return Baseline(lock, rulebook, program)


def locked_rulebook(lock: Lock) -> Rulebook:
    """The rulebook as it was applied; raises ``UsageError`` if this version cannot read it."""
    try:
        return Rulebook.model_validate(dict(lock.rulebook))
    except ValueError:
        raise _unreadable() from None


def _unreadable() -> UsageError:
    return UsageError(
        "the rulebook in grades.lock is not one that this version of assay can read; plan with "
        "the version that applied it, or delete grades.lock and apply anew"
    )


def _effective(rulebook: Rulebook) -> object:
    """The parts of a rulebook that scores depend on; its date is an input of its own."""
    return rulebook.model_dump(exclude={"settings": {"as_of"}, "guard": True})


# Scoring again -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Stage:
    """The scores after the input called ``kind`` was replaced too."""

    kind: CauseKind
    run: Run


class _Rescoring:
    """Scores the evidence of now with other rules or at another date, neighbours frozen."""

    def __init__(self, base: Baseline, sides: Sides) -> None:
        self._base = base
        self._desk = sides.desk
        self._held: Held = {
            i: {name: (s.points, s.coverage) for name, s in p.scores.items()}
            for i, p in sides.before.items()
        }

    def stages(self, *, evidence: bool, engine: bool) -> tuple[Stage, ...]:
        """The stages in their order; the last is the desk as it is.

        ``evidence`` and ``engine`` state whether these changed.
        """
        base, desk = self._base, self._desk
        dated = base.lock.as_of != desk.as_of
        ruled = _effective(base.rulebook) != _effective(desk.rulebook)
        rules, program = (base.rulebook, base.program) if ruled else (desk.rulebook, desk.program)
        stages: list[Stage] = []
        if evidence or engine:
            kind: CauseKind = "evidence" if evidence else "engine"
            last = not dated and not ruled
            stages.append(Stage(kind, self._run(rules, program, base.lock.as_of, last)))
        if dated:
            stages.append(Stage("time", self._run(rules, program, desk.as_of, not ruled)))
        if ruled:
            stages.append(Stage("rule", self._run(desk.rulebook, desk.program, desk.as_of, True)))
        if not stages or stages[-1].run is not desk.run:
            stages.append(Stage("neighbour" if stages else "engine", desk.run))
        return tuple(stages)

    def locked_state(self) -> Run:
        """The locked state, scored again; only good if the evidence is as it was."""
        base = self._base
        return self._frozen(base.rulebook, base.program, base.lock.as_of)

    def _run(self, rulebook: Rulebook, program: Program, as_of: date, last: bool) -> Run:
        """``last``: no input but the neighbours changes after this stage."""
        if last and not reads_neighbours(program):
            return self._desk.run
        return self._frozen(rulebook, program, as_of)

    def _frozen(self, rulebook: Rulebook, program: Program, as_of: date) -> Run:
        tables, now = self._tables(rulebook, as_of), self._desk.run
        near = now if tables is now.tables else None
        return run_held(rulebook, program, tables, self._held, near)

    def _tables(self, rulebook: Rulebook, as_of: date) -> Tables:
        desk = self._desk
        if as_of == desk.as_of and _shape(rulebook) == _shape(desk.rulebook):
            return desk.run.tables
        audience = desk.audience
        if audience not in rulebook.audiences:
            audience = rulebook.audiences[-1]
        corpus = seen_by(desk.written, rulebook.audiences, audience, as_of)
        return build_tables(corpus, rulebook, as_of)


def _shape(rulebook: Rulebook) -> object:
    """The parts of a rulebook that tables depend on."""
    return (rulebook.audiences, rulebook.reach, rulebook.settings.review_after_days)


# Splitting -----------------------------------------------------------------------------------


class _Attribution:
    """Splits the changes of one audience."""

    def __init__(self, base: Baseline, sides: Sides) -> None:
        self._base = base
        self._sides = sides
        self._moved = changed_evidence(sides.before, sides.after)
        self._engine_moved = base.lock.engine != SCORING_VERSION
        self._rescoring = _Rescoring(base, sides)
        self._stages = self._rescoring.stages(evidence=bool(self._moved), engine=self._engine_moved)

    def changes(self, pairs: Sequence[tuple[str, str]]) -> Iterator[Change]:
        before, desk = self._sides.before, self._sides.desk
        ids = tuple(dict.fromkeys(i for i, _ in pairs))
        scored = [_grades(stage.run, ids) for stage in self._stages]
        split = []
        for profile_id, scorer in pairs:
            was = before.get(profile_id)
            start = graded(was.scores.get(scorer) if was else None)
            states = [start, *(s.get(profile_id, {}).get(scorer, _NO_GRADE) for s in scored)]
            there = [was is not None, *(profile_id in s for s in scored)]
            split.append((profile_id, scorer, states, list(_split(states, there))))
        names = self._names(ids, {index for *_, amounts in split for index, _ in amounts})
        for profile_id, scorer, states, amounts in split:
            first, last = states[0], states[-1]
            yield Change(
                profile_id,
                desk.audience,
                scorer,
                first,
                last,
                self._direction(scorer, first, last),
                tuple(names[index].cause(profile_id, scorer, amount) for index, amount in amounts),
            )

    def _names(self, ids: Sequence[str], indices: Iterable[int]) -> dict[int, _Names]:
        """The names of the causes at each stage that changed a score."""
        found: dict[int, _Names] = {}
        for index in indices:
            stage = self._stages[index]
            match stage.kind:
                case "evidence":
                    engine = str(self._base.lock.engine) if self._engine_moved else None
                    found[index] = _Evidence(self._sides, self._moved, ids, engine)
                case "time":
                    found[index] = _Time(moved_claims(self._before(index), stage.run))
                case "rule":
                    concerns = Concerns(self._base.rulebook, self._sides.desk.rulebook)
                    found[index] = _Rules(concerns, self._before(index), stage.run)
                case "neighbour":
                    found[index] = _Neighbours(self._sides, ids)
                case "engine":
                    found[index] = _Engine(str(self._base.lock.engine))
        return found

    def _before(self, index: int) -> Run:
        """The scores before a stage."""
        return self._stages[index - 1].run if index else self._rescoring.locked_state()

    def _direction(self, scorer: str, before: Grade, after: Grade) -> Direction:
        if (before.points is None) != (after.points is None) or (
            before == _NO_GRADE and after == _NO_GRADE
        ):
            return "status"
        if before.band == after.band:
            return "same"
        low = _rank(self._base.rulebook, self._sides.desk.rulebook, scorer, before.band)
        high = _rank(self._sides.desk.rulebook, self._sides.desk.rulebook, scorer, after.band)
        if low is None or high is None:
            return "same"
        if low == high:
            return "same"
        return "upgrade" if high > low else "downgrade"


def _rank(own: Rulebook, new: Rulebook, scorer: str, band: str | None) -> float | None:
    """Where a band begins: in the new scale where it has that band, else in its own."""
    for book in (new, own):
        for found in _bands(book, scorer):
            if found.id == band:
                return found.from_
    return None


def _bands(rulebook: Rulebook, scorer: str) -> tuple[Band, ...]:
    key = f"profile.{scorer}"
    return next((rulebook.bands(s) for s in rulebook.scorers if s.key == key), ())


def _split(states: Sequence[Grade], there: Sequence[bool]) -> Iterator[tuple[int, int | None]]:
    """For each stage that changed the state its index and amount.

    Where the score is known at both ends, a time of being unknown in between is bridged: the
    whole difference falls to the stage at which the score is known again.
    """
    both_known = states[0].points is not None and states[-1].points is not None
    last = states[0].points
    for index in range(1, len(states)):
        was, now = states[index - 1], states[index]
        appeared = there[index - 1] != there[index]
        if not appeared and (was.points, was.band) == (now.points, now.band):
            continue
        if now.points is None:
            yield index - 1, 0 if both_known else None
        elif both_known:
            assert last is not None
            yield index - 1, now.points - last
            last = now.points
        else:
            yield index - 1, None if was.points is None else now.points - was.points


def _grades(run: Run, ids: Iterable[str]) -> dict[str, dict[str, Grade]]:
    rows = {i: run.profile_rows[i] for i in ids if i in run.profile_rows}
    scorers = run.program.on("profile")
    read = [name for c in scorers for name in (c.score, c.coverage, c.band) if name]
    run.engine.make(("profile", name) for name in read)
    found: dict[str, dict[str, Grade]] = {i: {} for i in rows}
    for columns in scorers:
        scores = run.scores(columns)
        for profile_id, row in rows.items():
            score = scores[row]
            band = score.band.id if score.band else None
            found[profile_id][columns.scorer.name] = Grade(score.points, band, score.grade)
    return found


# Naming --------------------------------------------------------------------------------------


class _Names(Protocol):
    """Names the causes of changes at one stage."""

    def cause(self, profile_id: str, scorer: str, amount: int | None) -> Cause: ...


class _Engine:
    def __init__(self, version: str) -> None:
        self._version = version

    def cause(self, _profile_id: str, _scorer: str, amount: int | None) -> Cause:
        return Cause("engine", amount, (self._version,))


class _Evidence:
    """Names the parts of a profile's own evidence, or else the neighbours whose evidence changed.

    If neither changed, it was another version of the engine, if there was one.
    """

    def __init__(
        self, sides: Sides, moved: frozenset[str], ids: Iterable[str], engine: str | None
    ) -> None:
        self._engine = engine
        self._refs: dict[str, tuple[str, ...]] = {}
        for profile_id in ids:
            was, now = sides.before.get(profile_id), sides.after.get(profile_id)
            if was is None or now is None:
                self._refs[profile_id] = (profile_id,)
            else:
                self._refs[profile_id] = tuple(moved_parts(was, now))
        if not all(self._refs.values()):
            peers = _peers(sides, moved)
            for profile_id, own in self._refs.items():
                if not own:
                    near = sorted(set(peers.get(profile_id, ())) & moved)
                    self._refs[profile_id] = tuple(near)

    def cause(self, profile_id: str, _scorer: str, amount: int | None) -> Cause:
        found = self._refs[profile_id]
        if not found and self._engine is not None:
            return Cause("engine", amount, (self._engine,))
        return Cause("evidence", amount, found or (profile_id,))


def _peers(sides: Sides, moved: frozenset[str]) -> Mapping[str, set[str]]:
    """The profiles that each profile reached or reaches, along declared edges and further."""
    before, after = sides.before, sides.after
    found = {i: {peer for _, peer, _, _ in r} for i, r in reached(sides.desk.run).items()}
    for side in (before, after):
        for profile_id, entry in side.items():
            found.setdefault(profile_id, set()).update(entry.inputs.edges)
    # A path that was removed led through profiles whose own edges changed.
    rewired = {
        i
        for i in moved
        if i not in after or (i in before and before[i].inputs.edges != after[i].inputs.edges)
    }
    return {i: peers | rewired for i, peers in found.items()}


class _Time:
    """Names the claims of which the days that passed changed a score."""

    def __init__(self, aged: Mapping[str, tuple[str, ...]]) -> None:
        self._aged = aged

    def cause(self, profile_id: str, _scorer: str, amount: int | None) -> Cause:
        return Cause("time", amount, self._aged.get(profile_id) or (profile_id,))


class _Rules:
    """Names the changed parts of the rulebook that the score uses and that act differently."""

    def __init__(self, concerns: Concerns, before: Run, after: Run) -> None:
        self._concerns = concerns
        self._acted = (
            differing_rules(before, after, concerns.rules) if _same_rows(before, after) else {}
        )

    def cause(self, profile_id: str, scorer: str, amount: int | None) -> Cause:
        found = self._concerns.of(scorer, profile_id, self._acted)
        return Cause("rule", amount, found or ("rules.yaml",))


class _Neighbours:
    """Names the neighbours whose scores the profile reads, those that changed if any did."""

    def __init__(self, sides: Sides, ids: Iterable[str]) -> None:
        self._sides = sides
        self._felt = peers_felt(sides.desk.run, ids)
        self._scorers = neighbour_scorers(sides.desk.program)

    def cause(self, profile_id: str, _scorer: str, amount: int | None) -> Cause:
        peers = self._felt.get(profile_id, ())
        changed = tuple(p for p in peers if self._score_changed(p))
        return Cause("neighbour", amount, changed or peers or (profile_id,))

    def _score_changed(self, peer: str) -> bool:
        was, now = self._sides.before.get(peer), self._sides.after.get(peer)
        if was is None or now is None:
            return True
        return any(
            (a.points, a.coverage) != (b.points, b.coverage)
            for n in self._scorers
            if (a := was.scores.get(n)) and (b := now.scores.get(n))
        )


def _same_rows(a: Run, b: Run) -> bool:
    return all(a.tables.height(s) == b.tables.height(s) for s in ("profile", "claim", "citation"))


def moved_parts(was: LockedProfile, now: LockedProfile) -> Iterator[str]:
    """Ids of the parts of a profile's evidence that are not what they were."""
    a, b = was.inputs, now.inputs
    if a.own != b.own:
        yield now.id
    for claim in sorted(a.claims.keys() | b.claims.keys()):
        old, new = a.claims.get(claim), b.claims.get(claim)
        if (old and old.digest) != (new and new.digest):
            yield claim if "#" in claim else f"{now.id}#{claim}"
    for source in sorted(a.sources.keys() | b.sources.keys()):
        old_source, new_source = a.sources.get(source), b.sources.get(source)
        if (old_source and old_source.digest) != (new_source and new_source.digest):
            yield source
    for left, right in ((a.publishers, b.publishers), (a.edges, b.edges)):
        yield from (i for i in sorted(left.keys() | right.keys()) if left.get(i) != right.get(i))
