"""Plans built by comparing a lock with the current assessments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from assay.characters import normalised
from assay.diagnostics import lock_codes as codes
from assay.diagnostics.diagnostic import Position
from assay.errors import InputError
from assay.plan.lock import Lock, LockedProfile, canonical_rulebook, differing, digest_of
from assay.plan.lock_builder import (
    changed_evidence,
    evidence_digest,
    inputs_digest,
    locked_profiles,
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
    Rename,
    WatchChange,
    WordChange,
    graded,
)
from assay.plan.renames import renamed_lock
from assay.progress import stage
from assay.scoring import SCORING_VERSION

if TYPE_CHECKING:
    from assay.assessment import Assessment


_Entries = Mapping[tuple[str, str], LockedProfile]


def make_plan(
    base: Lock | None,
    assessments: Sequence[Assessment],
    *,
    name: str | None = None,
    theirs: Lock | None = None,
) -> Plan:
    """Compare a base with the current assessments, one for each audience, all at one date.

    Without a base every grade is new. A base with a ``name`` is not a lock that was read but a
    state scored for the comparison. ``theirs`` is the other side of a conflicted lock. Raises
    ``InputError`` for the lock of another workspace.
    """
    first = assessments[0]
    against_lock = base is not None and name is None
    stored = base
    renamed: tuple[Rename, ...] = ()
    if base is not None:
        base, renamed = renamed_lock(base, first.identity, first.rulebook)
    if theirs is not None:
        theirs, _ = renamed_lock(theirs, first.identity, first.rulebook)
    if base is not None and against_lock:
        _require_same_workspace(base, first)
    from assay.plan.attribution import Sides, changes_of, is_readable, locked_rulebook
    from assay.plan.inputs import changed_words

    lock = base or Lock(first.as_of, SCORING_VERSION, canonical_rulebook(first.rulebook), "", "")
    audiences: list[Sides] = []
    old: dict[tuple[str, str], LockedProfile] = {}
    new: dict[tuple[str, str], LockedProfile] = {}
    stage("comparing with the last apply")
    for assessment in assessments:
        before = {e.id: e for e in lock.entries.values() if e.audience == assessment.audience}
        after = locked_profiles(assessment, grounds=False)
        old |= {e.key: e for e in before.values()}
        new |= {e.key: e for e in after.values()}
        audiences.append(Sides(assessment, before, after))
    changes = changes_of(lock, audiences)
    for entry in lock.entries.values():
        if entry.audience not in {d.audience for d in assessments}:
            old[entry.key] = entry
            changes += _removed_audience(entry)
    evidence = {key: evidence_digest(entry.inputs) for key, entry in new.items()}
    inputs = inputs_digest(evidence)
    rulebook = rules_digest(canonical_rulebook(first.rulebook))
    words: tuple[WordChange, ...] = ()
    if base is not None and is_readable(base):
        words = changed_words(locked_rulebook(base), first.rulebook, assessments)
    return Plan(
        as_of=first.as_of,
        base=name or (lock.digest if base else NOTHING),
        base_as_of=base.as_of if base else None,
        against_lock=against_lock,
        inputs=inputs,
        rulebook=rulebook,
        engine=SCORING_VERSION,
        profiles=len(new),
        changes=tuple(changes),
        horizons=tuple(_horizons(old, new)),
        watch=tuple(_watch(old, new)),
        published=tuple(_published(old, new)),
        corrections=tuple(_corrections(old, new, renamed)) if base else (),
        words=words,
        renamed=renamed,
        pages=_pages(assessments, old, new, words, renamed),
        disagreements=tuple(_disagreements(lock, theirs, new)) if theirs else (),
        behind=(
            _out_of_date(stored, inputs, rulebook, theirs, changes)
            if stored and against_lock
            else ()
        ),
        rules_unreadable=base is not None and not is_readable(base),
        evidence=evidence,
    )


def _require_same_workspace(lock: Lock, assessment: Assessment) -> None:
    """Raise ``InputError`` if no profile, source or publisher of a lock is in the workspace."""
    corpus = assessment.written
    known = corpus.profiles.keys() | corpus.sources.keys() | corpus.publishers.keys()
    locked: set[str] = set()
    for entry in lock.entries.values():
        locked |= {entry.id, *entry.inputs.sources, *entry.inputs.publishers}
    if locked and known and locked.isdisjoint(known):
        ids = sorted({i for i, _ in lock.entries})
        few = ", ".join(ids[:3]) + (" …" if len(ids) > 3 else "")
        message = f"the profiles of the lock ({few}) and their sources are not in this workspace"
        position = Position(assessment.workspace.lock_path.name, 1, 1)
        raise InputError([codes.LOCK_ELSEWHERE.at(position, message, codes.LOCK_ELSEWHERE.hint)])


def _out_of_date(
    lock: Lock,
    inputs: str,
    rulebook: str,
    theirs: Lock | None,
    changes: Sequence[Change],
) -> tuple[Behind, ...]:
    kinds = {cause.kind for change in changes for cause in change.causes}
    differs: dict[Behind, bool] = {
        "documents": lock.inputs != inputs,
        "rules": rules_digest(lock.rulebook) != rulebook,
        "decisions": "decision" in kinds,
        "engine": lock.engine != SCORING_VERSION,
        "lock": "lock" in kinds,
        "branches": theirs is not None,
    }
    return tuple(part for part, differ in differs.items() if differ)


def rules_digest(rulebook: Mapping[str, Any]) -> str:
    """Return a digest of a rulebook without its date."""
    undated = {k: v for k, v in rulebook.get("settings", {}).items() if k != "as_of"}
    return digest_of({**rulebook, "settings": undated})


def with_ageing(plan: Plan, later: Plan) -> Plan:
    """Add the changes that time alone makes by the date of ``later``."""
    aged = [
        replace(c, causes=tuple(k for k in c.causes if k.kind == "time"))
        for c in later.changes
        if any(k.kind == "time" for k in c.causes)
    ]
    return replace(plan, ageing=tuple(aged), today=later.as_of)


# Parts of a plan ---------------------------------------------------------------------------


def _removed_audience(entry: LockedProfile) -> Iterator[Change]:
    """Yield the grades of an audience that the rulebook no longer has."""
    cause = Cause("rule", None, ("audiences",))
    for scorer in entry.scores:
        before = graded(entry, scorer)
        yield Change(entry.id, entry.audience, scorer, before, Grade(), "status", (cause,))


def _pairs(
    old: _Entries, new: _Entries
) -> Iterator[tuple[tuple[str, str], LockedProfile | None, LockedProfile | None]]:
    for key in sorted(old.keys() | new.keys(), key=lambda k: (k[1], k[0])):
        yield key, old.get(key), new.get(key)


def _horizons(old: _Entries, new: _Entries) -> Iterator[HorizonChange]:
    for key, was, now in _pairs(old, new):
        before = None if was is None else was.horizon
        after = None if now is None else now.horizon
        if before != after:
            yield HorizonChange(*key, before, after)


def _watch(old: _Entries, new: _Entries) -> Iterator[WatchChange]:
    for key, was, now in _pairs(old, new):
        before, after = _items(was), _items(now)
        added = tuple(i for i in after if i not in before)
        removed = tuple(i for i in before if i not in after)
        if added or removed:
            yield WatchChange(*key, added, removed)


def _items(entry: LockedProfile | None) -> list[str]:
    if entry is None:
        return []
    return [w.text or f"by rule {w.rule}" for w in entry.watch]


def _published(old: _Entries, new: _Entries) -> Iterator[PublicationChange]:
    for key, was, now in _pairs(old, new):
        before, after = bool(was and was.published), bool(now and now.published)
        if before != after:
            yield PublicationChange(*key, after)


def _corrections(old: _Entries, new: _Entries, renamed: Sequence[Rename]) -> Iterator[Correction]:
    """Yield changes of wording since the last apply, each once with its audiences."""
    moved = {r.now for r in renamed if r.kind == "claim"}
    found: dict[Correction, list[str]] = {}
    for (_, audience), was, now in _pairs(old, new):
        if was is None or now is None:
            continue
        for claim in sorted(was.inputs.claims.keys() | now.inputs.claims.keys()):
            a, b = was.inputs.claims.get(claim), now.inputs.claims.get(claim)
            # Locks of older versions have texts with their white space.
            before = normalised(a.text) if a else None
            after = b.text if b else None
            # Claims of other profiles, on which this one is based, are corrections of those.
            if before == after or "#" in claim:
                continue
            kind: Literal["reworded", "added", "removed"] = "reworded"
            if before is None or after is None:
                kind = "added" if before is None else "removed"
            ref = f"{was.id}#{claim}"
            if before is None and ref in moved:
                continue
            found.setdefault(Correction(kind, ref, before, after), []).append(audience)
        for source in sorted(was.inputs.sources.keys() & now.inputs.sources.keys()):
            retracted = now.inputs.sources[source].retracted
            if retracted and not was.inputs.sources[source].retracted:
                retraction = Correction("retracted", source, None, retracted)
                found.setdefault(retraction, []).append(audience)
    every = {audience for _, audience in new}
    for correction in sorted(found, key=lambda c: (c.kind == "retracted", c.ref, c.kind)):
        seen_by = dict.fromkeys(found[correction])
        yield replace(correction, audiences=() if every <= seen_by.keys() else tuple(seen_by))


def _disagreements(ours: Lock, theirs: Lock, new: _Entries) -> Iterator[Disagreement]:
    for key, scorer in differing(ours, theirs):
        found = [entries.get(key) for entries in (ours.entries, theirs.entries, new)]
        yield Disagreement(*key, scorer, *(graded(e, scorer) for e in found))


def _pages(
    assessments: Iterable[Assessment],
    old: _Entries,
    new: _Entries,
    words: Iterable[WordChange],
    renamed: Sequence[Rename],
) -> tuple[str, ...]:
    """Return the pages of changed profiles, of their neighbours, and with changed words."""
    pages = {page for word in words for page in word.pages}
    moved = {r.now.partition("#")[0] for r in renamed if r.kind in ("profile", "claim")}
    for assessment in assessments:
        before = {e.id: e for e in old.values() if e.audience == assessment.audience}
        after = {e.id: e for e in new.values() if e.audience == assessment.audience}
        regraded = {
            i for i in before.keys() | after.keys() if _on_page(before, i) != _on_page(after, i)
        } | (moved & after.keys())
        affected = regraded | changed_evidence(before, after)
        for i in regraded:
            for side in (before, after):
                affected |= side[i].inputs.edges.keys() if i in side else set()
        for side in (before, after):
            shown = [side[i] for i in affected if i in side and side[i].published]
            pages |= {f"{entry.kind}s/{entry.id}.html" for entry in shown}
    return ("index.html", *sorted(pages)) if pages else ()


def _on_page(entries: Mapping[str, LockedProfile], profile_id: str) -> object:
    entry = entries.get(profile_id)
    if entry is None:
        return None
    scores = [(n, s.points, s.coverage, s.band, s.grade) for n, s in entry.scores.items()]
    return (scores, entry.horizon, entry.watch, entry.published)
