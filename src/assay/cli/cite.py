"""``assay cite``: the source for an address or a file, found or written."""

from __future__ import annotations

import click

from assay.cli.output import print_json
from assay.cli.session import Session


@click.command(name="cite", short_help="Find or write the source for an address or a file.")
@click.argument("publication", metavar="URL|FILE")
@click.option("--claim", metavar="PROFILE#CLAIM", help="Let this claim cite the source.")
@click.option("--stance", type=click.Choice(["supports", "disputes"]), help="With --claim.")
@click.option("--locator", metavar="TEXT", help="With --claim: where in the source, as 'para 4'.")
@click.option("--id", "id_", metavar="ID", help="The id of a source that is written.")
@click.option("--title", metavar="TEXT", help="The title of a source that is written.")
@click.option("--publisher", metavar="ID", help="The publisher of a source that is written.")
@click.option("--published", metavar="DATE", help="Its date: 2024-01-29, 2024-01, 2024-Q1, 2024.")
@click.option(
    "--directness", type=click.Choice(["record", "first_hand", "retelling", "self_report"])
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def command(session: Session, /, publication: str, form: str, **options: str | None) -> None:
    """Print the id of the source for URL or FILE; write a stub where there is none.

    An address is recognised in every spelling: tracking parameters, www., AMP and the like make
    no difference. A file is recognised by its contents.
    """
    from assay.authoring.cite import cite
    from assay.errors import UsageError

    if options["claim"] is None and (options["stance"] or options["locator"]):
        raise UsageError("--stance and --locator say how a claim cites; add --claim PROFILE#CLAIM")
    loaded = session.load()
    cited = cite(
        loaded,
        publication,
        **{n: options[n] for n in ("claim", "stance", "locator", "id_", "title")},
        fields={n: options[n] for n in ("publisher", "published", "directness")},
    )
    if form == "json":
        from assay.export.documents import CitedSource

        print_json(CitedSource.model_validate(cited).as_json())
        return
    click.echo(cited.id)
    click.echo(f"{'written to' if cited.created else 'already in'} {cited.file}", err=True)
    if cited.claim is not None:
        click.echo(f"cited by {cited.claim} in {cited.claim_file}", err=True)
