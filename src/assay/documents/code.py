"""What every code of a diagnostic has: its name, how grave it is, its meaning and its remedy."""

from __future__ import annotations

from dataclasses import dataclass

from assay.diagnostics import Diagnostic, Position, Severity


@dataclass(frozen=True, slots=True)
class Code:
    """A kind of diagnostic: a stable name, how grave it is, what it means, what to write."""

    slug: str
    severity: Severity
    meaning: str
    example: str

    def at(self, position: Position, message: str, hint: str = "") -> Diagnostic:
        return Diagnostic(
            code=self.slug,
            message=message,
            file=position.file,
            line=position.line,
            column=position.column,
            hint=hint,
            severity=self.severity,
            excerpt=position.excerpt,
        )
