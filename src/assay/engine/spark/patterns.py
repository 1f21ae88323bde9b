r"""Regular expressions as Java has them, for those of which the meaning is sure to be the same.

A pattern comes as the embedded engine has it (:mod:`assay.cel.patterns`), whose engine follows
all ways at once. Java's tries one after the other, which finds a match where there is one, but may
take for ever, or outgrow its stack; it also has its own idea of what a letter, a line or a boundary
of a word is. So nothing is left to it: characters become sets of code points, boundaries of words
are written out, and patterns that could be tried in too many ways are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from assay.cel.operations import Apply, Each, Expr, Lit
from assay.cel.program import Compute, Step
from assay.engine.spark.session import PATTERNS
from assay.errors import UsageError

_MOST_WAYS = 200
_MOST_ENDLESS = 2

_LAST = 0x10FFFF
_SURROGATES = (0xD800, 0xDFFF)
_WORD = "[0-9A-Z_a-z]"
_BOUNDARY = f"(?:(?<={_WORD})(?!{_WORD})|(?<!{_WORD})(?={_WORD}))"
_WRITTEN_BOUNDARY = r"(?-u:\b)"
_WRITTEN_NO_BOUNDARY = r"(?-u:\B)"
_CONTROLS = {"t": 0x09, "n": 0x0A, "v": 0x0B, "f": 0x0C, "r": 0x0D, "a": 0x07}
_FOLDED_BEYOND_ASCII = {ord("k"): 0x212A, ord("s"): 0x017F}
_QUANTIFIER = re.compile(r"(?:[*+?]|\{(\d+)(,?)(\d*)\})\??")
_GROUP = re.compile(r"\((?:\?P?<\w+>|\?([is]*)(?:-([is]*))?([:)]))?")
_HEXADECIMAL = re.compile(r"\\x(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]{1,6})\})")

_Ranges = list[tuple[int, int]]


def require_patterns(steps: Iterable[Step]) -> None:
    """Raise ``UsageError`` where a step has a pattern that is not supported."""
    waiting: list[Expr] = [step.expr for step in steps if isinstance(step, Compute)]
    while waiting:
        expr = waiting.pop()
        if isinstance(expr, Each):
            waiting += (expr.items, expr.body)
        elif isinstance(expr, Apply):
            waiting += expr.args
            if expr.op == "matches":
                java_pattern(expr.args[1])


def java_pattern(expr: Expr) -> str:
    """The second operand of ``matches`` as Java is to have it."""
    assert isinstance(expr, Lit)
    return for_java(str(expr.value))


def for_java(pattern: str) -> str:
    """The pattern as Java is to have it. Raises ``UsageError`` where it might differ."""
    made = _Reader(pattern).whole()
    if made.ways > _MOST_WAYS or made.endless > _MOST_ENDLESS:
        raise _refusal(pattern, "it could be tried in too many ways")
    return made.java


def _refusal(pattern: str, why: str) -> UsageError:
    what = f"matches(…) with the pattern {pattern!r}"
    return PATTERNS.refusal(what, f"what it finds there is not sure to be the same, because {why}")


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of a pattern in Java's words.

    ``ways`` is in how many ways it can be tried at one place, apart from ``endless`` repetitions.
    ``single`` is whether it is one set of characters, ``empty`` whether it can take none.
    """

    java: str
    ways: int = 1
    endless: int = 0
    single: bool = False
    empty: bool = False


@dataclass(frozen=True, slots=True)
class _Flags:
    fold: bool = False
    dot_takes_lines: bool = False


