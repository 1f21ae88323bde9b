r"""Java's form of regular expressions, for those that are sure to match the same texts.

Patterns come in the form of the embedded engine (:mod:`assay.cel.patterns`), which tries all
alternatives at once. Java tries them in turn: it finds the same matches, but may take exponential
time or overflow its stack. Java also defines letters, lines and word boundaries differently.
Therefore characters become sets of code points, word boundaries are spelled out, and patterns with
too many ways to match are refused.
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
    """Raise ``UsageError`` if a step has a pattern that is not supported."""
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
    """Translate the second argument of ``matches`` for Java."""
    assert isinstance(expr, Lit)
    return for_java(str(expr.value))


def for_java(pattern: str) -> str:
    """Translate a pattern for Java. Raises ``UsageError`` if it might match other texts."""
    piece = _Reader(pattern).whole()
    if piece.ways > _MOST_WAYS or piece.endless > _MOST_ENDLESS:
        raise _refusal(pattern, "too many ways to match")
    return piece.java


def _refusal(pattern: str, why: str) -> UsageError:
    return PATTERNS.refusal(f"matches(…) with the pattern {pattern!r}", why)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of a pattern in Java's form.

    ``ways`` is the number of ways to match at one position, without ``endless``, the number of
    unbounded repetitions. ``single`` is true for one set of characters, ``empty`` if the part can
    match nothing.
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
        piece = self._alternatives(_Flags())
        if self._at < len(self._pattern):
            raise self._refused("unmatched ')'")
        return piece

    def _refused(self, why: str) -> UsageError:
        return _refusal(self._pattern, why)

    def _next(self) -> str:
        return self._pattern[self._at : self._at + 1]

    def _skip(self, text: str) -> bool:
        found = self._pattern.startswith(text, self._at)
        self._at += len(text) if found else 0
        return found

    # Structure -------------------------------------------------------------------------------

    def _alternatives(self, flags: _Flags) -> _Piece:
        several: list[_Piece] = []
        current: list[_Piece] = []
        while self._next() not in ("", ")"):
            if self._skip("|"):
                several.append(_sequence(current))
                current = []
            elif (changed := self._flags_group(flags)) is not None:
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

    def _flags_group(self, flags: _Flags) -> _Flags | None:
        """Skip a group such as ``(?i)`` and return the flags it sets, or None if none follows."""
        found = _GROUP.match(self._pattern, self._at)
        if found is None or found[3] != ")":
            return None
        self._at = found.end()
        return _with_flags(flags, found)

    def _group(self, flags: _Flags) -> _Piece:
        found = _GROUP.match(self._pattern, self._at)
        assert found is not None
        self._at = found.end()
        if found[3] is None and self._next() == "?":
            raise self._refused("unknown flag or group after '(?'")
        inner = self._alternatives(_with_flags(flags, found))
        if not self._skip(")"):
            raise self._refused("missing ')'")
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
            raise self._refused("a repetition of a part that can be empty")
        if most is None and not piece.single:
            raise self._refused("an unbounded repetition of more than one character")
        if most is not None and piece.endless:
            raise self._refused("an unbounded repetition within a repetition")
        return _Piece(
            piece.java + found[0].removesuffix("?") if len(found[0]) > 1 else piece.java + sign,
            1 if most is None else _ways(piece.ways, least, most),
            1 if most is None else 0,
            empty=least == 0,
        )

    # Characters ------------------------------------------------------------------------------

    def _atom(self, flags: _Flags) -> _Piece:
        if self._skip(_WRITTEN_BOUNDARY):
            return _Piece(_BOUNDARY, empty=True)
        if self._skip(_WRITTEN_NO_BOUNDARY):
            raise self._refused(r"the escape '\B'")
        if self._next() == "(":
            return self._group(flags)
        if self._skip("["):
            return self._set(self._class(flags))
        if self._skip("."):
            return self._set(_without([] if flags.dot_takes_lines else [(0x0A, 0x0A)]))
        for sign, java in (("^", r"\A"), ("$", r"\z"), (r"\A", r"\A"), (r"\z", r"\z")):
            if self._skip(sign):
                return _Piece(java, empty=True)
        if self._next() in "*+?{":
            raise self._refused("a repetition of nothing")
        one = self._character()
        return self._set(self._folded([(one, one)], flags))

    def _set(self, ranges: _Ranges) -> _Piece:
        allowed = list(_less(ranges, _SURROGATES))
        if not allowed:
            raise self._refused("a class without characters")
        inside = "".join(rf"\x{{{a:X}}}-\x{{{b:X}}}" for a, b in allowed)
        return _Piece(f"[{inside}]", single=True)

    def _class(self, flags: _Flags) -> _Ranges:
        negated = self._skip("^")
        ranges: _Ranges = []
        while not (ranges and self._skip("]")):  # a leading bracket is a character
            if self._pattern.startswith("[:", self._at):
                raise self._refused("a named class")
            if self._skip("["):
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
        if not self._skip("\\"):
            self._at += 1
            return ord(self._pattern[self._at - 1])
        letter = self._next()
        self._at += 1
        if letter in _CONTROLS:
            return _CONTROLS[letter]
        if not letter or not letter.isascii() or letter.isalnum():
            raise self._refused(f"the escape '\\{letter}'")
        return ord(letter)

    def _folded(self, ranges: _Ranges, flags: _Flags) -> _Ranges:
        """Add the other case of the letters, if the flags ignore case."""
        if not flags.fold:
            return ranges
        if any(last > 0x7F for _, last in ranges):
            raise self._refused("(?i) with characters outside ASCII")
        folded = list(ranges)
        for lower in range(ord("a"), ord("z") + 1):
            upper = lower - 0x20
            if any(a <= lower <= b or a <= upper <= b for a, b in ranges):
                others = (lower, upper, _FOLDED_BEYOND_ASCII.get(lower, upper))
                folded += [(other, other) for other in others]
        return folded


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


def _with_flags(flags: _Flags, group: re.Match[str]) -> _Flags:
    on, off = group[1] or "", group[2] or ""
    return _Flags(
        (flags.fold or "i" in on) and "i" not in off,
        (flags.dot_takes_lines or "s" in on) and "s" not in off,
    )


def _ways(ways: int, least: int, most: int) -> int:
    """Number of ways to match a repetition, at most one more than the limit."""
    total = 0
    for count in range(least, most + 1):
        total += ways**count if ways > 1 else 1
        if total > _MOST_WAYS:
            return _MOST_WAYS + 1
    return total


def _without(ranges: Iterable[tuple[int, int]]) -> _Ranges:
    """All code points outside the ranges."""
    rest: _Ranges = [(0, _LAST)]
    for range_ in ranges:
        rest = list(_less(rest, range_))
    return rest


def _less(ranges: Iterable[tuple[int, int]], removed: tuple[int, int]) -> Iterator[tuple[int, int]]:
    for first, last in ranges:
        if first < removed[0]:
            yield first, min(last, removed[0] - 1)
        if last > removed[1]:
            yield max(first, removed[1] + 1), last
