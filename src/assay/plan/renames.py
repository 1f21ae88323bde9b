"""Former ids in what was applied: locks and applies as they read with the ids of today.

The files keep the ids of their day. Readers translate them once, here, and compare like with like.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from assay.model.identity import Identity, Kind, full_reference
from assay.model.rulebook import Rulebook
from assay.plan.history import Applied
from assay.plan.lock import Lock, LockedHorizon, LockedProfile, canonical_rulebook
from assay.plan.plan import Change, Rename


def renamed_lock(
    lock: Lock, identity: Identity, rulebook: Rulebook
) -> tuple[Lock, tuple[Rename, ...]]:
    """Return the lock with current ids, and the renames and merges since it was written."""
    if identity.unchanged:
        return lock, ()
    found: dict[Rename, set[str]] = {}
    entries = {}
    for entry in lock.entries.values():
        reader = _Reader(identity)
        renamed = reader.entry(entry)
        entries[renamed.key] = renamed
        for rename in (*reader.found, *_merged(renamed, identity)):
            found.setdefault(rename, set()).add(entry.audience)
    rules = _Reader(identity)
    locked = rules.rulebook(lock.rulebook, canonical_rulebook(rulebook))
    every = {e.audience for e in entries.values()}
    of_documents = (
        replace(r, audiences=() if audiences == every else tuple(sorted(audiences)))
        for r, audiences in found.items()
        if r.kind not in ("scorer", "rule")
    )
    renames = sorted({*of_documents, *rules.found}, key=lambda r: (r.kind, r.now, r.former))
    return replace(lock, rulebook=locked, entries=entries), tuple(renames)


def _merged(entry: LockedProfile, identity: Identity) -> Iterator[Rename]:
    """Yield what a locked profile knew as documents of their own."""
    if entry.id in identity.merged:
        yield Rename("profile", entry.id, identity.merged[entry.id], "merged")
    for source in entry.inputs.sources.keys() & identity.merged.keys():
        yield Rename("source", source, identity.merged[source], "merged")


class _Reader:
    """Translates ids and collects those that changed; a claim of a renamed profile is not one."""

    def __init__(self, identity: Identity) -> None:
        self._identity = identity
        self.found: set[Rename] = set()

    def now(self, kind: Kind, id_: str) -> str:
        current = self._identity.now(kind, id_)
        same_here = id_
        if kind == "claim":
            owner, _, claim = id_.partition("#")
            same_here = f"{self._identity.now('profile', owner)}#{claim}"
        elif kind == "rule":
            key, _, rule = id_.rpartition(".")
            same_here = f"{self._identity.now('scorer', key)}.{rule}"
        if current != same_here:
            self.found.add(Rename(kind, id_, current))
        return current

    def scorer(self, name: str) -> str:
        return self.now("scorer", f"profile.{name}").removeprefix("profile.")

    def entry(self, entry: LockedProfile) -> LockedProfile:
        id_ = self.now("profile", entry.id)

        def claim(reference: str) -> str:
            full = self.now("claim", full_reference(entry.id, reference))
            return full.removeprefix(f"{id_}#")

        inputs = entry.inputs
        return replace(
            entry,
            id=id_,
            scores={self.scorer(name): score for name, score in entry.scores.items()},
            horizon=self._horizon(entry.horizon, claim),
            inputs=replace(
                inputs,
                claims={claim(i): c for i, c in inputs.claims.items()},
                sources={self.now("source", i): s for i, s in inputs.sources.items()},
                publishers={self.now("publisher", i): p for i, p in inputs.publishers.items()},
                edges={self.now("profile", i): e for i, e in inputs.edges.items()},
            ),
        )

    def _horizon(self, horizon: LockedHorizon, claim: Callable[[str], str]) -> LockedHorizon:
        """The subject of the next date is a claim, a profile, or the number of a watch item."""
        reason, _, subject = (horizon.subject or "").partition(" ")
        if not subject or subject.isdigit():
            return horizon
        current = self.now("profile", subject)
        current = claim(subject) if current == subject else current
        return replace(horizon, subject=f"{reason} {current}")

    def rulebook(self, locked: Mapping[str, Any], current: Mapping[str, Any]) -> dict[str, Any]:
        """The locked rulebook with the current ids of its rules.

        Its scorers keep their names, which its expressions use.
        """
        formerly = {
            f"{s['on']}.{s['name']}.{r['id']}": r.get("formerly")
            for s in current["scorers"]
            for r in s["rules"]
        }
        scorers = []
        for scorer in locked.get("scorers", ()):
            key = f"{scorer['on']}.{scorer['name']}"
            self.now("scorer", key)
            rules = []
            for rule in scorer["rules"]:
                full = self.now("rule", f"{key}.{rule['id']}")
                changed = {"id": full.rpartition(".")[2], "formerly": formerly.get(full)}
                if rule.get("replaces"):
                    replaced = self.now("rule", f"{key}.{rule['replaces']}")
                    changed["replaces"] = replaced.rpartition(".")[2]
                rules.append({k: v for k, v in {**rule, **changed}.items() if k != "formerly" or v})
            scorers.append({**scorer, "rules": rules})
        return {**locked, "scorers": scorers}


def current_records(records: Iterable[Applied], identity: Identity) -> tuple[Applied, ...]:
    """Return applies with the current ids of everything that they name."""
    if identity.unchanged:
        return tuple(records)
    return tuple(
        replace(
            record,
            changes=tuple(_change(c, identity) for c in record.changes),
            corrections=tuple(
                replace(c, ref=identity.now_of_reference(c.ref)) for c in record.corrections
            ),
        )
        for record in records
    )


def _change(change: Change, identity: Identity) -> Change:
    return replace(
        change,
        id=identity.now("profile", change.id),
        scorer=identity.now_of_scorer(change.scorer),
        causes=tuple(
            replace(c, refs=tuple(map(identity.now_of_reference, c.refs))) for c in change.causes
        ),
    )
