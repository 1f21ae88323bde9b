"""New documents and claims, and the ids made from their names."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assay.diagnostics.suggest import nearest
from assay.errors import UsageError
from assay.model.base import ID_PATTERN
from assay.model.identity import Identity
from assay.workspace.edits import Edit, commit, path_of, resolve_profile_path
from assay.workspace.load import Loaded
from assay.workspace.paths import Workspace
from assay.workspace.schemas import PROFILE_SCHEMA
from assay.yaml.edit import append_documents, append_item

CLAIM_ID_WORDS = 6
"""How many words of a claim's text its id is made from."""

_NO_VALUE: tuple[object, ...] = (None, (), [], "")


@dataclass(frozen=True, slots=True)
class Written:
    """A document or claim (``profile#claim``) and its file.

    ``draft``: it is a claim that lacks sources or grounds, and so is not scored yet. An item of a
    profile without an id, such as a gap, has the id of its profile.
    """

    id: str
    file: str
    created: bool = True
    draft: bool = False


def new_document(
    loaded: Loaded,
    kind: str,
    name: str,
    *,
    id_: str | None = None,
    fields: Mapping[str, Any] | None = None,
    into: Path | None = None,
) -> Written:
    """Write a document. The default id is made from the name; for ``into``: document_path.

    Raises ``UsageError`` if the id is taken, ``InputError`` if the result would have errors.
    """
    made = checked_id(id_) if id_ is not None else suggest_id(name)
    if made in loaded.subjects:
        raise UsageError(
            f"the id {made!r} is taken, in {loaded.subjects[made].file}; give another with --id"
        )
    require_no_former_id(loaded, made)
    path = document_path(loaded.workspace, kind, made, into)
    data = document(kind, made, name, fields or {})
    edit = Edit(loaded)
    edit[path] = with_documents(loaded.workspace, path, edit[path], [data])
    commit(edit)
    return Written(made, loaded.workspace.relative(path))


