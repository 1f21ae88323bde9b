"""The grade of a page: verdict, levels, outlook, and what a reader gets in one minute."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from assay.briefing import charts, reasons, wording
from assay.briefing.rules_pages import scorer_path
from assay.briefing.sheet import ROOT, Sheet, badge, profile_badge
from assay.briefing.views import (
    Badge,
    HorizonLine,
    HorizonView,
    LevelView,
    Lever,
    Link,
    Minute,
    Notice,
    OutlookCell,
    OutlookRow,
    OutlookView,
    ScaleRow,
    Verdict,
    WatchColumn,
)
from assay.model.dates import PartialDate
from assay.model.results import (
    NextDate,
    OutlookPoint,
    ReviewBy,
    Score,
    ScoreExplanation,
    WatchNotice,
)
from assay.model.rulebook import Band, Scorer
from assay.text import listed, sentence

_NO_SCORE = Score(points=None, coverage=0)


def explained(sheet: Sheet, scorer: Scorer) -> ScoreExplanation | None:
    """The steps behind a score of the page's profile."""
    found = reasons.explanations_of(sheet, sheet.profile.id, "profile", scorer.name)
    return found[0] if found else None


def verdict(sheet: Sheet) -> Verdict | None:
    """The headline score with its ruler and reasons; None where the rulebook has none."""
    scorer = sheet.atlas.headline
    if scorer is None or not scorer.asks(sheet.profile.kind):
        return None
    bands = sheet.atlas.rulebook.bands(scorer)
    score = sheet.result.scores.get(scorer.name, _NO_SCORE)
    explanation = explained(sheet, scorer)
    found = reasons.of_headline(sheet, explanation) if explanation else None
    return Verdict(
        heading=scorer.heading,
        about=f"{ROOT}index.html#score-{scorer.name}",
        badge=_linked(scorer, profile_badge(sheet.atlas, sheet.profile.id, scorer)),
        override=_override(sheet, scorer),
        coverage=wording.percent(score.coverage),
        ruler=charts.ruler(scorer.heading, bands, score.points) if bands else None,
        scale=_scale(bands, score, sheet.atlas.band(sheet.profile.id, scorer)),
        summary=sheet.readable(sheet.explanation.summary),
        supports=found.supports if found else (),
        limits=found.limits if found else (),
        levers=_levers(sheet, scorer),
    )


def levels(sheet: Sheet) -> tuple[LevelView, ...]:
    """Every other score that profiles of this kind have, with its reasons."""
    views = []
    for scorer in sheet.atlas.levels:
        if not scorer.asks(sheet.profile.kind):
            continue
        score = sheet.result.scores.get(scorer.name, _NO_SCORE)
        explanation = explained(sheet, scorer)
        views.append(
            LevelView(
                heading=scorer.heading,
                about=f"{ROOT}index.html#score-{scorer.name}",
                badge=_linked(scorer, profile_badge(sheet.atlas, sheet.profile.id, scorer)),
                override=_override(sheet, scorer),
                coverage=wording.percent(score.coverage),
                standing=wording.standing(score, explanation.unknown if explanation else ()),
                reasons=reasons.of_level(sheet, explanation) if explanation else (),
                levers=_levers(sheet, scorer),
            )
        )
    return tuple(views)


def _override(sheet: Sheet, scorer: Scorer) -> str | None:
    """Both grades, who put the one in the place of the other, when and why."""
    ruling = sheet.atlas.ruling(sheet.profile.id, scorer.name)
    if ruling is None or ruling.band is None:
        return None
    bands = sheet.atlas.rulebook.bands(scorer)
    computed = _band(bands, ruling.computed)
    was = charts.band_name(bands, computed) if computed else "not rated"
    decision = ruling.decision
    agreed = f", with the agreement of {ruling.seconded_by}," if ruling.seconded_by else ""
    until = f" (until {wording.day(decision.until)})" if decision.until else ""
    return sentence(
        f"Computed {was}, overridden to {charts.band_name(bands, ruling.band)} by "
        f"{decision.reviewer}{agreed} on {wording.day(decision.date)}{until} because "
        f"{decision.reason}"
    )


