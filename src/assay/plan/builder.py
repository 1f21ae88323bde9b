"""Making a plan: a locked state against desks that were scored now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from assay.diagnostics import lock_codes as codes
from assay.diagnostics.diagnostic import Position
from assay.errors import InputError
from assay.plan.lock import Lock, LockedProfile, canonical_rulebook, differing, digest_of
from assay.plan.lock_builder import (
    changed_evidence,
    evidence_digest,
    evidence_of,
    inputs_digest,
    locked_profiles,
    same_evidence,
)
from assay.plan.plan import (
    NOTHING,
    Behind,
    Cause,
    Change,
    Correction,
    Disagreement,
    Grade,
    HorizonChange,
    Plan,
    PublicationChange,
    WatchChange,
    graded,
)
from assay.progress import stage
from assay.scoring import SCORING_VERSION

if TYPE_CHECKING:
    from assay.assessment import Desk


def page_of(entry: LockedProfile) -> str:
    """Where the page of a profile lies in the site."""
    return f"{entry.kind}s/{entry.id}.html"


def make_plan(
    base: Lock | None,
    desks: Sequence[Desk],
    *,
    name: str | None = None,
    theirs: Lock | None = None,
) -> Plan:
    """What applying the desks (one for every audience, at one date) would change, and why.

    ``name`` stands for a base that is no lock; ``theirs`` is the other side of a lock that two
    branches wrote. Without a base every grade is new. Raises ``InputError`` for the lock of
    another workspace.
    """
    if base is not None and name is None:
        _require_ours(base, desks[0])
    if base is not None and theirs is None and _stands(base, desks):
        return _unmoved(base, desks, name)
    from assay.plan.attribution import Sides, changes_of

    first = desks[0]
    lock = base or _empty(first)
    audiences: list[Sides] = []
    old: dict[tuple[str, str], LockedProfile] = {}
    new: dict[tuple[str, str], LockedProfile] = {}
    stage("comparing with what was applied")
    for desk in desks:
        before = {e.id: e for e in lock.entries.values() if e.audience == desk.audience}
        after = locked_profiles(desk, grounds=False)
        old |= {e.key: e for e in before.values()}
        new |= {e.key: e for e in after.values()}
        audiences.append(Sides(desk, before, after))
    changes = changes_of(lock, audiences)
    gone = [e for e in lock.entries.values() if e.audience not in {d.audience for d in desks}]
    old |= {e.key: e for e in gone}
    changes += [c for e in gone for c in _without_audience(e)]
    evidence = {key: evidence_digest(entry.inputs) for key, entry in new.items()}
    inputs = inputs_digest(evidence)
    rulebook = rules_digest(canonical_rulebook(first.rulebook))
    return Plan(
        as_of=first.as_of,
        base=name or (lock.digest if base else NOTHING),
        base_as_of=base.as_of if base else None,
        inputs=inputs,
        rulebook=rulebook,
        engine=SCORING_VERSION,
        profiles=len(new),
        changes=tuple(changes),
        horizons=tuple(_horizons(old, new)),
        watch=tuple(_watch(old, new)),
        published=tuple(_published(old, new)),
        corrections=tuple(_corrections(old, new)) if base else (),
        pages=_pages(desks, old, new),
        disagreements=tuple(_disagreements(lock, theirs, new)) if theirs else (),
        behind=_behind(base, inputs, rulebook, theirs) if base and name is None else (),
        evidence=evidence,
    )


def _require_ours(lock: Lock, desk: Desk) -> None:
    """Refuse a lock of which no profile, source or publisher is in the workspace."""
    there = desk.written
    ours = there.profiles.keys() | there.sources.keys() | there.publishers.keys()
    named: set[str] = set()
    for entry in lock.entries.values():
        named |= {entry.id, *entry.inputs.sources, *entry.inputs.publishers}
    if named and ours and named.isdisjoint(ours):
        ids = list(dict.fromkeys(i for i, _ in sorted(lock.entries)))
        few = ", ".join(ids[:3]) + (" …" if len(ids) > 3 else "")
        message = f"neither its profiles ({few}) nor their sources are in this workspace"
        place = Position(desk.workspace.lock_path.name, 1, 1)
        raise InputError([codes.LOCK_ELSEWHERE.at(place, message, codes.LOCK_ELSEWHERE.hint)])


def _stands(lock: Lock, desks: Sequence[Desk]) -> bool:
    """Whether date, rules, engine and evidence are all as they were locked.

    The engine gives the same for the same, so then nothing needs to be scored.
    """
    first = desks[0]
    if (lock.as_of, lock.engine) != (first.as_of, SCORING_VERSION):
        return False
    if rules_digest(lock.rulebook) != rules_digest(canonical_rulebook(first.rulebook)):
        return False
    now = {(i, d.audience): e for d in desks for i, e in evidence_of(d).items()}
    return now.keys() == lock.entries.keys() and all(
        same_evidence(e.inputs, now[key]) for key, e in lock.entries.items()
    )


def _behind(lock: Lock, inputs: str, rulebook: str, theirs: Lock | None) -> tuple[Behind, ...]:
    moved: dict[Behind, bool] = {
        "documents": lock.inputs != inputs,
        "rules": rules_digest(lock.rulebook) != rulebook,
        "engine": lock.engine != SCORING_VERSION,
        "branches": theirs is not None,
    }
    return tuple(what for what, differs in moved.items() if differs)


def _unmoved(lock: Lock, desks: Sequence[Desk], name: str | None) -> Plan:
    return Plan(
        as_of=lock.as_of,
        base=name or lock.digest,
        base_as_of=lock.as_of,
        inputs=lock.inputs,
        rulebook=rules_digest(canonical_rulebook(desks[0].rulebook)),
        engine=SCORING_VERSION,
        profiles=len(lock.entries),
        changes=(),
        evidence={key: evidence_digest(e.inputs) for key, e in lock.entries.items()},
    )


def with_ageing(plan: Plan, later: Plan) -> Plan:
    """The plan, with what time alone does by the date of ``later`` listed apart."""
    aged = [
        replace(c, causes=tuple(k for k in c.causes if k.kind == "time"))
        for c in later.changes
        if any(k.kind == "time" for k in c.causes)
    ]
    return replace(plan, ageing=tuple(aged), today=later.as_of)


def rules_digest(rulebook: Mapping[str, Any]) -> str:
    """Twelve hexadecimal digits that stand for a rulebook, whatever its date."""
    undated = {k: v for k, v in rulebook.get("settings", {}).items() if k != "as_of"}
    return digest_of({**rulebook, "settings": undated})


def _empty(desk: Desk) -> Lock:
    return Lock(
        as_of=desk.as_of,
        engine=SCORING_VERSION,
        rulebook=canonical_rulebook(desk.rulebook),
        inputs="",
        reach="",
    )


_Entries = Mapping[tuple[str, str], LockedProfile]


def _keys(old: _Entries, new: _Entries) -> Iterator[tuple[str, str]]:
    yield from sorted(old.keys() | new.keys(), key=lambda k: (k[1], k[0]))


def _without_audience(entry: LockedProfile) -> Iterator[Change]:
    """The grades of an audience that the rulebook no longer has."""
    cause = Cause("rule", None, ("audiences",))
    for scorer, score in entry.scores.items():
        yield Change(entry.id, entry.audience, scorer, graded(score), Grade(), "status", (cause,))


def _horizons(old: _Entries, new: _Entries) -> Iterator[HorizonChange]:
    for key in _keys(old, new):
        was, now = old.get(key), new.get(key)
        before = (was.horizon, was.until) if was else None
        after = (now.horizon, now.until) if now else None
        if before != after:
            yield HorizonChange(*key, before, after)


def _watch(old: _Entries, new: _Entries) -> Iterator[WatchChange]:
    for key in _keys(old, new):
        before, after = _items(old.get(key)), _items(new.get(key))
        added = tuple(i for i in after if i not in before)
        removed = tuple(i for i in before if i not in after)
        if added or removed:
            yield WatchChange(*key, added, removed)


def _items(entry: LockedProfile | None) -> list[str]:
    if entry is None:
        return []
    return [
        f"{w.horizon}: {w.text if w.rule is None else f'by rule {w.rule}'}" for w in entry.watch
    ]


def _published(old: _Entries, new: _Entries) -> Iterator[PublicationChange]:
    for key in _keys(old, new):
        was, now = old.get(key), new.get(key)
        before, after = bool(was and was.published), bool(now and now.published)
        if before != after:
            yield PublicationChange(*key, after)


def _corrections(old: _Entries, new: _Entries) -> Iterator[Correction]:
    """Wording that readers have seen and that is not what it was; each once for all audiences."""
    found: dict[tuple[str, str], Correction] = {}
    for key in _keys(old, new):
        was, now = old.get(key), new.get(key)
        if was is None or now is None:
            continue
        for claim in sorted(was.inputs.claims.keys() | now.inputs.claims.keys()):
            if "#" in claim:
                continue
            a, b = was.inputs.claims.get(claim), now.inputs.claims.get(claim)
            before, after = a.text if a else None, b.text if b else None
            if before == after:
                continue
            ref = f"{was.id}#{claim}"
            found["claim", ref] = Correction(_kind(before, after), ref, before, after)
        for source in sorted(was.inputs.sources.keys() & now.inputs.sources.keys()):
            gone = now.inputs.sources[source].retracted
            if gone and not was.inputs.sources[source].retracted:
                found["source", source] = Correction("retracted", source, None, gone)
    return iter(found[k] for k in sorted(found))


def _kind(before: str | None, after: str | None) -> Literal["reworded", "added", "removed"]:
    if before is None:
        return "added"
    return "removed" if after is None else "reworded"


def _disagreements(ours: Lock, theirs: Lock, new: _Entries) -> Iterator[Disagreement]:
    for key, scorer in differing(ours, theirs):
        yield Disagreement(
            *key,
            scorer,
            *(_grade_in(entries, key, scorer) for entries in (ours.entries, theirs.entries, new)),
        )


def _grade_in(entries: _Entries, key: tuple[str, str], scorer: str) -> Grade:
    entry = entries.get(key)
    return graded(entry.scores.get(scorer) if entry else None)


def _pages(desks: Iterable[Desk], old: _Entries, new: _Entries) -> tuple[str, ...]:
    """Pages that would read otherwise: of what moved, and of those that show its grade."""
    pages: set[str] = set()
    for desk in desks:
        before = {e.id: e for e in old.values() if e.audience == desk.audience}
        after = {e.id: e for e in new.values() if e.audience == desk.audience}
        regraded = {
            i for i in before.keys() | after.keys() if _shown(before, i) != _shown(after, i)
        }
        touched = regraded | changed_evidence(before, after)
        for i in regraded:
            for side in (before, after):
                touched |= side[i].inputs.edges.keys() if i in side else set()
        for side in (before, after):
            pages |= {page_of(side[i]) for i in touched if i in side and side[i].published}
    return ("index.html", *sorted(pages)) if pages else ()


def _shown(entries: Mapping[str, LockedProfile], profile_id: str) -> object:
    entry = entries.get(profile_id)
    if entry is None:
        return None
    scores = [(n, s.points, s.coverage, s.band, s.grade) for n, s in entry.scores.items()]
    return (scores, entry.horizon, entry.until, entry.watch, entry.published)
