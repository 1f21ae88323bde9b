"""Workspaces of any size, fixed by their seed: ``python -m benchmarks.generate OUT --profiles N``.

As Parquet tables, the way the engines read them, or (``--form``) as documents. Degrees are
skewed: a few profiles collect most edges, a few reports are retold by most who retell. Fields are
missing where ``missing`` says so; in tables some profiles have no citation at all.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from assay.graph.reach import reach_pairs
from assay.model.rulebook import Factors
from assay.tables.build import corroboration_frames
from assay.tables.parquet import write_tables
from assay.tables.tables import SCHEMAS, Tables
from assay.yaml.reader import read_yaml
from benchmarks.workload import rulebook

TODAY = date(2026, 1, 1).toordinal()
REGIONS = ("Africa", "Americas", "Asia Pacific", "Europe", "Global", "Middle East")
DOMAINS = ("Finance", "Governance", "Industry", "Media", "Research", "Security")
TYPES = ("agency", "bank", "company", "laboratory", "regulator", "university")
DIRECTNESS = ("record", "first_hand", "secondary", "self_report")
RELATIONS = ("part_of", "regulated_by", "supplied_by", "built_on")
LEVELS = ("high", "medium", "low")
WEIGHTS = {"high": 800, "medium": 500, "low": 200}

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Shape:
    """How large a workspace is and how it is made.

    ``citations`` and ``edges`` are means for each profile; ``missing`` is the share of optional
    fields that are not there; ``skew`` the power by which a few profiles collect most edges, and a
    few reports most secondary reports. ``retold`` is the share of secondary reports that name what
    they draw on, ``grounded`` that of claims in tables that rest on a claim of another profile.
    """

    profiles: int
    citations: float = 4.0
    edges: float = 2.0
    missing: float = 0.0
    skew: float = 2.0
    seed: int = 0
    retold: float = 0.0
    grounded: float = 0.0


class _Random:
    def __init__(self, shape: Shape) -> None:
        self.numbers = np.random.default_rng(shape.seed)
        self._missing = shape.missing

    def words(self, words: tuple[str, ...], count: int, *, gaps: bool = True) -> pl.Series:
        codes = self.numbers.integers(0, len(words), count, dtype=np.uint32)
        series = pl.Series(words, dtype=pl.String).gather(pl.Series(codes))
        return self.holes(series) if gaps else series

    def days(self, least: int, most: int, count: int) -> pl.Series:
        return self.holes(pl.Series(self.numbers.integers(least, most, count)))

    def holes(self, series: pl.Series) -> pl.Series:
        if not self._missing:
            return series
        gone = pl.Series(self.numbers.random(len(series)) < self._missing)
        return pl.select(pl.when(~gone).then(series)).to_series()


def tables(shape: Shape, *, reach_hops: int = 0, factors: Factors | None = None) -> Tables:
    """The tables of a workspace of that shape.

    Reach only where hops are asked for, and the factors that ``factors`` ask of each profile, two
    thirds of them rated, on the profile's own claim. Each edge then rests on a claim as well.
    """
    random = _Random(shape)
    profiles, owners = shape.profiles, _owners(shape, random)
    citations = len(owners)
    publishers = tuple(f"publisher-{i}" for i in range(50))
    source = random.numbers.integers(0, max(citations // 2, 1), citations)
    frames = {
        "profile": _profile_frame(shape, random),
        "claim": _claim_frame(profiles, random),
        "citation": _table(
            "citation",
            {
                "stance": random.words(("supports",) * 19 + ("disputes",), citations, gaps=False),
                "directness": random.words(DIRECTNESS, citations),
                "credibility": random.holes(pl.Series(random.numbers.integers(1, 6, citations))),
                "day": TODAY - random.days(0, 2000, citations),
                "source.id": _ids("source", source),
                "source.day": TODAY - random.days(0, 2000, citations),
                "publisher.id": random.words(publishers, citations, gaps=False),
                "publisher.reliability": random.words(tuple("ABCDE"), citations),
                "claim_row": pl.Series(owners),
                "owner_row": pl.Series(owners),
                "cited_by_row": pl.Series(owners),
                "profile_row": pl.Series(owners),
            },
        ),
        "root": _table("root", {}),
        "ground": _table("ground", {}),
        "factor": _table("factor", {}),
        "factor_ground": _table("factor_ground", {}),
        "dependent_ground": _table("dependent_ground", {}),
    }
    frames |= _edges(shape, random, reach_hops)
    if factors is not None:
        frames |= _factors(frames["profile"], factors, random)
        frames |= _edge_claims(frames["dependent"])
    if shape.retold:
        frames |= _retellings(frames["citation"], shape, random)
    # A generated publisher speaks for every actor, so each record is one.
    frames["citation"] = frames["citation"].with_columns(
        pl.col("directness").alias("kind"), pl.col("day").alias("fresh_day")
    )
    frames |= corroboration_frames(frames["citation"], _unrelated(frames["citation"]))
    if shape.grounded:
        frames |= _judgements(frames["claim"], shape, random)
    return Tables(frames)


def _unrelated(citations: pl.DataFrame) -> pl.DataFrame:
    """Pair the records and first-hand reports of a claim that have different publishers."""
    numbered = citations.select(
        *("owner_row", "stance"),
        pl.col("publisher.id").alias("publisher"),
        pl.int_range(pl.len(), dtype=pl.Int64).alias("number"),
        pl.col("kind").is_in(["record", "first_hand"]).alias("corroborates"),
    ).filter(pl.col("corroborates") & pl.col("owner_row").is_not_null())
    return (
        numbered.join(numbered, on=["owner_row", "stance"], suffix="_other")
        .filter(
            (pl.col("number") < pl.col("number_other"))
            & (pl.col("publisher") != pl.col("publisher_other"))
        )
        .select(
            pl.col("number").alias("first"),
            pl.col("number_other").alias("second"),
            pl.lit(False).alias("one_family"),
        )
    )


def _factors(profiles: pl.DataFrame, factors: Factors, random: _Random) -> dict[str, pl.DataFrame]:
    """The factors of all profiles; the claim of a profile has the number of its row."""
    kinds = profiles.select("kind", "type").unique(maintain_order=True)
    asked = pl.DataFrame(
        [
            (kind, type_, name, list(scale.words), list(scale.words.values()))
            for kind, type_ in kinds.iter_rows()
            for name, scale in factors.of(kind, type_).items()
        ],
        schema={
            "kind": pl.String,
            "type": pl.String,
            "name": pl.String,
            "words": pl.List(pl.String),
            "values": pl.List(pl.Float64),
        },
        orient="row",
    ).with_row_index("scale")
    rows = (
        profiles.select("kind", "type", pl.int_range(pl.len(), dtype=pl.Int64).alias("profile_row"))
        .join(asked.select("kind", "type", "scale"), on=["kind", "type"], nulls_equal=True)
        .sort("profile_row", "scale")
    )
    scale = rows["scale"]
    words = asked.select("scale", "words", "values").explode("words", "values")
    count = asked["words"].list.len().gather(scale).to_numpy()
    begin = (asked["words"].list.len().cum_sum() - asked["words"].list.len()).gather(scale)
    drawn = (1.5 * random.numbers.random(rows.height) * count).astype(np.int64)
    chosen = pl.select(pl.when(pl.Series(drawn < count)).then(begin + pl.Series(drawn))).to_series()
    found = _table(
        "factor",
        {
            "name": asked["name"].gather(scale),
            "word": words["words"].gather(chosen),
            "value": words["values"].gather(chosen),
            "lowest": asked["values"].list.min().gather(scale),
            "highest": asked["values"].list.max().gather(scale),
            "profile_row": rows["profile_row"],
        },
    )
    rated = found["word"].is_not_null().arg_true()
    grounds = {"factor_row": rated, "ground_row": found["profile_row"].gather(rated)}
    return {"factor": found, "factor_ground": _table("factor_ground", grounds)}


def _edge_claims(dependents: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Each edge rests on the claim of the profile that states it."""
    rows = pl.int_range(dependents.height, eager=True)
    grounds = {"dependent_row": rows, "ground_row": dependents["peer_row"]}
    return {
        "dependent": dependents.with_columns(pl.lit(1, dtype=pl.Int64).alias("claims")),
        "dependent_ground": _table("dependent_ground", grounds),
    }


