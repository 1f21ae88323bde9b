"""A rulebook with mistakes of form: the other mistakes in it are told as well."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import ryaml
from hypothesis import given
from pydantic import ValidationError

from tests.damage import Place, damaged
from tests.package import Diagnostic, Rulebook, Workspace, check

RULEBOOK: dict[str, Any] = {
    "version": 1,
    "settings": {"as_of": "2026-01-15", "publish_by": "trust"},
    "parameters": {"least": 2},
    "facts": [
        {"name": "settled", "on": "claim", "expr": "claim.key"},
        {"name": "solid", "on": "claim", "expr": "claim.settled && size(citations) > least"},
    ],
    "scales": {"trust": [{"id": "high", "from": 0.0, "grade": "High", "label": "High"}]},
    "scorers": [
        {
            "name": "grip",
            "on": "claim",
            "rules": [
                {"id": "solid", "when": "claim.solid", "add": 0.2, "because": "it is solid"},
                {"id": "firm", "when": "claim.settled", "add": 0.2, "because": "it is firm"},
            ],
        },
        {
            "name": "trust",
            "on": "profile",
            "scale": "trust",
            "rules": [
                {
                    "id": "grip",
                    "when": "claims.exists(c, c.grip > 0.1)",
                    "add": 0.5,
                    "because": "a claim of {size(claims)} has a grip",
                },
                {"id": "wrong", "when": "profile.nmae", "add": 0.1, "because": "it has a name"},
            ],
        },
    ],
    "watch": [{"id": "w", "when": "outlook.trust.now.score < 0.5", "text": "look"}],
    "changes": [{"id": "again", "text": "looked at again", "effort": 1, "action": "recheck"}],
}
WRONG = "a profile has no field 'nmae'"
OF_MEANING = {"unknown-field", "unknown-name", "type-mismatch", "not-compilable", "syntax-error"}


def errors_of(folder: Path, data: object) -> list[Diagnostic]:
    (folder / "profiles").mkdir(exist_ok=True)
    (folder / "rules.yaml").write_text(ryaml.dumps(data), encoding="utf-8")
    return list(check(Workspace(folder)).errors)


def readable(data: object) -> Rulebook | None:
    try:
        return Rulebook.model_validate(data)
    except ValidationError:
        return None


@given(damaged(RULEBOOK))
def test_a_mistake_of_form_hides_no_other_and_makes_up_none(
    tmp_path_factory: pytest.TempPathFactory, drawn: tuple[Place, dict[str, Any]]
) -> None:
    place, data = drawn
    told = errors_of(tmp_path_factory.mktemp("w"), data)
    of_meaning = [d for d in told if d.code in OF_MEANING]
    of_form = readable(data) is None
    here = ("scorers", 1, "rules", 1)
    # Where a name cannot be read, everything that is not known could be meant by it.
    section = place[0] in ("facts", "scorers")
    defining = section and (len(place) <= 2 or place[-1] in ("name", "on"))
    defining = defining or "x y" in data
    elsewhere = place[: len(here)] != here[: len(place)] and not defining
    assert [d.message for d in of_meaning if d.message != WRONG] == [] or not of_form
    if of_form and elsewhere:
        assert WRONG in [d.message for d in of_meaning]


def test_what_is_missing_for_another_mistake_is_not_said_to_be_unknown(tmp_path: Path) -> None:
    data = deepcopy(RULEBOOK)
    data["facts"][0]["on"] = "claims"
    data["parameters"]["least"] = [2]
    data["scorers"][0]["on"] = "claims"
    data["scorers"][1]["scale"] = 5
    told = errors_of(tmp_path, data)
    assert [d.message for d in told if d.code in OF_MEANING] == [WRONG]
    assert len(told) == 5


def test_nothing_is_said_of_what_cannot_be_read_at_all(tmp_path: Path) -> None:
    (told,) = errors_of(tmp_path, {"scorers": "none"})
    assert told.message == "'scorers' must be a list, not 'none'"
