"""The sources of a page, by original, with what each supports; corrections of sources."""

from __future__ import annotations

from assay.briefing import wording
from assay.briefing.sheet import Sheet, SourceGroup
from assay.briefing.views import Correction, Link, SourceGroupView, SourceView
from assay.model.documents import Citation, Claim, Corpus, Source
from assay.model.results import ProfileResult
from assay.text import listed, sentence


def summary(result: ProfileResult) -> str:
    """``5 sources, 2 independent``."""
    independent = result.independent or "none"
    return f"{wording.count(result.sources, 'source')}, {independent} independent"


def source_groups(sheet: Sheet) -> tuple[SourceGroupView, ...]:
    """The sources by what they draw on; last those that count for nothing."""
    views = []
    for group in sheet.groups:
        shown = tuple(_source(sheet, source) for source in group.sources)
        heading, explanation = _described(sheet.atlas.corpus, group)
        views.append(SourceGroupView(heading, explanation, shown))
    return tuple(views)


def _described(corpus: Corpus, group: SourceGroup) -> tuple[str, str | None]:
    """The heading of a group of sources, with a sentence about them."""
    members = group.sources
    if not group.counted:
        return "Not counted", "These carry no weight in any score of this page."
    if group.original is None:
        credited = [s.attributed_to for s in members if s.attributed_to]
        named = f"; credited to {listed(list(dict.fromkeys(credited)))}" if credited else ""
        many = wording.count(len(members), "secondary report")
        return "Originals that we have not seen", f"{many}{named}."
    original = corpus.sources[group.original]
    publisher = publisher_name(corpus, original)
    date = f", {wording.partial(original.published)}" if original.published else ""
    heading = f"{publisher}{date}"
    others = [s for s in members if s.id != original.id]
    if not others:
        return heading, None
    if len(others) < len(members):
        return heading, f"“{original.title}”, and what draws on it or repeats it."
    many = wording.count(len(members), "publication")
    return heading, f"{many} of or about “{original.title}”, which this page does not cite."


def publisher_name(corpus: Corpus, source: Source) -> str:
    """Who published it; "an unknown publisher" where nobody is named."""
    if source.publisher is None:
        return "an unknown publisher"
    publisher = corpus.publishers.get(source.publisher)
    return publisher.name if publisher else source.publisher


def _source(sheet: Sheet, source: Source) -> SourceView:
    return SourceView(
        number=sheet.numbers[source.id],
        title=source.title,
        url=source.url,
        language=source.language,
        facts=_facts(sheet, source),
        retracted=_retracted(sheet, source),
        note=source.note,
        used_for=tuple(
            Link(_usage(claim, source), sheet.claim_href(sheet.profile, claim))
            for claim in sheet.claims
            if any(s.id == source.id for _, s in sheet.atlas.citations(claim))
        ),
    )


def _usage(claim: Claim, source: Source) -> str:
    text = f"“{wording.shortened(claim.text, 80)}”"
    said = [
        part
        for citation in claim.sources
        if citation.id == source.id
        for part in _manner(citation, source)
    ]
    return f"{text} ({'; '.join(dict.fromkeys(said))})" if said else text


def _manner(citation: Citation, source: Source) -> list[str]:
    said = []
    if citation.stance == "disputes":
        said.append("disputes")
    if citation.locator:
        said.append(citation.locator)
    if citation.directness and citation.directness != source.directness:
        said.append(f"here a {wording.DIRECTNESS[citation.directness]}")
    if citation.credibility:
        word = wording.CREDIBILITY[citation.credibility]
        said.append(f"credibility {citation.credibility}, {word}")
    return said


def _facts(sheet: Sheet, source: Source) -> tuple[str, ...]:
    corpus = sheet.atlas.corpus
    publisher = corpus.publishers.get(source.publisher or "")
    name = publisher_name(corpus, source)
    if publisher is not None and publisher.reliability:
        word = wording.RELIABILITY[publisher.reliability]
        name += f" (reliability {publisher.reliability}, {word})"
    facts = [sentence(name).rstrip(".") if source.publisher is None else name]
    if source.published:
        facts.append(f"published {wording.partial(source.published)}")
    else:
        facts.append("date of publication unknown")
    if source.accessed:
        facts.append(f"read {wording.day(source.accessed)}")
    facts.append(wording.DIRECTNESS[source.directness] if source.directness else "class unknown")
    if source.attributed_to:
        facts.append(f"credits {source.attributed_to}")
    elif source.attribution in ("vague", "none"):
        facts.append("names no original" if source.attribution == "none" else "credits vaguely")
    drawn = [f"[{sheet.numbers[i]}]" for i in source.cites if i in sheet.numbers]
    if drawn:
        facts.append(f"draws on {listed(drawn)}")
    return tuple(facts)


def _retracted(sheet: Sheet, source: Source) -> str | None:
    if source.retracted is None or source.retracted > sheet.atlas.as_of:
        return None
    return wording.day(source.retracted)


def corrections(sheet: Sheet) -> tuple[Correction, ...]:
    """Sources that were withdrawn or that replace an earlier version."""
    found = []
    for source in sheet.sources:
        claims = tuple(
            Link(f"“{wording.shortened(c.text, 80)}”", sheet.claim_href(sheet.profile, c))
            for c in sheet.claims
            if any(s.id == source.id for _, s in sheet.atlas.citations(c))
        )
        when = _retracted(sheet, source)
        if when:
            text = f"“{source.title}” was retracted on {when} and counts for nothing."
            found.append(Correction(text, (sheet.mark(source),), claims))
        earlier = sheet.atlas.corpus.sources.get(source.revises or "")
        if earlier is not None:
            marks = [sheet.mark(source)]
            if earlier.id in sheet.numbers:
                marks.append(sheet.mark(earlier))
            text = f"“{source.title}” revises the earlier “{earlier.title}”."
            found.append(Correction(text, tuple(marks), claims))
    return tuple(found)