def _skewed(shape: Shape, random: np.random.Generator, most: int | Ints, count: int) -> Ints:
    """Numbers below ``most``, the small ones drawn far more often."""
    drawn: Ints = (most * random.random(count) ** shape.skew).astype(np.int64)
    return drawn


def _retellings(cited: pl.DataFrame, shape: Shape, random: _Random) -> dict[str, pl.DataFrame]:
    """The reports that secondary reports draw on; no claim cites these."""
    retells = (cited["directness"] == "secondary").fill_null(False)
    names = retells & pl.Series(random.numbers.random(cited.height) < shape.retold)
    rows = names.arg_true()
    root = _skewed(shape, random.numbers, max(cited.height // 20, 1), len(rows))
    older = pl.Series(random.numbers.integers(0, 60, len(rows)))
    report = cited[rows].with_columns(
        _ids("report", root).alias("source.id"),
        pl.lit("first_hand").alias("directness"),
        *((pl.col(c) - older).alias(c) for c in ("day", "source.day")),
        *(pl.lit(None, dtype=pl.Int64).alias(c) for c in ("owner_row", "cited_by_row")),
    )
    implied = pl.Series(np.arange(len(rows)) + cited.height)
    return {
        "citation": pl.concat([cited, report]),
        "root": _table("root", {"citation_row": rows, "root_row": implied}),
    }


def _judgements(claims: pl.DataFrame, shape: Shape, random: _Random) -> dict[str, pl.DataFrame]:
    """Some claims are judgements that rest on claims of other profiles, mostly on the same few."""
    rests = pl.Series(random.numbers.random(claims.height) < shape.grounded)
    ground = _skewed(shape, random.numbers, claims.height, claims.height)
    own = pl.Series(ground) == pl.int_range(claims.height, eager=True)
    rests &= ~own
    nature = pl.when(pl.lit(rests)).then(pl.lit("judgement")).otherwise("nature")
    rows = rests.arg_true()
    found = {"claim_row": rows, "ground_row": pl.Series(ground).gather(rows)}
    return {
        "claim": claims.with_columns(nature.alias("nature")),
        "ground": _table("ground", found),
    }


def _owners(shape: Shape, random: _Random) -> Ints:
    """The profile of each citation: one in ten has none, the others about the mean."""
    mean = shape.citations / 0.9
    counts = 1 + random.numbers.poisson(mean - 1, shape.profiles)
    counts[::10] = 0
    return np.repeat(np.arange(shape.profiles), counts)


def _profile_frame(shape: Shape, random: _Random) -> pl.DataFrame:
    count = shape.profiles
    begun = random.days(0, 9000, count)
    return _table(
        "profile",
        {
            "id": _ids("profile", np.arange(count)),
            "kind": random.words(("institution", "event"), count, gaps=False),
            "type": random.words(TYPES, count),
            "region": random.words(REGIONS, count),
            "domain": random.words(DOMAINS, count),
            "topics": pl.repeat([], count, dtype=pl.List(pl.String), eager=True),
            "gaps": pl.Series(random.numbers.integers(0, 10, count)),
            "begun_day": TODAY - begun,
            "ended_day": TODAY - random.days(0, 6000, count),
            "due_day": TODAY + random.days(-30, 900, count),
            "today": pl.repeat(TODAY, count, dtype=pl.Int64, eager=True),
        },
    )


def _claim_frame(profiles: int, random: _Random) -> pl.DataFrame:
    """One claim for each profile, which owns all its citations."""
    return _table(
        "claim",
        {
            "id": pl.repeat("main", profiles, eager=True),
            "nature": pl.repeat("fact", profiles, eager=True),
            "key": pl.repeat(True, profiles, eager=True),
            "holds": random.words(("dated", "standing"), profiles),
            "checked_day": TODAY - random.days(0, 900, profiles),
            "review_after_days": pl.repeat(365, profiles, dtype=pl.Int64, eager=True),
            "contradictions": pl.zeros(profiles, dtype=pl.Int64, eager=True),
            "profile_row": pl.Series(np.arange(profiles)),
        },
    )


def edge_list(shape: Shape) -> pl.DataFrame:
    """Edges as reach reads them (upper, lower, points), without loops and repeats."""
    random = np.random.default_rng(shape.seed + 1)
    count = int(shape.profiles * shape.edges)
    upper = _skewed(shape, random, shape.profiles, count)
    lower = random.integers(0, shape.profiles, count)
    level = random.integers(0, len(LEVELS), count)
    points = np.array([WEIGHTS[name] for name in LEVELS])[level]
    frame = pl.DataFrame({"upper": upper, "lower": lower, "points": points})
    return frame.filter(pl.col("upper") != pl.col("lower")).unique(
        ["upper", "lower"], keep="first", maintain_order=True
    )


def _edges(shape: Shape, random: _Random, hops: int) -> dict[str, pl.DataFrame]:
    edges = edge_list(shape)
    names = {points: name for name, points in WEIGHTS.items()}
    shared = {
        "relation": random.words(RELATIONS, edges.height, gaps=False),
        "criticality": edges["points"].replace_strict(names, return_dtype=pl.String),
        "claims": pl.zeros(edges.height, dtype=pl.Int64, eager=True),
    }
    made = {}
    for space, own, peer in (("dependency", "lower", "upper"), ("dependent", "upper", "lower")):
        columns = {**shared, "profile_row": edges[own], "peer_row": edges[peer]}
        made[space] = _table(space, columns).sort("profile_row", "peer_row")
    made["event"] = _table("event", {})
    pairs = reach_pairs(edges, hops, 0.5) if hops else None
    for space, own, peer in (("upstream", "lower", "upper"), ("downstream", "upper", "lower")):
        made[space] = _table(space, {})
        if pairs is not None:
            made[space] = (
                pairs.sort(own, peer)
                .select(
                    (pl.col("points").cast(pl.Float64) / 1000).alias("reach"),
                    "distance",
                    pl.col(own).alias("profile_row"),
                    pl.col(peer).alias("peer_row"),
                )
                .cast(pl.Schema(SCHEMAS[space]))
            )
    return made


def _ids(stem: str, numbers: Ints) -> pl.Series:
    digits = pl.Series("n", numbers).cast(pl.String).str.zfill(7)
    return pl.select(pl.concat_str([pl.lit(f"{stem}-"), digits])).to_series()


def _table(space: str, columns: dict[str, pl.Series]) -> pl.DataFrame:
    """A table by its schema; columns that are not given are missing throughout."""
    schema = SCHEMAS[space]
    height = len(next(iter(columns.values()))) if columns else 0
    return pl.DataFrame(
        [
            columns[name].alias(name).cast(dtype)
            if name in columns
            else pl.Series(name, [None], dtype=dtype).new_from_index(0, height)
            for name, dtype in schema.items()
        ]
    )


# Documents -----------------------------------------------------------------------------------


def write_documents(shape: Shape, folder: Path, form: str = "yaml") -> None:
    """A workspace of documents, each profile with the sources first cited there.

    As ``yaml`` a file for each profile; as ``jsonl`` or ``parquet`` all in one file.
    """
    profiles = folder / "profiles"
    profiles.mkdir(parents=True, exist_ok=True)
    (folder / "rules.yaml").write_text(rules_text())
    numbers = np.random.default_rng(shape.seed)
    days: dict[int, date] = {}
    texts = {
        f"profile-{i:06d}": _profile_text(i, shape, numbers, days) for i in range(shape.profiles)
    }
    texts = {"publishers": _publishers_text()} | texts
    if form == "yaml":
        for name, text in texts.items():
            (profiles / f"{name}.yaml").write_text(text)
        return
    every = (d for text in texts.values() for d in read_yaml(text.encode(), "").documents)
    if form == "jsonl":
        with (profiles / "all.jsonl").open("w") as lines:
            lines.writelines(json.dumps(d) + "\n" for d in every)
    else:
        rows = pl.DataFrame(list(every), infer_schema_length=None)
        rows.write_parquet(profiles / "all.parquet")


def _publishers_text() -> str:
    return "---\n".join(
        f"kind: publisher\nid: publisher-{i}\nname: Publisher {i}\n"
        f"reliability: {'ABCDE'[i % 5]}\nreliability_reason: Its record so far.\n"
        for i in range(50)
    )


def rules_text() -> str:
    """The workload's rulebook as a file; JSON is YAML."""
    document = rulebook().model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return json.dumps(document, indent=1)


def _profile_text(
    number: int, shape: Shape, numbers: np.random.Generator, days: dict[int, date]
) -> str:
    """A profile and its two sources; ``days`` are those on which sources were published."""
    pick = [int(n) for n in numbers.integers(0, 2**31, 16)]
    own = [number * 2, number * 2 + 1]
    cited = own + [n % (number * 2 + 1) for n in pick[:2]]
    lines = [
        "kind: institution",
        f"id: profile-{number}",
        f'name: "Institution number {number}: the \\"example\\""',
        *_present(
            shape,
            numbers,
            f"region: {REGIONS[pick[2] % 6]}",
            f"type: {TYPES[pick[3] % 6]}",
            f"domain: {DOMAINS[pick[4] % 6]}",
        ),
        "depends_on:",
    ]
    count = int(numbers.poisson(shape.edges))
    targets = {int(n) for n in _skewed(shape, numbers, shape.profiles, count)} - {number}
    lines += [
        f"  - {{on: profile-{t}, relation: {RELATIONS[1 + t % 3]}, criticality: {LEVELS[t % 3]}}}"
        for t in sorted(targets)
    ]
    if not targets:
        lines.pop()
    lines += [
        "claims:",
        "  - id: main",
        "    nature: fact",
        "    key: true",
        f"    text: Institution {number} was founded by an act of the year {pick[7] % 75 + 1950}.",
        "    holds: standing",
        "    sources:",
    ]
    lines += [f"      - {{id: source-{s}, credibility: {s % 5 + 1}}}" for s in sorted(set(cited))]
    lines += [f"gaps: [{', '.join(f'What is not known {g}.' for g in range(pick[8] % 4))}]"]
    for source in own:
        retold = _retold(source, shape, numbers)
        days[source] = date.fromordinal(TODAY - 1 - pick[9] % 2000 - source % 7)
        if retold is not None:
            days[source] = max(days[source], days[retold])
        lines += [
            "---",
            "kind: source",
            f"id: source-{source}",
            f"title: A report about institution number {number}",
            f"publisher: publisher-{source % 50}",
            f"url: https://example.org/{number}/{source}",
            *_present(shape, numbers, f"published: {days[source].isoformat()}"),
            f"directness: {DIRECTNESS[source % 4]}",
            *([] if retold is None else [f"cites: [source-{retold}]"]),
        ]
    return "\n".join(lines) + "\n"


def _present(shape: Shape, numbers: np.random.Generator, *lines: str) -> list[str]:
    """The lines that are not missing."""
    return [line for line in lines if numbers.random() >= shape.missing]


def _retold(source: int, shape: Shape, numbers: np.random.Generator) -> int | None:
    """Whom a secondary report retells: mostly an early report that saw for itself."""
    if DIRECTNESS[source % 4] != "secondary" or source < 4 or numbers.random() >= shape.retold:
        return None
    early = 4 * int(_skewed(shape, numbers, source // 4, 1)[0])
    kind = DIRECTNESS.index("secondary") if numbers.random() < 0.1 else int(numbers.integers(0, 2))
    return early + kind


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--profiles", type=int, default=10_000)
    parser.add_argument("--missing", type=float, default=0.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--hops", type=int, default=0, help="reach in the tables, so many hops")
    parser.add_argument(
        "--form",
        choices=["tables", "yaml", "jsonl", "parquet"],
        default="tables",
        help="tables, or documents in one of their forms",
    )
    parser.add_argument(
        "--retold",
        type=float,
        default=0.5,
        help="share of secondary reports that name what they retell",
    )
    parser.add_argument(
        "--grounded",
        type=float,
        default=0.05,
        help="share of claims in tables that rest on a claim of another profile",
    )
    given = parser.parse_args()
    shape = Shape(
        given.profiles,
        missing=given.missing,
        seed=given.seed,
        retold=given.retold,
        grounded=given.grounded,
    )
    if given.form != "tables":
        write_documents(shape, given.out, given.form)
    else:
        (given.out / "profiles").mkdir(parents=True, exist_ok=True)
        (given.out / "rules.yaml").write_text(rules_text())
        write_tables(tables(shape, reach_hops=given.hops), given.out / "tables")


if __name__ == "__main__":
    main()