class _Reader:
    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0

    def whole(self) -> _Piece:
        made = self._alternatives(_Flags())
        if self._at < len(self._pattern):
            raise self._refused("of a bracket that closes nothing")
        return made

    def _refused(self, why: str) -> UsageError:
        return _refusal(self._pattern, why)

    def _next(self) -> str:
        return self._pattern[self._at : self._at + 1]

    def _taken(self, text: str) -> bool:
        found = self._pattern.startswith(text, self._at)
        self._at += len(text) if found else 0
        return found

    # Structure -------------------------------------------------------------------------------

    def _alternatives(self, flags: _Flags) -> _Piece:
        several: list[_Piece] = []
        current: list[_Piece] = []
        while self._next() not in ("", ")"):
            if self._taken("|"):
                several.append(_sequence(current))
                current = []
            elif (changed := self._changed(flags)) is not None:
                flags = changed
            else:
                current.append(self._repeated(self._atom(flags)))
        several.append(_sequence(current))
        if len(several) == 1:
            return several[0]
        return _Piece(
            "|".join(piece.java for piece in several),
            sum(piece.ways for piece in several),
            sum(piece.endless for piece in several),
            empty=any(piece.empty for piece in several),
        )

    def _changed(self, flags: _Flags) -> _Flags | None:
        """What flags there are after a group that sets them for the rest, such as ``(?i)``."""
        found = _GROUP.match(self._pattern, self._at)
        if found is None or found[3] != ")":
            return None
        self._at = found.end()
        return _set(flags, found)

    def _group(self, flags: _Flags) -> _Piece:
        found = _GROUP.match(self._pattern, self._at)
        assert found is not None
        self._at = found.end()
        if found[3] is None and self._next() == "?":
            raise self._refused("of what follows '(?'")
        inner = self._alternatives(_set(flags, found))
        if not self._taken(")"):
            raise self._refused("of a bracket that is not closed")
        return inner if inner.single else replace(inner, java=f"(?:{inner.java})")

    def _repeated(self, piece: _Piece) -> _Piece:
        found = _QUANTIFIER.match(self._pattern, self._at)
        if found is None:
            return piece
        self._at = found.end()
        sign = found[0][0]
        least = int(found[1]) if sign == "{" else int(sign == "+")
        most: int | None = {"*": None, "+": None, "?": 1}.get(sign, least)
        if sign == "{" and found[2]:
            most = int(found[3]) if found[3] else None
        if piece.empty or _QUANTIFIER.match(self._pattern, self._at):
            raise self._refused("of a repetition of what can be nothing")
        if most is None and not piece.single:
            raise self._refused("of a repetition without end of more than one character")
        if most is not None and piece.endless:
            raise self._refused("of a repetition within a repetition")
        return _Piece(
            piece.java + found[0].removesuffix("?") if len(found[0]) > 1 else piece.java + sign,
            1 if most is None else _ways(piece.ways, least, most),
            1 if most is None else 0,
            empty=least == 0,
        )

    # Characters ------------------------------------------------------------------------------

    def _atom(self, flags: _Flags) -> _Piece:
        if self._taken(_WRITTEN_BOUNDARY):
            return _Piece(_BOUNDARY, empty=True)
        if self._taken(_WRITTEN_NO_BOUNDARY):
            raise self._refused(r"of '\B'")
        if self._next() == "(":
            return self._group(flags)
        if self._taken("["):
            return self._set(self._class(flags))
        if self._taken("."):
            return self._set(_without([] if flags.dot_takes_lines else [(0x0A, 0x0A)]))
        for sign, java in (("^", r"\A"), ("$", r"\z"), (r"\A", r"\A"), (r"\z", r"\z")):
            if self._taken(sign):
                return _Piece(java, empty=True)
        if self._next() in "*+?{":
            raise self._refused("of a repetition of nothing")
        one = self._character()
        return self._set(self._folded([(one, one)], flags))

    def _set(self, ranges: _Ranges) -> _Piece:
        kept = list(_less(ranges, _SURROGATES))
        if not kept:
            raise self._refused("of a class without characters")
        inside = "".join(rf"\x{{{a:X}}}-\x{{{b:X}}}" for a, b in kept)
        return _Piece(f"[{inside}]", single=True)

    def _class(self, flags: _Flags) -> _Ranges:
        negated = self._taken("^")
        ranges: _Ranges = []
        while not (ranges and self._taken("]")):  # the first in a class is a character
            if self._pattern.startswith("[:", self._at):
                raise self._refused("of a class with a name")
            if self._taken("["):
                ranges += self._class(flags)
                continue
            first = last = self._character()
            if self._next() == "-" and self._pattern[self._at + 1 : self._at + 2] != "]":
                self._at += 1
                last = self._character()
            ranges.append((first, last))
        folded = self._folded(ranges, flags)
        return _without(folded) if negated else folded

    def _character(self) -> int:
        found = _HEXADECIMAL.match(self._pattern, self._at)
        if found is not None:
            self._at = found.end()
            return int(found[1] or found[2], 16)
        if not self._taken("\\"):
            self._at += 1
            return ord(self._pattern[self._at - 1])
        letter = self._next()
        self._at += 1
        if letter in _CONTROLS:
            return _CONTROLS[letter]
        if not letter or not letter.isascii() or letter.isalnum():
            raise self._refused(f"of '\\{letter}'")
        return ord(letter)

    def _folded(self, ranges: _Ranges, flags: _Flags) -> _Ranges:
        """The ranges, with the other case of their letters where case plays no part."""
        if not flags.fold:
            return ranges
        if any(last > 0x7F for _, last in ranges):
            raise self._refused("of (?i) for characters beyond ASCII")
        made = list(ranges)
        for lower in range(ord("a"), ord("z") + 1):
            upper = lower - 0x20
            if any(a <= lower <= b or a <= upper <= b for a, b in ranges):
                others = (lower, upper, _FOLDED_BEYOND_ASCII.get(lower, upper))
                made += [(other, other) for other in others]
        return made


def _sequence(pieces: list[_Piece]) -> _Piece:
    ways, endless = 1, 0
    for piece in pieces:
        ways *= piece.ways
        endless += piece.endless
    return _Piece(
        "".join(piece.java for piece in pieces),
        ways,
        endless,
        len(pieces) == 1 and pieces[0].single,
        all(piece.empty for piece in pieces),
    )


def _set(flags: _Flags, group: re.Match[str]) -> _Flags:
    on, off = group[1] or "", group[2] or ""
    return _Flags(
        (flags.fold or "i" in on) and "i" not in off,
        (flags.dot_takes_lines or "s" in on) and "s" not in off,
    )


def _ways(ways: int, least: int, most: int) -> int:
    """In how many ways something is repeated so often; beyond the limit, one more than that."""
    total = 0
    for count in range(least, most + 1):
        total += ways**count if ways > 1 else 1
        if total > _MOST_WAYS:
            return _MOST_WAYS + 1
    return total


def _without(ranges: Iterable[tuple[int, int]]) -> _Ranges:
    """Every code point that is in none of the ranges."""
    left: _Ranges = [(0, _LAST)]
    for range_ in ranges:
        left = list(_less(left, range_))
    return left


def _less(ranges: Iterable[tuple[int, int]], gone: tuple[int, int]) -> Iterator[tuple[int, int]]:
    for first, last in ranges:
        if first < gone[0]:
            yield first, min(last, gone[0] - 1)
        if last > gone[1]:
            yield max(first, gone[1] + 1), last
