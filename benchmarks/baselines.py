"""The workload done by hand: in Polars, in numpy, by Google's CEL and by zen-engine.

Each is written with care by somebody who knows the library and these forty rules; all must give
the scores that assay gives, which the benchmark asserts.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from assay.tables.tables import Tables
from benchmarks.workload import BANDS, SCORERS, BenchRule, Condition, Test, cel

_OPS: dict[str, Callable[[Any, Any], Any]] = {
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
}
START = 300


def dated(tables: Tables) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The profile and citation columns the rules speak of, with ages in place of days."""
    today = pl.lit(tables.frames["profile"]["today"][0])
    profile = tables.frames["profile"].select(
        pl.int_range(pl.len(), dtype=pl.Int32).alias("row"),
        "kind",
        "type",
        "region",
        "domain",
        "gaps",
        (today - pl.col("begun_day")).alias("begun_days"),
        (today - pl.col("ended_day")).alias("ended_days"),
        (pl.col("due_day") - today).alias("due_days"),
    )
    citation = tables.frames["citation"].select(
        pl.col("cited_by_row").cast(pl.Int32).alias("row"),
        "directness",
        "credibility",
        "publisher.id",
        (today - pl.col("day")).alias("age_days"),
    )
    return profile, citation


# Polars ------------------------------------------------------------------------------------


class HandPolars:
    """One lazy query: shared aggregates by ``group_by``, a join, rules, sums and bands."""

    def __init__(self, rules: Sequence[BenchRule]) -> None:
        self._aggregates: dict[tuple[Test, ...], pl.Expr] = {}
        self._hits = [(r, reduce(operator.and_, map(self._condition, r.conditions))) for r in rules]

    def query(self, profile: pl.LazyFrame, citation: pl.LazyFrame) -> pl.LazyFrame:
        counted = citation.group_by("row").agg(
            pl.len().alias("rows"),
            *(e.alias(_name(i)) for i, e in enumerate(self._aggregates.values())),
        )
        names = [_name(i) for i in range(len(self._aggregates))]
        joined = profile.join(counted, on="row", how="left", maintain_order="left").with_columns(
            pl.col("rows", *names).fill_null(0)
        )
        hits = joined.select("row", *(e.alias(r.id) for r, e in self._hits))
        scores = hits.select("row", *(self._score(s) for s in SCORERS))
        limits = sorted(round(v * 1000) for v in BANDS.values())
        return scores.with_columns(
            (pl.sum_horizontal((pl.col(s) >= limit).cast(pl.Int8) for limit in limits) - 1).alias(
                f"band.{s}"
            )
            for s in SCORERS
        )

    def run(
        self, profile: pl.DataFrame, citation: pl.DataFrame, *, streaming: bool = False
    ) -> pl.DataFrame:
        engine: Any = "streaming" if streaming else "in-memory"
        return self.query(profile.lazy(), citation.lazy()).collect(engine=engine)

    def _score(self, scorer: str) -> pl.Expr:
        added = [
            pl.when(pl.col(r.id)).then(pl.lit(r.points, pl.Int32)).otherwise(pl.lit(0, pl.Int32))
            for r, _ in self._hits
            if r.scorer == scorer
        ]
        return (pl.sum_horizontal(added) + START).clip(0, 1000).alias(scorer)

    def _condition(self, c: Condition) -> pl.Expr:
        if c.kind == "is":
            return _test(c.tests[0])
        if c.kind == "in":
            return pl.col(c.field).is_in(list(c.values))
        if c.tests not in self._aggregates:
            passed = reduce(operator.and_, map(_test, c.tests))
            self._aggregates[c.tests] = passed.sum()
        count = pl.col(_name(list(self._aggregates).index(c.tests)))
        return _counted(c, count, pl.col("rows"))


def _name(index: int) -> str:
    return f"count{index}"


def _test(test: Test) -> pl.Expr:
    field, op, value = test
    result: pl.Expr = _OPS[op](pl.col(field), value)
    return result


def _counted(c: Condition, count: Any, rows: Any) -> Any:
    if c.kind == "count":
        return _OPS[c.op](count, c.number)
    if c.kind == "exists":
        return count > 0
    return count == 1 if c.kind == "one" else count == rows


# numpy -------------------------------------------------------------------------------------


class HandNumpy:
    """Texts as dictionary codes, counts as differences of a running total in 32 bits."""

    def __init__(self, profile: pl.DataFrame, citation: pl.DataFrame) -> None:
        self._profile = {c: _coded(profile[c]) for c in profile.columns}
        self._citation = {c: _coded(citation[c]) for c in citation.columns}
        counts = np.bincount(citation["row"].to_numpy(), minlength=profile.height)
        self._rows = counts.astype(np.int32)
        self._ends = np.concatenate([[0], np.cumsum(counts)])

    def run(self, rules: Sequence[BenchRule]) -> dict[str, npt.NDArray[Any]]:
        counts: dict[tuple[Test, ...], npt.NDArray[Any]] = {}
        scores = {s: np.full(len(self._rows), START, np.int32) for s in SCORERS}
        for rule in rules:
            hit = reduce(operator.and_, (self._condition(c, counts) for c in rule.conditions))
            scores[rule.scorer] += hit * np.int32(rule.points)
        limits = np.array(sorted(round(v * 1000) for v in BANDS.values()), dtype=np.int32)
        for scorer in SCORERS:
            np.clip(scores[scorer], 0, 1000, out=scores[scorer])
            scores[f"band.{scorer}"] = np.searchsorted(limits, scores[scorer], side="right") - 1
        return scores

    def _condition(
        self, c: Condition, counts: dict[tuple[Test, ...], npt.NDArray[Any]]
    ) -> npt.NDArray[Any]:
        if c.kind == "is":
            return self._passed(self._profile, c.tests[0])
        if c.kind == "in":
            values, codes = self._profile[c.field]
            wanted = np.zeros(256, dtype=bool)
            wanted[[codes[v] for v in c.values if v in codes]] = True
            found: npt.NDArray[Any] = wanted[values]
            return found
        if c.tests not in counts:
            passed = reduce(operator.and_, (self._passed(self._citation, t) for t in c.tests))
            total = np.concatenate([[0], np.cumsum(passed, dtype=np.int32)])
            counts[c.tests] = total[self._ends[1:]] - total[self._ends[:-1]]
        result: npt.NDArray[Any] = _counted(c, counts[c.tests], self._rows)
        return result

    @staticmethod
    def _passed(table: dict[str, tuple[npt.NDArray[Any], dict[str, int]]], test: Test) -> Any:
        values, codes = table[test[0]]
        wanted = codes.get(test[2], 255) if isinstance(test[2], str) else test[2]
        return _OPS[test[1]](values, wanted)


