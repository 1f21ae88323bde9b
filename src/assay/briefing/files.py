"""What a site consists of: every page with what it is made from, so that two can be compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import jinja2

from assay.briefing import (
    about,
    calendar_page,
    compare,
    data,
    feeds,
    methodology,
    publishers,
    topics,
)
from assay.briefing.atlas import (
    CALENDAR,
    CARD,
    DATA,
    FEED,
    GRADING,
    Atlas,
    path_of,
)
from assay.briefing.calendar_page import calendar_file, calendar_pages, due_of
from assay.briefing.changes import changes_pages
from assay.briefing.grading import grading
from assay.briefing.index import facet_pages, index_data, index_of, index_pages
from assay.briefing.methodology import methodology_view
from assay.briefing.page import page
from assay.briefing.rule_page import rule_pages
from assay.briefing.rules_pages import FOLDER, rules_index, scorer_pages, scorer_view, usages
from assay.briefing.search_index import search_data
from assay.briefing.views import Imprint
from assay.model.documents import AnyProfile
from assay.progress import counting
from assay.scoring.outlook import Due


@dataclass(frozen=True, slots=True)
class SiteFile:
    """A file of the site: ``made`` gives what its template shows, or its bytes if it has none."""

    path: str
    template: str | None
    made: Callable[[], Any]

    def content(self, templates: jinja2.Environment) -> bytes:
        """The file as it is written."""
        made = self.made()
        if self.template is None:
            return bytes(made)
        return templates.get_template(self.template).render(view=made, path=self.path).encode()


def environment() -> jinja2.Environment:
    """The templates: everything escaped, and a name that a view lacks is an error."""
    return jinja2.Environment(
        loader=jinja2.PackageLoader("assay.briefing", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )


def site_files(atlas: Atlas, imprint: Imprint) -> Iterator[SiteFile]:
    """Every file of a site that is made from scores and documents."""
    due = due_of(atlas)
    yield from _index_files(atlas, due, imprint)
    for path, dated in calendar_pages(atlas, due, imprint):
        yield SiteFile(path, "calendar.html", partial(_same, dated))
    yield SiteFile(calendar_page.FILE, None, partial(calendar_file, atlas, due))
    changes = partial(methodology_view, atlas, imprint)
    yield SiteFile(methodology.PAGE, "methodology.html", changes)
    yield from _rules_files(atlas, imprint)
    for path, changed in changes_pages(atlas, imprint):
        yield SiteFile(path, "changes.html", partial(_same, changed))
    yield from _publisher_files(atlas, imprint)
    for path, words in topics.topics_pages(atlas, imprint):
        yield SiteFile(path, "topics.html", partial(_same, words))
    yield SiteFile(about.PAGE, "about.html", partial(about.about_view, atlas, imprint))
    yield SiteFile("404.html", "404.html", partial(_not_found, imprint))
    yield SiteFile(data.JSON, None, partial(data.briefings_json, atlas, imprint))
    yield SiteFile(data.CSV, None, partial(data.briefings_csv, atlas, imprint))
    yield from _feed_files(atlas)
    dates: dict[str, list[Due]] = {}
    for entry in due:
        dates.setdefault(entry.profile, []).append(entry)
    for profile in counting(atlas.published.values(), "pages"):
        own = dates.get(profile.id, [])
        if own:
            calendar = partial(calendar_file, atlas, own, profile.name)
            yield SiteFile(path_of(profile, CALENDAR), None, calendar)
        view = partial(page, atlas, profile, imprint, has_calendar=bool(own))
        yield SiteFile(path_of(profile), "briefing.html", view)
        reasoning = partial(grading, atlas, profile, imprint)
        yield SiteFile(path_of(profile, GRADING), "grading.html", reasoning)
        yield from _data_files(atlas, profile, imprint)


def _data_files(atlas: Atlas, profile: AnyProfile, imprint: Imprint) -> Iterator[SiteFile]:
    """The briefing for programs, its preview, and pages that lead from its former addresses."""
    record = partial(data.profile_json, atlas, profile, imprint)
    yield SiteFile(path_of(profile, DATA), None, record)
    card = partial(data.card_view, atlas, profile, imprint)
    yield SiteFile(path_of(profile, CARD), "card.svg", card)
    merged = [i for gone, formerly in profile.merged.items() for i in (*formerly, gone)]
    for former in dict.fromkeys([*profile.formerly, *merged]):
        if former == profile.id:
            continue
        moved = Moved("../", profile.name, f"{profile.id}.html", path_of(profile), imprint)
        there = path_of(profile.model_copy(update={"id": former}))
        yield SiteFile(there, "moved.html", partial(_same, moved))


def _publisher_files(atlas: Atlas, imprint: Imprint) -> Iterator[SiteFile]:
    uses = publishers.uses_of(atlas)
    shelved = publishers.shelves(atlas, uses)
    for path, listed in publishers.publishers_pages(shelved, uses, imprint):
        yield SiteFile(path, "sources.html", partial(_same, listed))
    for shelf in shelved:
        for path, one in publishers.publisher_pages(atlas, shelf, uses, imprint):
            yield SiteFile(path, "publisher.html", partial(_same, one))


def _feed_files(atlas: Atlas) -> Iterator[SiteFile]:
    """Feeds of the whole site, of each topic, and of each profile."""
    every = feeds.entries(atlas)
    title = atlas.site.title
    whole = partial(feeds.feed, atlas, f"{feeds.ALL}.atom", title, every)
    yield SiteFile(f"{feeds.ALL}.atom", "atom.xml", whole)
    yield SiteFile(f"{feeds.ALL}.json", None, partial(_json_feed, atlas, title, every))
    for topic, profiles in topics.by_topic(atlas).items():
        members = {profile.id for profile in profiles}
        own = [entry for entry in every if entry.profile.id in members]
        path = topics.topic_feed_path(topic)
        made = partial(feeds.feed, atlas, path, f"{title}: {topic}", own)
        yield SiteFile(path, "atom.xml", made)
    by_profile: dict[str, list[feeds.Entry]] = {}
    for entry in every:
        by_profile.setdefault(entry.profile.id, []).append(entry)
    for profile in atlas.published.values():
        found = by_profile.get(profile.id, [])
        path = path_of(profile, FEED)
        made = partial(feeds.feed, atlas, path, f"{title}: {profile.name}", found)
        yield SiteFile(path, "atom.xml", made)


def _json_feed(atlas: Atlas, title: str, every: Sequence[feeds.Entry]) -> bytes:
    return feeds.json_feed(feeds.feed(atlas, f"{feeds.ALL}.json", title, every))


@dataclass(frozen=True, slots=True)
class Moved:
    """The page at a former address of a profile."""

    root: str
    name: str
    href: str
    target: str
    imprint: Imprint


@dataclass(frozen=True, slots=True)
class NotFound:
    """The page for addresses that do not exist; servers show it at any of them."""

    root: str
    imprint: Imprint


def _not_found(imprint: Imprint) -> NotFound:
    return NotFound(imprint.base_url or "", imprint)


def _index_files(atlas: Atlas, due: list[Due], imprint: Imprint) -> Iterator[SiteFile]:
    """The index by name and by facet, with the data of its script, search and comparisons."""
    index = index_of(atlas)
    for path, view in (*index_pages(index, due, imprint), *facet_pages(index, imprint)):
        yield SiteFile(path, "index.html", partial(_same, view))
    comparison = partial(compare.compare_view, index, imprint)
    yield SiteFile(compare.PAGE, "compare.html", comparison)
    written = (*index_data(index), *search_data(index), *compare.compare_data(index))
    for path, content in written:
        yield SiteFile(path, None, partial(_same, content))


def _rules_files(atlas: Atlas, imprint: Imprint) -> Iterator[SiteFile]:
    every = usages(atlas)
    views = [scorer_view(atlas, usage) for usage in every]
    yield SiteFile(f"{FOLDER}index.html", "rules.html", partial(rules_index, views, imprint))
    for name, scorer in scorer_pages(views, imprint):
        yield SiteFile(name, "scorer.html", partial(_same, scorer))
    for name, rule in rule_pages(atlas, every, imprint):
        yield SiteFile(name, "rule.html", partial(_same, rule))


def _same(view: Any) -> Any:
    return view


def differing(old: Atlas | None, new: Atlas | None) -> set[str]:
    """Paths of the files that are not the same in two sites, or in one of them alone.

    What every page is stamped with (date, input, version of assay) is left out of account, and
    so is the data of scripts; a site that is None has no files.
    """
    stamp = Imprint("", "", "", "")
    before, after = (
        {f.path: f for f in site_files(atlas, stamp) if not f.path.startswith("assets/")}
        if atlas is not None
        else {}
        for atlas in (old, new)
    )
    templates = environment()
    found = set(before.keys() ^ after.keys())
    for path in before.keys() & after.keys():
        one, other = before[path], after[path]
        # Most pages are alike before anything is rendered.
        if one.made() != other.made() and one.content(templates) != other.content(templates):
            found.add(path)
    return found
