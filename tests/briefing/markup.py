"""Reading a page back: its ids, links, attributes and text; and what is wrong with its HTML."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import tinyhtml5.parser


@dataclass
class Markup(HTMLParser):
    """A parsed page."""

    ids: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    tags: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    chunks: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    @classmethod
    def of(cls, path: Path) -> Markup:
        page = cls()
        page.feed(path.read_text(encoding="utf-8"))
        page.close()
        return page

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.tags.append((tag, values))
        if "id" in values:
            self.ids.append(values["id"])
        self.links += [values[name] for name in ("href", "src") if name in values]

    def handle_data(self, data: str) -> None:
        self.chunks.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.chunks).split())


def parse_errors(path: Path) -> list[str]:
    """What the HTML standard calls a parse error in a page: where, and which."""
    parser = tinyhtml5.parser.HTMLParser()
    parser.parse(path.read_text(encoding="utf-8"))
    return [f"{path.name}:{line}:{column}: {code}" for (line, column), code, _ in parser.errors]


def pages(site: Path) -> dict[str, Markup]:
    """Every page of a site by its path."""
    return {p.relative_to(site).as_posix(): Markup.of(p) for p in sorted(site.rglob("*.html"))}
