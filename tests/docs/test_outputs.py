"""The JSON of every command conforms to the published schema."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tools.docs.outputs import CONTRACTS, OUTPUT_SCHEMA, Contract
from tools.docs.session import starter

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "schemas" / OUTPUT_SCHEMA).read_bytes())


def closed(schema: Any) -> Any:
    """The schema without room for fields that it does not declare."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    parts = {key: closed(part) for key, part in schema.items()}
    return {"additionalProperties": False, **parts} if "properties" in parts else parts


DEFINITIONS = closed(SCHEMA["$defs"])


def errors(contract: Contract, printed: Any) -> list[str]:
    validator = Draft202012Validator(
        {**contract.schema, "$defs": DEFINITIONS},
        format_checker=Draft202012Validator.FORMAT_CHECKER,
    )
    return [f"{e.json_path}: {e.message}" for e in validator.iter_errors(printed)]


@pytest.fixture(scope="module")
def printed() -> Iterator[dict[str, Any]]:
    """The output of every command, by its title; later ones read what earlier ones wrote."""
    with starter() as root:
        yield {contract.title: json.loads(contract.run(root)) for contract in CONTRACTS}


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda c: c.title)
def test_the_output_conforms_to_the_schema(contract: Contract, printed: dict[str, Any]) -> None:
    assert errors(contract, printed[contract.title]) == []


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert [o["title"] for o in SCHEMA["anyOf"]] == [c.title for c in CONTRACTS]


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda c: c.title)
def test_a_missing_an_additional_and_a_wrong_value_break_the_schema(
    contract: Contract, printed: dict[str, Any]
) -> None:
    whole = printed[contract.title]
    output = whole[0] if contract.many else whole
    required = DEFINITIONS[contract.model.__name__]["required"]
    broken = [
        {key: value for key, value in output.items() if key != required[0]},
        {**output, "unknown": 1},
        {**output, required[0]: object()},
    ]
    for one in broken:
        assert errors(contract, [one] if contract.many else one) != []


def undescribed(schema: Any, path: str) -> Iterator[str]:
    for name, value in schema.get("properties", {}).items():
        if not value.get("description"):
            yield f"{path}.{name}"


def test_every_field_has_a_meaning() -> None:
    found = [f for name, d in DEFINITIONS.items() for f in undescribed(d, name)]
    assert found == []


TEXT = """
import sys
from tools.docs.session import run_assay, starter
with starter() as root:
    for words in (["check"], ["score"], ["explain", "example-harbour-office"], ["outlook"],
                  ["graph"], ["plan"], ["apply", "--auto-approve", "--reviewer", "Ada"], ["log"],
                  ["history", "example-harbour-office"], ["review", "list"], ["publishers"],
                  ["rules", "test"], ["find", "ferries"], ["build"]):
        printed = run_assay(words, root)
        assert not printed.exit_code, printed.output
print(*(m for m in sys.modules if m == "assay.output.json"))
"""


def test_commands_that_print_text_do_not_import_the_models() -> None:
    done = subprocess.run(
        [sys.executable, "-c", TEXT], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "\n"
