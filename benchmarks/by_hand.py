"""The shipped rulebook by hand: the scores of profiles in Polars, by joins and ``group_by``.

Written for these rules and these tables by somebody who knows both. Scores are whole thousandths,
as in the engine, and noisy-or reads the same tables of logarithms, so that results are equal.
Coverage in per cent, explanations and scores that no profile shows are left out.

``python -m benchmarks.by_hand [--sizes 10000,100000]`` compares its time with the engine's.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import polars as pl
from ryaml import loads

from assay.arithmetic import HALF, noisy_or_thresholds, noisy_or_weights
from assay.cel.program import Program
from assay.model.rulebook import Rulebook
from assay.rules.scorers import compile_rulebook
from assay.scoring.run import Run, run_program
from assay.tables.tables import Tables, coded
from benchmarks.figures import Figure, in_turns, report
from benchmarks.generate import Shape, tables

RULES = Path(__file__).parents[1] / "rules.yaml"
TARGETS = {1_000_000: 0.25}
Frames = Mapping[str, pl.LazyFrame]

CONFIDENCE = (100, 350, 550, 750, 900)
LEVELS = (250, 500, 750)
WIDEST = 2
FIRM = 2
"""The place of C/D, on which a band must stand so as not to be provisional."""

WORDS: Mapping[str, tuple[str, ...]] = {
    "stance": ("supports", "disputes"),
    "kind": ("record", "first_hand", "secondary", "self_report"),
    "publisher.reliability": ("A", "B", "C", "D", "E", "F"),
    "source.attribution": ("named", "vague", "none"),
    "nature": ("fact", "attributed", "judgement", "assumption", "forecast"),
    "holds": ("dated", "standing"),
    "criticality": ("high", "medium", "low"),
    "profile.kind": ("institution", "event"),
    "name": (
        *("severity", "users", "breadth", "substitutability", "duration", "market_share"),
        *("geography", "authority", "oversight", "contention", "domain"),
    ),
}
SEVERITY_CAPS = {"negligible": 200, "low": 450, "medium": 700}
IMPACT = {
    "institution": {
        "severity": 350,
        "users": 200,
        "substitutability": 200,
        "market_share": 150,
        "geography": 100,
    },
    "event": {"severity": 400, "breadth": 300, "duration": 200, "geography": 100},
}
CRITICALITY = {"institution": {"severity": 400, "substitutability": 400}}
SENSITIVITY = {
    kind: {"authority": 300, "oversight": 250, "contention": 250, "domain": 200}
    for kind in ("institution", "event")
}
_HOPS, _DAMPING = 3, 500
COLUMNS = {
    "profile": ("kind", "today"),
    "claim": ("nature", "key", "holds", "review_after_days", "profile_row"),
    "citation": (
        *("stance", "kind", "credibility", "fresh_day", "source.attribution"),
        *("publisher.reliability", "claim_row", "owner_row"),
    ),
    "root": ("citation_row", "root_row"),
    "corroboration": ("stance", "one_family", "claim_row"),
    "member": ("corroboration_row", "citation_row"),
    "ground": ("claim_row", "ground_row"),
    "factor": ("name", "word", "value", "lowest", "highest", "profile_row"),
    "factor_ground": ("factor_row", "ground_row"),
    "dependent": ("criticality", "profile_row", "peer_row"),
    "dependent_ground": ("dependent_row", "ground_row"),
    "downstream": ("reach", "profile_row"),
}


def result_columns(program: Program) -> dict[str, str]:
    """The names of the results, each with the engine's column of profiles that has it."""
    parts = {
        f"{s.scorer.name}{part}": column
        for s in program.shown
        for part, column in (
            ("", s.score),
            (".band", s.band),
            (".ceiling", s.ceiling),
            (".stands_on", s.stands_on),
            (".firm", s.firm),
        )
    }
    return {name: column for name, column in parts.items() if column is not None}


def prepared(tables: Tables) -> dict[str, pl.DataFrame]:
    """The columns that are read, with a row number, and texts as ``Enum``."""
    frames = {}
    for space, names in COLUMNS.items():
        frame = tables.frames[space].select(names)
        words = {n: WORDS.get(f"{space}.{n}", WORDS.get(n)) for n in names}
        enums = [pl.col(n).cast(pl.Enum(w)) for n, w in words.items() if w is not None]
        if space == "factor":
            enums.append(
                pl.col("word").cast(pl.String).replace_strict(SEVERITY_CAPS, default=1000)
                .cast(pl.Int32).alias("cap")
            )  # fmt: skip
        frames[space] = frame.with_columns(enums).with_row_index("row").cast({"row": pl.Int64})
    return frames


