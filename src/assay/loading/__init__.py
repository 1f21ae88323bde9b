"""Documents into the validated, linked corpus and rulebook."""

from __future__ import annotations

from assay.loading.load import Loaded, load_workspace, require
from assay.loading.remembered import Sound, load_remembered

__all__ = ["Loaded", "Sound", "load_remembered", "load_workspace", "require"]
