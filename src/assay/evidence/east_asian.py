"""Figures in Chinese, Japanese and Korean: 万 and 亿, 만 and 억, counter words, currencies.

There are no spaces around a figure in these scripts, so what is counted is read as a counter word
and the run of characters behind it, up to the first that starts something else.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

_SCALES = {
    "十": 10,
    "百": 100,
    "千": 1000,
    "천": 1000,
    "万": 10**4,
    "萬": 10**4,
    "만": 10**4,
    "亿": 10**8,
    "億": 10**8,
    "억": 10**8,
    "兆": 10**12,
    "조": 10**12,
}
_TEN_THOUSAND = 10**4
_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {
    "零": 0,
    "两": 2,
    "兩": 2,
    "半": 0.5,
}
_MONEY = {
    "人民币": "CNY",
    "元": "CNY",
    "美元": "USD",
    "ドル": "USD",
    "달러": "USD",
    "欧元": "EUR",
    "歐元": "EUR",
    "ユーロ": "EUR",
    "유로": "EUR",
    "円": "JPY",
    "日元": "JPY",
    "엔": "JPY",
    "원": "KRW",
    "韩元": "KRW",
    "港元": "HKD",
}
_LONGEST_FIRST = "|".join(sorted(_MONEY, key=len, reverse=True))
_QUALIFIERS = {
    "more than": "超过|超過|逾|多于|大于|超",
    "less than": "不到|少于|不足|未満",
    "at least": "至少|最少|少なくとも|최소",
    "not more than": "最多|不超过|不超過|至多|最大|최대",
    "about": "大约|大約|约|約|左右|およそ|약",
    "almost": "近|将近|將近|거의",
    "only": "仅|僅|只有|わずか",
}
_AFTER = {
    "more than": "多|余|餘|超",
    "at least": "以上|이상",
    "less than": "未満|미만",
    "not more than": "以下|이하",
    "about": "左右|上下|前後|정도",
}
_HAN = "\u3400-\u4dbf\u4e00-\u9fff"
_SCRIPT = f"{_HAN}\u3040-\u30ff\uac00-\ud7af"
_NUMERAL = r"\d{1,3}(?:[,，]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_SCALE = "".join(_SCALES)
_NUMBER = (
    rf"(?:(?:(?:{_NUMERAL})\s?[{_SCALE}]+)+|(?:{_NUMERAL})"
    rf"|(?:[一二两兩三四五六七八九][{_SCALE}]+)+[一二三四五六七八九]?|十[一二三四五六七八九]?"
    r"|[一二三四五六七八九](?=[成割]))"
)
_COUNTERS = (
    "個月|个月|か月|ヶ月|カ月|개월|年间|年間|週間|小时|小時|時間|시간|天|日間|周|週|人次|か国|カ国|개국"
    "|个|個|つ|개|款|项|項|家|件|名|人|명|台|套|种|種|部|次|回|所|座|条|條|本|社|건|곳|종"
)
# What stands behind a number and makes it no figure: years, months, days, hours, ordinals.
_NO_FIGURE = re.compile(
    r"\s?(?:年(?!間|间)|月|日(?!間)|号|號|時(?!間)|时|點|点|分|秒|년|월|일|시|분|초|代|世紀|世纪)"
)
_FIGURE = re.compile(
    rf"(?P<qualifier>{'|'.join(_QUALIFIERS.values())})?\s?(?<![\w.]\d)(?<![第\d.])"
    rf"(?P<low>{_NUMBER})(?:\s?[\u301c\uff5e~至到–-]\s?(?P<high>{_NUMBER}))?"
    rf"(?P<more>{'|'.join(_AFTER.values())})?"
    rf"(?:(?P<percent>\s?[%\uff05])|(?P<tenths>成|割)|\s?(?P<money>{_LONGEST_FIRST})"
    rf"|\s?(?P<counter>{_COUNTERS}))?"
    rf"(?P<after>{'|'.join(_AFTER.values())})?"
)
_NOUN = re.compile(
    rf"\s?(?:[的の]\s?)?(?P<noun>[{_HAN}]{{1,12}}|[\u30a1-\u30ff]{{2,}}|[\uac00-\ud7af]+)"
)
_STARTS_ANOTHER = re.compile(
    "[的在已被和与與及了将將由是为為于於对對从從其也都并並而或获獲达達占有共来來、。，を는은이가을를의에]"
)
_NEAR = re.compile(rf"[{_SCRIPT}]")


@dataclass(frozen=True, slots=True)
class EastAsianFigure:
    """A figure at a place of a sentence, with its counter word and what is counted."""

    start: int
    end: int
    low: float
    high: float
    qualifier: str | None
    unit: str | None
    noun: str | None


def east_asian_figures(sentence: str) -> Iterator[EastAsianFigure]:
    """The figures that stand right beside characters of these scripts, in order."""
    if not _NEAR.search(sentence):
        return
    for match in _FIGURE.finditer(sentence):
        end = match.end()
        if _NO_FIGURE.match(sentence, match.end("high") if match["high"] else match.end("low")):
            continue
        around = sentence[max(match.start() - 1, 0) : end + 1]
        if not _NEAR.search(around):
            continue
        found = _figure(match, sentence)
        if found is not None:
            yield found


def _figure(match: re.Match[str], sentence: str) -> EastAsianFigure | None:
    low = _value(match["low"])
    high = _value(match["high"]) if match["high"] else low
    if high < low:
        return None
    qualifier = _qualifier(match)
    if match["tenths"]:
        unit: str | None = "%"
        low, high, noun = 10 * low, 10 * high, None
    else:
        noun = _noun(match, sentence)
        money = _MONEY.get(match["money"] or "")
        unit = "%" if match["percent"] else money or match["counter"] or noun
    large = low >= _TEN_THOUSAND
    # A numeral in characters may be a part of any word, as the one in 一些 is.
    written = match["low"][0].isdecimal() or match["counter"] or match["tenths"] or large
    if not written or (unit is None and qualifier is None and not large):
        return None
    return EastAsianFigure(match.start(), match.end(), low, high, qualifier, unit, noun)


def _noun(match: re.Match[str], sentence: str) -> str | None:
    behind = _NOUN.match(sentence, match.end())
    if behind is None or match["money"] or match["percent"]:
        return match["counter"]
    counted: str = _STARTS_ANOTHER.split(behind["noun"])[0]
    return counted or match["counter"]


def _qualifier(match: re.Match[str]) -> str | None:
    said = match["more"] or match["after"]
    for words, text in ((_AFTER, said), (_QUALIFIERS, match["qualifier"])):
        for canonical, forms in words.items():
            if text and text in forms.split("|"):
                return canonical
    return None


def _value(text: str) -> float:
    """The value of digits with scales (1億2千万), or of a numeral in characters (三十五)."""
    parts = re.findall(rf"({_NUMERAL})\s?([{_SCALE}]*)", text)
    if parts:
        return round(
            math.fsum(
                math.prod((float(re.sub("[,，]", "", digits)), *(_SCALES[s] for s in scales)))
                for digits, scales in parts
            ),
            6,
        )
    total, section, digit = 0.0, 0.0, 0.0
    for char in text:
        if char in _DIGITS:
            digit = float(_DIGITS[char])
        elif _SCALES[char] < _TEN_THOUSAND:
            section += (digit or 1.0) * _SCALES[char]
            digit = 0.0
        else:
            total += (section + digit or 1.0) * _SCALES[char]
            section, digit = 0.0, 0.0
    return total + section + digit
