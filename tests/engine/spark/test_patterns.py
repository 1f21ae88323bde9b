r"""What a pattern finds on Spark is what it finds on one machine.

Java's form of a pattern leaves little to the engine that reads it, so that Python's reads it the
same; only the slow test asks Java.
"""

from __future__ import annotations

import re
from random import Random
from typing import Any

import polars as pl
import pytest

from assay.engine.spark.patterns import for_java
from tests.package import PatternError, UsageError, translated

TEXTS = (
    *(
        "",
        "a",
        "A",
        "ab",
        "aab",
        "b",
        "s",
        "S",
        "\u017f",
        "k",
        "K",
        "\u212a",
        "é",
        "É",
        "e\u0301",
        "ß",
    ),
    *("😀", "😀x", "x😀", "😀😀a", "例", "\uffff", "İ", "ΑΣ", "0", "42", "٣", "1.5", "2026-01-05"),
    *("\n", "a\n", "\na", "a\r", "a\u0085", "a\u2028b", " ", "\t", "\x0b", "\u00a0", "\x00"),
    *("foo bar", "foo_bar", "a-b", "x.y", "a" * 40 + "b", "]", "[", "\\", "^", "$", "{2}", "-"),
)
ATOMS = (
    *("a", "b", "s", "k", "é", "😀", "x", "1", ".", r"\d", r"\D", r"\w", r"\W", r"\s", r"\S"),
    *(
        "[a-f]",
        "[^a]",
        "[^a-z0-9]",
        r"[\w-]",
        r"[^\D]",
        r"[\Wk]",
        "[]a]",
        "[^]a]",
        r"[\x{4E00}-\x{FFFF}]",
        "[é-😀]",
    ),
    *("[^😀]", r"\.", r"\x61", r"\x{1F600}", r"\n", r"\v", "-", "]"),
)
PLACES = ("^", "$", r"\b", r"\A", r"\z")
SIGNS = ("*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{0,3}?", "{2,}", "{0}")


def drawn(random: Random, depth: int = 2) -> str:
    """A random pattern, which need not be one that any engine takes."""
    parts = []
    for _ in range(random.randint(0, 3)):
        kind = random.random()
        if kind < 0.15:
            parts.append(random.choice(PLACES))
            continue
        if kind < 0.35 and depth:
            opening = random.choice(["(", "(?:", "(?P<n>", "(?i:", "(?s:", "(?-i:"])
            atom = f"{opening}{drawn(random, depth - 1)})"
        else:
            atom = random.choice(ATOMS)
        parts.append(atom + (random.choice(SIGNS) if random.random() < 0.4 else ""))
    made = "".join(parts)
    if random.random() < 0.2:
        made += "|" + drawn(random, depth - 1) if depth else "|a"
    return random.choice(["", "", "", "(?i)", "(?s)"]) + made


def taken(seed: int, count: int) -> dict[str, str]:
    """So many random patterns that Spark takes, as one machine has them and as Java has them."""
    random, found = Random(seed), dict[str, str]()
    while len(found) < count:
        try:
            written = translated(drawn(random))
            pl.select(pl.lit("").str.contains(written))
            found[written] = for_java(written)
        except (PatternError, UsageError, pl.exceptions.ComputeError):
            continue
    return found


def on_one_machine(pattern: str) -> list[bool]:
    return pl.Series(TEXTS).str.contains(pattern).to_list()


def as_python_reads(java: str) -> re.Pattern[str]:
    code_points = re.sub(r"\\x\{([0-9A-F]+)\}", lambda m: rf"\U{int(m[1], 16):08x}", java)
    return re.compile(code_points.replace(r"\z", r"\Z"))


@pytest.mark.parametrize("seed", range(4))
def test_random_patterns_mean_the_same(seed: int) -> None:
    for pattern, java in taken(seed, 150).items():
        read = as_python_reads(java)
        found = [read.search(text) is not None for text in TEXTS]
        assert found == on_one_machine(pattern), (pattern, java)


@pytest.mark.slow
def test_java_finds_the_same(spark: Any) -> None:
    from pyspark.sql import functions as F

    patterns = taken(99, 600)
    frame = spark.createDataFrame(
        [(i, text) for i, text in enumerate(TEXTS)], "row int, text string"
    )
    asked = [F.rlike("text", F.lit(java)) for java in patterns.values()]
    rows = frame.select("row", F.array(*asked).alias("found")).orderBy("row").collect()
    for number, (pattern, java) in enumerate(patterns.items()):
        found = [row["found"][number] for row in rows]
        assert found == on_one_machine(pattern), (pattern, java)


@pytest.mark.slow
def test_long_texts_overflow_no_stack(spark: Any) -> None:
    from pyspark.sql import functions as F

    long = "a" * 20_000 + "😀" * 5_000
    frame = spark.createDataFrame([(long,)], "text string")
    for pattern in ("a+$", "^.*b", "[^b]*$", "(?i)(a){3,}b", "a?a*?x"):
        written = translated(pattern)
        (row,) = frame.select(F.rlike("text", F.lit(for_java(written)))).collect()
        assert row[0] is pl.select(pl.lit(long).str.contains(written)).item()


REFUSED = {
    "(ab)+": "an unbounded repetition of more than one character",
    "^(a+)+$": "an unbounded repetition of more than one character",
    "(a|b)*": "an unbounded repetition of more than one character",
    "(a*b){2}": "an unbounded repetition within a repetition",
    "(a?){2}": "a repetition of a part that can be empty",
    "(?:a{1,9}){9}": "too many ways to match",
    "a*b*c*": "too many ways to match",
    r"\pL": r"the escape '\p'",
    r"\B": r"the escape '\B'",
    "(?m)^a": "unknown flag or group after '(?'",
    "(?U)a*": "unknown flag or group after '(?'",
    "(?i)é": "(?i) with characters outside ASCII",
    "[[:alpha:]]": "a named class",
}


@pytest.mark.parametrize("pattern", REFUSED)
def test_what_might_differ_or_not_end_is_refused(pattern: str) -> None:
    with pytest.raises(UsageError) as caught:
        for_java(translated(pattern))
    assert f"not supported on Spark: {REFUSED[pattern]}; use contains" in str(caught.value)
    assert "matches(…) with the pattern" in str(caught.value)
