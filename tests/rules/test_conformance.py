"""The CEL specification's own cases: what is compiled gives the value the specification asks."""

from __future__ import annotations

import pytest

from tests.cel_spec import FOLDER, outcomes, table
from tests.strategies import ROOT

pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="the specification's cases are not beside the repository"
)


def test_no_case_that_is_compiled_comes_out_wrong() -> None:
    found = list(outcomes(FOLDER))
    assert [o for o in found if o.state == "wrong"] == []
    assert sum(o.state == "right" for o in found) > 250


def test_the_table_of_support_is_up_to_date() -> None:
    written = (ROOT / "docs" / "reference" / "cel-support.md").read_text(encoding="utf-8")
    assert written == table(FOLDER)
