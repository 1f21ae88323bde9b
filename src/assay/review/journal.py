"""Adding decisions to the ledger: one writer at a time, on disk before it is acknowledged."""

from __future__ import annotations

from pathlib import Path

from assay.diagnostics.diagnostic import has_errors
from assay.errors import InputError, UsageError
from assay.review.decisions import Decision, Draft, decide
from assay.review.ledger import Ledger, parse_ledger
from assay.workspace.edits import current
from assay.workspace.transactions import transaction


def append(path: Path, draft: Draft, seen: Ledger | None = None) -> Decision:
    """Add a decision to the ledger at ``path``, and return it once it is on disk.

    ``seen`` is the ledger as the reviewer saw it, whose last decisions the new one follows.
    Default: the current ledger. Raises ``InputError`` if the ledger has broken lines, and
    ``UsageError`` if the disk refuses: the ledger is then unchanged.
    """
    with transaction(path.parent) as change:
        data = current(path)
        ledger = parse_ledger(data, path.name)
        if has_errors(ledger.diagnostics):
            raise InputError(ledger.diagnostics)
        decision = decide(draft, (ledger if seen is None else seen).heads)
        for named in (*decision.follows, *([decision.of] if decision.of else [])):
            if named not in ledger.by_id:
                raise UsageError(
                    f"the decision {named[:8]} is not in the ledger any more; look again"
                )
        if decision.id in ledger.by_id:
            return ledger.by_id[decision.id]
        contents = {}
        broken = ledger.broken_end
        if broken:
            aside = current(aside_path(path))
            contents[aside_path(path)] = aside + broken + b"\n"
        whole = data.removesuffix(broken) + (b"\n" if ledger.unended else b"")
        contents[path] = whole + decision.line.encode("ascii") + b"\n"
        change.write(contents, {path: data})
    return decision


def aside_path(path: Path) -> Path:
    """Return the file for last lines that were cut off."""
    return path.with_name(f"{path.name}.aside")