def document(kind: str, id_: str, name: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the plain data of a new document, without fields that have no value."""
    given = {k: v for k, v in fields.items() if v not in _NO_VALUE}
    return {"kind": kind, "id": id_, "title" if kind == "source" else "name": name, **given}


def document_path(workspace: Workspace, kind: str, id_: str, into: Path | None = None) -> Path:
    """Return the file for a new document.

    Default: ``profiles/KINDs.yaml`` if it exists, otherwise ``profiles/KINDs/ID.yaml``.
    """
    if into is not None:
        return resolve_profile_path(workspace, into)
    shared = workspace.profiles_dir / f"{kind}s.yaml"
    return shared if shared.is_file() else workspace.profiles_dir / f"{kind}s" / f"{id_}.yaml"


def with_documents(
    workspace: Workspace, path: Path, existing: bytes, documents: Sequence[Mapping[str, Any]]
) -> bytes:
    """Append documents to the contents of a file; a new file names its schema."""
    if not existing:
        schema = os.path.relpath(workspace.cache_dir / PROFILE_SCHEMA, path.parent)
        line = f"# yaml-language-server: $schema={Path(schema).as_posix()}\n"
        existing = line.encode("utf-8")
    return append_documents(existing, workspace.relative(path), documents)


def new_claim(
    loaded: Loaded,
    profile_id: str,
    text: str,
    *,
    id_: str | None = None,
    nature: str = "fact",
    fields: Mapping[str, Any] | None = None,
    sources: Sequence[str] = (),
    rests_on: Sequence[str] = (),
) -> Written:
    """Append a claim to a profile.

    A fact without a source and a judgement without grounds become drafts.
    """
    require_profile(loaded, profile_id)
    taken = {c.id for c in loaded.corpus.profiles[profile_id].claims}
    if id_ is None:
        id_ = first_free(suggest_id(" ".join(text.split()[:CLAIM_ID_WORDS])), taken)
    elif checked_id(id_) in taken:
        raise UsageError(f"{profile_id!r} already has a claim {id_!r}; give another id with --id")
    given = {k: v for k, v in (fields or {}).items() if v not in (*_NO_VALUE, False)}
    claim: dict[str, Any] = {"id": id_, "nature": nature, **given, "text": text}
    if sources:
        claim["sources"] = list(sources)
    if rests_on:
        claim["rests_on"] = list(rests_on)
    lacks_source = nature in ("fact", "attributed") and not sources
    draft = lacks_source or (nature == "judgement" and not rests_on)
    if draft:
        claim["status"] = "draft"
    file = _append(loaded, profile_id, "claims", claim)
    return Written(f"{profile_id}#{id_}", file, draft=draft)


def new_item(
    loaded: Loaded, profile_id: str, key: str, fields: Mapping[str, Any], short: str = ""
) -> Written:
    """Append an item to a list of a profile, such as ``gaps``; for ``short``, as its text alone.

    Raises ``UsageError`` for an unknown profile, ``InputError`` if the result would have errors.
    """
    require_profile(loaded, profile_id)
    item = {k: v for k, v in fields.items() if v not in _NO_VALUE}
    bare = item[short] if [*item] == [short] else item
    return Written(profile_id, _append(loaded, profile_id, key, bare))


def _append(loaded: Loaded, profile_id: str, key: str, item: Any) -> str:
    """Append an item to a list of a profile, and return the name of the file."""
    path, number = path_of(loaded, profile_id)
    file = loaded.workspace.relative(path)
    edit = Edit(loaded)
    edit[path] = append_item(edit[path], file, number, (key,), item)
    commit(edit)
    return file


def require_no_former_id(loaded: Loaded, id_: str, of: str | None = None) -> None:
    """Raise ``UsageError`` if another document than ``of`` had an id before."""
    identity = Identity(loaded.corpus)
    owner = identity.now_of_reference(id_)
    owner = identity.merged.get(owner, owner)
    if owner not in (id_, of):
        raise UsageError(f"the id {id_!r} was that of {owner!r}; choose another one")


def require_profile(loaded: Loaded, profile_id: str) -> None:
    """Raise ``UsageError`` if there is no such profile, or it has errors."""
    if profile_id in loaded.corpus.profiles:
        return
    if profile_id in loaded.subjects:
        file = loaded.subjects[profile_id].file
        raise UsageError(
            f"{profile_id!r} in {file} is not a profile, or has errors; run assay check"
        )
    identity = Identity(loaded.corpus)
    now = identity.now("profile", profile_id)
    now = identity.merged.get(now, now)
    if now != profile_id:
        raise UsageError(f"profile {profile_id!r} is now {now!r}")
    near = nearest(profile_id, loaded.corpus.profiles)
    hint = f"did you mean {near!r}?" if near else "search with `assay find WORDS`"
    raise UsageError(f"unknown profile {profile_id!r}; {hint}")


# Ids --------------------------------------------------------------------------------------------

_LONGEST = 60


def checked_id(given: str) -> str:
    """Return ``given`` if it is a valid id. Raises ``UsageError`` with a valid one otherwise."""
    if not re.fullmatch(ID_PATTERN, given):
        better = slug(given)
        example = f", for example {better!r}" if better else ""
        raise UsageError(
            f"invalid id {given!r}; use lower-case letters, digits and single hyphens{example}"
        )
    return given


def suggest_id(name: str) -> str:
    """Return an id for ``name``. Raises ``UsageError`` if none can be made from it."""
    made = slug(name)
    if not made:
        raise UsageError(f"no id can be made from {name!r}; give one with --id")
    return made


def slug(name: str) -> str:
    """Return an id for a name: accents dropped, hyphens for all but letters and digits.

    Empty if the name has other letters than Latin ones: half a name would mislead.
    """
    plain = unicodedata.normalize("NFKD", name.casefold())
    if any(ord(c) > 127 and unicodedata.category(c)[0] in "LN" for c in plain):
        return ""
    ascii_only = "".join(c for c in plain if not unicodedata.combining(c) and c not in "'’")
    return shorten("-".join(re.findall(r"[a-z0-9]+", ascii_only)))


def shorten(slug_: str, longest: int = _LONGEST) -> str:
    """Cut an id to at most ``longest`` characters, between words if possible."""
    if len(slug_) <= longest:
        return slug_
    return slug_[: longest + 1].rpartition("-")[0] or slug_[:longest]


def first_free(wanted: str, taken: Container[str]) -> str:
    """Return ``wanted``, or the first free one of ``wanted-2``, ``wanted-3``, … if it is taken."""
    free, number = wanted, 1
    while free in taken:
        number += 1
        free = f"{wanted}-{number}"
    return free
