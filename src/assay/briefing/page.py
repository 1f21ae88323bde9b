"""A briefing page, gathered: everything its template shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assay.briefing import charts, connected, grading, sources, wording
from assay.briefing.atlas import Atlas, path_of
from assay.briefing.changes import history_view
from assay.briefing.data import page_head
from assay.briefing.index import facet_href
from assay.briefing.ratings import rating_line, ratings
from assay.briefing.sheet import ROOT, Sheet, badge
from assay.briefing.story import story
from assay.briefing.views import (
    Badge,
    Fact,
    FactorRow,
    ImageView,
    Imprint,
    Link,
    NextStep,
    PageView,
    Rating,
    Reasons,
    WatchRow,
)
from assay.model.dates import PartialDate
from assay.model.documents import AnyProfile, Claim, Event, Institution, WatchItem
from assay.model.results import AddedCitation, NextDate, WatchNotice, WouldChange
from assay.text import listed, sentence

IMAGES = "assets/images/"
"""Where pictures lie in the site."""
_MOST_GAPS = 2
_MOST_WATCH = 3
_MOST_WORDS, _MOST_WORDS_OF_FEW = 450, 170
"""Words beyond which a page gives less room to each of its parts; the second for few claims. The
frame, the headings and the folds come on top of them."""
_FEW = 5
_ROOMS = (1.0, 0.7, 0.45, 0.2, 0.0)


def page(
    atlas: Atlas, profile: AnyProfile, imprint: Imprint, *, has_calendar: bool = False
) -> PageView:
    """The page of a published profile; ``has_calendar`` if the site has a calendar file of it."""
    few = len(atlas.claims(profile)) <= _FEW
    most = _MOST_WORDS_OF_FEW if few else _MOST_WORDS
    step = 0
    while True:
        view = _page(Sheet(atlas, profile, room=_ROOMS[step]), imprint, has_calendar=has_calendar)
        words = _words(view)
        if words <= most or step == len(_ROOMS) - 1:
            return view
        # A page that is far too long skips the rooms that cannot be small enough.
        step = min(step + max(round(2 * (words - most) / most), 1), len(_ROOMS) - 1)


def _page(sheet: Sheet, imprint: Imprint, *, has_calendar: bool) -> PageView:
    atlas, profile = sheet.atlas, sheet.profile
    # First: it gives every claim its place, which the other parts refer to.
    body = story(sheet)
    next_step, taken = _next_step(sheet)
    watch = _watch(sheet, taken)
    most = sheet.shown(len(watch), _MOST_WATCH)
    most_gaps = _MOST_GAPS if sheet.room else 1
    gaps = [gap.text for gap in profile.gaps]
    shown_ratings = ratings(atlas, profile)
    shown_sources, more_sources = sources.source_rows(sheet)
    view = PageView(
        root=ROOT,
        path=path_of(profile),
        id=profile.id,
        kind=profile.kind,
        name=profile.name,
        head=page_head(atlas, profile, imprint),
        strip=_strip(atlas, profile, imprint),
        ratings=shown_ratings,
        rating_line=rating_line(atlas, profile),
        not_rated=_not_rated(shown_ratings),
        closed=_closed(sheet),
        contents=(),
        actions=_actions(profile, has_calendar),
        draft=wording.titled(draft) if (draft := atlas.draft(profile.id)) else None,
        overrides=_overrides(sheet),
        story=body,
        image=_image(profile),
        reasons=reasons(sheet),
        unknown=tuple(gaps[:most_gaps]),
        unknown_folded=tuple(gaps[most_gaps:]),
        next_step=next_step,
        glance=_glance(sheet),
        factors=_factors(sheet),
        factors_folded=not sheet.room,
        factors_not_asked=_not_asked(sheet),
        levels_of_bodies=connected.levels_of_bodies(sheet),
        watch=watch[:most],
        watch_folded=watch[most:],
        source_summary=sources.summary(sheet),
        sources=shown_sources,
        sources_folded=more_sources,
        history=history_view(atlas, profile),
        connected=connected.connected(sheet),
        fold=grading.fold(sheet),
        cite=_cite(sheet, imprint),
        imprint=imprint,
    )
    # A page of few claims whose parts are folded needs no list of them.
    bare = not sheet.room and len(sheet.claims) <= _FEW
    return view if bare else replace(view, contents=_contents(view))


def _words(view: PageView) -> int:
    """About how many words of the page a reader sees, without its frame."""
    claims = [c for p in view.story.passages for c in p.claims]
    claims += [c for p in (view.story.why, view.story.differing) if p is not None for c in p.claims]
    claims += [j.claim for j in view.story.judgements]
    claims += [m.claim for m in view.story.timeline.moments] if view.story.timeline else []
    claims += [c for d in view.story.disputes for _, c in d.sides]
    parts = [c.text for c in claims]
    parts += [s.text for s in view.story.summary]
    parts += [f"{f.term} {f.value}" for f in view.glance]
    if not view.factors_folded:
        parts += [f"{f.name} {f.known or ''}" for f in view.factors]
    parts += [f"{w.when} {w.until} {w.text} {w.effect or ''}" for w in view.watch]
    parts += [f"{s.title} {s.publisher} {s.date} {s.seen} r" for s in view.sources]
    parts += list(view.unknown)
    if view.reasons is not None:
        parts += filter(None, (view.reasons.reason, view.reasons.remedy, view.reasons.effect))
    if view.history is not None:
        parts += [f"{g.as_of} {g.why} recorded {g.recorded}" for g in view.history.grades]
    if view.connected is not None:
        sides = (view.connected.left, view.connected.right)
        members = [n for side in sides for _, group in side.groups for n in group]
        parts += [f"{n.link.text} {n.relation} D" for n in members]
    # A picture takes the room of about so many words.
    picture = 90 if view.image else 0
    return picture + sum(len(part.split()) for part in parts)


def _contents(view: PageView) -> tuple[Link, ...]:
    """The sections of the page, in order."""
    story_heading = view.story.passages[0].heading if view.story.passages else "What happened"
    sections: list[tuple[str, str, object]] = [
        ("story", "What happened" if view.story.timeline else story_heading, view.story.happens),
        ("matters", "Why it matters", view.matters),
        ("differ", "Differences", view.story.disputes or view.story.differing),
        ("watch", "What to watch", view.watch),
        ("sources", "Sources", view.sources),
        ("history", "History", view.history),
        ("connected", "Connected", view.connected),
        ("graded", "How graded", view.fold),
    ]
    return tuple(Link(heading, f"#{name}") for name, heading, shown in sections if shown)


def _actions(profile: AnyProfile, has_calendar: bool) -> tuple[Link, ...]:
    """What a reader can take along."""
    found = [Link("Calendar", f"{profile.id}.ics")] if has_calendar else []
    files = (Link("JSON", f"{profile.id}.json"), Link("Follow", f"{profile.id}.atom"))
    own = path_of(profile).removesuffix(".html")
    compare = Link("Compare", f"{ROOT}compare.html?a={own}")
    return (Link("Cite", "#cite"), *files, *found, compare)


# Head ----------------------------------------------------------------------------------------


def _overrides(sheet: Sheet) -> tuple[str, ...]:
    """The scores that a reviewer set, each with both grades and the reason."""
    found = ((s, grading.override(sheet, s)) for s in sheet.atlas.profile_scorers)
    return tuple(f"{scorer.heading}: {text}" for scorer, text in found if text)


def _strip(atlas: Atlas, profile: AnyProfile, imprint: Imprint) -> tuple[Fact, ...]:
    """Kind, type, as-of date and next review."""
    facts = [Fact("", wording.KIND[profile.kind])]
    if profile.type and profile.type.casefold() != profile.kind:
        facts.append(Fact("", wording.titled(profile.type)))
    facts.append(Fact("As of", imprint.as_of, machine=imprint.as_of_iso))
    horizon = atlas.results[profile.id].outlook.horizon
    if horizon.closed is None and horizon.review is not None:
        day = horizon.review.day
        facts.append(Fact("Next review", wording.day(day), machine=day.isoformat()))
    return tuple(facts)


def _not_rated(shown: Sequence[Rating]) -> str | None:
    """The levels that are not rated, in one list."""
    names = [r.badge.label for r in shown[1:] if r.badge.steps and not r.badge.filled]
    return wording.titled(listed([name.lower() for name in names])) if names else None


def _closed(sheet: Sheet) -> str | None:
    """The date since which the profile is no longer watched."""
    closed = sheet.result.outlook.horizon.closed
    return wording.partial(PartialDate.parse(closed.on)) if closed else None


def when(event: Event) -> str | None:
    """The date of an event as the documents give it."""
    if event.date:
        return wording.partial(event.date)
    if event.from_ and event.until:
        return wording.span(event.from_, event.until)
    if event.from_:
        return f"since {wording.partial(event.from_)}"
    return f"until {wording.partial(event.until)}" if event.until else None


def _glance(sheet: Sheet) -> tuple[Fact, ...]:
    """Region, domain, dates and topics, as far as they are known."""
    profile = sheet.profile
    words: list[tuple[str, Sequence[str], str | None]] = [
        ("Also called", profile.aliases, None),
        ("Region", (profile.region,) if profile.region else (), "region"),
    ]
    if isinstance(profile, Institution):
        words.append(("Base", (profile.base,) if profile.base else (), None))
    else:
        date = when(profile)
        words.append(("Date", (date,) if date else (), None))
    words += [
        ("Domain", (profile.domain,) if profile.domain else (), "domain"),
        ("Topics", profile.topics, "topic"),
    ]
    return tuple(
        Fact(
            term,
            ", ".join(values),
            links=_facets(sheet, facet, values),
        )
        for term, values, facet in words
        if values
    )


def _facets(sheet: Sheet, facet: str | None, words: Sequence[str]) -> tuple[Link, ...]:
    """The pages of the words; a long page would have too many stops for the keyboard."""
    if facet is None or sheet.room < 0.5:
        return ()
    return tuple(Link(word, facet_href(facet, word, ROOT)) for word in words)


def _image(profile: AnyProfile) -> ImageView | None:
    if profile.image is None:
        return None
    return ImageView(
        src=f"{ROOT}{IMAGES}{profile.image.src}",
        caption=profile.image.caption,
        source_context=profile.image.source_context,
        relevance=profile.image.relevance,
        provenance=profile.image.provenance,
    )


def _cite(sheet: Sheet, imprint: Imprint) -> str:
    """How to cite the briefing."""
    line = rating_line(sheet.atlas, sheet.profile).split(" · ")[0]
    return f"Cite as: {sheet.profile.name}. Briefing as of {imprint.as_of}, {line}."


# Boxes ---------------------------------------------------------------------------------------


def reasons(sheet: Sheet) -> Reasons | None:
    """Why the page has only this grade, and the document or step that would raise it.

    None if a reviewer set the grade: the reason is then above the summary.
    """
    scorer = sheet.atlas.headline
    if scorer is None or not scorer.asks(sheet.profile.kind):
        return None
    if sheet.atlas.override(sheet.profile.id, scorer.name) is not None:
        return None
    bands = sheet.atlas.rulebook.bands(scorer)
    band = sheet.atlas.band(sheet.profile.id, scorer)
    found = grading.balance(sheet)
    deciding = found.deciding if found else None
    top = bool(bands) and band == charts.ascending(bands)[-1]
    grade = band.grade if band else "not rated"
    heading = f"Why {grade}" if top else f"Why only {grade}" if band else "Why it is not rated"
    reason, quote = _evidence(sheet, deciding) if deciding else (None, None)
    change = _upgrade(sheet, scorer.name)
    if change is None:
        return Reasons(heading, reason, quote, None, None, False) if reason else None
    grade = charts.band_name(bands, change.to)
    found_remedy = _remedy(sheet, change)
    if found_remedy is None:
        effect = f"To reach {grade}, {wording.clause(sheet.readable(change.change))}."
        return Reasons(heading, reason, quote, None, effect, True)
    remedy, named = found_remedy
    if reason is not None and not named:
        remedy = remedy[0].lower() + remedy[1:]
    return Reasons(heading, reason, quote, remedy, f"would lift the grade to {grade}.", named)


def _evidence(sheet: Sheet, claim: Claim) -> tuple[str, str | None]:
    """What the deciding claim rests on, by the names of the publishers; and its quote, if any."""
    cited = [
        (citation, source)
        for citation, source in sheet.atlas.citations(claim)
        if sheet.atlas.retracted(source) is None
    ]
    support = [(c, s) for c, s in cited if c.stance == "supports"]
    disputes = [s for c, s in cited if c.stance == "disputes"]
    about = f"“{wording.clause(wording.shortened(claim.text, 48))}”"
    if claim.nature in ("judgement", "forecast"):
        return f"Its weakest key statement is our own judgement, {about}", about
    if not support:
        retracted = bool(sheet.atlas.citations(claim))
        return f"No source {'that is not retracted ' if retracted else ''}supports {about}", about
    by_kind: dict[str, dict[str, str]] = {}
    for citation, source in support:
        kind: str = citation.directness or source.directness or ""
        by_kind.setdefault(kind, {})[source.id] = (
            sources.publisher_name(sheet.atlas.corpus, source)
            if source.publisher is not None
            else f"“{wording.shortened(source.title, 40)}”, unnamed publisher"
        )
    parts = []
    for known, (one, many) in wording.KINDS_OF_SOURCES.items():
        if known in by_kind:
            count = len(by_kind[known])
            names = list(dict.fromkeys(by_kind[known].values()))
            if len(names) > 3:
                names = [*names[:2], f"{wording.number(len(names) - 2)} others"]
            noun = one if count == 1 else many
            parts.append(f"{wording.number(count)} {noun} ({listed(names)})")
    several = sum(c.key for c in sheet.claims) > 1
    against = ""
    if disputes:
        critics = dict.fromkeys(sources.publisher_name(sheet.atlas.corpus, s) for s in disputes)
        verb = "disputes" if len(critics) == 1 else "dispute"
        against = f", and {listed(list(critics))} {verb} it"
    subject = f"Its weakest key statement, {about}," if several else "Its key statement"
    return f"{subject} rests on {listed(parts)}{against}", about if several else None


def _upgrade(sheet: Sheet, scorer: str) -> WouldChange | None:
    """The change that names a document, or else the cheapest, that would raise the grade."""
    upgrades = [
        c for c in sheet.explanation.would_change if c.scorer == scorer and c.direction == "upgrade"
    ]
    named = [c for c in upgrades if any(a.document for e in c.edits for a in e.add)]
    return min(named or upgrades, key=lambda c: (c.effort, c.points), default=None)


def _remedy(sheet: Sheet, change: WouldChange) -> tuple[str, bool] | None:
    """A change of the evidence as the subject of a sentence, and whether it names a document.

    None for a change that only its own words describe.
    """
    added = [a for edit in change.edits for a in edit.add]
    documents = list(dict.fromkeys(a.document for a in added if a.document))
    if documents:
        comma = "," if "," in documents[-1] else ""
        return wording.titled(listed(documents)) + comma, True
    read = dict.fromkeys(a.source for a in added if a.source is not None)
    if read:
        titles = [f"“{sheet.atlas.corpus.sources[i].title}”" for i in read]
        return f"Reading {listed(titles)}", True
    if added:
        return _supposed(change, added[0]), False
    if any(edit.recheck for edit in change.edits):
        return "Confirming that it still holds", False
    return None


def _supposed(change: WouldChange, added: AddedCitation) -> str:
    """A document without a name, for each of the claims that it must support."""
    each = max(len(edit.add) for edit in change.edits)
    one, many = wording.KINDS_OF_SOURCES[added.kind]
    noun = f"A {one}" if each == 1 else f"{wording.number(each).capitalize()} independent {many}"
    if added.reliability is not None:
        word = wording.RELIABILITY[added.reliability]
        noun += f" by a {word} publisher" if each == 1 else f" by {word} publishers"
    if len(change.edits) > 1:
        noun += f" on each of {wording.number(len(change.edits))} key statements"
    return noun


def _next_step(sheet: Sheet) -> tuple[NextStep | None, WatchNotice | None]:
    """What to watch next, and the watch item that it is."""
    horizon = sheet.result.outlook.horizon
    notices = sheet.result.outlook.watch
    if horizon.closed is not None:
        return NextStep(sentence(horizon.closed.because), None), None
    following = horizon.next
    if following is not None and following.reason == "watch":
        taken = next((n for n in notices if n.text == following.text), None)
        return NextStep(sentence(following.text), _date(following)), taken
    if following is not None:
        return NextStep(_ahead(sheet, following), _date(following)), None
    if notices:
        return NextStep(sentence(notices[0].text), None), notices[0]
    return None, None


def _date(following: NextDate) -> str:
    return wording.partial(PartialDate.parse(following.written))


def _ahead(sheet: Sheet, following: NextDate) -> str:
    if following.reason == "grade":
        return grading.crossing(sheet, following.day)
    if following.reason == "recheck":
        claim = next((c for c in sheet.claims if c.id in following.claims), None)
        if claim is not None:
            return f"A recheck of “{wording.shortened(claim.text, 60)}” falls due."
    return sentence(following.text)


# Watch ---------------------------------------------------------------------------------------


def _watch(sheet: Sheet, taken: WatchNotice | None) -> tuple[WatchRow, ...]:
    """The watch items by date, and the signals of the years ahead; without the one in the box."""
    atlas = sheet.atlas
    cadence = atlas.rulebook.cadence
    items = {item.text: item for item in sheet.profile.watch}
    rows: list[tuple[str, WatchRow]] = []
    for notice in sheet.result.outlook.watch:
        if notice == taken:
            continue
        due = PartialDate.parse(notice.due) if notice.due else None
        word = cadence.word((due.last - atlas.as_of).days) if due else None
        rows.append(
            (
                due.last.isoformat() if due else "9",
                WatchRow(
                    when=wording.titled(word) if word else "No date",
                    until=f"by {wording.partial(due)}" if due else None,
                    text=sentence(notice.text),
                    effect=_effect(sheet, items.get(notice.text), notice),
                    calendar=f"{sheet.profile.id}.ics" if due else None,
                ),
            )
        )
    rows.sort(key=lambda entry: entry[0])
    signals = tuple(
        WatchRow(wording.titled(s.horizon), None, sentence(s.change), None, None)
        for s in sheet.profile.signals
    )
    return tuple(row for _, row in rows) + signals


def _effect(sheet: Sheet, item: WatchItem | None, notice: WatchNotice) -> str | None:
    """What the development would do: the grade that its document would give, or its text."""
    scorer = sheet.atlas.headline
    if item is not None and item.would_settle and scorer is not None:
        lifts = [
            change
            for change in sheet.explanation.would_change
            if change.scorer == scorer.name
            and change.direction == "upgrade"
            and any(a.document == item.document for e in change.edits for a in e.add)
        ]
        if lifts:
            best = min(lifts, key=lambda change: change.effort)
            return f"{scorer.heading} to {best.to.grade}"
    if item is not None and item.effect:
        return item.effect
    return notice.trigger


# Factors -------------------------------------------------------------------------------------


def _factors(sheet: Sheet) -> tuple[FactorRow, ...]:
    """The factors that are asked of the profile: known ones first, each with its evidence."""
    profile, rulebook = sheet.profile, sheet.atlas.rulebook
    stated = {factor.factor: factor for factor in profile.factors}
    rows = []
    for name in rulebook.factors.of(profile.kind, profile.type):
        factor = stated.get(name)
        heading = wording.titled(wording.words(name))
        if factor is None:
            rows.append(FactorRow(heading, None, None))
            continue
        known = factor.is_
        if factor.text and sheet.room == 1:
            known += f": {wording.shortened(factor.text, 30)}"
        rows.append(FactorRow(heading, wording.titled(known), _evidence_grade(sheet, name)))
    return tuple(sorted(rows, key=lambda row: row.known is None))


def _evidence_grade(sheet: Sheet, factor: str) -> Badge | None:
    headline = sheet.atlas.headline
    if headline is None:
        return None
    subject = f"{sheet.profile.id}:{factor}"
    found = grading.explanations_of(sheet, subject, "factor", headline.name)
    if not found or found[0].score.points is None:
        return None
    return badge(headline, sheet.atlas.rulebook.bands(headline), found[0].score)


def _not_asked(sheet: Sheet) -> str | None:
    """The factors that profiles of this type are not asked for."""
    profile, factors = sheet.profile, sheet.atlas.rulebook.factors
    left_out = [
        wording.words(name)
        for name in factors.of(profile.kind, None)
        if name not in factors.of(profile.kind, profile.type)
    ]
    if not left_out:
        return None
    verb = "is" if len(left_out) == 1 else "are"
    return f"{wording.titled(listed(left_out))} {verb} not asked of this type."
