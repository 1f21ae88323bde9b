"""``assay publishers``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from assay.cli.output import format_option, print_json, print_table
from assay.cli.session import Session

if TYPE_CHECKING:
    from assay.review.publishers import Reversal, Standing


@click.command("publishers", short_help="Show how publishers are rated, and their record.")
@format_option("json")
@click.pass_obj
def command(session: Session, output: str) -> None:
    """Show every publisher: its reliability with date and reason, what rests on it, its record.

    The record counts claims that cite the publisher and have turned out ('assay review outcome').
    It is shown beside the rating and changes none: where a better rated publisher has held less
    often than a worse rated one, beyond what chance explains, that is said. A dash is unknown; F
    is looked at and not to be judged.
    """
    from assay.review.ledger import require_ledger
    from assay.review.publishers import reversals, standings

    desk = session.desk()
    found = standings(desk, require_ledger(desk.workspace.ledger_path))
    against = reversals(found)
    if output == "json":
        from assay.export.review import publishers_json

        print_json(publishers_json(found, against))
        return
    if not found:
        click.echo("there are no publishers")
        return
    print_table(
        ["publisher", "rated", "on", "family", "sources", "claims", "held", "95 % interval"],
        [_row(standing) for standing in found],
    )
    reasons = [s for s in found if s.publisher.reliability_reason]
    if reasons:
        click.echo("")
    for standing in reasons:
        reason = " ".join((standing.publisher.reliability_reason or "").split())
        click.echo(f"{standing.publisher.id}, {standing.rating}: {reason}")
    if against:
        click.echo("")
    for reversal in against:
        click.echo(_said(reversal))


def _row(standing: Standing) -> list[str]:
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


def _said(reversal: Reversal) -> str:
    better, worse = reversal.better, reversal.worse
    return (
        f"{better.publisher.id} is rated {better.rating} and has held less often than "
        f"{worse.publisher.id}, rated {worse.rating}: look at both ratings again"
    )
