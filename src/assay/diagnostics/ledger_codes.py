"""Codes of the ledger of decisions."""

from __future__ import annotations

from assay.diagnostics.diagnostic import Code

LEDGER_NOT_READ = Code(
    "ledger-not-read",
    "The ledger cannot be opened, or one of its lines is not a decision.",
    "Restore the line from git; only 'assay review' adds lines to the ledger.",
)
LEDGER_CHANGED = Code(
    "ledger-changed",
    "A line of the ledger does not match its digest.",
    "Restore the line from git, and reverse the decision with 'assay review undo ID'.",
)
LEDGER_DANGLING = Code(
    "ledger-dangling",
    "A decision follows, revokes or seconds one that is not in the ledger.",
    "Restore the missing line from git; when merging branches, keep the lines of both.",
)
LEDGER_CONFLICT = Code(
    "ledger-conflict",
    "The ledger contains conflict markers of git.",
    "Keep the lines of both sides and delete the markers; the order of lines does not matter.",
)
LEDGER_NEWER = Code(
    "ledger-newer",
    "A line of the ledger was written by a newer version of assay.",
    "Install that version; an older one cannot interpret the decision.",
)
LEDGER_BROKEN_END = Code(
    "ledger-broken-end",
    "The last line of the ledger is cut off: its writer was interrupted before it was confirmed.",
    "Do nothing: the next decision moves it to reviews.jsonl.aside.",
    "warning",
)
OVERRIDE_GONE = Code(
    "override-gone",
    "An override is for a profile, scorer or band that no longer exists.",
    "assay review undo ID",
    "warning",
)
LEDGER_SHORTENED = Code(
    "ledger-shortened",
    "A decision that the lock recorded is no longer in the ledger.",
    "Restore the ledger from git; lines are only ever added to it.",
)
LEDGER_COMMITTED_BY_ANOTHER = Code(
    "ledger-committed-by-another",
    "A decision was committed by another person than the reviewer it names.",
    "Ask the reviewer; a decision is committed by the one who made it.",
    "warning",
)
