"""All codes of diagnostics, by area, in the order of the reference."""

from __future__ import annotations

from types import ModuleType

from assay.diagnostics import content_codes, document_codes, ledger_codes, lock_codes, rule_codes
from assay.diagnostics.diagnostic import Code


def _defined(*modules: ModuleType) -> tuple[Code, ...]:
    return tuple(v for m in modules for v in vars(m).values() if isinstance(v, Code))


AREAS: dict[str, tuple[Code, ...]] = {
    "Documents": _defined(document_codes, content_codes),
    "The rulebook": _defined(rule_codes),
    "The lock, saved plans and the history": _defined(lock_codes),
    "The ledger of decisions": _defined(ledger_codes),
}

CODES: dict[str, Code] = {code.slug: code for codes in AREAS.values() for code in codes}
