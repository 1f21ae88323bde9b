"""Figures in sentences: value, unit, qualifier, and the time they are said to hold for."""

from __future__ import annotations

import re
from dataclasses import dataclass

_ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
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
_CURRENCIES = {
    "US$": "USD",
    "A$": "AUD",
    "C$": "CAD",
    "HK$": "HKD",
    "S$": "SGD",
    "NZ$": "NZD",
    "$": "USD",
    "€": "EUR",
    "£": "GBP",
    "¥": "JPY",
    "₹": "INR",
    "₩": "KRW",
}
_CURRENCY_WORDS = {
    "dollar": "USD",
    "dollars": "USD",
    "usd": "USD",
    "euro": "EUR",
    "euros": "EUR",
    "eur": "EUR",
    "pounds": "GBP",
    "gbp": "GBP",
    "yuan": "CNY",
    "renminbi": "CNY",
    "cny": "CNY",
    "rmb": "CNY",
    "yen": "JPY",
    "rupees": "INR",
}

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

_NUMERAL = r"\d{1,3}(?:[,\u00a0\u202f ]\d{3})+(?![\d,])(?:\.\d+)?|\d+(?:\.\d+)?"
_WORD = (
    r"(?:" + "|".join(_TENS) + r")(?:-(?:" + "|".join(_ONES[1:10]) + r"))?"
    r"|" + "|".join(sorted(_ONES[2:], key=len, reverse=True))
)
_SCALE_WORD = r"hundred|thousand|million|billion|trillion|crore|lakh"
_NUMBER = (
    rf"(?:(?:{_NUMERAL})(?:\s?(?:{_SCALE_WORD}|bn|mn|tn)\b|(?:k|m|b|t|K|M|B|T)\b)?"
    rf"|(?:(?:{_WORD}|a|one)\s+)(?:{_SCALE_WORD}|dozen)\b|half a dozen|a dozen"
    rf"|(?:{_WORD})\b)"
)
_MONEY = r"US\$|HK\$|NZ\$|A\$|C\$|S\$|\$|€|£|¥|₹|₩"
_QUALIFIER = "|".join(forms for _, forms in _QUALIFIERS)
_FIGURE = re.compile(
    rf"(?<![\w.,/$€£¥^\u2012-])(?:(?P<qualifier>{_QUALIFIER})\s*)?(?P<open>between\s+|from\s+)?"
    rf"(?:(?P<money>{_MONEY})\s?|(?P<code>USD|EUR|GBP|CNY|RMB)\s)?"
    rf"(?P<low>{_NUMBER})(?P<lowpercent>\s?%)?"
    rf"(?:(?P<join>\s*[–—-]\s*|\s+to\s+|\s+and\s+)(?:{_MONEY})?(?P<high>{_NUMBER}))?"
    r"(?P<plus>\+)?(?P<times>[x×](?!\w))?"
    r"(?P<percent>\s?(?:%|per\s?cent\b|percentage points?\b|pp\b))?(?![\w/^]|[.,]\d|-\d)",
    re.IGNORECASE,
)
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_NOT_FIGURES = re.compile(
    r"https?://\S+|www\.\S+|\barXiv:\S+|\bdoi:\S+"
    rf"|\b\d{{1,2}}(?:st|nd|rd|th)?[\s-]+(?:of\s+)?{_MONTH}(?:,?[\s-]+\d{{4}})?\b"
    rf"|\b{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?(?:\s*[–-]\s*\d{{1,2}})?\b(?:,?\s+\d{{4}})?"
    rf"|\b{_MONTH},?\s+\d{{4}}\b|\b\d{{4}}-\d{{2}}(?:-\d{{2}})?(?:T\S+)?\b|\b\d{{4}}[–/-]\d{{2,4}}\b"
    r"|\b\d{1,2}[:.]\d{2}\s?[ap]\.?m\b\.?"
    r"|\b(?:two|three|four)[- ](?:thirds?|quarters?|fifths?)\b"
    r"|\b\d{1,2}:\d{2}(?::\d{2})?\b"
    r"|\b\d{1,2}\s?[ap]\.?m\b\.?|\b\d{1,2}/\d{1,2}/\d{2,4}\b"
    r"|\b(?:issues?|chapters?|sections?|articles?|pages?|paras?|paragraphs?|figures?|tables?|volumes?"
    r"|vol|versions?|parts?|phases?|steps?|rounds?|nos?|number|room|episodes?|rfc|iso|cve|covid|gpt"
    r"|q[1-4]|fy|version:)"
    r"[\s.#]*\d[\w.-]*\b(?!\s*(?:%|per\s?cent|million|billion))"
    r"|\b[A-Za-z]+-?\d[\w.-]*|\b\d+(?:\.\d+){2,}\b|\b\d+-?[A-Za-z]+-[A-Za-z]+-?\w*"
    r"|\b\d+(?:st|nd|rd|th|s)\b|\b\d+[A-Za-z]\d\w*|#\d+|\(\d+\)|\[\d+\]|\b\d{3}-\d{3,4}(?:-\d{4})?\b"
    r"|\bone of\b|\bzero[- ]\w+|\bone\b(?!\s+(?:hundred|thousand|million|billion|trillion))"
    r"|\bsome\s+(?!\d)|\b(?:figure|report|entry|entries)\s+\d+\b|\b\d+\.\d+\s+(?:alpha|beta|release)\b"
    r"|\b\d+\^\d+|:\s\d+[–-]\d+\.",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:1[5-9]|20|21)\d{2}")