class ByHand:
    """All shown scores of profiles: points, bands, ceilings, and the grades they stand on."""

    def __init__(self, frames: Mapping[str, pl.DataFrame], *, streaming: bool = False) -> None:
        self._frames = {space: frame.lazy() for space, frame in frames.items()}
        self._today: int = frames["profile"]["today"][0]
        self._engine: Any = "streaming" if streaming else "in-memory"

    def run(self) -> pl.DataFrame:
        """Score every profile; one row for each, in the order of the profiles."""
        claims = self._made(self._claims(self._made(self._strengths())))
        factors = self._made(self._factors(claims))
        profiles = self._made(
            self._joined(
                self._frames["profile"].select("row", "kind"),
                claims.filter("key").group_by("profile_row").agg(pl.col("confidence").min()),
                self._dependence(claims),
                noisy_or(
                    self._frames["downstream"].select(
                        "profile_row", (pl.col("reach") * 1000).round().alias("centrality")
                    ),
                    "profile_row",
                    "centrality",
                ),
                factors.filter(pl.col("name") == "severity").select(
                    *("profile_row", "cap"), pl.col("grade").alias("severity")
                ),
            )
        )
        depended = pl.col("dependence").fill_null(0)
        estimates = (
            estimated(
                profiles,
                weighed(factors, IMPACT),
                "impact",
                lambda mean: mean + points(0.25 * real(depended) * (1.0 - real(mean))),
            ),
            estimated(
                profiles,
                weighed(factors, CRITICALITY),
                "operational_criticality",
                lambda mean: points(0.8 * real(mean) + 0.2 * real(depended)),
            ),
            estimated(profiles, weighed(factors, SENSITIVITY), "policy_sensitivity"),
        )
        whole = self._joined(
            profiles.select(
                "row",
                "confidence",
                band("confidence", CONFIDENCE).alias("confidence.band"),
                pl.col("centrality").fill_null(0),
            ),
            *estimates,
        )
        return whole.sort("row").drop("row").collect(engine=self._engine)

    def _made(self, query: pl.LazyFrame) -> pl.LazyFrame:
        """Run a part that several others read."""
        return query.collect(engine=self._engine).lazy()

    @staticmethod
    def _joined(rows: pl.LazyFrame, *others: pl.LazyFrame) -> pl.LazyFrame:
        for other in others:
            rows = rows.join(other, left_on="row", right_on="profile_row", how="left")
        return rows

    # Evidence --------------------------------------------------------------------------------

    def _strengths(self) -> pl.LazyFrame:
        """The citations, each with its strength on the day."""
        claim = self._frames["claim"].select("row", "holds", "review_after_days")
        cited = self._frames["citation"].join(
            claim, left_on="claim_row", right_on="row", how="left"
        )
        days = self._today - pl.col("fresh_day") - pl.col("review_after_days")
        step = days.clip(0) * 1000 // (2 * pl.col("review_after_days"))
        faded = points(pl.lit(0.5).pow(step / 1000)).clip(300)
        whole = (pl.col("stance") != "supports") | (pl.col("holds") == "dated").fill_null(False)
        fade = pl.when(whole).then(1000).otherwise(faded.fill_null(300))
        fresh = self._limited(cited.with_columns(worth().alias("strength")))
        return self._limited(fresh.with_columns(strength=scaled(pl.col("strength"), fade))).select(
            *("row", "stance", "kind", "publisher.reliability", "owner_row", "strength")
        )

    def _limited(self, cited: pl.LazyFrame) -> pl.LazyFrame:
        """Limit strengths to the least of the originals that a report draws on."""
        cited = self._made(cited)
        least = (
            self._frames["root"]
            .join(cited.select("row", "strength"), left_on="root_row", right_on="row")
            .group_by("citation_row")
            .agg(pl.col("strength").min().alias("least"))
        )
        joined = cited.join(least, left_on="row", right_on="citation_row", how="left")
        return joined.with_columns(strength=pl.min_horizontal("strength", "least")).drop("least")

    def _claims(self, citations: pl.LazyFrame) -> pl.LazyFrame:
        """The claims with their confidence."""
        saw = pl.col("kind").is_in(["record", "first_hand"]).fill_null(False)
        alone = citations.filter(~saw & pl.col("owner_row").is_not_null())
        sets = sides(self._corroborations(citations), "claim_row", "weight")
        others = sides(alone, "owner_row", "strength")
        claims = self._frames["claim"].join(sets, left_on="row", right_on="claim_row", how="left")
        claims = claims.join(
            others, left_on="row", right_on="owner_row", how="left", suffix=".alone"
        )
        support, dispute = (
            pl.max_horizontal(side, f"{side}.alone").fill_null(0)
            for side in ("supports", "disputes")
        )
        claims = claims.select(
            *("row", "profile_row", "nature", "key"),
            support.alias("support"),
            dispute.alias("dispute"),
        )
        against = pl.col("dispute")
        evidence = pl.min_horizontal(
            combined("support", "dispute"),
            *(pl.when(against >= n).then(cap) for n, cap in ((100, 880), (350, 700), (750, 500))),
        )
        return self._grounded(self._made(claims.with_columns(evidence=evidence)))

    def _corroborations(self, citations: pl.LazyFrame) -> pl.LazyFrame:
        """The sets of citations that corroborate each other, with their weight."""
        reliability = pl.col("publisher.reliability")
        vouched = (pl.col("kind") == "record") | reliability.is_in(["A", "B", "C"])
        members = self._frames["member"].join(
            citations.select("row", "strength", vouched.fill_null(False).alias("vouched")),
            left_on="citation_row",
            right_on="row",
        )
        carried = noisy_or(members, "corroboration_row", "strength", pl.col("vouched").any())
        weight = pl.min_horizontal(
            "strength",
            pl.when(pl.col("one_family").fill_null(True)).then(880),
            pl.when(~pl.col("vouched")).then(700),
            pl.lit(950),
        )
        sets = self._frames["corroboration"]
        joined = sets.join(carried, left_on="row", right_on="corroboration_row")
        return joined.select("claim_row", "stance", weight.alias("weight"))

    def _grounded(self, claims: pl.LazyFrame) -> pl.LazyFrame:
        """Facts have the confidence of their evidence, judgements that of their grounds."""
        ground = self._frames["ground"]
        judged = pl.col("nature").is_in(["judgement", "forecast"])
        based = ground.select(pl.col("claim_row").alias("row")).unique()
        based = based.with_columns(based=pl.lit(1000))
        evidence = pl.col("evidence")
        worth = (
            pl.when(judged)
            .then(pl.col("based").fill_null(0))
            .when(pl.col("nature") == "assumption")
            .then(evidence.clip(300))
            .otherwise(evidence)
        )
        grounds = claims.join(based, on="row", how="left").select(
            "row",
            worth.alias("grounding"),
            pl.when(judged).then("dispute").alias("opposition"),
        )
        least = (
            ground.join(grounds, left_on="ground_row", right_on="row")
            .group_by("claim_row")
            .agg(pl.col("grounding").min(), pl.col("opposition").max())
        )
        joined = claims.join(least, left_on="row", right_on="claim_row", how="left").with_columns(
            pl.col("grounding").fill_null(0), pl.max_horizontal("opposition", "dispute")
        )
        concluded = pl.min_horizontal(
            combined("grounding", "opposition"),
            pl.lit(700),
            pl.when(pl.col("opposition") >= 750).then(500),
        )
        confidence = pl.when(judged).then(concluded).otherwise(evidence)
        return joined.select("row", "profile_row", "key", confidence.alias("confidence"))

    def _weakest(self, space: str, owner: str, claims: pl.LazyFrame) -> pl.LazyFrame:
        """The confidence of the weakest claim behind each factor or dependency; 0 without any."""
        behind = (
            self._frames[f"{space}_ground"]
            .join(claims.select("row", "confidence"), left_on="ground_row", right_on="row")
            .group_by(owner)
            .agg(pl.col("confidence").min())
        )
        rows = self._frames[space].join(behind, left_on="row", right_on=owner, how="left")
        return rows.with_columns(pl.col("confidence").fill_null(0))

    # Profiles --------------------------------------------------------------------------------

    def _dependence(self, claims: pl.LazyFrame) -> pl.LazyFrame:
        level = pl.col("criticality")
        weight = pl.when(level == "high").then(400).when(level == "medium").then(200).otherwise(50)
        pair, strength = ("profile_row", "peer_row"), pl.col("dependence")
        edges = (
            self._weakest("dependent", "dependent_row", claims)
            .filter(pl.col("profile_row") != pl.col("peer_row"))
            .group_by(pair)
            .agg(scaled(pl.col("confidence"), weight).max().alias("dependence"))
        )
        paths = [edges]
        for _ in range(_HOPS - 1):
            further = paths[-1].join(
                edges, left_on="peer_row", right_on="profile_row", suffix="_next"
            )
            product = strength * pl.col("dependence_next").cast(pl.Int64) * _DAMPING
            paths.append(
                further.filter(pl.col("profile_row") != pl.col("peer_row_next"))
                .group_by("profile_row", peer_row="peer_row_next")
                .agg(((product + 500_000) // 1_000_000).max().alias("dependence"))
            )
        strongest = pl.concat(paths, how="vertical_relaxed").group_by(pair).agg(strength.max())
        return noisy_or(strongest, "profile_row", "dependence")

    def _factors(self, claims: pl.LazyFrame) -> pl.LazyFrame:
        """The factors in thousandths, each with the kind of its profile and its grade."""
        kinds = self._frames["profile"].select("row", "kind")
        return (
            self._weakest("factor", "factor_row", claims)
            .select(
                *("name", "cap", "profile_row"),
                *((pl.col(n) * 1000).round().cast(pl.Int32) for n in ("value", "lowest")),
                (pl.col("highest") * 1000).round().cast(pl.Int32),
                pl.when(pl.col("value").is_not_null())
                .then(band("confidence", CONFIDENCE))
                .alias("grade"),
            )
            .join(kinds, left_on="profile_row", right_on="row", how="left")
        )


def real(score: pl.Expr) -> pl.Expr:
    return (score / 1000).round(3)


def points(value: pl.Expr) -> pl.Expr:
    return (value * 1000 + HALF).floor().cast(pl.Int32)


def scaled(score: pl.Expr, factor: pl.Expr) -> pl.Expr:
    return (score * factor + 500) // 1000


def band(score: str, starts: tuple[int, ...]) -> pl.Expr:
    """The place of the band from the lowest; null without a score."""
    return pl.sum_horizontal((pl.col(score) >= s).cast(pl.Int8) for s in starts) + pl.when(
        pl.col(score).is_not_null()
    ).then(pl.lit(0, pl.Int8))


def combined(support: str, dispute: str) -> pl.Expr:
    """Dempster's rule for two simple support functions."""
    s, d = real(pl.col(support)), real(pl.col(dispute))
    return points((1.0 - d) * s / (1.0 - s * d))


def worth() -> pl.Expr:
    """What a citation carries by its kind and its publisher."""
    kind, reliability = pl.col("kind"), pl.col("publisher.reliability")
    rated = reliability.is_in(["A", "B", "C"]).fill_null(False)
    named = (pl.col("source.attribution") == "named").fill_null(False)
    first_hand, secondary = kind == "first_hand", kind == "secondary"
    amount = (
        pl.when(kind == "record")
        .then(800)
        .when(first_hand & (reliability == "A"))
        .then(650)
        .when(first_hand & (reliability == "B"))
        .then(620)
        .when(first_hand & (reliability == "C"))
        .then(420)
        .when(first_hand)
        .then(400)
        .when(secondary & rated & named)
        .then(420)
        .when(secondary & rated)
        .then(300)
        .when(secondary & named)
        .then(380)
        .otherwise(200)
    )
    return pl.min_horizontal(
        pl.when(reliability == "D").then(scaled(amount, pl.lit(600))).otherwise(amount),
        pl.when(reliability == "E").then(50),
        pl.when(pl.col("credibility") == 4).then(200),
        pl.when(pl.col("credibility") == 5).then(50),
    )


def sides(rows: pl.LazyFrame, owner: str, score: str) -> pl.LazyFrame:
    """The strongest for and the strongest against each owner."""
    return rows.group_by(owner).agg(
        pl.col(score).filter(pl.col("stance") == stance).max().alias(stance)
        for stance in ("supports", "disputes")
    )


def noisy_or(rows: pl.LazyFrame, owner: str, score: str, *also: pl.Expr) -> pl.LazyFrame:
    """Combine the scores of each owner, by sums of rounded logarithms."""
    logs = pl.lit(pl.Series(noisy_or_weights(), dtype=pl.Int64))
    steps = pl.lit(pl.Series(noisy_or_thresholds(), dtype=pl.Int64))
    summed = (
        rows.with_columns(logs.gather(pl.col(score).cast(pl.UInt32)).alias(score))
        .group_by(owner)
        .agg(pl.col(score).sum(), *also)
    )
    reached = steps.search_sorted(pl.col(score), side="right").cast(pl.Int32)
    return summed.with_columns(reached.alias(score))


# Estimates by factors ---------------------------------------------------------------------------


def weighed(factors: pl.LazyFrame, weights: Mapping[str, Mapping[str, int]]) -> pl.LazyFrame:
    """The factors with a weight in a score, by the kind of the profile and the name."""
    weight = pl.lit(None, pl.Int32)
    for kind, shares in weights.items():
        for name, share in shares.items():
            asked = (pl.col("name") == name) & (pl.col("kind") == kind)
            weight = pl.when(asked).then(share).otherwise(weight)
    return factors.with_columns(weight=weight).filter(pl.col("weight").is_not_null())


def estimated(
    profiles: pl.LazyFrame, factors: pl.LazyFrame, name: str, score: Any = None
) -> pl.LazyFrame:
    """Estimate a score: its floor, the bands of floor and ceiling, and what it stands on.

    With ``score``, the score of a mean of factors, severity is needed and limits it.
    """
    grades = range(len(CONFIDENCE) + 1)
    weight, lowest, grade = pl.col("weight"), pl.col("lowest"), pl.col("grade")
    value = pl.col("value")
    means = factors.group_by("profile_row").agg(
        weight.sum(),
        pl.len().alias("asked"),
        value.count().alias("known"),
        (value.fill_null(pl.col("highest")) * weight).sum().alias("peak"),
        *(
            (pl.when(grade >= g).then(value).otherwise(lowest) * weight).sum().alias(f"on {g}")
            for g in grades
        ),
    )
    joined = profiles.join(means, left_on="row", right_on="profile_row")

    def result(total: str) -> pl.Expr:
        mean = (2 * pl.col(total) + pl.col("weight")) // (2 * pl.col("weight"))
        return mean if score is None else pl.min_horizontal(score(mean), "cap")

    held = pl.lit(True) if score is None else pl.col("severity") >= 0
    reached = joined.select(
        pl.col("row").alias("profile_row"),
        held.fill_null(False).alias("rated"),
        *("asked", "known", "severity"),
        *(result(total).alias(total) for total in ("peak", *(f"on {g}" for g in grades))),
    ).with_columns(
        pl.col("on 0").alias("floor"),
        *(band(total, LEVELS).alias(total) for total in ("peak", *(f"on {g}" for g in grades))),
    )
    if score is not None:
        reached = reached.with_columns(
            pl.when(pl.col("severity") >= g).then(f"on {g}").alias(f"on {g}") for g in grades
        )
    found = pl.col("on 0")
    rated = (
        pl.col("rated")
        & (2 * pl.col("known") >= pl.col("asked"))
        & (pl.col("peak") - found <= WIDEST)
    )
    stands_on = pl.sum_horizontal((pl.col(f"on {g}") >= found).cast(pl.Int8) for g in grades[1:])
    return reached.filter(rated).select(
        "profile_row",
        pl.col("floor").alias(name),
        found.alias(f"{name}.band"),
        pl.col("peak").alias(f"{name}.ceiling"),
        stands_on.alias(f"{name}.stands_on"),
        pl.col(f"on {FIRM}").alias(f"{name}.firm"),
    )


# Measured ---------------------------------------------------------------------------------------


def shipped_figures(size: int) -> Iterator[Figure]:
    """Compare the engine with the scores by hand, from tables to the shown scores and bands."""
    rulebook = Rulebook.model_validate(loads(RULES.read_text(encoding="utf-8")))
    program = compile_rulebook(rulebook)
    shape = Shape(size, retold=0.5, grounded=0.05)
    drawn = tables(shape, reach_hops=2, factors=rulebook.factors).frames
    made = Tables({space: coded(space, frame) for space, frame in drawn.items()})
    frames, columns = prepared(made), result_columns(program)

    def by_engine() -> Run:
        run = run_program(rulebook, program, made)
        run.engine.make(("profile", column) for column in columns.values())
        return run

    expected, run = ByHand(frames).run(), by_engine()
    for name, column in columns.items():
        ours = run.engine.column("profile", column)
        rated = expected[name.partition(".")[0]].is_not_null()
        assert ours.filter(rated).to_list() == expected[name].filter(rated).to_list(), name
    own, memory, stream = in_turns(
        9 if size < 1_000_000 else 3,
        by_engine,
        ByHand(frames).run,
        ByHand(frames, streaming=True).run,
    )
    best = min(statistics.median(memory), statistics.median(stream))
    name = f"shipped rulebook, against hand-written Polars, {size:,}"
    yield Figure(name, statistics.median(own), best, TARGETS.get(size), ours_all=own)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sizes", default="10000,100000")
    sizes = [int(size) for size in parser.parse_args().sizes.split(",")]
    print(report([figure for size in sizes for figure in shipped_figures(size)]))


if __name__ == "__main__":
    main()
