"""Documents into the validated, linked corpus and rulebook."""

from __future__ import annotations

from assay.loading.load import Loaded, load_workspace, require

__all__ = ["Loaded", "load_workspace", "require"]
