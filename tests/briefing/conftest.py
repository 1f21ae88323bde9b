"""The sample desk, and its site built once for the tests that only read it."""

from __future__ import annotations

from pathlib import Path

import pytest

from assay.briefing.site import SiteReport
from tests.briefing.desk import AS_OF, DIGEST, Assessment, sample
from tests.package import Atlas, build_site

PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 160">'
    '<rect width="320" height="160" fill="#eef4f3"/>'
    '<path d="M20 110h280" stroke="#0d5c63" stroke-width="6"/></svg>\n'
)


@pytest.fixture
def images_root(tmp_path: Path) -> Path:
    root = tmp_path / "workspace"
    (root / "images").mkdir(parents=True)
    (root / "images" / "ruler.svg").write_text(PICTURE)
    return root


def build(desk: Assessment, out: Path, images_root: Path) -> SiteReport:
    return build_site(
        Atlas(desk.corpus, desk.rulebook, desk.results, desk.explanations, AS_OF),
        DIGEST,
        out,
        images_root,
    )


@pytest.fixture
def desk() -> Assessment:
    return sample()


@pytest.fixture
def site(desk: Assessment, tmp_path: Path, images_root: Path) -> Path:
    out = tmp_path / "site"
    build(desk, out, images_root)
    return out
