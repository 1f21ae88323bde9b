"""Names of institutions that nobody has written down: by the words that such names are made of.

A run of capitalised words is taken for one where a word in it says what kind of body it is: Office,
Ministry, University, Bank … That leaves out names such as "Mistral": nothing in the word tells that
it is a company, and a list of such names would be a list of what somebody thought of.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assay.evidence.entities import Names
from assay.evidence.sentences import sentences

FEWEST_SENTENCES = 2
"""In so many sentences a name stands before it is proposed, unless its initials are given."""

_KINDS = (
    "Academy Administration Agency Alliance Association Authority Bank Board Bureau Center Centre "
    "Chamber Collaborative Commission Committee Company Consortium Corporation Corp Council Court "
    "Department Directorate Division Federation Forum Foundation Fund Group Inc Initiative "
    "Institute Institutes Institution Lab Laboratory Laboratories Library Ltd Ministry Museum "
    "Observatory Office Organisation Organization Parliament Partnership Project Registry "
    "Secretariat Senate Service Society Tribunal Trust Union University"
)
_KIND = frozenset(_KINDS.split())
_PART = r"[A-ZÀ-ÖØ-Þ][\w’'&-]*(?:\.(?=[A-Z])[\w]+)*"
_RUN = re.compile(
    rf"(?:{_PART})(?:\s+(?:(?:of|for|on|and|in|de|du|la|le)\s+(?:the\s+)?)?{_PART}|\s*&\s*{_PART})*"
)
_INITIALS = re.compile(r"^\s*\((?:the\s+)?[\"“]?([A-Z][A-Za-z]{1,7})[\"”]?\)")
_OPENINGS = (
    "The A An This That These Those In On At By For With From And But Or As If When While After "
    "Before Since Our Its Their His Her New Former Join Meet Read See Learn What How Why Who Is "
    "Are Most Many Some All Each Every Both Also Like Unlike According"
)
_LEADING = frozenset(_OPENINGS.split())
_JOINED = frozenset(("of", "for", "on", "and", "in", "the", "de", "du", "la", "le", "&"))
_AND_ANOTHER = re.compile(r"\s+and\s+the\s+")
_LONGEST, _LONGEST_SENTENCE = 80, 2000


@dataclass(frozen=True, slots=True)
class NewName:
    """A name that is not known, its initials if the text gives them, and its sentences."""

    name: str
    initials: str | None
    sentences: tuple[str, ...]


def new_names(text: str, known: Names) -> list[NewName]:
    """Names of institutions in a text that ``known`` does not have, the most frequent first."""
    found: dict[str, list[str]] = {}
    initials: dict[str, str] = {}
    for line in text.split("\n"):
        for sentence in sentences(line):
            if len(sentence) > _LONGEST_SENTENCE:
                continue
            for name, short in _candidates(sentence):
                if any(m.text == name for m in known.find(name)):
                    continue
                told = found.setdefault(name, [])
                if sentence not in told:
                    told.append(sentence)
                if short:
                    initials.setdefault(name, short)
    made = [
        NewName(name, initials.get(name), tuple(told))
        for name, told in found.items()
        if len(told) >= FEWEST_SENTENCES or name in initials
    ]
    return sorted(made, key=lambda n: (-len(n.sentences), n.name))


def _candidates(sentence: str) -> Iterator[tuple[str, str | None]]:
    for run in _RUN.finditer(sentence):
        parts = _AND_ANOTHER.split(re.sub(r"[’']s?$", "", run[0]))
        behind = _INITIALS.match(sentence[run.end() :])
        for number, part in enumerate(parts, 1):
            words = _trimmed(part.split())
            short = behind[1] if behind and number == len(parts) else None
            if short:
                words = _abbreviated(short, words)
            if len(words) > 1 and not _KIND.isdisjoint(words):
                name = " ".join(words)
                if len(name) <= _LONGEST:
                    yield name, short if short and _abbreviates(short, words) else None


def _trimmed(words: list[str]) -> list[str]:
    """A run without the sentence's first words, dangling joints, and whose it is."""
    while words and (words[0] in _LEADING or words[0].lower() in _JOINED):
        words = words[1:]
    while words and words[-1].lower() in _JOINED:
        words = words[:-1]
    for at, word in enumerate(words[:-1]):
        # A possessive ends one name and begins another: the Bank's Research Office.
        if re.search(r"[’']s?$", word):
            return _trimmed(words[at + 1 :])
    return words


def _abbreviated(short: str, words: list[str]) -> list[str]:
    """The run from the word on with which the short form begins; all of it if none does."""
    for at in range(len(words) - 1):
        if words[at].lower() not in _JOINED and _abbreviates(short, words[at:]):
            return words[at:]
    return words


def _abbreviates(short: str, words: list[str]) -> bool:
    """Whether the capitals of a short form are initials of the words, in order, from the first."""
    letters = [c for c in short if c.isupper()]
    initials = [w[0].upper() for w in words if w.lower() not in _JOINED]
    left = iter(initials)
    return initials[:1] == letters[:1] and all(letter in left for letter in letters)
