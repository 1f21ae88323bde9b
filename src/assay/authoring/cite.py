"""Citations of a publication, which find its source or add one."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from assay.authoring.new import (
    checked_id,
    document,
    document_path,
    first_free,
    require_profile,
    shorten,
    slug,
    with_documents,
)
from assay.diagnostics.suggest import unknown
from assay.errors import UsageError
from assay.evidence.addresses import canonical_address
from assay.model.documents import Source
from assay.workspace.edits import Edit, commit, path_of
from assay.workspace.load import Loaded
from assay.yaml.edit import append_item


@dataclass(frozen=True, slots=True)
class Cited:
    """The source of a publication, whether it was created, and the claim that now cites it."""

    id: str
    file: str
    created: bool
    claim: str | None = None
    claim_file: str | None = None


def cite(
    loaded: Loaded,
    given: str,
    *,
    claim: str | None = None,
    stance: str | None = None,
    locator: str | None = None,
    id_: str | None = None,
    title: str | None = None,
    fields: Mapping[str, str | None] | None = None,
) -> Cited:
    """Find or add the source for a web address or file, and cite it in ``claim`` (profile#claim).

    ``title`` and ``fields`` describe a new source; an existing one is unchanged. Raises
    ``UsageError`` if the claim is unknown or already cites the source, and ``InputError`` if the
    result would have errors; nothing is written then.
    """
    wanted = publication(given)
    found = _find_source(loaded, wanted)
    edit = Edit(loaded)
    if found is not None:
        source_id, file = found.id, loaded.subjects[found.id].file
    else:
        source_id = checked_id(id_) if id_ else first_free(wanted.id, loaded.subjects)
        if source_id in loaded.subjects:
            raise UsageError(f"the id {source_id!r} is taken; give another with --id")
        path = document_path(loaded.workspace, "source", source_id)
        file = loaded.workspace.relative(path)
        details = {
            "url": wanted.url,
            **(fields or {}),
            "note": f"File with SHA-256 {wanted.digest}." if wanted.digest else None,
        }
        data = document("source", source_id, title or wanted.title, details)
        edit[path] = with_documents(loaded.workspace, path, edit[path], [data])
    claim_file = None
    if claim is not None:
        details = {"stance": stance if stance != "supports" else None, "locator": locator}
        given_details = {key: value for key, value in details.items() if value}
        item = {"id": source_id, **given_details} if given_details else source_id
        claim_file = _add_citation(loaded, claim, source_id, item, edit)
    if edit.contents:
        commit(edit)
    return Cited(source_id, file, found is None, claim, claim_file)


@dataclass(frozen=True, slots=True)
class Publication:
    """A publication to cite: a web address, or a file identified by its contents."""

    title: str
    id: str
    url: str | None = None
    digest: str | None = None


def publication(given: str) -> Publication:
    """Return the publication at an http(s) address or in a file.

    Raises ``UsageError`` for anything else.
    """
    if re.match(r"https?://", given, re.IGNORECASE):
        try:
            host = urlsplit(given).hostname
        except ValueError:
            host = None
        if not host or any(c.isspace() for c in given):
            raise UsageError(f"{given!r} is not a web address")
        # The address is the title until an analyst has read the page.
        title = re.sub(r"^https?://(?:www\.)?", "", given, flags=re.IGNORECASE).rstrip("/")[:300]
        return Publication(title, _id_of(given, host), url=given)
    path = Path(given)
    if path.is_file():
        try:
            data = path.read_bytes()
        except OSError as error:
            raise UsageError(f"{given} cannot be read: {error.strerror}") from None
        digest = hashlib.sha256(data).hexdigest()
        name = path.stem.replace("_", " ").strip()
        return Publication(name, slug(name) or f"file-{digest[:12]}", digest=digest)
    if re.match(r"[a-z][a-z0-9+-]*:", given, re.IGNORECASE):
        raise UsageError(f"{given!r} is not a web address; it must start with https:// or http://")
    raise UsageError(f"{given!r} is not a URL or an existing file")


_PAGE_ENDINGS = re.compile(r"\.(?:html?|php|aspx?|jsp|pdf|md|txt)$", re.IGNORECASE)


def _id_of(address: str, host: str) -> str:
    labels = re.sub(r"^www\d?\.", "", host.lower()).split(".")
    outlet = slug("-".join(labels[:-1] if len(labels) > 1 else labels)) or "source"
    steps = [
        s for s in urlsplit(address).path.split("/") if s and s.lower() not in ("amp", "index.html")
    ]
    page = slug(_PAGE_ENDINGS.sub("", unquote(steps[-1]))) if steps else ""
    if steps and not page:
        page = hashlib.sha256(canonical_address(address).encode("utf-8")).hexdigest()[:8]
    return shorten(f"{outlet}-{page}".strip("-"), 80)


def _find_source(loaded: Loaded, wanted: Publication) -> Source | None:
    sources = loaded.corpus.sources.values()
    if wanted.url is not None:
        key = canonical_address(wanted.url)
        return next((s for s in sources if s.url and canonical_address(s.url) == key), None)
    return next((s for s in sources if s.note and str(wanted.digest) in s.note), None)


def _add_citation(loaded: Loaded, claim: str, source_id: str, item: Any, edit: Edit) -> str:
    """Add a citation to the claim's file, and return the file's name."""
    profile_id, _, claim_id = claim.partition("#")
    require_profile(loaded, profile_id)
    profile = loaded.corpus.profiles[profile_id]
    number = next((i for i, c in enumerate(profile.claims) if c.id == claim_id), None)
    if number is None:
        message = unknown("claim", claim_id, (c.id for c in profile.claims))
        raise UsageError(f"{profile_id}: {message}")
    if any(c.id == source_id for c in profile.claims[number].sources):
        raise UsageError(f"the claim {claim!r} already cites {source_id!r}")
    path, document_number = path_of(loaded, profile_id)
    file = loaded.workspace.relative(path)
    edit[path] = append_item(edit[path], file, document_number, ("claims", number, "sources"), item)
    return file
