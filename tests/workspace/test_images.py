"""Pictures of profiles: what their ending says, inside of the workspace, and without code."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.package import format_text, load_workspace
from tests.workspace.conftest import MakeWorkspace

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(17)
JPEG = b"\xff\xd8\xff\xe0" + bytes(20)
WEBP = b"RIFF\x10\0\0\0WEBPVP8 " + bytes(8)
SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">\n{}\n</svg>'
PROFILE = """\
kind: institution
id: port
name: Port
image: {src: images/PICTURE, caption: C, source_context: S, relevance: R, provenance: P}
"""


UNSAFE = "unsafe-image"


def problems(make: MakeWorkspace, name: str, data: bytes | str) -> list[str]:
    """The first line of every error of a workspace with this picture."""
    files = {"port.yaml": PROFILE.replace("PICTURE", name), f"images/{name}": data}
    return [format_text(d).partition("\n")[0] for d in load_workspace(make(files)).errors]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.png", PNG),
        ("a.jpg", JPEG),
        ("a.jpeg", JPEG),
        ("a.webp", WEBP),
        ("a.svg", SVG.format('<g fill="url(#a)"><use xlink:href="#a"/></g>')),
        ("a.svg", SVG.format("<style>@media print {rect {fill: url('#a')}}</style>")),
        ("a.svg", SVG.format('<image href="data:image/png;base64,AAAA"/>')),
        ("a.svg", '<?xml version="1.0" encoding="utf-8"?>\n' + SVG.format("<title>é</title>")),
    ],
)
def test_plain_pictures_have_no_problems(
    name: str, data: bytes | str, make_workspace: MakeWorkspace
) -> None:
    assert problems(make_workspace, name, data) == []


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.png", b"", "image profiles/images/a.png is not a PNG file"),
        ("a.png", JPEG, "image profiles/images/a.png is a JPEG file, not a PNG file"),
        ("a.jpg", SVG.format("").encode(), "image profiles/images/a.jpg is not a JPEG file"),
        ("a.webp", b"<html>", "image profiles/images/a.webp is not a WEBP file"),
        ("a.svg", PNG, "image profiles/images/a.svg is a PNG file, not an SVG file"),
        (
            "a.png",
            PNG + bytes(2_000_000),
            "image profiles/images/a.png is too large: 2,000,033 bytes, at most 2,000,000",
        ),
    ],
)
def test_content_of_another_kind_is_refused_where_the_profile_names_it(
    name: str, data: bytes, message: str, make_workspace: MakeWorkspace
) -> None:
    (found,) = problems(make_workspace, name, data)
    assert found.startswith("profiles/port.yaml:4:14: error: ")
    assert message in found


@pytest.mark.parametrize(
    ("content", "place", "message"),
    [
        ("<script>alert(1)</script>", "2:1", "the element <script> is not allowed"),
        (
            '<g xmlns:h="http://www.w3.org/1999/xhtml"><h:p/></g>',
            "2:43",
            "the element <p> is not allowed",
        ),
        ("<foreignObject/>", "2:1", "the element <foreignObject> is not allowed"),
        ('<g onload="x()"/>', "2:1", "the event handler 'onload' is not allowed"),
        (
            '<image href="https://example.org/a.png"/>',
            "2:1",
            "'href' refers to other content: 'https://example.org/a.png'",
        ),
        (
            '<a xlink:href=" javascript:x()"/>',
            "2:1",
            "'href' refers to other content: 'javascript:x()'",
        ),
        (
            '<use href="data:image/svg+xml,x"/>',
            "2:1",
            "'href' refers to other content: 'data:image/svg+xml,x'",
        ),
        ('<g fill="url(//x.org/#a)"/>', "2:1", "url(//x.org/#a) refers to other content"),
        ("<style>a {}\n@import 'b.css';</style>", "2:1", "'@import' is not allowed in a style"),
        ('<g style="fill: u\\72l(x)"/>', "2:1", "escapes with '\\' are not allowed in a style"),
        (
            '<set attributeName="xlink:href" to="x"/>',
            "2:1",
            "an animation of 'xlink:href' is not allowed",
        ),
        ("<?xml-stylesheet href='a.css'?>", "2:1", "the instruction <?xml-stylesheet …?> is not"),
        ("<g>", "3:3", "invalid XML: mismatched tag"),
    ],
)
def test_svg_that_acts_or_loads_is_refused_at_its_place(
    content: str, place: str, message: str, make_workspace: MakeWorkspace
) -> None:
    (found,) = problems(make_workspace, "a.svg", SVG.format(content))
    assert found.startswith(f"profiles/images/a.svg:{place}: error: {message}")


def test_entities_are_refused_before_they_are_expanded(make_workspace: MakeWorkspace) -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE svg [<!ENTITY l0 "ha">{laughs}]>\n' + SVG.format("&l11;")
    (found,) = problems(make_workspace, "a.svg", bomb)
    assert f"[{UNSAFE}]" in found
    assert "a.svg:1:15: error: document types and entities are not allowed" in found


def test_all_problems_of_all_pictures_are_reported_at_once(make_workspace: MakeWorkspace) -> None:
    bad = SVG.format('<script/>\n<g onclick="x"/>\n<use href="b.svg#c"/>')
    other = PROFILE.replace("id: port", "id: quay").replace("PICTURE", "b.png")
    make_workspace({"quay.yaml": other, "images/b.png": JPEG})
    found = problems(make_workspace, "a.svg", bad)
    assert [f.split(": error")[0] for f in found] == [
        *(f"profiles/images/a.svg:{line}:1" for line in (2, 3, 4)),
        "profiles/quay.yaml:4:14",
    ]


def test_a_link_out_of_the_workspace_is_refused(
    make_workspace: MakeWorkspace, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside") / "a.png"
    outside.write_bytes(PNG)
    make_workspace({"images/b.png": PNG})
    (tmp_path / "profiles/images/a.png").symlink_to(outside)
    workspace = make_workspace({"port.yaml": PROFILE.replace("PICTURE", "a.png")})
    (found,) = load_workspace(workspace).errors
    assert found.code == "outside-workspace"
    assert (found.file, found.line) == ("profiles/port.yaml", 4)


def test_a_change_of_a_picture_changes_the_digest_of_the_documents(
    make_workspace: MakeWorkspace,
) -> None:
    files = {"port.yaml": PROFILE.replace("PICTURE", "a.png"), "images/a.png": PNG}
    before = load_workspace(make_workspace(files)).documents_digest
    after = load_workspace(make_workspace({"images/a.png": PNG + b"x"})).documents_digest
    assert before != after
