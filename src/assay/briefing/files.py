"""What a site consists of: every page with what it is made from, so that two can be compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import jinja2

from assay.briefing import calendar_page, compare, methodology
from assay.briefing.atlas import Atlas, calendar_path_of, grading_path_of, path_of
from assay.briefing.calendar_page import calendar_file, calendar_view, due_of
from assay.briefing.grading import grading
from assay.briefing.index import FACETS, facet_pages, facets_view, index_data, index_of, index_pages
from assay.briefing.methodology import methodology_view
from assay.briefing.page import page
from assay.briefing.rule_page import rule_pages
from assay.briefing.rules_pages import FOLDER, rules_index, scorer_pages, scorer_view, usages
from assay.briefing.search_index import search_data
from assay.briefing.views import Imprint
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
        return templates.get_template(self.template).render(view=made).encode()


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
    yield SiteFile(calendar_page.PAGE, "calendar.html", partial(calendar_view, atlas, due, imprint))
    yield SiteFile(calendar_page.FILE, None, partial(calendar_file, atlas, due))
    changes = partial(methodology_view, atlas, imprint)
    yield SiteFile(methodology.PAGE, "methodology.html", changes)
    yield from _rules_files(atlas, imprint)
    dates: dict[str, list[Due]] = {}
    for entry in due:
        dates.setdefault(entry.profile, []).append(entry)
    for profile in counting(atlas.published.values(), "pages"):
        own = dates.get(profile.id, [])
        if own:
            calendar = partial(calendar_file, atlas, own, profile.name)
            yield SiteFile(calendar_path_of(profile), None, calendar)
        view = partial(page, atlas, profile, imprint, has_calendar=bool(own))
        yield SiteFile(path_of(profile), "briefing.html", view)
        reasoning = partial(grading, atlas, profile, imprint)
        yield SiteFile(grading_path_of(profile), "grading.html", reasoning)


def _index_files(atlas: Atlas, due: list[Due], imprint: Imprint) -> Iterator[SiteFile]:
    """The index by name and by facet, with the data of its script, search and comparisons."""
    index = index_of(atlas)
    for path, view in (*index_pages(index, due, imprint), *facet_pages(index, imprint)):
        yield SiteFile(path, "index.html", partial(_same, view))
    yield SiteFile(FACETS, "facets.html", partial(facets_view, index, imprint))
    comparison = partial(compare.compare_view, index, imprint)
    yield SiteFile(compare.PAGE, "compare.html", comparison)
    for path, data in (*index_data(index), *search_data(index), *compare.compare_data(index)):
        yield SiteFile(path, None, partial(_same, data))


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