_STOP = frozenset(
    [
        "a",
        "an",
        "the",
        "and",
        "or",
        "but",
        "of",
        "in",
        "on",
        "at",
        "by",
        "for",
        "from",
        "to",
        "with",
        "as",
        "since",
        "that",
        "which",
        "who",
        "whose",
        "when",
        "where",
        "while",
        "after",
        "before",
        "during",
        "over",
        "under",
        "per",
        "than",
        "into",
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "being",
        "has",
        "have",
        "had",
        "will",
        "would",
        "can",
        "could",
        "may",
        "might",
        "must",
        "should",
        "it",
        "its",
        "their",
        "his",
        "her",
        "they",
        "we",
        "he",
        "she",
        "this",
        "these",
        "those",
        "not",
        "also",
        "respectively",
        "each",
        "about",
        "through",
        "across",
        "among",
        "between",
        "under",
        "against",
        "according",
        "compared",
        "up",
        "down",
        "more",
        "less",
        "so",
        "if",
        "because",
        "until",
        "within",
        "without",
        "worldwide",
        "globally",
        "annually",
        "ago",
        "later",
        "earlier",
        "now",
        "currently",
    ]
)
# Words that may stand with a capital before a figure without naming anything.
_OPENING_WORDS = (
    "the a an in on at by of for with and or but all some these those this that our its "
    "their his her over about around only just more less than another other every each any "
    "no both up to from as if when while after before since during between nearly almost "
    "additional roughly approximately used including among last next first total are is were "
    "was has have had who why how what where which also now today currently then there"
)
_OPENINGS = frozenset(_OPENING_WORDS.split())
_NOUNS = re.compile(
    r"(?:[ \t]+\([A-Z]\w{0,7}\))?(?:[ \t]+|-)[\"“'‘]?"
    r"(?:of\s+(?:the\s+|its\s+|all\s+)?)?([^\W\d_][\w’'-]*)"
)
_PERIOD = re.compile(
    r"(?:over|in|during|within|for|throughout)\s+(?:the\s+)?(?:past|last|previous|next|coming)\s+"
    rf"(?:(?:{_NUMBER}|few|several)\s+)?(?:days?|weeks?|months?|quarters?|years?|decades?|hours?)"
    rf"|(?:in|by|since|during|for|as of|from|until|at the end of|by the end of|late|early)\s+"
    rf"(?:(?:early|mid|late|the end of|fiscal)[\s-]+)?(?:{_MONTH}\s+)?(?:\d{{1,2}},?\s+)?"
    r"(?:1[89]|20)\d{2}(?:\s?Q[1-4])?"
    r"|(?:last|this|next|each|every|per|a)\s+(?:day|week|month|quarter|year|hour)\b|annually|yearly"
    r"|daily|monthly",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure in a text: ``low`` and ``high`` differ only for a range.

    ``unit`` is ``%``, a currency's code or the noun that is counted; ``period`` the time the
    sentence gives for it, in its own words; ``text`` what was read, at ``start``.
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


def figures(sentence: str) -> list[Figure]:
    """The figures of one sentence, in order.

    Dates, times, versions, names with digits and numbers of chapters are not figures; a span of
    time (six months) is.
    """
    masked = _NOT_FIGURES.sub(lambda m: "\x1f" * len(m[0]), sentence)
    found: list[Figure] = []
    at = 0
    while (match := _FIGURE.search(masked, at)) is not None:
        apart = _apart(match)
        figure = _figure(match, sentence, apart)
        if figure is not None:
            found.append(figure)
        at = (match.end("lowpercent") if match["lowpercent"] else match.end("low")) if apart else 0
        at = at or match.end()
    return [_with_period(f, sentence, found) for f in found]


def _apart(match: re.Match[str]) -> bool:
    """Whether what looks like a range is two figures: from 7 to 5 is a change, 7 to 5 a result."""
    if not match["high"]:
        return False
    join, opening = match["join"].strip().lower(), (match["open"] or "").strip().lower()
    if (join == "and" and opening != "between") or opening == "from":
        return True
    return _number(match["low"])[0] >= _number(match["high"])[0]


def _figure(match: re.Match[str], sentence: str, apart: bool) -> Figure | None:
    low_text, high_text = match["low"], None if apart else match["high"]
    percent = match["lowpercent"] or (match["percent"] if not match["high"] or not apart else None)
    end = match.end()
    if apart:
        percent = percent or match["percent"]
        end = match.end("lowpercent") if match["lowpercent"] else match.end("low")
    low, scale = _number(low_text)
    high = low
    if high_text:
        high, scale_high = _number(high_text)
        if scale == 1 and scale_high > 1:
            low *= scale_high
    money = match["money"] or match["code"]
    bare = match["qualifier"] is None and not money and not percent and not high_text
    start = match.start("qualifier") if match["qualifier"] else match.start()
    if bare and _is_name(sentence, start, low_text):
        return None
    if high_text and _YEAR.fullmatch(low_text) and _YEAR.fullmatch(high_text):
        return None
    noun = _noun(sentence, end)
    unit = "%" if percent else _currency(money, noun)
    if match["times"]:
        unit = "times"
    if bare and unit is None and noun is None and (low < 13 or not low_text[0].isdigit()):
        return None
    qualifier = _canonical(match["qualifier"]) or ("more than" if match["plus"] else None)
    text = sentence[start:end].strip()
    return Figure(text, start, low, high, qualifier, unit or noun, noun)


def _currency(money: str | None, noun: str | None) -> str | None:
    if money:
        return _CURRENCIES.get(money.upper()) or _CURRENCY_WORDS.get(money.lower().strip())
    words = (noun or "").lower().split()
    if words[:1] == ["us"]:
        words = words[1:]
    return _CURRENCY_WORDS.get(words[0]) if words else None


def _is_name(sentence: str, start: int, number: str) -> bool:
    """Whether a bare number is a year, or belongs to the name before it: Slide 4, Fortune 500."""
    if not re.fullmatch(r"\d+(?:\.\d+)?", number):
        return False
    if _YEAR.fullmatch(number):
        return True
    before = re.search(r"([^\W\d_][\w’'&.]*)[ \t]+$", sentence[:start].rstrip("\x1f"))
    return bool(before and before[1][0].isupper() and before[1].lower() not in _OPENINGS)


def _number(text: str) -> tuple[float, int]:
    """The value and the scale that it was written with."""
    lowered = text.lower().strip()
    if lowered in ("half a dozen", "a dozen"):
        return (6.0 if lowered.startswith("half") else 12.0), 1
    digits = re.match(_NUMERAL, lowered)
    if digits:
        scale = _SCALES.get(lowered[digits.end() :].strip(), 1)
        return round(float(re.sub(r"[^\d.]", "", digits[0])) * scale, 6), scale
    first, _, rest = lowered.rpartition(" ")
    if rest in _SCALES:
        return _word(first) * _SCALES[rest], _SCALES[rest]
    return float(_word(lowered)), 1


def _word(text: str) -> int:
    return sum(_WORDS.get(part, 1) for part in re.split(r"[\s-]+", text) if part) or 1


def _canonical(qualifier: str | None) -> str | None:
    if qualifier is None:
        return None
    return next((word for word, form in _CANONICAL if form.fullmatch(qualifier)), None)


def _noun(sentence: str, end: int) -> str | None:
    """The words right behind the figure, up to the first that starts something else."""
    words: list[str] = []
    while len(words) < 4:
        match = _NOUNS.match(sentence, end)
        if match is None or match[1].lower() in _STOP or match[1].endswith("ly"):
            break
        words.append(re.sub(r"[’']s?$", "", match[1]))
        end = match.end()
    return " ".join(words) or None


def _with_period(figure: Figure, sentence: str, all_figures: list[Figure]) -> Figure:
    """The time given behind the figure and before the next one, else the sentence's only one."""
    end = figure.start + len(figure.text)
    following = [f.start for f in all_figures if f.start > figure.start]
    periods = list(_PERIOD.finditer(sentence))
    for match in periods:
        later = [s for s in following if s < match.start()]
        if match.start() >= end and not later:
            return _dated(figure, match[0])
    if len(periods) == 1 and periods[0].end() <= figure.start:
        return _dated(figure, periods[0][0])
    return figure


def _dated(figure: Figure, period: str) -> Figure:
    return Figure(
        figure.text,
        figure.start,
        figure.low,
        figure.high,
        figure.qualifier,
        figure.unit,
        figure.noun,
        " ".join(period.split()),
    )
