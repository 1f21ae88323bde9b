"""Pictures of profiles: inside of the workspace, of the kind that they are named, and inert."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple
from xml.parsers import expat

from assay.diagnostics import document_codes as codes
from assay.diagnostics.diagnostic import Code, Diagnostic, Position, ValueLocation
from assay.workspace.paths import real_path

SIZE_LIMIT = 2_000_000
"""Maximum size of a picture in bytes."""

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".svg")

_SVG = "http://www.w3.org/2000/svg"
_HTML = "http://www.w3.org/1999/xhtml"
_ACTIVE = frozenset(
    ("script", "foreignobject", "iframe", "object", "embed", "audio", "video", "handler")
) | {"listener", "meta", "link", "base"}
"""Elements that run code or bring in content of other kinds, in lower case."""

_RASTER = re.compile(r"data:image/(?:png|jpeg|gif|webp)[;,]", re.IGNORECASE)
_URL = re.compile(r"url\(\s*(['\"]?)\s*([^'\")]*)", re.IGNORECASE)
_CSS_AT = re.compile(r"@(?!media\b|font-face\b|keyframes\b|supports\b)[-\w]+", re.IGNORECASE)
_FOREIGN_CSS = re.compile(r"image-set\s*\(|expression\s*\(|-moz-binding|src\s*\(", re.IGNORECASE)
_SCHEME = re.compile(r"\s*(?:java|vb)script\s*:", re.IGNORECASE)
_LINKS = ("href", "src")
_MOST_PROBLEMS = 50


class Picture(NamedTuple):
    """The bytes of a picture, empty if it has problems."""

    data: bytes
    problems: tuple[Diagnostic, ...]


def read_picture(src: str, folder: Path, location: Position | ValueLocation) -> Picture:
    """Read a picture below ``folder`` and check it; all problems are in the result.

    Problems of the file are reported at ``location``, which names it, those of the content of an
    SVG file at their line.
    """
    shown = folder.name
    name = f"{shown}/{src}"

    def refused(code: Code, message: str, hint: str) -> Picture:
        return Picture(b"", (code.at(location, message, hint),))

    path = folder / src
    if not path.is_file():
        return refused(
            codes.IMAGE_NOT_FOUND, f"image {name} not found", f"give its path below {shown}/"
        )
    if not real_path(path).is_relative_to(real_path(folder)):
        return refused(
            codes.OUTSIDE_WORKSPACE,
            f"image {name} is a link to a file outside of {shown}/",
            "replace the link by a copy of the file",
        )
    data = start_of(path)
    if len(data) > SIZE_LIMIT:
        return refused(
            codes.FILE_TOO_LARGE,
            f"image {name} is too large: {path.stat().st_size:,} bytes, at most "
            f"{SIZE_LIMIT:,} are allowed",
            "save it with fewer pixels, or compress it",
        )
    suffix = path.suffix
    found = _kind_of(data)
    if suffix != ".svg":
        wanted = "jpeg" if suffix in (".jpg", ".jpeg") else suffix[1:]
        if found == wanted:
            return Picture(data, ())
        is_, hint = "is not", "save the picture again in the format of its ending"
        if found is not None:
            is_, hint = f"is a {found.upper()} file, not", "correct the ending"
        return refused(codes.UNSAFE_IMAGE, f"image {name} {is_} a {wanted.upper()} file", hint)
    if found is not None:
        return refused(
            codes.UNSAFE_IMAGE,
            f"image {name} is a {found.upper()} file, not an SVG file",
            "correct the ending",
        )
    problems = _SvgCheck(name).check(data)
    return Picture(b"" if problems else data, problems)


def start_of(path: Path) -> bytes:
    """Return all bytes of a picture that is not too large; none if it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(SIZE_LIMIT + 1)
    except OSError:
        return b""


def _kind_of(data: bytes) -> str | None:
    """Return the format of a raster image by its signature."""
    if data.startswith(b"\x89PNG\r\n\x1a\n") and data[12:16] == b"IHDR":
        return "png"
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "webp"
    return "gif" if data.startswith((b"GIF87a", b"GIF89a")) else None


class _Stop(Exception):
    """The rest of the file is not parsed."""


