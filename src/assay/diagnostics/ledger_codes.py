"""Codes of the ledger of decisions."""

from __future__ import annotations

from assay.diagnostics.diagnostic import Code

LEDGER_NOT_READ = Code(
    "ledger-not-read",
    "error",
    "The ledger cannot be opened, or a line of it is not a decision.",
    "Restore the line from git; lines of the ledger are only ever added, by 'assay review'.",
)
LEDGER_CHANGED = Code(
    "ledger-changed",
    "error",
    "A line of the ledger does not have the digest that it was written with.",
    "Restore the line from git, and take the decision back with 'assay review undo ID'.",
)
LEDGER_DANGLING = Code(
    "ledger-dangling",
    "error",
    "A decision follows, revokes or seconds one that is not in the ledger.",
    "Restore the missing line from git; when two branches are joined, keep the lines of both.",
)
LEDGER_CONFLICT = Code(
    "ledger-conflict",
    "error",
    "Git has left the marks of a conflict in the ledger.",
    "Keep the lines of both sides and delete the marks; the order of lines does not matter.",
)
LEDGER_NEWER = Code(
    "ledger-newer",
    "error",
    "A line of the ledger was written by a newer version of assay.",
    "Install that version; an older one cannot tell what the decision means.",
)
LEDGER_BROKEN_END = Code(
    "ledger-broken-end",
    "warning",
    "The last line of the ledger is cut off: its writer was interrupted before it was confirmed.",
    "Nothing to do: the next decision sets it aside, in reviews.jsonl.aside.",
)
OVERRIDE_GONE = Code(
    "override-gone",
    "warning",
    "An override speaks of a profile, a scorer or a band that is not there any more.",
    "assay review undo ID",
)
