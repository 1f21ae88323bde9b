"""Codes of the lock, saved plans and the history."""

from __future__ import annotations

from assay.diagnostics.diagnostic import Code

LOCK_NEWER = Code(
    "lock-newer",
    "The lock was written by a newer version of assay.",
    "Install that version; an older one might lose entries.",
)
LOCK_NOT_READ = Code(
    "lock-not-read",
    "The file is not a lock, or cannot be opened.",
    "Restore it from git, or delete it and rebuild it with 'assay apply'.",
)
LOCK_EDITED = Code(
    "lock-edited",
    "A line of the lock does not match its digest.",
    "Restore it from git; to change grades, edit documents or rules.",
)
LOCK_TRUNCATED = Code(
    "lock-truncated",
    "Lines of the lock are missing.",
    "Restore it from git, or delete it and rebuild it with 'assay apply'.",
)
LOCK_CONFLICT = Code(
    "lock-conflict",
    "The lock contains conflict markers of git, because two branches both applied.",
    "Run 'assay plan' to see the differences and 'assay apply' to rebuild the lock.",
)
LOCK_ELSEWHERE = Code(
    "lock-elsewhere",
    "The lock belongs to another workspace: it shares no profile with this one.",
    "Restore it from git, or delete it and rebuild it with 'assay apply'.",
)
PLAN_NOT_READ = Code(
    "plan-not-read",
    "The file is not a saved plan, or cannot be opened.",
    "Save a plan with 'assay plan --out FILE'.",
)
PLAN_NEWER = Code(
    "plan-newer",
    "The plan was saved by a newer version of assay.",
    "Save it again with 'assay plan --out FILE'.",
)
PLAN_EDITED = Code(
    "plan-edited",
    "The plan does not match its digest.",
    "Save it again with 'assay plan --out FILE'.",
)
HISTORY_LINE = Code(
    "history-line",
    "A line of the history cannot be read, or was changed.",
    "Restore the file from git; lines are only ever added to it.",
)
LOCK_DIFFERS = Code(
    "lock-differs",
    "The lock is not what the documents, rules and decisions give.",
    "Run 'assay plan' to see the differences and 'assay apply' to rebuild the lock.",
)
HISTORY_BROKEN = Code(
    "history-broken",
    "The history does not lead to the lock.",
    "Restore both files from git; lines are only ever added to the history.",
)
