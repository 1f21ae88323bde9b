"""Numbers as they are written: digits, words, scales, powers of ten and fractions."""

from __future__ import annotations

import re

_ONE_TO_NINETEEN = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
)
_ONES = _ONE_TO_NINETEEN.split()
_TWENTY_TO_NINETY = "twenty thirty forty fifty sixty seventy eighty ninety"
_TENS = _TWENTY_TO_NINETY.split()
_WORDS = {w: i for i, w in enumerate(_ONES)} | {w: 10 * i for i, w in enumerate(_TENS, 2)}
_SCALES = {
    "hundred": 10**2,
    "thousand": 10**3,
    "million": 10**6,
    "billion": 10**9,
    "trillion": 10**12,
    "dozen": 12,
    "k": 10**3,
    "m": 10**6,
    "mn": 10**6,
    "bn": 10**9,
    "b": 10**9,
    "tn": 10**12,
    "t": 10**12,
    "crore": 10**7,
    "lakh": 10**5,
}
_PARTS = {
    "half": 2,
    "halve": 2,
    "third": 3,
    "quarter": 4,
    "fourth": 4,
    "fifth": 5,
    "sixth": 6,
    "seventh": 7,
    "eighth": 8,
    "ninth": 9,
    "tenth": 10,
}

_NUMERAL = r"\d{1,3}(?:[,\u00a0\u202f ]\d{3})+(?![\d,])(?:\.\d+)?|\d+(?:\.\d+)?"
_POWER = r"10\^\d{1,2}"
_WORD = (
    r"(?:" + "|".join(_TENS) + r")(?:-(?:" + "|".join(_ONES[1:10]) + r"))?"
    r"|" + "|".join(sorted(_ONES[2:], key=len, reverse=True))
)
_SCALE_WORD = r"hundred|thousand|million|billion|trillion|crore|lakh"
NUMBER = (
    rf"(?:{_POWER}|(?:{_NUMERAL})(?:\s?(?:{_SCALE_WORD}|bn|mn|tn)\b|(?:k|m|b|t|K|M|B|T)\b)?"
    rf"|(?:(?:{_WORD}|a|one)\s+)(?:{_SCALE_WORD}|dozen)\b|half a dozen|a dozen"
    rf"|(?:{_WORD})\b)"
)
"""A number in a text, for an expression that ignores case."""

_DIGIT_WORD = "|".join(_ONES[2:10])
_PART = "|".join(p for p in _PARTS if p not in ("half", "halve"))
FRACTION = (
    # Of what, must follow where the same words may be an ordinal or a part of a year.
    rf"(?:(?:a|one)[\s-](?:{_PART})|(?<!first )(?<!second )half)"
    r"(?=\s+of\s+(?!(?:fiscal\s+)?\d{4}|(?:the|this|that|last|next)\s+(?:year|decade|month))"
    r"|\s+the\b(?!\s+(?:year|decade|month)))"
    rf"|(?:{_DIGIT_WORD})[\s-](?:{_PART})s"
    rf"|(?:one|{_DIGIT_WORD})\s+(?:in|out\s+of)(?:\s+every)?\s+(?:{_WORD}|\d{{1,3}})(?=\s+[a-z])"
)
"""A fraction in a text, for an expression that ignores case."""


def number(text: str) -> tuple[float, int]:
    """The value of a number and the scale that it was written with."""
    lowered = text.lower().strip()
    if lowered in ("half a dozen", "a dozen"):
        return (6.0 if lowered.startswith("half") else 12.0), 1
    if lowered.startswith("10^"):
        return float(10 ** int(lowered[3:])), 1
    digits = re.match(_NUMERAL, lowered)
    if digits:
        scale = _SCALES.get(lowered[digits.end() :].strip(), 1)
        return round(float(re.sub(r"[^\d.]", "", digits[0])) * scale, 6), scale
    first, _, rest = lowered.rpartition(" ")
    if rest in _SCALES:
        return float(_word(first) * _SCALES[rest]), _SCALES[rest]
    return float(_word(lowered)), 1


def fraction(text: str) -> float:
    """The value of a fraction, from 0 to 1: two thirds, a quarter, one in five."""
    words = re.split(r"[\s-]+", text.lower())
    if words[-1] == "half":
        return 0.5
    above = _WORDS.get(words[0], 1)
    if words[1] in ("in", "out"):
        below = words[-1]
        return above / max(int(below) if below.isdigit() else _WORDS[below], 1)
    return above / _PARTS[words[1].removesuffix("s")]


def _word(text: str) -> int:
    return sum(_WORDS.get(part, 1) for part in re.split(r"[\s-]+", text) if part) or 1
