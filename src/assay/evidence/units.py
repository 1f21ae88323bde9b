"""What figures count: currencies, and the words behind a number."""

from __future__ import annotations

import re

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
MONEY = r"US\$|HK\$|NZ\$|A\$|C\$|S\$|\$|€|£|¥|₹|₩"
"""Signs of currencies; the longest form first."""

_MOST_WORDS = 4
_STOPPING = (
    "a an the and or but of in on at by for from to with as since that which who whose when where "
    "while after before during over under per than into is are was were be been being has have had "
    "will would can could may might must should it its their his her they we he she this these "
    "those not also respectively each about through across among between against according "
    "compared up down more less so if because until within without worldwide globally annually ago "
    "later earlier now currently said say says"
)
_STOP = frozenset(_STOPPING.split())
_NOUNS = re.compile(
    r"(?:[ \t]+\([A-Z]\w{0,7}\))?(?:[ \t]+|-)[\"“'‘]?"
    r"(?:of\s+(?:(?:the|its|all|their|our)\s+)?(?:\w+[’']s?\s+)?)?([^\W\d_][\w’'-]*)[\"”]?"
)
_AND = re.compile(r"\s+(?:and|or)(?=\s)")


def currency(sign: str | None, noun: str | None) -> str | None:
    """The code of a currency by its sign or code, else by the word behind the number."""
    if sign:
        return _CURRENCIES.get(sign.upper()) or _CURRENCY_WORDS.get(sign.lower().strip())
    words = (noun or "").lower().split()
    if words[:1] == ["us"]:
        words = words[1:]
    return _CURRENCY_WORDS.get(words[0]) if words else None


def noun_behind(sentence: str, end: int) -> str | None:
    """The words right behind a figure, up to the first that starts something else."""
    words: list[str] = []
    while len(words) < _MOST_WORDS:
        match = _NOUNS.match(sentence, end)
        if match is not None and _goes_on(match[1]):
            words.append(re.sub(r"[’']s?$", "", match[1]))
            end = match.end()
            continue
        # "open and structured models": one quality joined to another, before what is counted.
        joined = _AND.match(sentence, end) if len(words) == 1 and words[0][-1] != "s" else None
        match = _NOUNS.match(sentence, joined.end()) if joined else None
        if joined is None or match is None or not _goes_on(match[1]):
            break
        words.append(joined[0].strip())
        end = joined.end()
    return " ".join(words) or None


def _goes_on(word: str) -> bool:
    return word.lower() not in _STOP and not word.endswith("ly")
