"""All that is computed about profiles, put together from scores, outlook and explanations."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date

import numpy as np
import polars as pl

from assay.evidence.origins import UNSEEN
from assay.graph.paths import Path, paths_from
from assay.progress import counting
from assay.rules.program import Program
from assay.scoring.explain import Explainer, summarise
from assay.scoring.outlook import outlooks
from assay.scoring.overview import is_published
from assay.scoring.results import (
    Explanation,
    OriginGroup,
    ProfileResult,
    ReachLine,
    Score,
    WouldChange,
)
from assay.scoring.run import Run
from assay.tables.assemble import edge_weights, valid_on
from assay.tables.spans import spans


def profile_results(
    run: Run, listing: pl.DataFrame, as_of: date, ids: Sequence[str] | None = None
) -> dict[str, ProfileResult]:
    """Scores, origins and outlook of every profile of ``run``, or of some, by id.

    ``listing`` says what analysts wrote to look out for.
    """
    rows = run.profile_rows if ids is None else {i: run.profile_rows[i] for i in ids}
    wanted = list(rows.values())
    ahead = outlooks(run, listing, as_of, None if ids is None else wanted)
    own = {s.scorer.name: run.scores(s, wanted) for s in run.program.on("profile")}
    claims = _claim_scores(run, wanted)
    origins = _origins(run, wanted)
    made = {}
    for place, (profile_id, row) in enumerate(rows.items()):
        scores = {name: column[place] for name, column in own.items()}
        made[profile_id] = ProfileResult(
            id=profile_id,
            scores=scores,
            claims=claims.get(row, {}),
            origins=origins.get(row, ()),
            outlook=ahead[place],
            published=is_published(run, scores),
        )
    return made


def _claim_scores(run: Run, rows: Sequence[int]) -> dict[int, dict[str, dict[str, Score]]]:
    """By row of the profile the scores of each of its claims."""
    offsets = run.tables.offsets("claim", "profile_row", run.tables.height("profile"))
    places, which = spans(offsets, np.asarray(rows, dtype=np.int64))
    ids = run.engine.column("claim", "id").gather(places)
    scores = {s.scorer.name: run.scores(s, places.tolist()) for s in run.program.on("claim")}
    found: dict[int, dict[str, dict[str, Score]]] = {}
    for place, (claim_id, number) in enumerate(zip(ids, which.tolist(), strict=True)):
        own = found.setdefault(rows[number], {})
        own[claim_id] = {name: made[place] for name, made in scores.items()}
    return found


def _origins(run: Run, rows: Sequence[int]) -> dict[int, tuple[OriginGroup, ...]]:
    """The sources of each profile by origin, unseen originals last."""
    cited = run.tables.frames["citation"].select("cited_by_row", "profile_origin", "source.id")
    groups = (
        cited.filter(pl.col("cited_by_row").is_in(rows))
        .group_by("cited_by_row", "profile_origin")
        .agg(pl.col("source.id").unique().sort().alias("sources"))
        .sort("cited_by_row", pl.col("profile_origin") == UNSEEN, "profile_origin")
    )
    found: dict[int, list[OriginGroup]] = {}
    for row, origin, sources in groups.iter_rows():
        found.setdefault(row, []).append(OriginGroup(origin, tuple(sources)))
    return {row: tuple(own) for row, own in found.items()}


def explanations(
    run: Run,
    results: Mapping[str, ProfileResult],
    changes: Mapping[str, tuple[WouldChange, ...]],
    as_of: date,
    ids: Sequence[str],
) -> dict[str, Explanation]:
    """The whole reasoning of the profiles asked for, by id; ``changes`` would change them."""
    explainer = Explainer(run)
    upstream, downstream = _reach_lines(run, as_of, ids)
    made = {}
    for profile_id in counting(ids, "profiles"):
        scorers = tuple(explainer.profile(run.profile_rows[profile_id]))
        result = results[profile_id]
        made[profile_id] = Explanation(
            id=profile_id,
            as_of=as_of,
            summary=summarise(
                scorers,
                headline(run.program, run.rulebook.settings.publish_by),
                changes[profile_id],
                result.sources,
                len(result.origins),
            ),
            scorers=scorers,
            would_change=changes[profile_id],
            outlook=result.outlook,
            upstream=upstream[profile_id],
            downstream=downstream[profile_id],
        )
    return made


def headline(program: Program, publish_by: str | None) -> str | None:
    """The profile scorer a summary speaks of: the one that publishes, else the first graded."""
    graded = [s.scorer.name for s in program.on("profile") if s.band]
    every = [s.scorer.name for s in program.on("profile")]
    return publish_by or next(iter([*graded, *every]), None)


def _reach_lines(
    run: Run, as_of: date, ids: Sequence[str]
) -> tuple[dict[str, tuple[ReachLine, ...]], dict[str, tuple[ReachLine, ...]]]:
    """What each profile reaches and is reached by; paths are always followed downward."""
    names = run.tables.frames["profile"].get_column("id").to_list()
    rows = run.profile_rows
    above: dict[int, list[int]] = {}
    for lower, upper in _reached(run, "upstream", [rows[i] for i in ids]).iter_rows():
        above.setdefault(lower, []).append(upper)
    begins = {row for i in ids for row in (rows[i], *above.get(rows[i], ()))}
    passed = begins | set(_reached(run, "downstream", begins)["peer_row"])
    edges = run.tables.edges
    assert edges is not None
    valid = edges.filter(pl.col("upper").is_in(passed) & valid_on(as_of.toordinal()))
    links: dict[int, list[tuple[int, int | None]]] = {}
    for upper, lower, points in edge_weights(valid, run.rulebook).iter_rows():
        links.setdefault(upper, []).append((lower, points))
    reach = run.rulebook.reach
    paths: dict[int, list[Path]] = {}

    def down(row: int) -> list[Path]:
        if row not in paths:
            paths[row] = paths_from(links, row, reach.hops, reach.damping)
        return paths[row]

    upstream, downstream = {}, {}
    for profile_id in ids:
        row = rows[profile_id]
        downstream[profile_id] = tuple(_line(p, p.path, names) for p in down(row))
        found = [p for upper in above.get(row, ()) for p in down(upper) if p.peer == row]
        upstream[profile_id] = tuple(
            _line(p, p.path[::-1], names) for p in sorted(found, key=lambda p: p.strength)
        )
    return upstream, downstream


def _reached(run: Run, space: str, rows: Collection[int]) -> pl.DataFrame:
    """Rows of some profiles and of those they reach."""
    pairs = run.tables.frames[space].select("profile_row", "peer_row")
    return pairs.filter(pl.col("profile_row").is_in(rows))


def _line(found: Path, path: Sequence[int], names: Sequence[str]) -> ReachLine:
    through = tuple(names[row] for row in path)
    return ReachLine(through[-1], found.points, found.distance, through)
