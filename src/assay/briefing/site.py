"""The site: every page rendered, with its style and pictures, and put in its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from assay import __version__
from assay.briefing import wording
from assay.briefing.atlas import Atlas
from assay.briefing.data import robots, sitemap_addresses
from assay.briefing.files import environment, site_files
from assay.briefing.page import IMAGES
from assay.briefing.views import Imprint
from assay.diagnostics.diagnostic import Diagnostic, Position
from assay.diagnostics.document_codes import IMAGE_NOT_FOUND
from assay.errors import InputError
from assay.model.documents import AnyProfile
from assay.model.rulebook import contact_address
from assay.workspace.transactions import publish

_ASSETS = (
    "assay.css",
    "favicon.svg",
    *(f"fonts/source-{face}-latin-wght-normal.woff2" for face in ("sans-3", "serif-4")),
    *(f"fonts/OFL-source-{face}.txt" for face in ("sans-3", "serif-4")),
)


@dataclass(frozen=True, slots=True)
class SiteReport:
    """What a build did: files of the site, and the profiles that got no page."""

    written: tuple[str, ...]
    unchanged: tuple[str, ...]
    removed: tuple[str, ...]
    unpublished: tuple[str, ...]


def build_site(atlas: Atlas, digest: str, out: Path, images_root: Path) -> SiteReport:
    """Render the pages of all published profiles into ``out``, a folder of their own.

    ``digest`` names the input on every page; pictures are read below ``images_root``. Raises
    ``InputError`` for pictures that are not there and ``UsageError`` where ``out`` cannot be
    replaced; the old site then stays as it was.
    """
    images = _images(atlas, images_root)
    as_of = atlas.as_of
    contact = atlas.site.contact
    imprint = Imprint(
        __version__,
        digest,
        wording.day(as_of),
        as_of.isoformat(),
        title=atlas.site.title,
        contact=contact_address(contact) if contact else None,
        base_url=atlas.base_url,
    )
    report = publish(_files(atlas, imprint, images), out)
    return SiteReport(report.written, report.unchanged, report.removed, atlas.unpublished)


def _files(
    atlas: Atlas, imprint: Imprint, images: Mapping[str, Path]
) -> Iterator[tuple[str, bytes]]:
    templates = environment()
    folder = resources.files("assay.briefing") / "assets"
    for name in _ASSETS:
        yield f"assets/{name}", (folder / name).read_bytes()
    for name, path in images.items():
        yield f"{IMAGES}{name}", path.read_bytes()
    paths = []
    for file in site_files(atlas, imprint):
        if file.path.endswith(".html") and file.template not in ("moved.html", "404.html"):
            paths.append(file.path)
        yield file.path, file.content(templates)
    yield "robots.txt", robots(atlas)
    if atlas.base_url is not None and atlas.is_most_public:
        addresses = sitemap_addresses(atlas.base_url, paths)
        sitemap = templates.get_template("sitemap.xml").render(addresses=addresses)
        yield "sitemap.xml", sitemap.encode()


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
