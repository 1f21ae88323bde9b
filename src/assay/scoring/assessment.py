"""All that is computed about profiles, put together from scores, outlook and explanations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from assay.evidence.origins import UNSEEN
from assay.graph.paths import Path, paths_from
from assay.model.corpus import Corpus
from assay.progress import counting
from assay.rules.program import Program
from assay.scoring.explain import Explainer
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
from assay.scoring.summary import summarise
from assay.tables.assemble import edge_weights, valid_on


def profile_results(corpus: Corpus, run: Run, as_of: date) -> dict[str, ProfileResult]:
    """Scores, origins and outlook of every profile of ``run``, by id."""
    ahead = outlooks(corpus, run, as_of)
    own = {s.scorer.name: run.scores(s) for s in run.program.on("profile")}
    claims = _claim_scores(run)
    origins = _origins(run)
    made = {}
    for profile_id, row in run.profile_rows.items():
        scores = {name: column[row] for name, column in own.items()}
        made[profile_id] = ProfileResult(
            id=profile_id,
            scores=scores,
            claims=claims[row],
            origins=origins[row],
            outlook=ahead[row],
            published=is_published(run, scores),
        )
    return made


def _claim_scores(run: Run) -> list[dict[str, dict[str, Score]]]:
    by_profile: list[dict[str, dict[str, Score]]] = [
        {} for _ in range(run.tables.height("profile"))
    ]
    ids = run.engine.column("claim", "id").to_list()
    owners = run.engine.column("claim", "profile_row").to_list()
    scores = {s.scorer.name: run.scores(s) for s in run.program.on("claim")}
    for row, (claim_id, owner) in enumerate(zip(ids, owners, strict=True)):
        by_profile[owner][claim_id] = {name: made[row] for name, made in scores.items()}
    return by_profile


def _origins(run: Run) -> list[tuple[OriginGroup, ...]]:
    """The sources of each profile by origin, unseen originals last."""
    frame = run.tables.frames["citation"]
    groups: list[dict[str, dict[str, None]]] = [{} for _ in range(run.tables.height("profile"))]
    for owner, origin, source in frame.select(
        "cited_by_row", "profile_origin", "source.id"
    ).iter_rows():
        if owner is not None:
            groups[owner].setdefault(origin, {})[source] = None
    return [
        tuple(
            OriginGroup(origin, tuple(sorted(sources)))
            for origin, sources in sorted(
                per_profile.items(), key=lambda item: (item[0] == UNSEEN, item[0])
            )
        )
        for per_profile in groups
    ]


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
    edges = run.tables.edges
    assert edges is not None
    weights = edge_weights(edges.filter(valid_on(as_of.toordinal())), run.rulebook)
    links: dict[int, list[tuple[int, int | None]]] = {}
    for upper, lower, points in weights.iter_rows():
        links.setdefault(upper, []).append((lower, points))
    reach = run.rulebook.reach
    above: dict[int, list[int]] = {}
    for lower, upper in run.tables.frames["upstream"].select("profile_row", "peer_row").iter_rows():
        above.setdefault(lower, []).append(upper)
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


def _line(found: Path, path: Sequence[int], names: Sequence[str]) -> ReachLine:
    through = tuple(names[row] for row in path)
    return ReachLine(through[-1], found.points, found.distance, through)
