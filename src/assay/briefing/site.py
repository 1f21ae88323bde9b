"""The site: every page rendered, with its style and pictures, and put in its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from importlib import resources
from pathlib import Path

import jinja2

from assay import __version__
from assay.briefing import calendar_page, wording
from assay.briefing.atlas import Atlas, path_of
from assay.briefing.calendar_page import calendar_file, calendar_view, due_of
from assay.briefing.front import front
from assay.briefing.page import IMAGES, page
from assay.briefing.pageviews import Imprint
from assay.briefing.rule_page import rule_pages
from assay.briefing.rules_pages import FOLDER, rules_index, scorer_pages, scorer_view, usages
from assay.diagnostics import Diagnostic, Position
from assay.documents.codes import IMAGE_NOT_FOUND
from assay.errors import InputError
from assay.model.corpus import Corpus
from assay.model.profile import AnyProfile
from assay.model.rulebook import Rulebook
from assay.progress import counting
from assay.publish import publish
from assay.review.effective import Ruling
from assay.scoring.results import Explanation, ProfileResult

_ASSETS = ("assay.css", "favicon.svg")


@dataclass(frozen=True, slots=True)
class SiteReport:
    """What a build did: files of the site, and the profiles that got no page."""

    written: tuple[str, ...]
    unchanged: tuple[str, ...]
    removed: tuple[str, ...]
    unpublished: tuple[str, ...]


def build_site(  # noqa: PLR0913 - all that a site is made from
    corpus: Corpus,
    rulebook: Rulebook,
    results: Mapping[str, ProfileResult],
    explanations: Mapping[str, Explanation],
    as_of: date,
    digest: str,
    out: Path,
    images_root: Path,
    *,
    decisions: Mapping[str, Mapping[str, Ruling]] | None = None,
) -> SiteReport:
    """Render the pages of all published profiles into ``out``, a folder of their own.

    ``digest`` names the input on every page; pictures are read below ``images_root``;
    ``decisions`` are the overrides that count, by profile and scorer. Raises ``InputError`` for
    pictures that are not there and ``UsageError`` where ``out`` cannot be replaced; the old site
    then stays as it was.
    """
    atlas = Atlas(corpus, rulebook, results, explanations, as_of, decisions)
    images = _images(atlas, images_root)
    imprint = Imprint(__version__, digest, wording.day(as_of), as_of.isoformat())
    report = publish(_files(atlas, imprint, images), out)
    return SiteReport(report.written, report.unchanged, report.removed, atlas.unpublished)


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


def _files(
    atlas: Atlas, imprint: Imprint, images: Mapping[str, Path]
) -> Iterator[tuple[str, bytes]]:
    templates = environment()
    folder = resources.files("assay.briefing") / "assets"
    for name in _ASSETS:
        yield f"assets/{name}", (folder / name).read_bytes()
    for name, path in images.items():
        yield f"{IMAGES}{name}", path.read_bytes()
    index = templates.get_template("index.html").render(view=front(atlas, imprint))
    yield "index.html", index.encode()
    due = due_of(atlas)
    dates = templates.get_template("calendar.html").render(view=calendar_view(atlas, due, imprint))
    yield calendar_page.PAGE, dates.encode()
    yield calendar_page.FILE, calendar_file(atlas, due)
    yield from _rules_files(atlas, imprint, templates)
    by_kind = {kind: templates.get_template(f"{kind}.html") for kind in wording.KIND}
    for profile in counting(atlas.published.values(), "pages"):
        view = page(atlas, profile, imprint)
        yield path_of(profile), by_kind[profile.kind].render(view=view).encode()


def _rules_files(
    atlas: Atlas, imprint: Imprint, templates: jinja2.Environment
) -> Iterator[tuple[str, bytes]]:
    every = usages(atlas)
    views = [scorer_view(atlas, usage) for usage in every]
    index = templates.get_template("rules.html").render(view=rules_index(views, imprint))
    yield f"{FOLDER}index.html", index.encode()
    scorer_template = templates.get_template("scorer.html")
    for name, scorer in scorer_pages(views, imprint):
        yield name, scorer_template.render(view=scorer).encode()
    rule_template = templates.get_template("rule.html")
    for name, rule in rule_pages(atlas, every, imprint):
        yield name, rule_template.render(view=rule).encode()


def _images(atlas: Atlas, root: Path) -> dict[str, Path]:
    """The pictures of published profiles by their path; all that are missing at once."""
    found: dict[str, Path] = {}
    problems = []
    base = root.resolve()
    for profile in atlas.published.values():
        if profile.image is None:
            continue
        path = (root / profile.image.src).resolve()
        if path.is_file() and path.is_relative_to(base):
            found[profile.image.src] = path
        else:
            problems.append(_missing(profile, profile.image.src))
    if problems:
        raise InputError(problems)
    return dict(sorted(found.items()))


def _missing(profile: AnyProfile, src: str) -> Diagnostic:
    return IMAGE_NOT_FOUND.at(
        Position(src),
        f"the picture of {profile.id} is not in the workspace",
        "put the file there, or take 'image' out of the profile",
    )
