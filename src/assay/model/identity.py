"""Identity over time: which document, claim, rule or scorer an id of any date belongs to.

Old lines of the lock, the history and the ledger keep the ids of their day. Readers translate them
with :meth:`Identity.now`; digests use :meth:`Identity.first`, so a rename changes none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from typing import Any, Literal, cast

from assay.model.documents import Corpus
from assay.model.rulebook import Rulebook

Kind = Literal["profile", "claim", "source", "publisher", "scorer", "rule"]

_DOCUMENTS: tuple[Kind, ...] = ("profile", "source", "publisher")


class Identity:
    """Translates between the former, first and current ids of one workspace.

    Claims are named ``profile#claim``, scorers ``on.name`` and rules ``on.name.rule``. The id of a
    document merged into another one stays its own: nothing that was recorded about it was said of
    the other.
    """

    def __init__(self, corpus: Corpus, rulebook: Rulebook | None = None) -> None:
        self._now: dict[Kind, dict[str, str]] = {k: {} for k in (*_DOCUMENTS, "claim")}
        self._first: dict[Kind, dict[str, str]] = {k: {} for k in (*_DOCUMENTS, "claim")}
        self.merged: dict[str, str] = {}
        """By the id of a merged document the one that it was merged into."""
        documents: tuple[tuple[Kind, Mapping[str, Any]], ...] = (
            ("profile", corpus.profiles),
            ("source", corpus.sources),
            ("publisher", corpus.publishers),
        )
        for kind, models in documents:
            for model in models.values():
                self._add(kind, model.id, model.formerly, models)
                for gone, formerly in getattr(model, "merged", {}).items():
                    self._add(kind, gone, formerly, models)
                    if gone not in models:
                        self.merged[gone] = model.id
        for profile in corpus.profiles.values():
            living = [f"{profile.id}#{c.id}" for c in profile.claims]
            for name, claim in zip(living, profile.claims, strict=True):
                if claim.formerly:
                    former = [full_reference(profile.id, f) for f in claim.formerly]
                    self._add("claim", name, map(self._owned, former), living)
        self._now["scorer"], self._now["rule"] = {}, {}
        self._first["scorer"], self._first["rule"] = {}, {}
        for scorer in rulebook.scorers if rulebook is not None else ():
            self._add("scorer", scorer.key, [f"{scorer.on}.{f}" for f in scorer.formerly])
            for rule in scorer.rules:
                former = [f"{scorer.key}.{f}" for f in rule.formerly]
                self._add("rule", f"{scorer.key}.{rule.id}", former)

    def _add(
        self, kind: Kind, now: str, formerly: Iterable[str], living: Container[str] = ()
    ) -> None:
        """Add the former ids of something; what has one of them today keeps it."""
        former = list(formerly)
        if former:
            self._first[kind][now] = former[0]
            self._now[kind] |= {f: now for f in former if f != now and f not in living}

    def _owned(self, reference: str) -> str:
        owner, _, claim = reference.partition("#")
        return f"{self.now('profile', owner)}#{claim}"

    @property
    def unchanged(self) -> bool:
        """Whether no id was ever another one."""
        return not (any(self._now.values()) or any(self._first.values()))

    def now(self, kind: Kind, id_: str) -> str:
        """Return the current id of what had this id once; other ids are returned unchanged."""
        if kind == "claim":
            id_ = self._owned(id_)
        elif kind == "rule":
            key, _, rule = id_.rpartition(".")
            id_ = f"{self.now('scorer', key)}.{rule}"
        return self._now[kind].get(id_, id_)

    def first(self, kind: Kind, id_: str) -> str:
        """Return the id that something with this current id had first."""
        if kind == "claim":
            owner, _, claim = self._first["claim"].get(id_, id_).partition("#")
            return f"{self._first['profile'].get(owner, owner)}#{claim}"
        if kind == "rule":
            key, _, rule = self._first["rule"].get(id_, id_).rpartition(".")
            return f"{self._first['scorer'].get(key, key)}.{rule}"
        return self._first[kind].get(id_, id_)

    def now_of_scorer(self, name: str) -> str:
        """Return the current name of a scorer of profiles."""
        return self.now("scorer", f"profile.{name}").removeprefix("profile.")

    def now_of_reference(self, reference: str) -> str:
        """Translate an id of any kind, as causes of changes have them."""
        if "#" in reference:
            return self.now("claim", reference)
        if "." in reference:
            if reference in self._now["scorer"]:
                return self._now["scorer"][reference]
            return self.now("rule", reference) if reference.count(".") > 1 else reference
        return next(
            (self._now[k][reference] for k in _DOCUMENTS if reference in self._now[k]), reference
        )

    def first_of_label(self, label: str) -> str:
        """Translate the ids in the name of a scored row, such as ``profile#claim@source``."""
        head, colon, factor = label.partition(":")
        return _LABEL.sub(self._first_of_match, head) + colon + factor

    def _first_of_match(self, match: re.Match[str]) -> str:
        id_ = match[0]
        if "#" in id_:
            return self.first("claim", id_)
        return next((self._first[k][id_] for k in _DOCUMENTS if id_ in self._first[k]), id_)

    def with_first_ids(self, kind: str, data: Mapping[str, Any], owner: str = "") -> Any:
        """Return the plain data of a document with the ids that everything in it had first.

        ``kind`` is that of :func:`references`; ``owner`` is its profile if it is only a part. The
        former ids themselves are left out.
        """

        def first(kind: Kind, id_: str) -> str:
            if kind != "claim":
                return self.first(kind, id_)
            owner_, _, claim = self.first("claim", full_reference(owner, id_)).rpartition("#")
            return claim if "#" not in id_ else f"{owner_}#{claim}"

        return data if self.unchanged else rewritten(kind, _without_former_ids(data), first)


