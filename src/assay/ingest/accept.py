"""Confirming drafts: a profile with all its claims, or one claim."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assay.authoring.new import require_profile
from assay.errors import UsageError
from assay.workspace.edits import Edit, commit, path_of
from assay.workspace.load import Loaded
from assay.yaml.edit import rewrite


@dataclass(frozen=True, slots=True)
class Accepted:
    """What was a draft and is one no more: ``profile`` or ``profile#claim``."""

    id: str
    file: str


def accept(loaded: Loaded, ids: Sequence[str]) -> list[Accepted]:
    """Make drafts final: ``PROFILE`` with all its claims, ``PROFILE#CLAIM`` for one.

    A claim of a profile that is itself a draft takes the profile along. All or nothing: raises
    ``UsageError`` for what is no draft, ``InputError`` where the result would have mistakes.
    """
    changes: dict[Path, dict[int, Any]] = {}
    done: list[Accepted] = []
    for wanted in ids:
        profile_id, _, claim_id = wanted.partition("#")
        require_profile(loaded, profile_id)
        profile = loaded.corpus.profiles[profile_id]
        path, document = path_of(loaded, profile_id)
        written = dict(loaded.files[loaded.subjects[profile_id].file].readable())[document]
        data = changes.setdefault(path, {}).setdefault(document, deepcopy(written))
        if claim_id and all(c.id != claim_id for c in profile.claims):
            raise UsageError(f"{profile_id!r} has no claim {claim_id!r}")
        found = 0
        if profile.status == "draft":
            data["status"] = "final"
            found += 1
        for i, claim in enumerate(profile.claims):
            if claim.status == "draft" and claim_id in ("", claim.id):
                data["claims"][i]["status"] = "final"
                found += 1
        if not found:
            raise UsageError(f"{wanted!r} is not a draft")
        done.append(Accepted(wanted, loaded.workspace.relative(path)))
    edit = Edit(loaded)
    for path, here in changes.items():
        edit[path] = rewrite(edit[path], loaded.workspace.relative(path), here)
    commit(edit)
    return done
