"""Migration of a workspace that was written for an older version of assay."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assay.diagnostics import content_codes as codes
from assay.diagnostics.diagnostic import Diagnostic
from assay.errors import UsageError
from assay.evidence.addresses import check_addresses
from assay.workspace.discover import BULK
from assay.workspace.edits import Edit, current
from assay.workspace.load import Loaded
from assay.workspace.rule_cases import case_files
from assay.workspace.transactions import transaction
from assay.workspace.validate import RENAMED
from assay.yaml.edit import rewrite
from assay.yaml.reader import read_yaml
from assay.yaml.source_map import DocumentFile

DECISIONS = {
    codes.RECORD_NOT_BY_ACTOR.slug: "Records that are not the actor's own",
    codes.SPEAKS_FOR_NONE.slug: "Publishers of records that speak for no institution",
    codes.FORECAST_WITHOUT_GROUNDS.slug: "Key forecasts without grounds",
    codes.CREDENTIAL_WITHOUT_REASON.slug: "Credentials without a reason",
    codes.SAME_ADDRESS.slug: "Sources with the same address",
    codes.UNDATED_SOURCE_CITED.slug: "Standing claims with an undated source",
}
"""Problems that only an analyst can decide: the codes, each with a heading."""


@dataclass(frozen=True, slots=True)
class Migration:
    """The number of rewritten values by file, and what is left in the workspace.

    ``decisions`` are the problems of each code in :data:`DECISIONS`; ``errors`` counts the others
    that prevent scoring.
    """

    rewritten: Mapping[str, int]
    decisions: Mapping[str, tuple[Diagnostic, ...]]
    errors: int


def migrate(loaded: Loaded, *, dry_run: bool = False) -> Migration:
    """Rewrite the words of older versions, in all files or in none.

    Raises ``UsageError`` for one in a generated file, which is not edited.
    """
    workspace = loaded.workspace
    files = dict(loaded.files)
    ids: dict[str, Collection[str]] = {
        file.file: _IDS_IN_RULES for file in (loaded.rules.files if loaded.rules else ())
    }
    for path in case_files(workspace):
        name = workspace.relative(path)
        files[name], ids[name] = read_yaml(current(path), name), _IDS_IN_CASES
    edit = Edit(loaded)
    rewritten: dict[str, int] = {}
    for name, file in sorted(files.items()):
        documents, count = _documents(file, ids.get(name, ()))
        if count:
            path = workspace.root / name
            edit[path] = _rewritten(path, name, edit[path], documents)
            rewritten[name] = count
    after = edit.load()
    if not dry_run:
        with transaction(workspace.root) as change:
            change.write(edit.contents, edit.before)
    addresses = check_addresses(after.corpus, after.subjects)
    every = [*after.diagnostics, *(after.placed(d) for d in addresses)]
    errors = [d for d in every if d.severity == "error" and d.code not in DECISIONS]
    decisions = {code: tuple(d for d in every if d.code == code) for code in DECISIONS}
    return Migration(rewritten, {c: found for c, found in decisions.items() if found}, len(errors))


def _rewritten(
    path: Path, name: str, data: bytes, documents: Mapping[int, dict[str, Any]]
) -> bytes:
    if path.suffix in BULK:
        raise UsageError(
            f"cannot migrate {name}: only YAML files are edited; change what generates the file "
            f"({', '.join(f'{old} is now {new}' for old, new in RENAMED.items())})"
        )
    return rewrite(data, name, documents)


def _documents(file: DocumentFile, ids: Collection[str]) -> tuple[dict[int, dict[str, Any]], int]:
    """Return the documents that change, by number, and how many of their values do.

    ``ids`` are the keys with ids of rules and changes; none in documents of ``profiles/``.
    """
    changed: dict[int, dict[str, Any]] = {}
    count = 0
    for number, data in file.readable():
        kept = _without_horizons(data)
        new = _renamed(kept, "", ids)
        values = len(list(_values(data))) - len(list(_values(kept)))
        values += sum(a != b for a, b in zip(_values(kept), _values(new), strict=True))
        if values:
            changed[number] = new
            count += values
    return changed, count


_IDS_IN_RULES = ("id", "replaces")
_IDS_IN_CASES = ("fired", "not_fired", "unknown")
_RULE_ID = re.compile(r"(?<=^cite-)retelling$|^retelling(?=-)")
_IN_CONDITION = re.compile(r"(['\"])retelling\1")


def _renamed(value: Any, key: str, ids: Collection[str]) -> Any:
    if isinstance(value, dict):
        # The further data of a source has words of its own.
        return {k: v if k == "extra" else _renamed(v, k, ids) for k, v in value.items()}
    if isinstance(value, list):
        return [_renamed(item, key, ids) for item in value]
    if not isinstance(value, str):
        return value
    if key == "directness":
        return RENAMED.get(value, value)
    if key in ids:
        return _RULE_ID.sub("secondary", value)
    return _IN_CONDITION.sub(r"\1secondary\1", value) if ids else value


def _without_horizons(document: dict[str, Any]) -> dict[str, Any]:
    """Return a document, or a rulebook, whose watch items have no horizon; dates replace it."""
    items = document.get("watch")
    if not isinstance(items, list):
        return document
    kept = [
        {k: v for k, v in item.items() if k != "horizon"} if isinstance(item, dict) else item
        for item in items
    ]
    return {**document, "watch": kept}


def _values(data: Any) -> Iterator[Any]:
    if isinstance(data, dict | list):
        for value in data.values() if isinstance(data, dict) else data:
            yield from _values(value)
    else:
        yield data
