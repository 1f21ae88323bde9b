"""The whole flow on one screen.

documents → models → tables → compiled rules → scores → outlook → explanations → pages::

    checked = check(workspace)            # read, validate, link, compile; every mistake at once
    desk = assess(checked, as_of)         # score everything, with outlook
    desk.explain("some-profile")          # the whole reasoning of one profile
    build(desk, out)                      # the briefing pages

Each function takes what the one before it gives; none asks for the time or the machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from assay.checked import Checked, check
from assay.desk import Desk
from assay.diagnostics import Diagnostic, sort_diagnostics
from assay.errors import InputError, UsageError
from assay.model.audience import seen_by
from assay.model.corpus import Corpus
from assay.model.deferred import Deferred
from assay.model.digests import digest
from assay.progress import stage

if TYPE_CHECKING:
    from assay.briefing import SiteReport
    from assay.briefing.atlas import Atlas

__all__ = [
    "Checked",
    "Desk",
    "assess",
    "assess_all",
    "build",
    "check",
    "grade_findings",
    "pages_touched",
]


def assess(checked: Checked, as_of: date, audience: str | None = None) -> Desk:
    """Score every profile at a date, for an audience: the most public one, unless named.

    What the audience may not know is taken out before anything is scored. Raises
    :class:`assay.errors.InputError` with all diagnostics where the workspace has errors, and
    ``UsageError`` for an audience the rulebook does not have.
    """
    if checked.errors or checked.program is None:
        raise InputError(checked.errors)
    from assay.tables.kept import TableStore

    rulebook = checked.loaded.rulebook
    assert rulebook is not None
    reader = audience or rulebook.audiences[0]
    if reader not in rulebook.audiences:
        known = ", ".join(rulebook.audiences)
        raise UsageError(f"there is no audience {reader!r}; the rulebook has: {known}")
    loaded, written = checked.loaded, checked.loaded.corpus

    @cache
    def seen() -> Corpus:
        return seen_by(written, rulebook.audiences, reader, as_of)

    corpus = Corpus(written.publishers, written.sources, Deferred(lambda: seen().profiles))
    desk = Desk(loaded.workspace, corpus, rulebook, checked.program, as_of, reader, written)
    if checked.sound is None:
        return desk
    store = TableStore(loaded.workspace.cache_dir, checked.sound, reader, corpus, written)
    return replace(desk, store=store)


def assess_all(checked: Checked, as_of: date) -> tuple[Desk, ...]:
    """The workspace scored at a date for each of its audiences; raises as :func:`assess`."""
    first = assess(checked, as_of)
    return (first, *(assess(checked, as_of, a) for a in first.rulebook.audiences[1:]))


def grade_findings(checked: Checked, as_of: date) -> list[Diagnostic]:
    """Claims whose words disagree with the grade that they get; none where there are errors.

    Scored for the audience that may know most, and only where some words could disagree.
    """
    from assay.scoring.said import may_disagree, words_against_grades

    loaded = checked.loaded
    if checked.errors or loaded.rulebook is None or not may_disagree(loaded.corpus):
        return []
    desk = assess(checked, as_of, loaded.rulebook.audiences[-1])
    found = words_against_grades(loaded.corpus, desk.run, loaded.subjects)
    return sort_diagnostics(loaded.placed(f) for f in found)


def build(desk: Desk, out: Path) -> SiteReport:
    """Write the briefing pages into ``out``; an error leaves the site that was there.

    Overrides that count take the place of computed grades, and pages tell both.
    """
    from assay.briefing import build_site

    atlas, counting = _atlas(desk, desk.workspace.ledger_path)
    stage("writing pages")
    written = digest([desk.digest, counting]) if counting else desk.digest
    return build_site(atlas, written, out, desk.workspace.profiles_dir)


def pages_touched(before: Sequence[Desk], after: Sequence[Desk]) -> tuple[str, ...]:
    """Files of the site, for any audience, that would not be the same for two states of a desk.

    Decisions are those of the workspace that is there ``after``. Every page is made twice, with
    all that it says: this costs several full re-scores.
    """
    from assay.briefing.files import differing

    old, new = ({d.audience: d for d in desks} for desks in (before, after))
    ledger_path = after[0].workspace.ledger_path
    found: set[str] = set()
    for audience in dict.fromkeys([*old, *new]):
        one, other = (
            _atlas(desks[audience], ledger_path)[0] if audience in desks else None
            for desks in (old, new)
        )
        found |= differing(one, other)
    return tuple(sorted(found, key=lambda path: ("/" in path, path)))


def _atlas(desk: Desk, ledger_path: Path) -> tuple[Atlas, list[str]]:
    """All that the pages of a desk are made from, and the overrides that count on it."""
    from assay.briefing.atlas import Atlas
    from assay.review.effective import effective, published_results
    from assay.review.ledger import require_ledger

    held = effective(desk, require_ledger(ledger_path))
    counting = [r.decision.id for r in held.counting]
    results = published_results(desk, held)
    explanations = desk.explain(list(desk.run.profile_rows))
    atlas = Atlas(desk.corpus, desk.rulebook, results, explanations, desk.as_of, held.by_profile())
    return atlas, counting
