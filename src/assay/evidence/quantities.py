"""Figures in sentences: value, unit, qualifier, and the time they are said to hold for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from assay.evidence.east_asian import east_asian_figures
from assay.evidence.numerals import FRACTION, NUMBER, fraction, number
from assay.evidence.periods import DATES, Periods
from assay.evidence.units import MONEY, currency, noun_behind

# Canonical word, then what is read as it; the longest form first within the expression.
_QUALIFIERS: tuple[tuple[str, str], ...] = (
    (
        "not more than",
        r"no more than|not more than|at most|a maximum of|up to|as many as|as much as|≤",
    ),
    ("at least", r"at least|no fewer than|no less than|a minimum of|upwards of|≥"),
    ("more than", r"more than|over|above|exceeding|in excess of|greater than|>"),
    ("less than", r"fewer than|less than|under|below|<"),
    ("almost", r"nearly|almost|close to|just under"),
    (
        "about",
        r"about|around|approximately|approx\.?|roughly|some|an estimated|estimated|circa|c\.|~|≈",
    ),
    ("only", r"only|just|merely"),
    ("exactly", r"exactly|precisely"),
)
_CANONICAL = [(word, re.compile(forms, re.IGNORECASE)) for word, forms in _QUALIFIERS]
_QUALIFIER = "|".join(forms for _, forms in _QUALIFIERS)
_FIGURE = re.compile(
    rf"(?<![\w.,/$€£¥^\u2012-])(?:(?P<qualifier>{_QUALIFIER})\s*)?(?P<open>between\s+|from\s+)?"
    rf"(?:(?P<money>{MONEY})\s?|(?P<code>USD|EUR|GBP|CNY|RMB)\s)?"
    rf"(?P<low>{NUMBER})(?P<lowpercent>\s?%)?"
    rf"(?:(?P<join>\s*[–—-]\s*|\s+to\s+|\s+and\s+)(?:{MONEY})?(?P<high>{NUMBER}))?"
    r"(?P<plus>\+)?(?P<times>[x×](?!\w))?"
    r"(?P<percent>\s?(?:%|per\s?cent\b|percentage points?\b|pp\b))?(?![\w/^]|[.,]\d|-\d)",
    re.IGNORECASE,
)
_SHARE = re.compile(
    rf"\b(?:(?P<qualifier>{_QUALIFIER})\s+)?(?P<fraction>{FRACTION})\b", re.IGNORECASE
)
_PARTS = ("half", "third", "quarter", "fourth", "fifth", "sixth", "th of", " in ", "out of", "ths")
_OF_ALL = re.compile(r"\s+(?:of\s+)?(?:the|all|its|their|our)(?=\s)", re.IGNORECASE)
_MAY_COUNT = re.compile(
    r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twel|thir|fif|twent|for?ty|eigh"
    r"|nin|half|dozen|(?:a|one)[\s-](?:third|quarter|fourth|fifth|sixth|seventh|eighth|ninth|tenth"
    r"|hundred|thousand|million|billion|trillion|crore|lakh)|one (?:in|out))"
    r"|[一二两兩三四五六七八九十]",
    re.IGNORECASE,
)
_NOT_FIGURES = re.compile(
    r"https?://\S+|www\.\S+|\barXiv:\S+|\bdoi:\S+"
    rf"|{DATES}"
    r"|\b(?:issues?|chapters?|sections?|articles?|pages?|paras?|paragraphs?|figures?|tables?|volumes?"
    r"|vol|versions?|parts?|phases?|steps?|rounds?|nos?|number|room|episodes?|rfc|iso|cve|covid|gpt"
    r"|q[1-4]|fy|version:)"
    r"[\s.#]*\d[\w.-]*\b(?!\s*(?:%|per\s?cent|million|billion))"
    r"|\b[A-Za-z]+-?\d[\w.-]*|\b\d+(?:\.\d+){2,}\b|\b\d+-?[A-Za-z]+-[A-Za-z]+-?\w*"
    r"|\b\d+(?:st|nd|rd|th|s)\b|\b\d+[A-Za-z]\d\w*|#\d+|\(\d+\)|\[\d+\]|\b\d{3}-\d{3,4}(?:-\d{4})?\b"
    r"|\bone of\b|\bzero[- ]\w+|\bone\b(?!\s+(?:hundred|thousand|million|billion|trillion))"
    r"|\bsome\s+(?!\d)|\b(?:figure|report|entry|entries)\s+\d+\b|\b\d+\.\d+\s+(?:alpha|beta|release)\b"
    r"|\b(?!10\^)\d+\^\d+|:\s\d+[–-]\d+\.",
    re.IGNORECASE,
)
_LONGEST = 2000
_PIECE = re.compile(rf".{{1,{_LONGEST}}}(?=\s|$)|.{{1,{_LONGEST}}}", re.DOTALL)
_YEAR = re.compile(r"(?:1[5-9]|20|21)\d{2}")
# Words that may stand with a capital before a figure without naming anything.
_OPENING_WORDS = (
    "the a an in on at by of for with and or but all some these those this that our its "
    "their his her over about around only just more less than another other every each any "
    "no both up to from as if when while after before since during between nearly almost "
    "additional roughly approximately used including among last next first total are is were "
    "was has have had who why how what where which also now today currently then there"
)
_OPENINGS = frozenset(_OPENING_WORDS.split())


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure in a text: ``low`` and ``high`` differ only for a range.

    ``unit`` is ``%``, a currency's code, the noun that is counted or its counter word, or ``share
    of`` it for a fraction; ``period`` the time the sentence gives for it, in its own words;
    ``text`` what was read, at ``start``.
    """

    text: str
    start: int
    low: float
    high: float
    qualifier: str | None = None
    unit: str | None = None
    noun: str | None = None
    period: str | None = None

    @property
    def value(self) -> float:
        return self.low if self.low == self.high else (self.low + self.high) / 2

    @property
    def is_fraction(self) -> bool:
        """Whether it was written as a part of a whole: two thirds, one in five."""
        return self.unit is not None and self.unit.startswith(_SHARE_OF)

    @property
    def end(self) -> int:
        return self.start + len(self.text)


