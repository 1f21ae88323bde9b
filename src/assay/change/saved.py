"""A plan in a file: what was seen, so that exactly this is applied."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from assay.change.seal import digest_of
from assay.diagnostics import Code, Position
from assay.diagnostics import lock_codes as codes
from assay.documents.files import write_files
from assay.errors import InputError, UsageError
from assay.workspace import Workspace

FORMAT = 1
SIZE_LIMIT = 1_000_000_000


@dataclass(frozen=True)
class SavedPlan:
    """A plan as it was written: ``data`` is what ``assay plan --format json`` prints."""

    as_of: date
    data: Mapping[str, Any]


def write_plan(workspace: Workspace, path: Path, data: Mapping[str, Any]) -> None:
    """Write a plan beside the work, whole or not at all.

    Raises ``UsageError`` where the place belongs to the workspace's own files or the disk
    refuses.
    """
    place = path.resolve()
    own = (workspace.rules_path, workspace.lock_path, workspace.ledger_path)
    if place in (*own, workspace.history_path) or place.is_relative_to(workspace.profiles_dir):
        raise UsageError(f"{path} belongs to the workspace; name another file for the plan")
    if place.is_dir():
        raise UsageError(f"{path} is a folder; name a file for the plan")
    body = {"assay_plan": FORMAT, **data}
    text = json.dumps({**body, "digest": digest_of(body)}, ensure_ascii=False, indent=2)
    write_files({place: (text + "\n").encode("utf-8")})


def read_plan(path: Path) -> SavedPlan:
    """A plan that was written by :func:`write_plan`.

    Raises ``InputError`` where it is something else, of a newer version, cut off or edited.
    """
    try:
        with path.open("rb") as handle:
            content = handle.read(SIZE_LIMIT + 1)
    except OSError as error:
        raise _refusal(codes.PLAN_NOT_READ, path, error.strerror or str(error)) from None
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise _refusal(codes.PLAN_NOT_READ, path, "it is not text in UTF-8") from None
    try:
        data = json.loads(text)
    except ValueError as error:
        line, column = getattr(error, "lineno", 0), getattr(error, "colno", 0)
        raise _refusal(
            codes.PLAN_NOT_READ, path, "it is not JSON from here on, or cut off", line, column
        ) from None
    except RecursionError:
        raise _refusal(codes.PLAN_NOT_READ, path, "it is nested too deep") from None
    if not isinstance(data, dict) or not isinstance(data.get("assay_plan"), int):
        raise _refusal(codes.PLAN_NOT_READ, path, "this is not a plan of assay")
    if data["assay_plan"] > FORMAT:
        raise _refusal(
            codes.PLAN_NEWER,
            path,
            f"the plan has the form {data['assay_plan']}, and this assay reads up to {FORMAT}",
        )
    digest = data.pop("digest", None)
    if digest != digest_of(data):
        raise _refusal(codes.PLAN_EDITED, path, "the plan was changed after it was made")
    del data["assay_plan"]
    return SavedPlan(date.fromisoformat(data["as_of"]), data)


def _refusal(code: Code, path: Path, message: str, line: int = 0, column: int = 0) -> InputError:
    return InputError([code.at(Position(str(path), line, column), message, code.hint)])
