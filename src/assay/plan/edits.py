"""Edits since the base of a plan: the fields of rulebook and documents with their old values.

The lock has the whole rulebook, but only digests of documents. The old documents are those given
for comparison; one whose digest is not the locked one is named without its fields.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from assay.diagnostics.diagnostic import Position
from assay.errors import UsageError
from assay.evidence.audience import visible_to
from assay.model.documents import AnyProfile, Claim, Corpus, Event
from assay.plan.inputs import WORDS
from assay.plan.lock import InputDigests, Lock, LockedClaim, canonical_rulebook, digest_of
from assay.plan.lock_builder import evidence_digest, evidence_of
from assay.plan.plan import Edit, Edited, EditKind, Plan, includes
from assay.plan.renames import renamed_lock

if TYPE_CHECKING:
    from assay.assessment import Assessment

_Path = tuple[str | int, ...]
Place = Callable[[str | None, _Path], Position]
"""Finds a value in the current files, by the id of its document (None: the rulebook) and path."""

_ID_KEYS = ("id", "name", "on", "factor", "date")
_OWN_LINES = ("claims", "depends_on", "affects")


def with_edits(
    plan: Plan,
    base: Lock,
    assessments: Sequence[Assessment],
    old_documents: Callable[[], Corpus | None],
    place: Place,
) -> Plan:
    """Add what was edited between the base of a plan and the assessments.

    ``old_documents`` gives the known documents of the base; it is called only if some changed.
    """
    first = assessments[0]
    base, _ = renamed_lock(base, first.identity, first.rulebook)
    found = list(_rule_edits(base, first))
    if _documents_changed(plan, base):
        found += _document_edits(base, assessments, old_documents())
    edits = tuple(_finished(edit, plan, place) for edit in found)
    return replace(plan, edits=edits)


@dataclass
class _Found:
    """An edit before its place and effect are known.

    ``owners`` are the profiles whose evidence it is part of, ``document`` and ``path`` the
    current value; a path of None has none.
    """

    edit: Edit
    document: str | None = None
    path: _Path | None = None
    owners: set[str] = field(default_factory=set)


def _finished(found: _Found, plan: Plan, place: Place) -> Edit:
    position = None if found.path is None else place(found.document, found.path)
    edit = replace(found.edit, moves=_moves(found, plan))
    if position is None:
        return edit
    return replace(edit, file=position.file, line=position.line or None)


def _moves(found: _Found, plan: Plan) -> bool:
    """Whether a changed score may be due to an edit: whether a cause names it."""
    edit = found.edit
    if plan.rules_unreadable:
        return True
    if edit.part != "rulebook":
        named = {edit.ref, *found.owners}
        return any(
            named.intersection(cause.refs)
            for change in plan.changes
            for cause in change.causes
            if cause.kind in ("evidence", "engine", "neighbour")
        )
    if edit.name == "settings.as_of":
        return any(k.kind == "time" for c in plan.changes for k in c.causes)
    if edit.field.rpartition(".")[2] in WORDS:
        return False
    refs = {r for c in plan.changes for k in c.causes if k.kind == "rule" for r in k.refs}
    return any(r == "rules.yaml" or includes(r, edit.name) or includes(edit.name, r) for r in refs)


# Rulebook ----------------------------------------------------------------------------------


def _rule_edits(base: Lock, assessment: Assessment) -> Iterator[_Found]:
    from assay.plan.attribution import locked_rulebook  # takes long to load

    try:
        old = canonical_rulebook(locked_rulebook(base))
    except UsageError:
        old = dict(base.rulebook)
    new = canonical_rulebook(assessment.rulebook)
    for names, path, before, after in _differences(old, new):
        ref, fields = _rule_name(names)
        edit = _edit("rulebook", ref, ".".join(fields), before, after)
        yield _Found(edit, None, path)


def _rule_name(names: Sequence[str]) -> tuple[str, Sequence[str]]:
    """Return the name of a part of the rulebook, as causes have it, and the field in it."""
    match names:
        case ["scorers", *scorer, "order"]:
            return ".".join(scorer) or "scorers", ["order"]
        case ["scorers", scorer, "rules", rule, *fields]:
            return f"{scorer}.{rule}", fields
        case ["scorers", scorer, *fields]:
            return scorer, fields
        case ["scales", *rest]:
            return ".".join(("scale", *rest[:-1])), rest[-1:]
    return ".".join(names[:-1]) or names[0], names[-1:] if len(names) > 1 else ()


# Documents ---------------------------------------------------------------------------------


def _documents_changed(plan: Plan, base: Lock) -> bool:
    locked = {key: evidence_digest(entry.inputs) for key, entry in base.entries.items()}
    return locked != plan.evidence


def _document_edits(
    base: Lock, assessments: Sequence[Assessment], before: Corpus | None
) -> Iterator[_Found]:
    """Yield the edits of documents, each once with the audiences that may see it."""
    merged: dict[Edit, _Found] = {}
    seen_by: dict[Edit, list[str]] = {}
    locked = {audience for _, audience in base.entries}
    compared = [a for a in assessments if a.audience in locked]
    for assessment in compared:
        audience = assessment.audience
        old = None
        if before is not None:
            order = assessment.rulebook.audiences
            old = visible_to(before, order, audience, base.as_of)
        was = {i: e.inputs for (i, name), e in base.entries.items() if name == audience}
        for found in _Evidence(was, evidence_of(assessment), old, assessment).edits():
            merged.setdefault(found.edit, found).owners.update(found.owners)
            seen_by.setdefault(found.edit, []).append(audience)
    for edit, found in merged.items():
        audiences = () if len(seen_by[edit]) == len(compared) else tuple(seen_by[edit])
        yield replace(found, edit=replace(edit, audiences=audiences))


class _Evidence:
    """The evidence of all profiles for one audience, before and now."""

    def __init__(
        self,
        was: Mapping[str, InputDigests],
        now: Mapping[str, InputDigests],
        old: Corpus | None,
        assessment: Assessment,
    ) -> None:
        self._was = was
        self._now = now
        self._old = old or Corpus()
        self._corpus = assessment.corpus
        self._written = assessment.written

    def edits(self) -> Iterator[_Found]:
        for id_ in sorted(self._was.keys() | self._now.keys()):
            yield from self._profile(id_)
        yield from self._claims()
        yield from self._dependencies()
        yield from self._sources()
        yield from self._publishers()

    def _profile(self, id_: str) -> Iterator[_Found]:
        was, now = self._was.get(id_), self._now.get(id_)
        if was is None or now is None:
            yield self._whole("profile", id_, id_, (), {id_}, before=was, after=now)
        elif was.own != now.own:
            old = self._old.profiles.get(id_)
            data = None if old is None else _own(old)
            new = _own(self._corpus.profiles[id_])
            whole = new == _own(self._written.profiles[id_])
            for found in self._fields("profile", id_, data, was.own, new, (id_, ()), {id_}):
                # Items of lists that an audience may not see are in the file all the same.
                yield found if whole else replace(found, path=(found.path or ())[:1])

    def _claims(self) -> Iterator[_Found]:
        was, now = _all_claims(self._was), _all_claims(self._now)
        for ref in sorted(was.keys() | now.keys()):
            before, after = was.get(ref), now.get(ref)
            owner, _, claim_id = ref.partition("#")
            if before == after or owner not in self._was or owner not in self._now:
                continue
            _, claim = _claim(self._corpus.profiles.get(owner), claim_id)
            index, _ = _claim(self._written.profiles.get(owner), claim_id)
            owners = self._owners("claims", ref)
            path: _Path = ("claims", index)
            if before is None or after is None or claim is None:
                yield self._whole("claim", ref, owner, path, owners, before=before, after=after)
                continue
            _, old = _claim(self._old.profiles.get(owner), claim_id)
            data, new = None if old is None else _plain(old), _plain(claim)
            if (data is None or digest_of(data) != before.digest) and before.text != after.text:
                # The lock has the wording, but no other field.
                edit = _edit("claim", ref, "text", before.text, after.text)
                yield _Found(edit, owner, (*path, "text"), owners)
                if digest_of({**new, "text": before.text}) == before.digest:
                    continue
            yield from self._fields("claim", ref, data, before.digest, new, (owner, path), owners)

    def _dependencies(self) -> Iterator[_Found]:
        both = self._was.keys() & self._now.keys()
        for id_ in sorted(both):
            was, now = self._was[id_].edges, self._now[id_].edges
            for peer in sorted(both & (was.keys() | now.keys())):
                if peer > id_ and was.get(peer) != now.get(peer):
                    yield from self._edges((id_, peer), was.get(peer, digest_of([])))

    def _edges(self, pair: tuple[str, str], digest: str) -> Iterator[_Found]:
        """Yield the edits of the edges between two profiles; ``digest`` is that of the old ones."""
        old, new, written = (_declared(c, pair) for c in (self._old, self._corpus, self._written))
        places = {(kind, owner): path for kind, owner, _, path in written}
        before, after = ({(k, o): edge for k, o, edge, _ in edges} for edges in (old, new))
        known = digest_of([[k, o, edge] for k, o, edge, _ in old]) == digest
        if not known or len(before) < len(old) or len(after) < len(new):
            (_, owner), path = next(iter(places.items()), (("", pair[0]), None))
            edit = Edit("dependency", _arrow(owner, pair), "changed")
            yield _Found(edit, owner, path, set(pair))
            return
        for key in sorted(before.keys() | after.keys()):
            was, now, (_, owner) = before.get(key), after.get(key), key
            ref, path = _arrow(owner, pair), places.get(key)
            if was is None or now is None:
                yield self._whole("dependency", ref, owner, path, pair, before=was, after=now)
                continue
            for names, below, a, b in _differences(was, now):
                edit = _edit("dependency", ref, ".".join(names), a, b)
                yield _Found(edit, owner, (*(path or ()), *below), set(pair))

    def _sources(self) -> Iterator[_Found]:
        was = {i: s for inputs in self._was.values() for i, s in inputs.sources.items()}
        now = {i: s for inputs in self._now.values() for i, s in inputs.sources.items()}
        for id_ in sorted(was.keys() | now.keys()):
            before, after = was.get(id_), now.get(id_)
            if before == after:
                continue
            owners = self._owners("sources", id_)
            if before is None or after is None:
                yield self._whole("source", id_, id_, (), owners, before=before, after=after)
                continue
            old = self._old.sources.get(id_)
            data, new = None if old is None else _plain(old), _plain(self._corpus.sources[id_])
            if (data is None or digest_of(data) != before.digest) and (
                before.retracted != after.retracted
            ):
                edit = _edit("source", id_, "retracted", before.retracted, after.retracted)
                yield _Found(edit, id_, ("retracted",), owners)
                continue
            yield from self._fields("source", id_, data, before.digest, new, (id_, ()), owners)

    def _publishers(self) -> Iterator[_Found]:
        was = {i: d for inputs in self._was.values() for i, d in inputs.publishers.items()}
        now = {i: d for inputs in self._now.values() for i, d in inputs.publishers.items()}
        for id_ in sorted(was.keys() | now.keys()):
            before, after = was.get(id_), now.get(id_)
            if before == after:
                continue
            owners = self._owners("publishers", id_)
            if before is None or after is None:
                yield self._whole("publisher", id_, id_, (), owners, before=before, after=after)
                continue
            old = self._old.publishers.get(id_)
            data = None if old is None else _plain(old)
            new = _plain(self._corpus.publishers[id_])
            yield from self._fields("publisher", id_, data, before, new, (id_, ()), owners)

    def _owners(self, part: str, ref: str) -> set[str]:
        """Return the profiles whose evidence includes a claim, source or publisher."""
        owner, _, claim = ref.partition("#")
        return {
            i
            for side in (self._was, self._now)
            for i, inputs in side.items()
            if ref in getattr(inputs, part) or (i == owner and claim in getattr(inputs, part))
        }

    def _whole(
        self,
        part: Edited,
        ref: str,
        document: str,
        path: _Path | None,
        owners: Collection[str],
        *,
        before: object,
        after: object,
    ) -> _Found:
        """Make the edit of a part without its fields: new, removed, or not known before."""
        kind: EditKind = "changed" if before and after else "added" if after else "removed"
        here = path if after else None
        return _Found(Edit(part, ref, kind), document, here, set(owners))

    def _fields(
        self,
        part: Edited,
        ref: str,
        old: Mapping[str, Any] | None,
        digest: str,
        new: Mapping[str, Any],
        at: tuple[str, _Path],
        owners: Collection[str],
    ) -> Iterator[_Found]:
        """Yield the changed fields of a part; ``digest`` is the locked one of its old data."""
        document, path = at
        if old is None or digest_of(old) != digest:
            yield _Found(Edit(part, ref, "changed"), document, path, set(owners))
            return
        for names, below, before, after in _differences(old, new):
            edit = _edit(part, ref, ".".join(names), before, after)
            yield _Found(edit, document, (*path, *below), set(owners))


def _all_claims(evidence: Mapping[str, InputDigests]) -> dict[str, LockedClaim]:
    """Return the claims of all profiles, by ``profile#claim``."""
    return {
        c if "#" in c else f"{i}#{c}": claim
        for i, inputs in evidence.items()
        for c, claim in inputs.claims.items()
    }