_SHARE_OF = "share of"


def figures(sentence: str) -> list[Figure]:
    """The figures of one sentence, in order.

    Dates, times, versions, names with digits and numbers of chapters are not figures; a span of
    time (six months) is. What is too long to be a sentence is read piece by piece.
    """
    if len(sentence) <= _LONGEST:
        return _figures(sentence)
    return [
        replace(f, start=f.start + piece.start())
        for piece in _PIECE.finditer(sentence)
        for f in _figures(piece[0])
    ]


def _figures(sentence: str) -> list[Figure]:
    if not _MAY_COUNT.search(sentence):
        return []
    masked = sentence
    found: list[Figure] = []
    for figure in (*_shares(sentence), *_east_asian(sentence)):
        found.append(figure)
        hidden = "\x1f" * len(figure.text)
        masked = masked[: figure.start] + hidden + masked[figure.end :]
    found += _western(sentence, _NOT_FIGURES.sub(lambda m: "\x1f" * len(m[0]), masked))
    if not found:
        return []
    found.sort(key=lambda f: f.start)
    periods = Periods(sentence)
    following: list[int | None] = [*(f.start for f in found[1:]), None]
    return [
        replace(f, period=periods.of(f.start, f.end, after))
        for f, after in zip(found, following, strict=True)
    ]


def _shares(sentence: str) -> Iterator[Figure]:
    lowered = sentence.lower()
    if not any(word in lowered for word in _PARTS):
        return
    for match in _SHARE.finditer(sentence):
        whole = _OF_ALL.match(sentence, match.end())
        noun = noun_behind(sentence, whole.end() if whole else match.end())
        value = round(fraction(match["fraction"]), 6)
        unit = f"{_SHARE_OF} {noun}" if noun else _SHARE_OF
        qualifier = _canonical(match["qualifier"])
        yield Figure(match[0], match.start(), value, value, qualifier, unit, noun)


def _east_asian(sentence: str) -> Iterator[Figure]:
    for f in east_asian_figures(sentence):
        text = sentence[f.start : f.end]
        start = f.start + len(text) - len(text.lstrip())
        yield Figure(text.strip(), start, f.low, f.high, f.qualifier, f.unit, f.noun)


def _western(sentence: str, masked: str) -> Iterator[Figure]:
    at = 0
    while (match := _FIGURE.search(masked, at)) is not None:
        apart = _apart(match)
        figure = _figure(match, sentence, apart)
        if figure is not None:
            yield figure
        at = (match.end("lowpercent") if match["lowpercent"] else match.end("low")) if apart else 0
        at = at or match.end()


def _apart(match: re.Match[str]) -> bool:
    """Whether what looks like a range is two figures: from 7 to 5 is a change, 7 to 5 a result."""
    if not match["high"]:
        return False
    join, opening = match["join"].strip().lower(), (match["open"] or "").strip().lower()
    if (join == "and" and opening != "between") or opening == "from":
        return True
    return number(match["low"])[0] >= number(match["high"])[0]


def _figure(match: re.Match[str], sentence: str, apart: bool) -> Figure | None:
    low_text, high_text = match["low"], None if apart else match["high"]
    percent = match["lowpercent"] or (match["percent"] if not match["high"] or not apart else None)
    end = match.end()
    if apart:
        percent = percent or match["percent"]
        end = match.end("lowpercent") if match["lowpercent"] else match.end("low")
    low, scale = number(low_text)
    high = low
    if high_text:
        high, scale_high = number(high_text)
        if scale == 1 and scale_high > 1:
            low *= scale_high
    money = match["money"] or match["code"]
    bare = match["qualifier"] is None and not money and not percent and not high_text
    start = match.start("qualifier") if match["qualifier"] else match.start()
    if bare and _is_name(sentence, start, low_text):
        return None
    if high_text and _YEAR.fullmatch(low_text) and _YEAR.fullmatch(high_text):
        return None
    noun = noun_behind(sentence, end)
    unit = "%" if percent else currency(money, noun)
    if match["times"]:
        unit = "times"
    if bare and unit is None and noun is None and (low < 13 or not low_text[0].isdigit()):
        return None
    qualifier = _canonical(match["qualifier"]) or ("more than" if match["plus"] else None)
    text = sentence[start:end].strip()
    return Figure(text, start, low, high, qualifier, unit or noun, noun)


def _is_name(sentence: str, start: int, written: str) -> bool:
    """Whether a bare number is a year, or belongs to the name before it: Slide 4, Fortune 500."""
    if not re.fullmatch(r"\d+(?:\.\d+)?", written):
        return False
    if _YEAR.fullmatch(written):
        return True
    before = re.search(r"([^\W\d_][\w’'&.]*)[ \t]+$", sentence[:start].rstrip("\x1f"))
    return bool(before and before[1][0].isupper() and before[1].lower() not in _OPENINGS)


def _canonical(qualifier: str | None) -> str | None:
    if qualifier is None:
        return None
    return next((word for word, form in _CANONICAL if form.fullmatch(qualifier)), None)
