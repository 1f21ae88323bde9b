"""The search of the site: an inverted index in small files, made at build and read in browsers.

A text is cut into terms: words without case and accents, and pairs of neighbouring characters
where a script has no spaces. The terms of all texts (``texts``), and again those of names, topics
and the like alone (``names``, for one or two letters), are sorted and cut into files of some 4 kB;
``index.json`` holds the first term of each. An entry is a term with its briefings: each number is
four times the distance from the number before, plus a weight from 0 (claims) to 3 (short names).
Numbers of briefings are those of the rows of the index. ``length-N.json`` are the terms of names
with N letters, in which typing errors are looked up.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator

from assay.briefing.index import Index, Row, as_json
from assay.model.documents import AnyProfile

FOLDER = "assets/search/"
PER_FILE = 16
"""How many briefings stand in one file of names and addresses."""

_BYTES = 4000
_LONGEST = 24
_UNSPACED = (
    (0x0E00, 0x0EFF),
    (0x1000, 0x109F),
    (0x1780, 0x17FF),
    (0x2E80, 0x2FDF),
    (0x3005, 0x3007),
    (0x3040, 0x30FA),
    (0x30FC, 0x312F),
    (0x31F0, 0x31FF),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)
"""Scripts without spaces between words; ``assets/site.js`` has the same list."""

_ASCII = re.compile("[a-z0-9]+")
_PARTS = re.compile("(?:\x01.)+|[^\x01 ]+", re.DOTALL)


class _Characters(dict[int, str]):
    """Separators become spaces, and characters of unspaced scripts are marked."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        if any(first <= code <= last for first, last in _UNSPACED):
            shown = f"\x01{character}"
        elif 0x300 <= code <= 0x36F:
            shown = ""
        else:
            shown = character if unicodedata.category(character)[0] in "LNM" else " "
        self[code] = shown
        return shown


_CHARACTERS = _Characters()


def terms(text: str) -> Iterator[str]:
    """The terms of a text, in its order."""
    if text.isascii():
        for word in _ASCII.findall(text.lower()):
            yield word[:_LONGEST]
        return
    plain = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).lower())
    plain = unicodedata.normalize("NFC", "".join(c for c in plain if not "\u0300" <= c <= "\u036f"))
    for part in _PARTS.findall(plain.translate(_CHARACTERS)):
        if part[0] != "\x01":
            yield part[:_LONGEST]
            continue
        run = part[1::2]
        for start in range(len(run) - 1):
            yield run[start : start + 2]
        yield run[-1]


def search_data(index: Index) -> Iterator[tuple[str, bytes]]:
    """The files of the search."""
    names: dict[str, list[int]] = {}
    texts: dict[str, list[int]] = {}
    for number, row in enumerate(index.rows):
        heads, weights = _weights(index, row)
        for found, postings in ((heads, names), (weights, texts)):
            for term, weight in found.items():
                postings.setdefault(term, []).append(number * 4 + weight)
    firsts = {}
    for name, postings in (("names", names), ("texts", texts)):
        first, files = _files(postings)
        firsts[name] = first
        for number, data in enumerate(files):
            yield f"{FOLDER}{name}-{number}.json", data
    lengths: dict[int, list[str]] = {}
    for term in sorted(names):
        if len(term) > 2:
            lengths.setdefault(len(term), []).append(term)
    for length, found_terms in sorted(lengths.items()):
        yield f"{FOLDER}length-{length}.json", as_json(found_terms)
    for start in range(0, len(index.rows), PER_FILE):
        rows = [_shown(row) for row in index.rows[start : start + PER_FILE]]
        yield f"{FOLDER}rows-{start // PER_FILE}.json", as_json(rows)
    head = {"count": len(index.rows), "rows": PER_FILE, "lengths": sorted(lengths), **firsts}
    yield f"{FOLDER}index.json", as_json(head)


def _shown(row: Row) -> list[str | int]:
    grade = row.grade
    shown = grade.word if grade and grade.filled else ""
    return [row.name, row.path, row.kind, shown, grade.tone if grade else 0]


def _weights(index: Index, row: Row) -> tuple[dict[str, int], dict[str, int]]:
    """The terms of a briefing with their weights: of its names and topics, and of all texts."""
    atlas = index.atlas
    profile = atlas.published[row.id]
    found: dict[str, int] = {}
    for claim in atlas.claims(profile):
        found.update(dict.fromkeys(terms(claim.text), 0))
    for sentence in profile.summary:
        found.update(dict.fromkeys(terms(sentence.text), 1))
    heads: dict[str, int] = {}
    for text in _words(profile):
        heads.update(dict.fromkeys(terms(text), 1))
    for text in (*profile.aliases, profile.name):
        named = list(terms(text))
        weight = 3 if len(named) <= 2 else 2
        heads.update({term: max(weight, heads.get(term, 0)) for term in named})
    return heads, {**found, **heads}


def _words(profile: AnyProfile) -> Iterator[str]:
    for word in (profile.type, profile.region, profile.domain, *profile.topics):
        if word:
            yield word


def _files(postings: dict[str, list[int]]) -> tuple[list[str], list[bytes]]:
    """Entries in the order in which scripts compare texts, cut into files; their first terms."""
    firsts: list[str] = []
    files: list[bytes] = []
    entries: list[str] = []
    size = 0
    for term in sorted(postings, key=lambda t: t.encode("utf-16-be")):
        last = 0
        gaps = []
        for value in postings[term]:
            number, weight = divmod(value, 4)
            gaps.append(str((number - last) * 4 + weight))
            last = number
        if not entries:
            firsts.append(term)
        entry = f"[{json.dumps(term, ensure_ascii=False)},{','.join(gaps)}]"
        entries.append(entry)
        size += len(entry)
        if size >= _BYTES:
            files.append(f"[{','.join(entries)}]".encode())
            entries, size = [], 0
    if entries:
        files.append(f"[{','.join(entries)}]".encode())
    return firsts, files