def _claim(profile: AnyProfile | None, claim_id: str) -> tuple[int, Claim | None]:
    """Return a claim and its index."""
    claims = profile.claims if profile else ()
    return next(((n, c) for n, c in enumerate(claims) if c.id == claim_id), (0, None))


def _declared(
    corpus: Corpus, pair: tuple[str, str]
) -> list[tuple[str, str, dict[str, Any], _Path]]:
    """Return the edges between two profiles, in the order of the digests of a lock.

    Each with the field and the profile that declare it, its data, and its path there.
    """
    found: list[tuple[str, str, dict[str, Any], _Path]] = []
    for profile in (p for p in corpus.profiles.values() if p.id in pair):
        effects = profile.affects if isinstance(profile, Event) else ()
        for kind, edges in (("depends_on", profile.depends_on), ("affects", effects)):
            for n, edge in enumerate(edges):
                if {profile.id, edge.on} == {*pair}:
                    found.append((kind, profile.id, _plain(edge), (kind, n)))
    return found


def _arrow(owner: str, pair: tuple[str, str]) -> str:
    return f"{owner} → {pair[0] if owner == pair[1] else pair[1]}"


def _plain(model: Any) -> dict[str, Any]:
    """Return the data that the digests of a lock are made from."""
    plain: dict[str, Any] = model.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return plain


