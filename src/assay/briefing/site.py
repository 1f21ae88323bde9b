"""The site: every page rendered, with its style and pictures, and put in its place."""

from __future__ import annotations

from collections.abc import Iterator
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
from assay.diagnostics.diagnostic import Position
from assay.errors import InputError
from assay.model.rulebook import contact_address
from assay.workspace.images import read_picture
from assay.workspace.publishing import publish

_ASSETS = (
    "assay.css",
    "site.js",
    "compare.js",
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
    report = publish(render_site(atlas, digest, images_root), out)
    return SiteReport(report.written, report.unchanged, report.removed, atlas.unpublished)


def render_site(atlas: Atlas, digest: str, images_root: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the path and content of every file of a site; see :func:`build_site`."""
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
    templates = environment()
    folder = resources.files("assay.briefing") / "assets"
    for name in _ASSETS:
        data = (folder / name).read_bytes()
        yield f"assets/{name}", _without_margins(data) if name.endswith(".js") else data
    for name, data in images.items():
        yield f"{IMAGES}{name}", data
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


def _without_margins(script: bytes) -> bytes:
    """The script without comment lines and indentation; no text in it spans lines."""
    lines = (line.strip() for line in script.splitlines())
    return b"".join(line + b"\n" for line in lines if line and not line.startswith(b"//"))


def _images(atlas: Atlas, root: Path) -> dict[str, bytes]:
    """The pictures of published profiles by path, checked; all problems at once."""
    sources = sorted({p.image.src for p in atlas.published.values() if p.image is not None})
    found = {src: read_picture(src, root, Position(f"{root.name}/{src}")) for src in sources}
    problems = [problem for picture in found.values() for problem in picture.problems]
    if problems:
        raise InputError(problems)
    return {src: picture.data for src, picture in found.items()}
