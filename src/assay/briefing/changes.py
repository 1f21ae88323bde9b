"""What changed: the grades of a profile through time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from assay.briefing.atlas import Atlas
from assay.briefing.views import HistoryView
from assay.model.documents import AnyProfile


@dataclass(frozen=True, slots=True)
class Since:
    as_of: date
    before: str
    direction: Literal["up", "down", ""]
    first: bool


def since(atlas: Atlas, profile_id: str, scorer: str) -> Since | None:
    return None


def history_view(atlas: Atlas, profile: AnyProfile) -> HistoryView | None:
    return None
