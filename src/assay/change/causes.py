"""Splitting each change exactly among its causes, and naming what moved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from assay.change.lock import LockedProfile
from assay.change.plan import Cause, Change, Direction, Grade, graded
from assay.change.rulediff import Concerns
from assay.change.stages import Baseline, Stage, Stages
from assay.change.take import moved_evidence
from assay.model.rulebook import Band, Rulebook
from assay.scoring.compare import differing_rules, moved_claims
from assay.scoring.held import neighbour_scorers, peers_felt
from assay.scoring.reached import reached
from assay.scoring.run import Run

if TYPE_CHECKING:
    from assay.desk import Desk

_NO_GRADE = Grade()
Locked = Mapping[str, LockedProfile]


def changes_of(base: Baseline, desk: Desk, before: Locked, after: Locked) -> tuple[Change, ...]:
    """Every score of the desk's audience that is not what it was, by profile and scorer."""
    pairs = list(_differing(before, after))
    if not pairs:
        return ()
    return tuple(_Splitter(base, desk, before, after).changes(pairs))


def _differing(before: Locked, after: Locked) -> Iterator[tuple[str, str]]:
    for profile_id in sorted(before.keys() | after.keys()):
        was, now = before.get(profile_id), after.get(profile_id)
        old = was.scores if was else {}
        new = now.scores if now else {}
        for scorer in dict.fromkeys([*new, *old]):
            present = (was is None) != (now is None)
            if present or graded(old.get(scorer)) != graded(new.get(scorer)):
                yield profile_id, scorer


class _Splitter:
    def __init__(self, base: Baseline, desk: Desk, before: Locked, after: Locked) -> None:
        self.base = base
        self.desk = desk
        self.before = before
        self.after = after
        self._moved = moved_evidence(before, after)
        self.maker = Stages(base, desk, before, evidence=bool(self._moved))

    @cached_property
    def _stages(self) -> Sequence[Stage]:
        return self.maker.made

    def changes(self, pairs: Sequence[tuple[str, str]]) -> Iterator[Change]:
        ids = tuple(dict.fromkeys(i for i, _ in pairs))
        scored = [_grades(stage.run, ids) for stage in self._stages]
        refs = _Refs(self, self._moved, ids)
        for profile_id, scorer in pairs:
            was = self.before.get(profile_id)
            start = graded(was.scores.get(scorer) if was else None)
            states = [start, *(s.get(profile_id, {}).get(scorer, _NO_GRADE) for s in scored)]
            there = [was is not None, *(profile_id in s for s in scored)]
            causes = [
                self._cause(refs, index, profile_id, scorer, amount)
                for index, amount in _split(states, there)
            ]
            yield Change(
                profile_id,
                self.desk.audience,
                scorer,
                states[0],
                states[-1],
                self._direction(scorer, states[0], states[-1]),
                tuple(causes),
            )

    def _cause(
        self, refs: _Refs, index: int, profile_id: str, scorer: str, amount: int | None
    ) -> Cause:
        kind = self._stages[index].kind
        match kind:
            case "evidence":
                found = refs.evidence(profile_id)
                if not found and self.maker.engine_moved:
                    return Cause("engine", amount, (str(self.base.lock.engine),))
                return Cause(kind, amount, found or (profile_id,))
            case "time":
                return Cause(kind, amount, refs.time(index, profile_id))
            case "rule":
                return Cause(kind, amount, refs.rule(index, profile_id, scorer))
            case "neighbour":
                return Cause(kind, amount, refs.neighbour(profile_id))
            case "engine":
                return Cause(kind, amount, (str(self.base.lock.engine),))

    def _direction(self, scorer: str, before: Grade, after: Grade) -> Direction:
        if (before.points is None) != (after.points is None) or (
            before == _NO_GRADE and after == _NO_GRADE
        ):
            return "status"
        if before.band == after.band:
            return "same"
        low = _rank(self.base.rulebook, self.desk.rulebook, scorer, before.band)
        high = _rank(self.desk.rulebook, self.desk.rulebook, scorer, after.band)
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


class _Refs:
    """Names what moved; what is not asked for is not looked up."""

    def __init__(self, splitter: _Splitter, moved: frozenset[str], ids: Sequence[str]) -> None:
        self._base = splitter.base
        self._desk = splitter.desk
        self._before = splitter.before
        self._after = splitter.after
        self._maker = splitter.maker
        self._moved = moved
        self._ids = ids
        self._aged: Mapping[str, tuple[str, ...]] | None = None
        self._acted: Mapping[str, frozenset[str]] | None = None

    def evidence(self, profile_id: str) -> tuple[str, ...]:
        """What documents say of it that they did not; else what moved among its neighbours."""
        was, now = self._before.get(profile_id), self._after.get(profile_id)
        if was is None or now is None:
            return (profile_id,)
        own = tuple(moved_parts(was, now))
        if own:
            return own
        peers = self._peers.get(profile_id, ())
        return tuple(sorted({p for p in peers if p in self._moved}))

    @cached_property
    def _peers(self) -> Mapping[str, tuple[str, ...]]:
        """Whom each profile reached or reaches: along edges written down, and further."""
        found = {i: {peer for _, peer, _, _ in r} for i, r in reached(self._desk.run).items()}
        for side in (self._before, self._after):
            for profile_id, entry in side.items():
                found.setdefault(profile_id, set()).update(entry.inputs.edges)
        # A path that is gone led through profiles whose own edges moved.
        gone = {
            i
            for i in self._moved
            if i not in self._after
            or (i in self._before and self._before[i].inputs.edges != self._after[i].inputs.edges)
        }
        return {i: tuple(peers | gone) for i, peers in found.items()}

    def time(self, index: int, profile_id: str) -> tuple[str, ...]:
        """The claims that the days gone by have moved."""
        if self._aged is None:
            self._aged = moved_claims(self._maker.before(index), self._maker.made[index].run)
        return self._aged.get(profile_id) or (profile_id,)

    @cached_property
    def _concerns(self) -> Concerns:
        return Concerns(self._base.rulebook, self._desk.rulebook)

    def rule(self, index: int, profile_id: str, scorer: str) -> tuple[str, ...]:
        """The changed parts of the rulebook that bear on the score and act differently here."""
        if self._acted is None:
            previous, run = self._maker.before(index), self._maker.made[index].run
            self._acted = (
                differing_rules(previous, run, self._concerns.rules)
                if _same_rows(previous, run)
                else {}
            )
        return self._concerns.of(scorer, profile_id, self._acted) or ("rules.yaml",)

    def neighbour(self, profile_id: str) -> tuple[str, ...]:
        peers = self._felt.get(profile_id, ())
        names = neighbour_scorers(self._desk.program)
        return tuple(p for p in peers if self._score_moved(p, names)) or peers or (profile_id,)

    @cached_property
    def _felt(self) -> Mapping[str, tuple[str, ...]]:
        return peers_felt(self._desk.run, self._ids)

    def _score_moved(self, peer: str, names: Iterable[str]) -> bool:
        was, now = self._before.get(peer), self._after.get(peer)
        if was is None or now is None:
            return True
        return any(
            (a.points, a.coverage) != (b.points, b.coverage)
            for n in names
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
