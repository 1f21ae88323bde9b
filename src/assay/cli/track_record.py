"""``assay publishers`` and ``assay track-record``: ratings, and how graded claims turned out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assay.cli.options import Command, json_option
from assay.cli.output import echo, print_json, print_lines, print_table
from assay.cli.session import Session
from assay.workspace.paths import real_path

if TYPE_CHECKING:
    from assay.review.publishers import Reversal, Standing
    from assay.review.track import Share, Tally, TrackRecord


@click.command("publishers", cls=Command)
@json_option
@click.pass_obj
def publishers_command(session: Session, output: str) -> None:
    """Show the ratings and the track record of publishers.

    The record counts the claims that cite a publisher and have an outcome (`assay review
    outcome`). It changes no rating. A message lists each publisher confirmed less often than one
    with a lower rating, if chance does not explain the difference. A dash is unknown; F means
    examined, but impossible to judge.
    """
    from assay.review.ledger import require_ledger
    from assay.review.publishers import reversals, standings

    assessment = session.assessment()
    found = standings(
        assessment, require_ledger(assessment.workspace.ledger_path, assessment.identity)
    )
    against = reversals(found)
    if output == "json":
        from assay.output.review_json import Publishers

        print_json(Publishers(publishers=found, reversals=against).as_json())
        return
    if not found:
        echo("no publishers")
        return
    print_table(
        ["publisher", "rated", "on", "family", "sources", "claims", "held", "95% interval"],
        [_publisher_row(standing) for standing in found],
    )
    reasons = [
        f"{s.publisher.id}, {s.rating}: {' '.join(s.publisher.reliability_reason.split())}"
        for s in found
        if s.publisher.reliability_reason
    ]
    if reasons:
        echo("")
        print_lines(reasons)
    if against:
        echo("")
        print_lines(map(_reversal, against))


def _publisher_row(standing: Standing) -> list[str]:
    publisher, share = standing.publisher, standing.share
    interval = share.interval
    return [
        publisher.id,
        standing.rating or "–",
        str(publisher.reliability_date or "–"),
        publisher.owner or "–",
        str(standing.sources),
        str(standing.claims),
        f"{share.held} of {share.decided}",
        f"{interval[0]:.3f} to {interval[1]:.3f}" if interval else "–",
    ]


def _reversal(reversal: Reversal) -> str:
    better, worse = reversal.better, reversal.worse
    return (
        f"review the ratings of {better.publisher.id} ({better.rating}) and "
        f"{worse.publisher.id} ({worse.rating}): claims of the first held less often"
    )


@click.command("track-record", cls=Command)
@click.option(
    "--svg",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Folder for the plots.",
)
@json_option
@click.pass_obj
def track_record_command(session: Session, svg: Path | None, output: str) -> None:
    """Show how graded claims and forecasts turned out.

    Claims are grouped by grade, forecasts by likelihood, never together: a grade rates the
    evidence for a claim, not its probability. `assay review outcome` records outcomes.
    """
    from assay.review.ledger import require_ledger
    from assay.review.track import track_record

    assessment = session.assessment()
    record = track_record(
        assessment, require_ledger(assessment.workspace.ledger_path, assessment.identity)
    )
    files = _plots(record, real_path(svg)) if svg else []
    if output == "json":
        from assay.output.review_json import track_record_json

        print_json(track_record_json(record, files))
        return
    _print(record)
    print_lines((f"written: {file}" for file in files), err=True)


def _plots(record: TrackRecord, folder: Path) -> list[Path]:
    from assay.review.plots import held_by_grade, reliability
    from assay.workspace.publishing import write_files

    name = (record.scorer or "grade").replace("_", " ")
    drawings = {
        folder / "claims.svg": held_by_grade(f"Claims by {name}", record.bands),
        folder / "forecasts.svg": reliability(record.forecasts.bins),
        folder / "publishers.svg": held_by_grade("Claims by publisher", record.publishers),
    }
    write_files({path: text.encode("utf-8") for path, text in drawings.items()})
    return list(drawings)


def _print(record: TrackRecord) -> None:
    echo(f"Claims by {(record.scorer or 'grade').replace('_', ' ')}")
    print_table(_HEADER, [_row(f"{t.name} ({t.id})" if t.id else t.name, t) for t in record.bands])
    forecasts = record.forecasts
    echo("")
    echo("Forecasts by stated likelihood")
    if forecasts.brier is None or forecasts.base is None:
        echo("  no outcome is recorded")
    else:
        rows = [
            [f"{b.low:.1f} to {b.high:.1f}", f"{b.stated:.3f}", *_share(b.share)]
            for b in forecasts.bins
        ]
        print_table(["likelihood", "stated", "happened", "share", "95% interval"], rows)
        echo(
            f"Brier score {forecasts.brier:.3f} over {forecasts.decided} forecasts (0 is best; "
            f"a constant forecast of the share that happened gives {forecasts.base:.3f})"
        )
    if forecasts.undecidable:
        echo(f"  undecidable: {forecasts.undecidable}")
    echo("")
    echo("Publishers with their stated reliability")
    if not record.publishers:
        echo("  no outcome is recorded")
        return
    header = ["publisher", "stated", *_HEADER[1:]]
    print_table(header, [[t.name, t.note, *_row("", t)[1:]] for t in record.publishers])


_HEADER = ["band", "held", "share", "95% interval", "undecidable"]


def _row(name: str, tally: Tally) -> list[str]:
    return [name, *_share(tally.share), str(tally.undecidable)]


def _share(share: Share) -> Sequence[str]:
    counts = f"{share.held} of {share.decided}"
    if share.value is None or share.interval is None:
        return [counts, "–", "–"]
    low, high = share.interval
    return [counts, f"{share.value:.3f}", f"{low:.3f} to {high:.3f}"]
