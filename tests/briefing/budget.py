"""What a reader sees of a page with all folds closed: words, and those about the subject."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = frozenset({"br", "hr", "img", "input", "link", "meta", "path", "rect", "line", "circle"})
_HIDDEN = frozenset({"script", "style", "title", "head", "template"})
_WORD = re.compile(r"\w[\w’'.,%/-]*")


@dataclass
class Budget:
    """Visible words of a page, of them about the subject, and sentences of ``main``."""

    words: int = 0
    about: int = 0
    sentences: list[str] = field(default_factory=list)
    text: str = ""
    about_text: str = ""

    @property
    def share(self) -> float:
        """The share of the words that are about the subject."""
        return self.about / self.words


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.stack: list[tuple[str, bool, bool]] = []
        self.budget = Budget()
        self.block: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _VOID:
            return
        names = dict(attrs)
        hidden, about = self.stack[-1][1:] if self.stack else (False, False)
        classes = (names.get("class") or "").split()
        parent = self.stack[-1][0] if self.stack else ""
        if parent == "details" and tag != "summary":
            hidden = True
        hidden = hidden or tag in _HIDDEN or "vh" in classes or "skip" in classes
        hidden = hidden or names.get("aria-hidden") == "true" or "permalink" in classes
        self.stack.append((tag, hidden, about or "data-about" in names))
        if tag in ("p", "li", "td", "th", "dd", "dt", "h1", "h2", "h3", "div", "section"):
            self._flush()

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        if tag in ("p", "li", "td", "th", "dd", "dt", "h1", "h2", "h3", "div", "section"):
            self._flush()
        while self.stack and self.stack.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        hidden, about = self.stack[-1][1:] if self.stack else (False, False)
        if hidden:
            return
        count = len(_WORD.findall(data))
        self.budget.words += count
        self.budget.about += count if about else 0
        self.budget.text += data
        self.budget.about_text += f"{data} " if about else ""
        inside = {tag for tag, _, _ in self.stack}
        if "main" in inside and not inside & {"h1", "h2", "h3", "th", "dt", "summary", "nav"}:
            self.block.append(data)

    def _flush(self) -> None:
        text = " ".join("".join(self.block).split())
        self.block = []
        found = re.split(r"(?<=[.!?])\s+(?=[A-Z“])", text)
        ended = (s for s in found if s.rstrip("0123456789≠").endswith((".", "!", "?")))
        self.budget.sentences += [s for s in ended if len(_WORD.findall(s)) >= 4]


def budget(html: str) -> Budget:
    """Read a page."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.budget
