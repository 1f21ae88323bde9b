"""Ids made from names."""

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
from assay.workspace.load import Loaded
from assay.workspace.paths import Workspace
from assay.workspace.schemas import PROFILE_SCHEMA
from assay.workspace.transactions import commit, current, inside_profiles, path_of
from assay.yaml.edit import append_documents, append_item

_LONGEST = 60


def slug(name: str) -> str:
    """An id from a name: accents dropped, everything but letters and digits a hyphen.

    Empty where the name has letters that are lost that way: half a name is no name.
    """
    plain = unicodedata.normalize("NFKD", name.casefold())
    if any(ord(c) > 127 and unicodedata.category(c)[0] in "LN" for c in plain):
        return ""
    ascii_only = "".join(c for c in plain if not unicodedata.combining(c) and c not in "'’")
    return shorten("-".join(re.findall(r"[a-z0-9]+", ascii_only)))


def shorten(slug_: str, longest: int = _LONGEST) -> str:
    """At most ``longest`` characters, cut between words."""
    if len(slug_) <= longest:
        return slug_
    cut = slug_[: longest + 1].rpartition("-")[0]
    return cut or slug_[:longest]


def suggest_id(name: str) -> str:
    """An id for ``name``. Raises ``UsageError`` where none can be made of it."""
    made = slug(name)
    if not made:
        raise UsageError(f"no id can be made of {name!r}; give one with --id")
    return made


def first_free(wanted: str, taken: Container[str]) -> str:
    """``wanted``, or with the first number behind it that is not taken."""
    if wanted not in taken:
        return wanted
    number = 2
    while f"{wanted}-{number}" in taken:
        number += 1
    return f"{wanted}-{number}"


def checked_id(given: str) -> str:
    """``given`` if it is an id. Raises ``UsageError`` with one that would be."""
    if not re.fullmatch(ID_PATTERN, given):
        better = slug(given)
        example = f", for example {better!r}" if better else ""
        raise UsageError(
            f"invalid id {given!r}; use lower-case letters, digits and single hyphens{example}"
        )
    return given


CLAIM_ID_WORDS = 6
"""How many words of a claim's text its id is made from."""


@dataclass(frozen=True, slots=True)
class Written:
    """What a command wrote: the id (``profile#claim`` for a claim) and the file it is in."""

    id: str
    file: str
    created: bool = True


def new_document(
    loaded: Loaded,
    kind: str,
    name: str,
    *,
    id_: str | None = None,
    fields: Mapping[str, Any] | None = None,
    into: Path | None = None,
) -> Written:
    """Write a document of ``kind`` and return where it is.

    Without ``id_`` one is made from the name. Without ``into`` it goes to
    ``profiles/KINDs.yaml`` if there is such a file, else to a file of its own. Raises
    ``UsageError`` for an id that is taken, ``InputError`` where the result would have mistakes.
    """
    made = checked_id(id_) if id_ is not None else suggest_id(name)
    if made in loaded.subjects:
        raise UsageError(
            f"the id {made!r} is taken, in {loaded.subjects[made].file}; give another with --id"
        )
    path = document_path(loaded.workspace, kind, made, into)
    contents = with_document(loaded.workspace, path, document(kind, made, name, fields or {}))
    commit(loaded, {path: contents})
    return Written(made, loaded.workspace.relative(path))


def document(kind: str, id_: str, name: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The plain data of a new document; fields without a value are left out."""
    called = "title" if kind == "source" else "name"
    given = {k: v for k, v in fields.items() if v not in (None, (), [], "")}
    return {"kind": kind, "id": id_, called: name, **given}


def document_path(workspace: Workspace, kind: str, id_: str, into: Path | None = None) -> Path:
    """Where a new document belongs."""
    if into is not None:
        return inside_profiles(workspace, into)
    shared = workspace.profiles_dir / f"{kind}s.yaml"
    return shared if shared.is_file() else workspace.profiles_dir / f"{kind}s" / f"{id_}.yaml"


def with_document(workspace: Workspace, path: Path, data: Mapping[str, Any]) -> bytes:
    """The file at ``path`` with the document at its end; a new file names its schema."""
    return with_documents(workspace, path, current(path), [data])


def with_documents(
    workspace: Workspace, path: Path, existing: bytes, documents: Sequence[Mapping[str, Any]]
) -> bytes:
    """A file with these contents, and the documents at its end; a new file names its schema."""
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
    """Add a claim to the end of a profile's claims.

    One that lacks what its nature asks for (a source for a fact, grounds for a judgement) is
    written as a draft.
    """
    require_profile(loaded, profile_id)
    profile = loaded.corpus.profiles[profile_id]
    taken = {c.id for c in profile.claims}
    if id_ is None:
        id_ = first_free(suggest_id(" ".join(text.split()[:CLAIM_ID_WORDS])), taken)
    elif checked_id(id_) in taken:
        raise UsageError(f"{profile_id!r} has a claim {id_!r} already; give another with --id")
    given = {k: v for k, v in (fields or {}).items() if v not in (None, (), [], "", False)}
    claim: dict[str, Any] = {"id": id_, "nature": nature, **given, "text": text}
    if sources:
        claim["sources"] = list(sources)
    if rests_on:
        claim["rests_on"] = list(rests_on)
    lacks_source = nature in ("fact", "attributed") and not sources
    if lacks_source or (nature == "judgement" and not rests_on):
        claim["status"] = "draft"
    path, number = path_of(loaded, profile_id)
    file = loaded.workspace.relative(path)
    commit(loaded, {path: append_item(current(path), file, number, ("claims",), claim)})
    return Written(f"{profile_id}#{id_}", file)


def require_profile(loaded: Loaded, profile_id: str) -> None:
    """Raise ``UsageError`` where there is no such profile, or it has mistakes."""
    if profile_id in loaded.corpus.profiles:
        return
    if profile_id in loaded.subjects:
        file = loaded.subjects[profile_id].file
        raise UsageError(
            f"{profile_id!r} in {file} is not a profile, or has mistakes; see 'assay check'"
        )
    near = nearest(profile_id, loaded.corpus.profiles)
    hint = f"; did you mean {near!r}?" if near else "; 'assay find WORDS' finds ids"
    raise UsageError(f"there is no profile {profile_id!r}{hint}")
