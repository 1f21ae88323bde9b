"""Codes of the lock, saved plans and the history."""

from __future__ import annotations

from assay.diagnostics.diagnostic import Code

LOCK_NEWER = Code(
    "lock-newer",
    "error",
    "The lock was written by a newer version of assay.",
    "Install that version; an older one cannot tell what it would lose.",
)
LOCK_NOT_READ = Code(
    "lock-not-read",
    "error",
    "The file is not a lock, or cannot be opened.",
    "Restore it from git, or delete it and run 'assay apply' to write it anew.",
)
LOCK_EDITED = Code(
    "lock-edited",
    "error",
    "A line of the lock does not have the digest that it was written with.",
    "Restore it from git; grades change by an edit of documents or rules, never here.",
)
LOCK_TRUNCATED = Code(
    "lock-truncated",
    "error",
    "The lock does not hold the lines that its first line speaks of.",
    "Restore it from git, or delete it and run 'assay apply' to write it anew.",
)
LOCK_CONFLICT = Code(
    "lock-conflict",
    "error",
    "Two branches both applied, and git has left both versions in the lock.",
    "Run 'assay plan' to see where they differ and 'assay apply' to write it anew.",
)
LOCK_ELSEWHERE = Code(
    "lock-elsewhere",
    "error",
    "Nothing that the lock speaks of is in the workspace: it is the lock of another one.",
    "Restore it from git, or delete it and run 'assay apply' to write it anew.",
)
PLAN_NOT_READ = Code(
    "plan-not-read",
    "error",
    "The file is not a saved plan, or cannot be opened.",
    "Write it with 'assay plan --out FILE'.",
)
PLAN_NEWER = Code(
    "plan-newer",
    "error",
    "The plan was written by a newer version of assay.",
    "Make the plan again with 'assay plan --out FILE'.",
)
PLAN_EDITED = Code(
    "plan-edited",
    "error",
    "The plan does not have the digest that it was written with.",
    "Make the plan again with 'assay plan --out FILE'.",
)
HISTORY_LINE = Code(
    "history-line",
    "error",
    "A line of the history cannot be read, or was changed after it was written.",
    "Restore the file from git; its lines are only ever added.",
)