def _coded(series: pl.Series) -> tuple[npt.NDArray[Any], dict[str, int]]:
    if series.dtype != pl.String:
        return series.to_numpy(), {}
    words = series.unique().sort().to_list()
    codes = series.cast(pl.Enum(words)).to_physical().to_numpy().astype(np.uint8)
    return codes, {word: i for i, word in enumerate(words)}


# One profile at a time -----------------------------------------------------------------------


def documents(profile: pl.DataFrame, citation: pl.DataFrame) -> list[dict[str, Any]]:
    """Each profile with its citations, as engines for single documents take them."""
    by_row: dict[int, list[dict[str, Any]]] = {}
    for c in citation.iter_rows(named=True):
        by_row.setdefault(c["row"], []).append({k.replace(".", "_"): v for k, v in c.items()})
    return [
        {"profile": p, "citations": by_row.get(p["row"], [])} for p in profile.iter_rows(named=True)
    ]


def google_cel(rules: Sequence[BenchRule], given: Iterable[dict[str, Any]]) -> list[list[bool]]:
    """Every rule of every document by Google's runtime, as one expression that gives a list."""
    from cel_expr_python import cel as google

    kinds = google.Type
    records = kinds.Map(kinds.STRING, kinds.DYN)
    environment = google.NewEnv(variables={"profile": records, "citations": kinds.List(records)})
    texts = (cel(r.conditions).replace("publisher.id", "publisher_id") for r in rules)
    every = environment.compile("[" + ", ".join(f"({t})" for t in texts) + "]")
    return [list(every.eval(data=d).plain_value()) for d in given]


class Zen:
    """zen-engine with a static loader, asked for one batch: its fastest form."""

    def __init__(self, rules: Sequence[BenchRule]) -> None:
        import zen

        expressions = [
            {"id": r.id, "key": r.id, "value": " and ".join(map(_zen, r.conditions))} for r in rules
        ]
        content = {"expressions": expressions, "passThrough": False}
        nodes = [
            {"id": "in", "name": "in", "type": "inputNode"},
            {"id": "rules", "name": "rules", "type": "expressionNode", "content": content},
            {"id": "out", "name": "out", "type": "outputNode"},
        ]
        for i, node in enumerate(nodes):
            node["position"] = {"x": i, "y": 0}
        edges = [
            {"id": f"{a}-{b}", "sourceId": a, "targetId": b, "type": "edge"}
            for a, b in (("in", "rules"), ("rules", "out"))
        ]
        graph = {"nodes": nodes, "edges": edges}
        self._engine = zen.ZenEngine({"loader": {"type": "static", "content": {"g": graph}}})
        self._ids = [r.id for r in rules]

    def run(self, given: Sequence[dict[str, Any]]) -> list[list[bool]]:
        made = self._engine.evaluate_batch([{"key": "g", "context": d} for d in given])
        return [[m["data"]["result"][i] for i in self._ids] for m in made]


def _zen(c: Condition) -> str:
    if c.kind == "is":
        field, op, value = c.tests[0]
        return f"profile.{field} {op} {_plain(value)}"
    if c.kind == "in":
        return f"profile.{c.field} in [{', '.join(map(_plain, c.values))}]"
    tests = " and ".join(f"#.{f.replace('.', '_')} {op} {_plain(v)}" for f, op, v in c.tests)
    if c.kind == "count":
        return f"count(citations, {tests}) {c.op} {c.number}"
    return f"{ {'exists': 'some', 'all': 'all', 'one': 'one'}[c.kind] }(citations, {tests})"


def _plain(value: str | int) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)


def reach_by_joins(edges: pl.DataFrame, hops: int, damping: float) -> pl.DataFrame:
    """Strongest-path reach by plain joins in doubles: each hop joined on, the best of all kept."""
    step = edges.lazy().select("upper", "lower", by=pl.col("points") / 1000)
    paths = step.rename({"by": "reach"})
    found = [paths]
    for _ in range(hops - 1):
        paths = (
            paths.join(step.rename({"upper": "lower", "lower": "end"}), on="lower")
            .select("upper", pl.col("end").alias("lower"), pl.col("reach") * pl.col("by") * damping)
            .filter(pl.col("upper") != pl.col("lower"))
            .group_by("upper", "lower")
            .agg(pl.col("reach").max())
        )
        found.append(paths)
    every = pl.concat(found).group_by("upper", "lower").agg(pl.col("reach").max())
    return every.sort("upper", "lower").collect()
