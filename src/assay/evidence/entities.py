"""Known names in texts: all of them at once, in one pass, in any script."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

from assay.model.documents import Corpus

# Scripts without spaces between words are matched character by character.
_ALONE = (
    "\u0e00-\u0e7f\u0e80-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
    "\uf900-\ufaff"
)
_TOKEN = re.compile(rf"[{_ALONE}]|(?:(?![{_ALONE}])[^\W_])(?:(?![{_ALONE}])[^\W_]|\u0300-\u036f)*")
_KATAKANA = re.compile("[\u30a1-\u30ff]")
_CURRENCY = ("$", "€", "£", "¥")
_LONGEST_ACRONYM = 5


@dataclass(frozen=True, slots=True)
class Mention:
    """A known name at a place of a text; more than one id where it is ambiguous."""

    start: int
    end: int
    text: str
    ids: tuple[str, ...]

    @property
    def ambiguous(self) -> bool:
        return len(self.ids) > 1


@dataclass(slots=True)
class _Node:
    next: dict[str, _Node] = field(default_factory=dict)
    # The names that end here, as they are written, with the ids they stand for.
    names: dict[str, set[str]] = field(default_factory=dict)


class Names:
    """Names to be found in texts, each standing for one id or several."""

    def __init__(self, names: Iterable[tuple[str, str]]) -> None:
        """``names`` are pairs of a name and the id it stands for."""
        self._root = _Node()
        for name, id_ in names:
            node = self._root
            tokens = [_fold(t[0]) for t in _TOKEN.finditer(name)]
            if not tokens:
                continue
            for token in tokens:
                node = node.next.setdefault(token, _Node())
            node.names.setdefault(name, set()).add(id_)

    def find(self, text: str) -> list[Mention]:
        """The names in the text from left to right; of two that overlap the longer, then first.

        A name stands between word boundaries. Case makes no difference, except that acronyms
        are written as acronyms and names start with a capital where theirs do. Accents and the
        possessive make none.
        """
        tokens = [(m.start(), m.end(), _fold(m[0])) for m in _TOKEN.finditer(text)]
        found: list[Mention] = []
        at = 0
        while at < len(tokens):
            mention, after = self._longest(text, tokens, at)
            if mention is not None:
                found.append(mention)
            at = after
        return found

    def _longest(
        self, text: str, tokens: list[tuple[int, int, str]], at: int
    ) -> tuple[Mention | None, int]:
        node, best, after = self._root, None, at + 1
        start = tokens[at][0]
        for i in range(at, len(tokens)):
            following = node.next.get(tokens[i][2])
            if following is None or (i > at and not _joined(text[tokens[i - 1][1] : tokens[i][0]])):
                break
            node, end = following, tokens[i][1]
            written = text[start:end]
            ids = {id_ for name, ids in node.names.items() if _fits(name, written) for id_ in ids}
            if ids and text[end : end + 1] not in _CURRENCY and not _inside_word(text, start, end):
                best, after = Mention(start, end, written, tuple(sorted(ids))), i + 1
        return best, after


def names_of(corpus: Corpus) -> Names:
    """The names and aliases of all profiles."""
    return Names(
        (name, profile.id)
        for profile in corpus.profiles.values()
        for name in (profile.name, *profile.aliases)
    )


def _fold(token: str) -> str:
    decomposed = unicodedata.normalize("NFKD", token.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def _joined(between: str) -> bool:
    """What may stand between two words of one name."""
    return len(between) <= 3 and not re.search(r"[.!?;:()\n]\s|\n|[,;:()|]", between)


def _fits(name: str, written: str) -> bool:
    """Whether the case in the text allows it to be the name."""
    letters = [c for c in name if c.isalpha()]
    if 1 <= len(letters) <= _LONGEST_ACRONYM and name.upper() == name and name.lower() != name:
        return re.sub(r"[^\w]", "", written) == re.sub(r"[^\w]", "", name)
    first = next((c for c in name if c.isalpha()), "")
    seen = next((c for c in written if c.isalpha()), "")
    return not (first.isupper() and seen.islower())


def _inside_word(text: str, start: int, end: int) -> bool:
    """Whether a katakana name is a part of a longer word in that script."""
    before, after = text[start - 1 : start], text[end : end + 1]
    return bool(
        (_KATAKANA.match(text[start]) and _KATAKANA.match(before))
        or (_KATAKANA.match(text[end - 1]) and _KATAKANA.match(after))
    )
