"""``assay lineage``, ``edges`` and ``contradictions``: suggestions found in sources."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import click

from assay.cli.options import Choice, Command, format_option, json_option
from assay.cli.output import echo, observed, print_html, print_json, print_lines
from assay.cli.session import Session
from assay.text import plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assay.evidence.retellings import Proposal
    from assay.ingest.decide import Decision
    from assay.workspace.load import Loaded


@click.command("lineage", cls=Command)
@click.option(
    "--above",
    type=click.FloatRange(0.0, 1.0),
    help="Show and accept only suggestions with at least this score.",
)
@click.option(
    "--accept-all",
    is_flag=True,
    help="Accept all suggestions from --above. Default: from `accept_origins_from` in rules.yaml.",
)
@click.option("--walk", is_flag=True, help="Ask about each suggestion.")
@click.option(
    "--decide",
    "decided",
    multiple=True,
    metavar="SOURCE:RELATION:OTHER",
    help="Record a decision: cites, same_as or not_same_as. Repeatable.",
)
@json_option
@observed
@click.pass_obj
def lineage_command(
    session: Session,
    above: float | None,
    accept_all: bool,
    walk: bool,
    decided: tuple[str, ...],
    output: str,
) -> None:
    """Suggest which sources draw on which.

    Each suggestion has a score and a reason, and changes no grade. An accepted one is added to
    the source as 'cites' or 'same_as', a refused one as 'not_same_as'; neither is suggested
    again. For a report that many repeat, --accept-all and --walk use only as many suggestions as
    link all of them to the original.
    """
    from assay.errors import UsageError
    from assay.evidence.retellings import enough
    from assay.ingest.decide import Decision, decide, proposals
    from assay.output.documents_json import Origins
    from assay.workspace.load import require

    if accept_all + walk + bool(decided) > 1:
        raise UsageError("--accept-all, --walk and --decide exclude each other")
    if walk and output == "json":
        raise UsageError("--walk is interactive; use --decide with --format json")
    if decided:
        named = [Decision.parse(d) for d in decided]
        files = session.edit(lambda loaded: decide(loaded, named))
        if output == "json":
            print_json(Origins(written=files).as_json())
        else:
            echo("\n".join(files))
        return
    loaded = session.load()
    require(loaded)
    if accept_all and not above:
        above = loaded.rulebook.settings.accept_origins_from if loaded.rulebook else None
        if not above:
            raise UsageError(
                "--accept-all needs --above, or 'accept_origins_from' under 'settings' in "
                "rules.yaml"
            )
    every = proposals(loaded)
    found = [p for p in every if p.score >= (above or 0.0)]
    if walk:
        answers = list(_walk(loaded, enough(found, every)))
        files = session.edit(lambda now: decide(now, answers))
        echo("\n".join(files))
        return
    accepted = enough(found, every) if accept_all else []
    decisions = [Decision(p.source, p.relation, p.other) for p in accepted]
    files = session.edit(lambda now: decide(now, decisions)) if decisions else []
    if output == "json":
        print_json(Origins(proposals=found, written=files).as_json())
        return
    print_lines(_lines(found))
    count = f", {len(accepted)} accepted" if accept_all else ""
    echo(f"{plural(len(found), 'suggestion')}{count}", err=True)


def _lines(found: Sequence[Proposal]) -> Iterator[str]:
    """Yield the suggestions, those about one report together, the best report first."""
    best: dict[str, float] = {}
    for p in found:
        best.setdefault(p.story, p.score)
    ordered = sorted(found, key=lambda p: (-best[p.story], p.story, -p.score, p.source, p.other))
    for story, grouped in groupby(ordered, key=lambda p: p.story):
        members = list(grouped)
        ids = {id_ for p in members for id_ in (p.source, p.other)}
        if len(ids) > 2:
            yield f"{len(ids)} sources share the report of {story}"
        for p in members:
            yield f"{p.score:.2f}  {p.source} {p.relation} {p.other}"
            yield f"      {p.reason}"


def _walk(loaded: Loaded, found: Sequence[Proposal]) -> Iterator[Decision]:
    """Ask about each suggestion, until the last one or until the analyst quits."""
    from assay.ingest.decide import Decision

    for number, p in enumerate(found, 1):
        echo(f"\n{number} of {len(found)}, {p.score:.2f}: {p.reason}")
        echo(_described(loaded, p.source))
        echo(f"    {p.relation}")
        echo(_described(loaded, p.other))
        answer = click.prompt(
            "[a]ccept, [r]efuse, [s]kip, [q]uit",
            type=Choice(["a", "r", "s", "q"]),
            show_choices=False,
        )
        if answer == "q":
            return
        if answer == "a":
            yield Decision(p.source, p.relation, p.other)
        elif answer == "r":
            yield Decision(p.source, "not_same_as", p.other)


def _described(loaded: Loaded, id_: str) -> str:
    source = loaded.corpus.sources[id_]
    origin = f"{source.published or 'undated'}, {source.publisher or 'no publisher'}"
    return f"  {id_} ({origin}): {source.title}"


@click.command("edges", cls=Command)
@click.option(
    "--accept",
    "accepted",
    multiple=True,
    metavar="PROFILE:RELATION:ON",
    help="Add the dependency, with its sentences as claims. Repeatable.",
)
@json_option
@click.pass_obj
def edges_command(session: Session, accepted: tuple[str, ...], output: str) -> None:
    """Suggest dependencies found in sources.

    Searches the stored text of ingested sources for sentences that link two known profiles: one
    regulates, owns, supplies, hosts, approves or funds the other, or relies on it. Sentences that
    deny, ask, plan, suppose or refer to the past are ignored. A suggestion changes no score. An
    accepted one is added to the dependent profile.
    """
    from assay.ingest.related import accept_edges, proposed_edges
    from assay.output.documents_json import Edges
    from assay.workspace.load import require

    if accepted:
        files = session.edit(lambda loaded: accept_edges(loaded, accepted))
        if output == "json":
            print_json(Edges(written=files).as_json())
        else:
            echo("\n".join(files))
        return
    loaded = session.load()
    require(loaded)
    found = proposed_edges(loaded)
    if output == "json":
        print_json(Edges(edges=found, written=[]).as_json())
        return
    for edge in found:
        echo(edge.key)
        print_lines(f"  {stated.source}: {stated.sentence}" for stated in edge.stated)
    echo(plural(len(found), "suggestion"), err=True)


@click.command("contradictions", cls=Command)
@click.option(
    "--series", is_flag=True, help="Also list figures for one measure at different times."
)
@format_option("json", "html")
@click.pass_obj
def contradictions_command(session: Session, series: bool, output: str) -> None:
    """Suggest contradictions between claims and sources.

    Compares figures for the same measure and dates of the same act, in claims and in the stored
    text of sources. Record a confirmed contradiction under 'contradicts' of the claim. HTML
    output plots the series.
    """
    from assay.ingest.stated import clashes
    from assay.workspace.load import require

    loaded = session.load()
    require(loaded)
    found = [c for c in clashes(loaded) if series or c.kind == "contradiction"]
    if output == "html":
        from assay.output.html import contradictions_html

        print_html(contradictions_html(found))
        return
    if output == "json":
        from assay.output.documents_json import Contradictions

        pairs = [
            {"kind": c.kind, "reason": c.reason, "statements": (c.first, c.second)} for c in found
        ]
        print_json(Contradictions(found=pairs).as_json())
        return
    for clash in found:
        echo(f"{clash.kind}: {clash.reason}")
        for statement in (clash.first, clash.second):
            echo(f"  {statement.place}: {statement.text}")
    echo(plural(len(found), "suggestion"), err=True)
