"""``assay track-record``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assay.cli.output import format_option, print_json, print_table
from assay.cli.session import Session

if TYPE_CHECKING:
    from assay.review.track import Share, Tally, TrackRecord


@click.command("track-record", short_help="Show how graded claims turned out.")
@click.option(
    "--svg",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Also write the plots into this folder.",
)
@format_option("json")
@click.pass_obj
def command(session: Session, svg: Path | None, output: str) -> None:
    """Show how claims turned out, by the grade they had; and forecasts, by their likelihood.

    The two are never mixed: a grade says how well a claim was founded, not how probable it was.
    'assay review outcome' records how a claim turned out.
    """
    from assay.review.ledger import require_ledger
    from assay.review.track import track_record

    desk = session.desk()
    record = track_record(desk, require_ledger(desk.workspace.ledger_path))
    files = _plots(record, svg.resolve()) if svg else []
    if output == "json":
        from assay.export.review import track_record_json

        print_json(track_record_json(record, files))
        return
    _print(record)
    for file in files:
        click.echo(f"written: {file}", err=True)


def _plots(record: TrackRecord, folder: Path) -> list[Path]:
    from assay.documents.files import write_files
    from assay.review.plots import held_by_grade, reliability

    name = (record.scorer or "grade").replace("_", " ")
    drawings = {
        folder / "claims.svg": held_by_grade(f"Claims by {name}", record.bands),
        folder / "forecasts.svg": reliability(record.forecasts.bins),
        folder / "publishers.svg": held_by_grade("Claims by publisher", record.publishers),
    }
    write_files({path: text.encode("utf-8") for path, text in drawings.items()})
    return list(drawings)


def _print(record: TrackRecord) -> None:
    click.echo(f"Claims by {(record.scorer or 'grade').replace('_', ' ')}")
    print_table(_HEADER, [_row(f"{t.name} ({t.id})" if t.id else t.name, t) for t in record.bands])
    forecasts = record.forecasts
    click.echo("")
    click.echo("Forecasts by stated likelihood")
    if forecasts.brier is None or forecasts.base is None:
        click.echo("  none has been decided")
    else:
        rows = [
            [f"{b.low:.1f} to {b.high:.1f}", f"{b.stated:.3f}", *_share(b.share)]
            for b in forecasts.bins
        ]
        print_table(["likelihood", "stated", "happened", "share", "95 % interval"], rows)
        click.echo(
            f"Brier score {forecasts.brier:.3f} over {forecasts.decided} forecasts (0 is best; "
            f"always stating the share that happened gives {forecasts.base:.3f})"
        )
    if forecasts.undecidable:
        click.echo(f"  undecidable: {forecasts.undecidable}")
    click.echo("")
    click.echo("Publishers beside their stated reliability")
    if not record.publishers:
        click.echo("  none has been decided")
        return
    header = ["publisher", "stated", *_HEADER[1:]]
    print_table(header, [[t.name, t.note, *_row("", t)[1:]] for t in record.publishers])


_HEADER = ["band", "held", "share", "95 % interval", "undecidable"]


def _row(name: str, tally: Tally) -> list[str]:
    return [name, *_share(tally.share), str(tally.undecidable)]


def _share(share: Share) -> Sequence[str]:
    counts = f"{share.held} of {share.decided}"
    if share.value is None or share.interval is None:
        return [counts, "–", "–"]
    low, high = share.interval
    return [counts, f"{share.value:.3f}", f"{low:.3f} to {high:.3f}"]
