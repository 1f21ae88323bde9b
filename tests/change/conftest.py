from __future__ import annotations

from collections.abc import Iterator

import pytest

from assay.scoring import later


@pytest.fixture(scope="module")
def short_outlook() -> Iterator[None]:
    """Look ten days ahead, for tests in which horizons play no part."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(later, "LOOKAHEAD_DAYS", 10)
        yield