def _own(profile: AnyProfile) -> dict[str, Any]:
    return {k: v for k, v in _plain(profile).items() if k not in _OWN_LINES}


# Differences of data -----------------------------------------------------------------------

_Difference = tuple[tuple[str, ...], _Path, Any, Any]
"""Names of the steps to a value, its path in the new data, and the value before and after."""


def _differences(
    before: Any, after: Any, names: tuple[str, ...] = (), path: _Path = ()
) -> Iterator[_Difference]:
    """Yield the smallest parts that differ; items of lists are matched by ids, if they have any."""
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys([*after, *before]):
            here = ((*names, str(key)), (*path, key))
            yield from _differences(before.get(key), after.get(key), *here)
        return
    old, new = _by_id(before), _by_id(after)
    if old is None or new is None:
        if _same_length(before, after):
            for n, (x, y) in enumerate(zip(before, after, strict=True)):
                yield from _differences(x, y, (*names, str(n + 1)), (*path, n))
        else:
            yield names, path, before, after
        return
    for name in dict.fromkeys([*new, *old]):
        index = list(new).index(name) if name in new else None
        there = path if index is None else (*path, index)
        yield from _differences(old.get(name), new.get(name), (*names, name), there)
    common = [name for name in old if name in new]
    if common != [name for name in new if name in old]:
        yield (*names, "order"), path, common, [name for name in new if name in old]


