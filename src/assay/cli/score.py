"""``assay score``."""

from __future__ import annotations

import click

from assay.cli.output import format_option, print_json, print_table
from assay.cli.session import Session
from assay.scoring.wording import plural


@click.command("score")
@click.argument("ids", nargs=-1, metavar="[ID]...")
@format_option("json")
@click.pass_obj
def command(session: Session, ids: tuple[str, ...], output: str) -> None:
    """Score the profiles, all or those named."""
    from assay.export.json import scores_json

    desk = session.desk()
    desk.require(ids)
    if output == "json":
        print_json(scores_json(desk, ids))
        return
    scorers = [s.scorer for s in desk.program.on("profile")]
    rows = []
    for profile_id, result in desk.results.items():
        if ids and profile_id not in ids:
            continue
        until = result.outlook.until.isoformat() if result.outlook.until else ""
        rows.append(
            [
                profile_id,
                *(_cell(result.scores[s.name].value, result.scores[s.name].grade) for s in scorers),
                result.outlook.grade,
                until,
                f"{result.sources}/{len(result.origins)}",
                "" if result.published else "no page",
            ]
        )
    header = ["profile", *(s.name for s in scorers), "horizon", "until", "sources/origins", ""]
    print_table(header, rows)
    shown = len(rows)
    unpublished = sum(1 for row in rows if row[-1])
    click.echo(
        f"{plural(shown, 'profile')} as of {desk.as_of.isoformat()}, "
        f"{unpublished} below publication",
        err=True,
    )


def _cell(value: float | None, grade: str | None) -> str:
    if value is None:
        return "not rated"
    return f"{value:.3f} {grade}" if grade else f"{value:.3f}"
