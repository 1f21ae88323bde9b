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
from assay.model.dates import PartialDate, add_months
from assay.model.results import OutlookPoint, Score, ScoreExplanation, WatchNotice
from assay.model.rulebook import Band, Scorer

_NO_SCORE = Score(points=None, coverage=0)


def explained(sheet: Sheet, scorer: Scorer) -> ScoreExplanation | None:
    """The steps behind a score of the page's profile."""
    found = reasons.explanations_of(sheet, sheet.profile.id, "profile", scorer.name)
    return found[0] if found else None


def verdict(sheet: Sheet) -> Verdict | None:
    """The headline score with its ruler and reasons; None where the rulebook has none."""
    scorer = sheet.atlas.headline
    if scorer is None:
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
    """Every other score of the profile, with its reasons."""
    views = []
    for scorer in sheet.atlas.levels:
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
    return wording.sentence(
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
            change=wording.sentence(sheet.readable(change.change)),
            effort=change.effort,
            number=wording.points(change.points),
        )
        for change in sheet.explanation.would_change
        if change.scorer == scorer.name
    )


def outlook(sheet: Sheet) -> OutlookView:
    """The scores at later dates with nothing new arriving, and when to look again."""
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
        horizon=wording.HORIZON[found.grade],
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
    """What to watch now, this quarter and this year."""
    columns = []
    for horizon in ("now", "quarter", "year"):
        notices = tuple(_notice(n) for n in sheet.result.outlook.watch if n.horizon == horizon)
        if notices:
            columns.append(WatchColumn(wording.HORIZON[horizon], notices))
    return tuple(columns)


def _notice(notice: WatchNotice) -> Notice:
    return Notice(
        priority=f"{notice.priority.capitalize()} priority" if notice.priority else None,
        text=wording.sentence(notice.text),
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
    """What limits the grade, one thing that is not known, and when to look again."""
    scorer = sheet.atlas.headline
    explanation = explained(sheet, scorer) if scorer else None
    found = reasons.of_headline(sheet, explanation) if explanation else None
    weakest = found.weakest if found else None
    again, why = _look_again(sheet)
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
        gap=sheet.profile.gaps[0] if sheet.profile.gaps else _first_unknown(sheet),
        look_again=again,
        look_again_why=why,
    )


def _first_unknown(sheet: Sheet) -> str | None:
    """Something the evidence leaves open, where nobody wrote down a gap."""
    for source in sheet.sources:
        if source.published is None:
            return f"When source {sheet.numbers[source.id]}, “{source.title}”, was published."
        if source.directness is None:
            return f"Where source {sheet.numbers[source.id]}, “{source.title}”, has it from."
    return None


def _look_again(sheet: Sheet) -> tuple[str, str]:
    found = sheet.result.outlook
    if found.until is not None:
        return f"By {wording.day(found.until)}", _crossing(sheet, found.until)
    dated = sorted((n.due, n.text) for n in found.watch if n.due)
    if dated:
        due, text = dated[0]
        return _by(due), wording.sentence(text)
    year = f"By {wording.day(add_months(sheet.atlas.as_of, 12))}"
    if not found.watch:
        return year, _steady(sheet)
    text = sheet.readable(found.watch[0].text)
    return year, f"{_steady(sheet)} Meanwhile watch: {wording.sentence(text)}"


def _by(due: str) -> str:
    """By a day, or in a month, quarter or year."""
    try:
        precision = PartialDate.parse(due).precision
    except ValueError:
        precision = "day"
    return f"{'By' if precision == 'day' else 'In'} {_due(due)}"


def _steady(sheet: Sheet) -> str:
    """That age alone changes no grade, said of the grade the page has."""
    scorer = sheet.atlas.headline
    bands = sheet.atlas.rulebook.bands(scorer) if scorer else ()
    band = _band(bands, sheet.result.scores.get(scorer.name, _NO_SCORE)) if scorer else None
    if scorer is None or band is None or sheet.atlas.ruling(sheet.profile.id, scorer.name):
        return "Until then nothing here changes by age alone."
    return f"With nothing new, {scorer.heading.lower()} stays {charts.band_name(bands, band)}."


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
    return wording.sentence(f"With nothing new, {wording.listed(moves)}")


def _linked(scorer: Scorer, shown: Badge) -> Badge:
    """The badge with a link to what it measures."""
    return replace(shown, href=f"{ROOT}{scorer_path(scorer.on, scorer.name)}")