def _same_length(before: Any, after: Any) -> bool:
    """Whether both are lists of as many items, each of several fields."""
    lists = isinstance(before, list) and isinstance(after, list) and len(before) == len(after)
    return lists and all(isinstance(item, dict) for item in (*before, *after))


def _by_id(value: Any) -> dict[str, Any] | None:
    """Return the items of a list by their ids; None if they have none, or the same."""
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        return None
    found: dict[str, Any] = {}
    for item in value:
        name = next((str(item[key]) for key in _ID_KEYS if key in item), None)
        if name is None:
            return None
        if {"on", "name"} <= item.keys():
            name = f"{item['on']}.{item['name']}"
        found[name] = item
    return found if len(found) == len(value) else None


def _edit(part: Edited, ref: str, name: str, before: Any, after: Any) -> Edit:
    """Make an edit of a value; of lists, it has the items that only one side has."""
    kind: EditKind = "changed"
    if isinstance(before or after, dict | list) and not (before and after):
        kind = "added" if after else "removed"
    elif isinstance(before, list) and isinstance(after, list) and not name.endswith("order"):
        gone, new = [x for x in before if x not in after], [x for x in after if x not in before]
        if gone or new:
            before, after = gone or None, new or None
            kind = "changed" if gone and new else "added" if new else "removed"
    return Edit(part, ref, kind, name, _text(_unnamed(before)), _text(_unnamed(after)))


def _unnamed(value: Any) -> Any:
    """Return an item of a list without its id, which is in the name of the edit."""
    return {k: v for k, v in value.items() if k != "id"} if isinstance(value, dict) else value


def _text(value: Any) -> str | None:
    """Format a value of a document or a rulebook on one line; None for none."""
    if value is None or value in ({}, []):
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(value).removesuffix(".0")
    if isinstance(value, list | tuple):
        return ", ".join(filter(None, map(_text, value)))
    if isinstance(value, dict):
        return "; ".join(_entries(value))
    return " ".join(str(value).split())


def _entries(value: Mapping[str, Any]) -> Iterable[str]:
    return (f"{key}: {text}" for key, item in value.items() if (text := _text(item)))
