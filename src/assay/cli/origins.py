"""``assay origins``."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import click

from assay.cli.output import format_option, print_json
from assay.cli.session import Session
from assay.cli.timings import observed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assay.evidence.retellings import Proposal
    from assay.ingest.decide import Decision
    from assay.loading.load import Loaded


@click.command("origins")
@click.option(
    "--above",
    type=click.FloatRange(0.0, 1.0),
    help="Show (and accept) only proposals with this score or more.",
)
@click.option(
    "--accept-all",
    is_flag=True,
    help="Accept what is shown: from --above on, else from the desk's accept_origins_from.",
)
@click.option("--walk", is_flag=True, help="Ask about one proposal after the other.")
@click.option(
    "--decide",
    "decided",
    multiple=True,
    metavar="SOURCE:RELATION:OTHER",
    help="Write a decision: cites, same_as or not_same_as. May be repeated.",
)
@format_option("json")
@observed
@click.pass_obj
def command(
    session: Session,
    above: float | None,
    accept_all: bool,
    walk: bool,
    decided: tuple[str, ...],
    output: str,
) -> None:
    """Propose which sources retell which, each with a score and a reason.

    A proposal moves no grade. What is accepted is written into the source as 'cites' or
    'same_as', what is refused as 'not_same_as', and neither is proposed again. Of a story that
    many tell, --accept-all and --walk take as many proposals as suffice for all of them to go
    back to the first.
    """
    from assay.errors import UsageError
    from assay.evidence.retellings import enough
    from assay.ingest.decide import Decision, decide, proposals
    from assay.loading import require

    if accept_all + walk + bool(decided) > 1:
        raise UsageError("--accept-all, --walk and --decide are three ways to decide; give one")
    if walk and output == "json":
        raise UsageError("--walk asks a person; scripts use --decide")
    loaded = session.load()
    if decided:
        files = decide(loaded, [Decision.parse(d) for d in decided])
        if output == "json":
            from assay.export.documents import Origins

            print_json(Origins(written=files).as_json())
        else:
            click.echo("\n".join(files))
        return
    require(loaded)
    if accept_all and not above:
        above = loaded.rulebook.settings.accept_origins_from if loaded.rulebook else None
        if not above:
            raise UsageError(
                "--accept-all needs a score: give --above, or write 'accept_origins_from' under "
                "'settings' in rules.yaml"
            )
    every = proposals(loaded)
    found = [p for p in every if p.score >= (above or 0.0)]
    if walk:
        files = decide(loaded, list(_walk(loaded, enough(found, every))))
        click.echo("\n".join(files))
        return
    taken = enough(found, every) if accept_all else []
    files = decide(loaded, [Decision(p.source, p.relation, p.other) for p in taken])
    if output == "json":
        from assay.export.documents import Origins

        print_json(Origins(proposals=found, written=files).as_json())
        return
    for line in _lines(found):
        click.echo(line)
    said = f"; {len(taken)} written, which suffice" if accept_all else ""
    click.echo(f"{len(found)} proposals{said}", err=True)


def _lines(found: Sequence[Proposal]) -> Iterator[str]:
    """The proposals story by story, the one with the best proposal first."""
    best: dict[str, float] = {}
    for p in found:
        best.setdefault(p.story, p.score)
    ordered = sorted(found, key=lambda p: (-best[p.story], p.story, -p.score, p.source, p.other))
    for story, members in groupby(ordered, key=lambda p: p.story):
        told = list(members)
        ids = {id_ for p in told for id_ in (p.source, p.other)}
        if len(ids) > 2:
            yield f"{len(ids)} sources tell the story of {story}"
        for p in told:
            yield f"{p.score:.2f}  {p.source} {p.relation} {p.other}"
            yield f"      {p.reason}"


def _walk(loaded: Loaded, found: Sequence[Proposal]) -> Iterator[Decision]:
    """What the analyst says to each proposal, until there are no more or it is enough."""
    from assay.ingest.decide import Decision

    sources = loaded.corpus.sources
    for number, p in enumerate(found, 1):
        click.echo(f"\n{number} of {len(found)}, {p.score:.2f}: {p.reason}")
        for label, id_ in ((p.relation, p.source), ("", p.other)):
            source = sources[id_]
            told = f"{source.published or 'undated'}, {source.publisher or 'no publisher'}"
            click.echo(f"  {id_} ({told}): {source.title}")
            if label:
                click.echo(f"    {label}")
        answer = click.prompt(
            "[a]ccept, [r]efuse, [s]kip, [q]uit",
            type=click.Choice(["a", "r", "s", "q"]),
            show_choices=False,
        )
        if answer == "q":
            return
        if answer == "a":
            yield Decision(p.source, p.relation, p.other)
        elif answer == "r":
            yield Decision(p.source, "not_same_as", p.other)
