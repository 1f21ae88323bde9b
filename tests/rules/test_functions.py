"""The table of functions, operators and operations agrees with itself and with the engine."""

from __future__ import annotations

import pytest

from assay.cel.functions import function
from assay.engine.emit import PRIMITIVES
from tests.oracle_cel import IMPLEMENTATIONS
from tests.package import FUNCTIONS, OPERATIONS, OPERATORS, STANDARD, Function

EVERY = (*FUNCTIONS, *OPERATORS, *STANDARD)


def test_polars_computes_every_operation_and_no_other() -> None:
    assert OPERATIONS.keys() == PRIMITIVES


@pytest.mark.parametrize("declared", EVERY, ids=lambda f: f.name)
def test_every_function_has_one_form_on_columns(declared: Function) -> None:
    assert function(declared.name) is declared
    operations = {o.operation for o in declared.overloads}
    assert operations - {None} <= OPERATIONS.keys()
    forms = [declared.compile, declared.lower, declared.reads]
    if None in operations:
        assert sum(form is not None for form in forms) == 1
    else:
        assert (declared.compile, declared.reads) == (None, None)


@pytest.mark.parametrize("declared", FUNCTIONS, ids=lambda f: f.name)
def test_each_of_our_own_functions_has_an_oracle_and_an_example(declared: Function) -> None:
    assert len(IMPLEMENTATIONS[declared.name]) == len(declared.overloads)
    assert any(f"{declared.name}(" in example.text for example in declared.examples)


def test_operations_name_operations() -> None:
    for operation in OPERATIONS.values():
        named = {operation.mirrored, operation.negated, operation.guarded, operation.plain}
        assert named - {None} <= OPERATIONS.keys()
    assert {f.large for f in EVERY} - {None} <= OPERATIONS.keys()


def test_exchanging_or_negating_twice_changes_nothing() -> None:
    for operation in OPERATIONS.values():
        if operation.mirrored is not None:
            assert OPERATIONS[operation.mirrored].mirrored == operation.name
        if operation.negated is not None:
            assert OPERATIONS[operation.negated].negated == operation.name