def _scale(bands: Sequence[Band], score: Score, held: Band | None) -> tuple[ScaleRow, ...]:
    steps = charts.ascending(bands)
    ends = [charts.start_of(band) for band in steps[1:]]
    computed = charts.band_at(bands, score.points) if score.points is not None else None
    rows = []
    for band, end in zip(steps, [*ends, None], strict=True):
        start = wording.points(charts.start_of(band))
        reach = f"{start} to 1" if end is None else f"{start} to under {wording.points(end)}"
        notes = [] if band.publish else ["not published"]
        notes += ["computed"] if band == computed != held else []
        rows.append(ScaleRow(reach, band.grade, band.label, ", ".join(notes), band == held))
    return tuple(reversed(rows))


def _levers(sheet: Sheet, scorer: Scorer) -> tuple[Lever, ...]:
    bands = sheet.atlas.rulebook.bands(scorer)
    return tuple(
        Lever(
            direction="up" if change.direction == "upgrade" else "down",
            to=charts.band_name(bands, change.to),
            change=sentence(sheet.readable(change.change)),
            effort=change.effort,
            number=wording.points(change.points),
        )
        for change in sheet.explanation.would_change
        if change.scorer == scorer.name
    )


def outlook(sheet: Sheet) -> OutlookView:
    """The scores at later dates without new evidence."""
    found = sheet.result.outlook
    rated = [
        (scorer, found.points[scorer.name])
        for scorer in sheet.atlas.profile_scorers
        if scorer.name in found.points
    ]
    dates = sorted({point.date for _, line in rated for point in line})
    headline = sheet.atlas.headline
    line = found.points.get(headline.name, ()) if headline else ()
    return OutlookView(
        until=wording.day(found.until) if found.until else None,
        dates=tuple(wording.day(d) for d in dates),
        rows=tuple(
            OutlookRow(scorer.heading, _cells(sheet, scorer, line, dates)) for scorer, line in rated
        ),
        chart=(
            charts.outlook(headline.heading, sheet.atlas.rulebook.bands(headline), line)
            if headline
            else None
        ),
    )


def _cells(
    sheet: Sheet, scorer: Scorer, line: Sequence[OutlookPoint], dates: Sequence[date]
) -> tuple[OutlookCell, ...]:
    bands = sheet.atlas.rulebook.bands(scorer)
    at = {point.date: point.score for point in line}
    first = _band(bands, line[0].score) if line else None
    cells = []
    for when in dates:
        if when not in at:
            cells.append(OutlookCell("–", None, False))
            continue
        shown = badge(scorer, bands, at[when])
        number = None if shown.number == shown.word else shown.number
        band = _band(bands, at[when])
        word = charts.band_name(bands, band) if band else shown.word
        cells.append(OutlookCell(word, number, band != first))
    return tuple(cells)


def _band(bands: Sequence[Band], score: Score) -> Band | None:
    return None if score.points is None else charts.band_at(bands, score.points)


def watch(sheet: Sheet) -> tuple[WatchColumn, ...]:
    """The watch items by the word for the time until they are due; those without a date last."""
    cadence = sheet.atlas.rulebook.cadence
    columns: dict[str, list[Notice]] = {word: [] for word in cadence.in_order}
    undated: list[Notice] = []
    for notice in sheet.result.outlook.watch:
        due = PartialDate.parse(notice.due).last if notice.due else None
        word = cadence.word((due - sheet.atlas.as_of).days) if due else None
        (undated if word is None else columns[word]).append(_notice(notice))
    found = [WatchColumn(wording.titled(word), tuple(n)) for word, n in columns.items() if n]
    if undated:
        found.append(WatchColumn("No date", tuple(undated)))
    return tuple(found)


def _notice(notice: WatchNotice) -> Notice:
    return Notice(
        priority=f"{notice.priority.capitalize()} priority" if notice.priority else None,
        text=sentence(notice.text),
        trigger=notice.trigger,
        due=_due(notice.due) if notice.due else None,
        owner=notice.owner,
    )


def _due(text: str) -> str:
    try:
        return wording.partial(PartialDate.parse(text))
    except ValueError:
        return text


