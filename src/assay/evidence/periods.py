"""Times that sentences give for their figures, and what in them are dates and no figures."""

from __future__ import annotations

import re

from assay.evidence.numerals import NUMBER

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
DATES = (
    rf"\b\d{{1,2}}(?:st|nd|rd|th)?[\s-]+(?:of\s+)?{_MONTH}(?:,?[\s-]+\d{{4}})?\b"
    rf"|\b{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?(?:\s*[–-]\s*\d{{1,2}})?\b(?:,?\s+\d{{4}})?"
    rf"|\b{_MONTH},?\s+\d{{4}}\b|\b\d{{4}}-\d{{2}}(?:-\d{{2}})?(?:T\S+)?\b|\b\d{{4}}[–/-]\d{{2,4}}\b"
    r"|\b\d{1,2}[:.]\d{2}\s?[ap]\.?m\b\.?|\b\d{1,2}:\d{2}(?::\d{2})?\b"
    r"|\b\d{1,2}\s?[ap]\.?m\b\.?|\b\d{1,2}/\d{1,2}/\d{2,4}\b"
)
"""Dates and times of day, for an expression that ignores case."""

_PERIOD = re.compile(
    r"(?:over|in|during|within|for|throughout)\s+(?:the\s+)?(?:past|last|previous|next|coming)\s+"
    rf"(?:(?:{NUMBER}|few|several)\s+)?(?:days?|weeks?|months?|quarters?|years?|decades?|hours?)"
    rf"|(?:in|by|since|during|for|as of|from|until|at the end of|by the end of|late|early)\s+"
    rf"(?:(?:early|mid|late|the end of|fiscal)[\s-]+)?(?:{_MONTH}\s+)?(?:\d{{1,2}},?\s+)?"
    r"(?:1[89]|20)\d{2}(?:\s?Q[1-4])?"
    r"|(?:last|this|next|each|every|per|a)\s+(?:day|week|month|quarter|year|hour)\b|annually|yearly"
    r"|daily|monthly",
    re.IGNORECASE,
)


class Periods:
    """The times that a sentence gives."""

    def __init__(self, sentence: str) -> None:
        self._found = [
            (m.start(), m.end(), " ".join(m[0].split())) for m in _PERIOD.finditer(sentence)
        ]

    def of(self, start: int, end: int, following: int | None) -> str | None:
        """The time behind a figure and before the ``following`` one, else the sentence's only one.

        ``start`` and ``end`` are the figure's place; the sentence's only time counts where it
        stands before the figure.
        """
        for at, _, said in self._found:
            if at >= end and (following is None or following >= at):
                return said
        if len(self._found) == 1 and self._found[0][1] <= start:
            return self._found[0][2]
        return None
