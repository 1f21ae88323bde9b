"""The queue as a sheet that goes out, and the sheet that comes back, row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from assay.diagnostics.suggest import did_you_mean
from assay.errors import AssayError, UsageError
from assay.review import actions
from assay.review.actions import Signature
from assay.review.decisions import Decision, Draft
from assay.review.matters import grade
from assay.review.queue import Item, Review
from assay.scoring.explain import headline
from assay.scoring.grounds import digest_of
from assay.sheets.files import Record

DECISIONS = ("accept", "override", "flag", "comment")
"""What a reviewer may write into the column ``decision``."""


@dataclass(frozen=True, slots=True)
class RowReport:
    """What became of a row: written down, refused (with the reason), or left as it was."""

    row: int
    status: Literal["written", "refused", "empty"]
    subject: str
    message: str
    decision: str | None = None


def sheet_rows(review: Review) -> Iterator[list[str]]:
    """One row for each open item, with the columns for the reviewer left empty."""
    for item in review.queue.items:
        profile = review.assessment.written.profiles[item.profile]
        yield [
            item.profile,
            profile.name,
            item.scorer or "",
            item.claim or "",
            item.matter,
            item.detail,
            _computed(review, item),
            row_grounds(review, item),
            *[""] * 6,
        ]


def _computed(review: Review, item: Item) -> str:
    result = review.assessment.results.get(item.profile)
    scorer = _scorer(review, item)
    return grade(result.scores[scorer]) if result and scorer in result.scores else ""


def _scorer(review: Review, item: Item) -> str:
    chosen = headline(review.assessment.program, review.assessment.rulebook.settings.publish_by)
    return item.scorer or chosen or ""


def row_grounds(review: Review, item: Item) -> str:
    """What a row's item rests on, the grade of its profile included."""
    result = review.assessment.results.get(item.profile)
    scorer = _scorer(review, item)
    basis = ""
    if result is not None and scorer in result.scores:
        basis = review.grounds.of(item.profile, scorer).digest
    return digest_of([item.grounds, basis])


def import_rows(
    review: Review,
    rows: list[Record],
    by: Signature,
    write: Callable[[Draft], Decision],
) -> list[RowReport]:
    """Write the decisions of a sheet down; every row is done whole or refused, and reported.

    ``write`` puts a draft into the ledger. Each row is signed by its own ``reviewer``, else by
    the one who imports.
    """
    open_items: dict[tuple[str, ...], list[Item]] = {}
    for item in review.queue.items:
        where = (item.profile, item.matter, item.scorer or "", item.claim or "")
        open_items.setdefault(where, []).append(item)
    done: dict[tuple[str, ...], int] = {}
    reports = []
    for row in rows:
        subject = f"{row['profile']}#{row['claim']}" if row["claim"] else row["profile"]
        if not row["decision"]:
            reports.append(RowReport(row.number, "empty", subject, "no decision"))
            continue
        try:
            key = (row["profile"], row["matter"], row["scorer"], row["claim"])
            item = _still_open(review, row, open_items.get(key, []))
            mark = (*key, item.grounds)
            if mark in done:
                raise UsageError(f"row {done[mark]} decides the same")
            decision = write(_draft(review, row, item, by))
        except AssayError as error:
            reports.append(RowReport(row.number, "refused", subject, str(error)))
            continue
        done[mark] = row.number
        message = actions.describe(decision)
        reports.append(RowReport(row.number, "written", subject, message, decision.id))
    return reports


def _still_open(review: Review, row: Record, items: list[Item]) -> Item:
    for item in items:
        if row_grounds(review, item) == row["grounds"]:
            return item
    if items:
        raise UsageError("what it rests on has moved since the sheet was made; look at it again")
    raise UsageError("it is not open any more: it was settled, or its cause is gone")


def _draft(review: Review, row: Record, item: Item, by: Signature) -> Draft:
    signed = replace(by, reviewer=row["reviewer"], email=None) if row["reviewer"] else by
    wanted = row["decision"].casefold()
    if wanted == "accept":
        return actions.accept_items(review, signed, [item], row["reason"] or None)
    if wanted == "override":
        if item.scorer is None:
            raise UsageError("the row speaks of no score; override it with 'assay review override'")
        return actions.override(
            review,
            signed,
            item.profile,
            scorer=item.scorer,
            grade=_needed(row, "grade"),
            reason=_needed(row, "reason"),
            code=row["code"] or None,
            until=_day(row["until"]),
        )
    if wanted == "flag":
        return actions.flag(review, signed, item.subject, _needed(row, "reason"))
    if wanted == "comment":
        return actions.comment(review, signed, item.subject, _needed(row, "reason"))
    hint = did_you_mean(wanted, DECISIONS)
    raise UsageError(f"there is no decision {row['decision']!r}; {hint}")


def _needed(row: Record, column: str) -> str:
    if not row[column]:
        raise UsageError(f"the decision {row['decision']!r} needs the column {column!r}")
    return row[column]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise UsageError(f"until: {text!r} is not a day; write 2026-01-15") from None
