"""``assay ingest``: documents imported as sources and drafts."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assay.cli import completion
from assay.cli.options import Command, json_option
from assay.cli.output import echo, observed, print_json, print_lines
from assay.cli.session import Session
from assay.text import plural

if TYPE_CHECKING:
    from assay.ingest.run import Outcome

_ADDRESS = re.compile(r"https?://", re.IGNORECASE)


@click.command("ingest", cls=Command)
@click.argument("given", nargs=-1, metavar="[PATH]...")
@click.option(
    "--fetch",
    "may_fetch",
    is_flag=True,
    help="Allow URLs as PATHs. Fetches only these pages, if robots.txt permits.",
)
@click.option(
    "--publisher",
    metavar="ID",
    shell_complete=completion.publishers,
    help="Publisher of documents that name none.",
)
@click.option("--dry-run", is_flag=True, help="Show the results without writing them.")
@click.option(
    "--accept",
    "accepted",
    multiple=True,
    metavar="ID",
    shell_complete=completion.claims,
    help="Make a draft profile with its claims, or a draft claim PROFILE#CLAIM, final. Repeatable.",
)
@json_option
@observed
@click.pass_obj
def ingest_command(
    session: Session,
    *,
    given: tuple[str, ...],
    may_fetch: bool,
    publisher: str | None,
    dry_run: bool,
    accepted: tuple[str, ...],
    output: str,
) -> None:
    """Import documents as sources and drafts.

    PATHs are files and folders; the results are added below profiles/ingested/. Drafts are
    neither scored nor published until an analyst accepts them. Importing again changes nothing;
    a changed publication is added as a new version. Nothing is fetched without --fetch.
    """
    from assay.errors import UsageError
    from assay.ingest.accept import accept
    from assay.ingest.fetch import Fetcher
    from assay.ingest.run import ingest
    from assay.ingest.web import read_addresses

    addresses = [path for path in given if _ADDRESS.match(path)]
    if addresses and not may_fetch:
        raise UsageError(f"{addresses[0]} is a URL; allow it with --fetch")
    if may_fetch and not addresses:
        raise UsageError("--fetch needs a URL among the PATHs")
    if bool(given) == bool(accepted):
        raise UsageError("give either PATHs or --accept")
    if dry_run and accepted:
        raise UsageError("--dry-run and --accept exclude each other")
    if accepted:
        done = session.edit(lambda loaded: accept(loaded, accepted))
        if output == "json":
            from assay.output.documents_json import AcceptedDrafts

            print_json(AcceptedDrafts(accepted=done).as_json())
            return
        print_lines(f"{draft.id}: final, in {draft.file}" for draft in done)
        return
    outcomes = ingest(
        session.load(),
        [Path(path) for path in given if path not in addresses],
        publisher=publisher,
        dry_run=dry_run,
        fetched=read_addresses(addresses, Fetcher(), session.clock().date()),
    )
    if output == "json":
        from assay.output.documents_json import IngestReport

        print_json(IngestReport(written=not dry_run, outcomes=outcomes).as_json())
        return
    _print(outcomes, dry_run)


def _print(outcomes: list[Outcome], dry_run: bool) -> None:
    for outcome in outcomes:
        if outcome.status in ("new", "version"):
            drafts = f", {plural(len(outcome.drafts), 'draft')}" if outcome.drafts else ""
            echo(f"{outcome.status:<8}  {outcome.source}{drafts}  ({outcome.file})")
        elif outcome.status != "unchanged":
            echo(f"{outcome.file}: {outcome.status}: {outcome.reason}", err=True)
        for note in outcome.notes:
            echo(f"{outcome.file}: {note}", err=True)
    counts = Counter(o.status for o in outcomes)
    shown = ", ".join(f"{n} {status}" for status, n in sorted(counts.items())) or "no files"
    echo(f"{shown}{'; nothing was written' if dry_run else ''}", err=True)
