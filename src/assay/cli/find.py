"""``assay find``: ids by the words one remembers."""

from __future__ import annotations

import click

from assay.cli.output import print_json
from assay.cli.session import Session


@click.command(name="find", short_help="Find ids by words of names, titles and claims.")
@click.argument("words", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def command(session: Session, words: tuple[str, ...], limit: int, form: str) -> None:
    """Find documents and claims in which all WORDS occur, best first.

    Searches ids, names, aliases, titles, addresses and the texts of claims. Case and accents
    make no difference.
    """
    from assay.authoring.find import find

    loaded = session.load()
    found = find(loaded.corpus, words)
    shown = found[:limit]
    if form == "json":
        from assay.export.documents import FoundDocuments

        print_json(FoundDocuments(found=shown).as_json())
        return
    width = max((len(f.kind) for f in shown), default=0)
    for one in shown:
        click.echo(f"{one.kind:<{width}}  {one.id}")
        click.echo(f"{'':<{width}}  {one.text}")
    if len(found) > limit:
        click.echo(f"{len(found) - limit} more; see --limit", err=True)
    if not found:
        click.echo("nothing found", err=True)
