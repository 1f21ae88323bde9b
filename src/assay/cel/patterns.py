r"""Regular expressions: RE2's syntax, as CEL has it, written for the engine's linear-time one.

Both engines never backtrack. They differ in what ``\d``, ``\w``, ``\s`` and ``\b`` mean (ASCII
for CEL), which is written out here, and in a few constructs, which are refused.
"""

from __future__ import annotations

import re
from functools import cache

from cel_expr_python import cel


class PatternError(ValueError):
    """A pattern that cannot be used; ``offset`` is its 0-based character in the pattern."""

    def __init__(self, message: str, offset: int, hint: str = "") -> None:
        self.offset = offset
        self.hint = hint
        super().__init__(message)


_CLASSES = {
    "d": "0-9",
    "w": "0-9A-Za-z_",
    "s": r"\t\n\x0C\r ",
}
_REASON = re.compile(r"invalid regular expression: ([^:]*)(?:: (.*))?", re.DOTALL)
_LONGEST = 1000


@cache
def translated(pattern: str) -> str:
    """The pattern as the engine is to have it. Raises :class:`PatternError`."""
    if len(pattern) > _LONGEST:
        raise PatternError(
            f"the pattern has {len(pattern)} characters; {_LONGEST} are allowed", 0, "split it"
        )
    _check_re2(pattern)
    written = _Translator(pattern).run()
    _check_engine(written)
    return written


@cache
def _matcher() -> cel.Expression:
    return cel.NewEnv(variables={"pattern": cel.Type.STRING}).compile('"".matches(pattern)')


def _check_re2(pattern: str) -> None:
    value = _matcher().eval(data={"pattern": pattern})
    if value.type() != cel.Type.ERROR:
        return
    said = str(value.value()) or str(value)
    if "too large" in said:
        raise _too_large()
    found = _REASON.search(said)
    reason, part = (found[1].strip(), (found[2] or "").strip()) if found else ("it is wrong", "")
    offset = pattern.find(part) if part else len(pattern)
    said = f"the pattern is no regular expression: {reason}" + (f" {part!r}" if part else "")
    raise PatternError(said, max(offset, 0), _hint(reason))


def _check_engine(written: str) -> None:
    """The engine's limit on the memory of a pattern is another than RE2's."""
    import polars as pl

    try:
        pl.select(pl.lit("").str.contains(written))
    except pl.exceptions.ComputeError:
        raise _too_large() from None


def _too_large() -> PatternError:
    return PatternError(
        "the pattern is too large once its repetitions are written out", 0, "repeat less in it"
    )


def _hint(reason: str) -> str:
    if "perl operator" in reason:
        return "there is no look-ahead or look-behind; combine two conditions with && and !"
    if "repetition size" in reason:
        return "a repetition goes up to 1000, with those around it multiplied"
    if "escape" in reason:
        return 'there are no references back; in CEL a backslash is written twice, or r"\\d+"'
    if "missing )" in reason:
        return "close the bracket, or write \\\\( for a bracket itself"
    return ""


class _Translator:
    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0
        self._made: list[str] = []

    def run(self) -> str:
        while self._at < len(self._pattern):
            character = self._pattern[self._at]
            if character == "\\":
                self._escape(in_class=False)
            elif character == "[":
                self._class()
            else:
                self._take(1)
        return "".join(self._made)

    def _take(self, count: int) -> None:
        self._made.append(self._pattern[self._at : self._at + count])
        self._at += count

    def _escape(self, *, in_class: bool) -> None:
        letter = self._pattern[self._at + 1]
        lower = letter.lower()
        if lower in _CLASSES:
            inside = _CLASSES[lower]
            if letter.isupper():
                self._made.append(f"[^{inside}]")
            else:
                self._made.append(inside if in_class else f"[{inside}]")
        elif lower == "b" and not in_class:
            self._made.append(f"(?-u:\\{letter})")
        elif letter in "QEC" or letter.isdigit():
            raise PatternError(
                f"\\{letter} is not supported in a pattern",
                self._at,
                "escape single characters with a backslash",
            )
        else:
            self._take(2)
            return
        self._at += 2

    def _class(self) -> None:
        """A class in brackets; a bare [ in it is an ordinary character for RE2 alone."""
        self._take(1)
        if self._pattern[self._at] == "^":
            self._take(1)
        first = True
        while first or self._pattern[self._at] != "]":
            character = self._pattern[self._at]
            if character == "\\":
                self._escape(in_class=True)
            elif self._pattern.startswith("[:", self._at):
                self._take(self._pattern.index(":]", self._at) + 2 - self._at)
            else:
                if character in "[]&~-" and not self._is_range():
                    self._made.append("\\")
                self._take(1)
            first = False
        self._take(1)

    def _is_range(self) -> bool:
        """Whether the hyphen here is between two ends of a range."""
        before, after = self._pattern[self._at - 1], self._pattern[self._at + 1]
        return self._pattern[self._at] == "-" and before not in "[^" and after != "]"