class _SvgCheck:
    """Finds everything in an SVG file that runs code or loads other content.

    Document types are refused before any entity is expanded.
    """

    def __init__(self, file: str) -> None:
        self._file = file
        self._lines: list[str] = []
        self._found: list[Diagnostic] = []
        self._open: list[str] = []
        self._style: tuple[tuple[int, int], list[str]] | None = None
        self._parser = expat.ParserCreate(namespace_separator=" ")

    def check(self, data: bytes) -> tuple[Diagnostic, ...]:
        self._lines = data.decode("utf-8", "replace").splitlines()
        parser = self._parser
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._doctype
        parser.EntityDeclHandler = self._doctype
        parser.ProcessingInstructionHandler = self._instruction
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        try:
            parser.Parse(data, True)
        except _Stop:
            pass
        except (expat.ExpatError, ValueError) as error:
            self._report(f"invalid XML: {_reason(error)}", "export the picture again", _at(error))
        return tuple(self._found)

    def _doctype(self, *_: object) -> None:
        self._report("document types and entities are not allowed", "remove <!DOCTYPE …>")
        raise _Stop

    def _instruction(self, target: str, _data: str) -> None:
        self._report(f"the instruction <?{target} …?> is not allowed", "remove it")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        namespace, _, name = tag.rpartition(" ")
        if not self._open and (namespace, name) != (_SVG, "svg"):
            self._report(
                f"the first element is <{name}>, not <svg> of SVG",
                f'start the file with <svg xmlns="{_SVG}">',
            )
            raise _Stop
        self._open.append(name)
        if name.lower() in _ACTIVE or namespace == _HTML:
            self._report(f"the element <{name}> is not allowed", f"remove <{name}>")
        for key, value in attributes.items():
            self._attribute(key.rpartition(" ")[2].lower(), value)
        if name.lower() == "style":
            self._style = (self._position(), [])

    def _attribute(self, key: str, value: str) -> None:
        if key.startswith("on"):
            self._report(f"the event handler {key!r} is not allowed", f"remove {key!r}")
        elif key in _LINKS and not _is_inside(value):
            self._report(
                f"{key!r} refers to other content: {_short(value)!r}",
                "refer to an element of the file (#id), or embed a PNG or JPEG as data:image",
            )
        elif key == "base":
            self._report("'xml:base' is not allowed", "remove it")
        elif key == "attributename" and _changes_link_or_handler(value):
            self._report(f"an animation of {value!r} is not allowed", "remove the animation")
        elif _SCHEME.match(value):
            self._report(f"{key!r} contains a script", f"remove {key!r}")
        else:
            self._css(value, None, attribute=key != "style")

    def _text(self, text: str) -> None:
        if self._style is not None:
            self._style[1].append(text)

    def _end(self, _tag: str) -> None:
        name = self._open.pop()
        if name.lower() == "style" and self._style is not None:
            position, texts = self._style
            self._style = None
            self._css("".join(texts), position, attribute=False)

    def _css(self, text: str, at: tuple[int, int] | None, *, attribute: bool) -> None:
        """Check a style sheet, or an attribute, in which only ``url()`` has a meaning."""
        for match in _URL.finditer(text):
            if not _is_inside(match[2]):
                self._report(
                    f"url({_short(match[2])}) refers to other content",
                    "refer to an element of the file: url(#id)",
                    at,
                )
        if attribute:
            return
        for match in _CSS_AT.finditer(text):
            self._report(f"'{match[0]}' is not allowed in a style", "remove it", at)
        for match in _FOREIGN_CSS.finditer(text):
            self._report(f"{match[0]!r} is not allowed in a style", "remove it", at)
        if "\\" in text:
            self._report("escapes with '\\' are not allowed in a style", "write the character", at)

    def _position(self) -> tuple[int, int]:
        return self._parser.CurrentLineNumber, self._parser.CurrentColumnNumber

    def _report(self, message: str, hint: str, at: tuple[int, int] | None = None) -> None:
        line, column = at or self._position()
        text = self._lines[line - 1] if 0 < line <= len(self._lines) else ""
        excerpt = text if len(text) <= 200 else ""
        position = Position(self._file, line, column + 1, excerpt)
        self._found.append(codes.UNSAFE_IMAGE.at(position, message, hint))
        if len(self._found) == _MOST_PROBLEMS:
            raise _Stop


def _is_inside(address: str) -> bool:
    """Return whether an address is an element of the same file, or an embedded raster image."""
    plain = address.strip()
    return plain.startswith("#") or _RASTER.match(plain) is not None


def _changes_link_or_handler(attribute: str) -> bool:
    name = attribute.strip().rpartition(":")[2].lower()
    return name in _LINKS or name.startswith("on")


def _short(value: str) -> str:
    plain = " ".join(value.split())
    return plain if len(plain) <= 60 else f"{plain[:59]}…"


def _at(error: Exception) -> tuple[int, int] | None:
    if isinstance(error, expat.ExpatError):
        return error.lineno, error.offset
    return None


def _reason(error: Exception) -> str:
    return expat.ErrorString(error.code) if isinstance(error, expat.ExpatError) else str(error)