def _without_former_ids(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_former_ids(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: item if key == "extra" else _without_former_ids(item)
        for key, item in value.items()
        if key not in ("formerly", "merged") or not item
    }


def full_reference(owner: str, reference: str) -> str:
    """Return a reference to a claim as ``profile#claim``."""
    return reference if "#" in reference else f"{owner}#{reference}"


_LABEL = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*(?:#[a-z0-9]+(?:-[a-z0-9]+)*)?")


# References between documents --------------------------------------------------------------

_Fields = Mapping[str, Any]
"""By field the kind that it refers to, or the fields of its values; ``*`` is every key.

A value that may be a bare text instead of a mapping is a reference of the field ``""``.
"""

_CITATION: _Fields = {"": "source", "id": "source", "cites": "source"}
_EDGE: _Fields = {"on": "profile", "claims": "claim"}
_STATED: _Fields = {"claims": "claim"}
_QUESTION: _Fields = {"would_settle": "claim", "claims": "claim"}
_CLAIM: _Fields = {
    "id": "claim",
    "actor": "profile",
    "sources": _CITATION,
    "rests_on": "claim",
    "contradicts": "claim",
    "alternative_to": "claim",
}
_PROFILE: _Fields = {
    "id": "profile",
    "bottom_line": "claim",
    "basis": {"*": "claim"},
    "depends_on": _EDGE,
    "affects": _EDGE,
    "claims": _CLAIM,
    "summary": _STATED,
    "gaps": _QUESTION,
    "watch": _QUESTION,
    "signals": _STATED,
    "factors": _STATED,
}
_FIELDS: dict[str, _Fields] = {
    "publisher": {"id": "publisher", "owner": "publisher", "speaks_for": "profile"},
    "source": {
        "id": "source",
        "publisher": "publisher",
        "cites": "source",
        "revises": "source",
        "same_as": "source",
        "not_same_as": "source",
    },
    "institution": _PROFILE,
    "event": _PROFILE,
    "claim": _CLAIM,
    "dependency": _EDGE,
    "factor": _STATED,
}


def references(kind: str, data: Any) -> Iterator[tuple[tuple[str | int, ...], Kind, str]]:
    """Yield every id in the plain data of a document, with its path and its kind."""
    yield from _references(_FIELDS[kind], data, ())


def _references(
    fields: Any, value: Any, path: tuple[str | int, ...]
) -> Iterator[tuple[tuple[str | int, ...], Kind, str]]:
    if isinstance(value, list):
        for i, item in enumerate(value):
            yield from _references(fields, item, (*path, i))
    elif isinstance(value, str):
        kind: Kind | None = cast("Kind", fields) if isinstance(fields, str) else fields.get("")
        if kind is not None:
            yield path, kind, value
    elif isinstance(value, dict) and not isinstance(fields, str):
        for key, item in value.items():
            inside = fields.get(key, fields.get("*"))
            if inside is not None:
                yield from _references(inside, item, (*path, key))


def rewritten(kind: str, data: Any, change: Callable[[Kind, str], str]) -> Any:
    """Return the plain data of a document, claim or dependency with other ids in it.

    ``change`` gets each id with its kind; references to claims may lack their profile.
    """
    return _rewritten(_FIELDS[kind], data, change)


def _rewritten(fields: Any, value: Any, change: Callable[[Kind, str], str]) -> Any:
    if isinstance(value, list):
        return [_rewritten(fields, item, change) for item in value]
    if isinstance(value, str):
        kind: Kind | None = cast("Kind", fields) if isinstance(fields, str) else fields.get("")
        return value if kind is None else change(kind, value)
    if not isinstance(value, dict) or isinstance(fields, str):
        return value
    inside = {key: fields.get(key, fields.get("*")) for key in value}
    return {
        key: item if inside[key] is None else _rewritten(inside[key], item, change)
        for key, item in value.items()
    }