def minute(sheet: Sheet) -> Minute:
    """What limits the grade, one thing that is not known, and the horizon."""
    scorer = sheet.atlas.headline
    explanation = explained(sheet, scorer) if scorer else None
    found = reasons.of_headline(sheet, explanation) if explanation else None
    weakest = found.weakest if found else None
    return Minute(
        limit=found.limit if found else None,
        limit_at=(
            Link(
                f"“{wording.shortened(weakest.text, 90)}”",
                sheet.claim_href(sheet.profile, weakest),
            )
            if weakest
            else None
        ),
        gap=_first_gap(sheet),
        horizon=horizon(sheet),
    )


def _first_gap(sheet: Sheet) -> str | None:
    """The first gap that is not in the reason of the review already."""
    found, gaps = sheet.result.outlook.horizon, [gap.text for gap in sheet.profile.gaps]
    if not gaps:
        return _first_unknown(sheet)
    alone = found.review is not None and found.next is None
    return next((gap for gap in gaps if not (alone and gap == gaps[0])), None)


def _first_unknown(sheet: Sheet) -> str | None:
    """Something the evidence leaves open, where nobody wrote down a gap."""
    for source in sheet.sources:
        if source.published is None:
            return f"When source {sheet.numbers[source.id]}, “{source.title}”, was published."
        if source.directness is None:
            return f"Where source {sheet.numbers[source.id]}, “{source.title}”, has it from."
    return None


def horizon(sheet: Sheet) -> HorizonView:
    """The next date and the day of the review, each with its reason; the end if it is closed."""
    found = sheet.result.outlook.horizon
    if found.closed is not None:
        when = f"On {wording.partial(PartialDate.parse(found.closed.on))}"
        line = HorizonLine(when, sentence(found.closed.because))
        return HorizonView("Closed", (line,))
    lines = [_next(sheet, found.next)] if found.next else []
    if found.review is not None:
        lines.append(_review(found.review, alone=found.next is None))
    word = wording.titled(found.word) if found.word else "No date"
    return HorizonView(word, tuple(lines))


def _next(sheet: Sheet, following: NextDate) -> HorizonLine:
    overdue = ", overdue" if following.day < sheet.atlas.as_of else ""
    when = f"Next: {wording.partial(PartialDate.parse(following.written))}{overdue}"
    if following.reason == "grade":
        return HorizonLine(when, _crossing(sheet, following.day))
    since = f", {wording.day(following.since)}" if following.since else ""
    evidence = [r if "#" in r else f"#{r}" for r in following.claims]
    if following.reason == "event" and following.subject != sheet.profile.id:
        evidence.append(following.subject)
    links = tuple(filter(None, map(sheet.link, evidence)))
    return HorizonLine(when, sentence(f"{following.text}{since}"), links)


def _review(review: ReviewBy, *, alone: bool) -> HorizonLine:
    """The day of the review; ``alone`` if there is no other date."""
    when = f"Review by {wording.day(review.day)}"
    parts = ["no date is known"] if alone else []
    if alone and review.question is not None:
        parts.append(f"to be found out: {wording.clause(review.question)}")
    if review.gap is not None:
        state = "not known" if review.kind == "unknown" else "on weak evidence"
        parts.append(f"{wording.words(review.gap)} {state}")
    if review.last is None:
        parts.append("not reviewed yet")
    elif review.passed is not None:
        parts.append(f"the event was due on {wording.day(review.passed)}: check its factors")
    else:
        parts.append(f"last reviewed on {wording.day(review.last)}")
    return HorizonLine(when, sentence("; ".join(parts)))


def _crossing(sheet: Sheet, until: date) -> str:
    """Which grade gives way on the day, as far as the dates of the outlook tell."""
    moves = []
    for scorer in sheet.atlas.profile_scorers:
        line = sheet.result.outlook.points.get(scorer.name, ())
        later = [p for p in line if p.date >= until]
        if not line or not later:
            continue
        bands = sheet.atlas.rulebook.bands(scorer)
        now, then = (_band(bands, p.score) for p in (line[0], later[0]))
        if now != then:
            before, after = (charts.band_name(bands, b) if b else "not rated" for b in (now, then))
            moves.append(f"{scorer.heading.lower()} would move from {before} to {after}")
    if not moves:
        return "A grade changes on that day if nothing new arrives."
    return sentence(f"With nothing new, {listed(moves)}")


def _linked(scorer: Scorer, shown: Badge) -> Badge:
    """The badge with a link to what it measures."""
    return replace(shown, href=f"{ROOT}{scorer_path(scorer.on, scorer.name)}")
