"""Whom a text credits: "according to …", "… reported", "citing …", "(…)"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from assay.evidence.entities import Names
from assay.evidence.sentences import sentences
from assay.evidence.told import Told

_BEFORE = re.compile(
    r"(?:according to|(?:reported|published|disclosed|revealed|noted) (?:by|in|on)"
    r"|citing|cites|cited by|quoting|credit(?:s|ed)? to|via|told|sources?:)"
    r"\s+(?:an?\s+|the\s+)?(?:[\w-]+\s+){0,2}$",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"(?:[’']s?)?(?:\s+news)?\s+(?:first\s+|also\s+|has\s+|had\s+|later\s+|earlier\s+)?"
    r"(?:report(?:s|ed)?|said|says|wrote|writes|revealed|disclosed|published|broke the story)\b"
    r"|\s+(?:news\s+)?report\b|\s*[-–—:]\s*report\b",
    re.IGNORECASE,
)
_WORD = re.compile(
    r"according|report|publish|disclos|reveal|noted|cit(?:ing|es|ed)|quoting|credit|via\b|told"
    r"|sources?:|said|says|wrote|writes|broke",
    re.IGNORECASE,
)
_BEHIND = re.compile(r"\s[-–—|]\s([^-–—|]{2,40})$")
_READ = 4000


def credited_publishers(told: Iterable[Told]) -> Mapping[str, frozenset[str]]:
    """For each publication the publishers among all of these that its text credits."""
    told = list(told)
    names = Names((t.publisher, t.publisher) for t in told if t.publisher)
    return {t.id: _credited(t, names) for t in told}


def _credited(told: Told, names: Names) -> frozenset[str]:
    found: set[str] = set()
    if behind := _BEHIND.search(told.title):
        # "How they did it – The Daily": the outlet that it was taken from.
        found.update(i for m in names.find(behind[1]) for i in m.ids if m.text == behind[1])
    for line in told.text[:_READ].split("\n"):
        for sentence in sentences(line) if _WORD.search(line) else ():
            for mention in names.find(sentence):
                before, after = sentence[: mention.start], sentence[mention.end :]
                if _BEFORE.search(before) or _AFTER.match(after):
                    found.update(mention.ids)
    return frozenset(found - {told.publisher})
