"""``assay new``: documents and claims without looking up their form."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assay.cli.output import print_json
from assay.cli.session import Session

if TYPE_CHECKING:
    from assay.authoring.new import Written

_Command = Callable[..., None]


@click.group(name="new", short_help="Write a new document or claim.")
def command() -> None:
    """Write a new institution, event, source, publisher or claim, and print its id.

    Comments and formatting of the file it goes into stay as they are. Nothing is written if
    the result would have mistakes.
    """


def _common(function: _Command) -> _Command:
    for option in (
        click.option("--format", "form", type=click.Choice(["text", "json"]), default="text"),
        click.option("--id", "id_", metavar="ID", help="Else made from the name."),
    ):
        function = option(function)
    return function


def _into(function: _Command) -> _Command:
    return click.option(
        "--into",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="A file below profiles/ to add the document to.",
    )(function)


def _profile_options(function: _Command) -> _Command:
    for name, help_ in (
        ("--topic", "May be given several times."),
        ("--domain", "The primary domain, as 'Governance'."),
        ("--region", "As 'Asia Pacific'."),
        ("--type", "As 'regulator', 'company', 'decision'."),
    ):
        function = click.option(name, help=help_, metavar="TEXT", multiple=name == "--topic")(
            function
        )
    return function


def _write(
    session: Session, kind: str, name: str, options: dict[str, Any], fields: dict[str, Any]
) -> None:
    from assay.authoring.new import new_document

    loaded = session.load()
    written = new_document(
        loaded, kind, name, id_=options["id_"], into=options["into"], fields=fields
    )
    _show(written, options["form"])


def _show(written: Written, form: str) -> None:
    if form == "json":
        from assay.export.documents import NewDocument

        print_json(NewDocument.model_validate(written).as_json())
        return
    click.echo(written.id)
    click.echo(f"written to {written.file}", err=True)


@command.command(name="institution")
@click.argument("name")
@click.option("--alias", multiple=True, metavar="TEXT", help="May be given several times.")
@click.option("--base", metavar="TEXT", help="Where it is seated.")
@_profile_options
@_into
@_common
@click.pass_obj
def institution(session: Session, /, name: str, alias: tuple[str, ...], **options: Any) -> None:
    """Write a profile of a body that acts: a regulator, a company, a platform."""
    fields = {"aliases": list(alias), **_profile_fields(options), "base": options["base"]}
    _write(session, "institution", name, options, fields)


@command.command(name="event")
@click.argument("name")
@click.option("--date", metavar="DATE", help="2024-01-29, 2024-01, 2024-Q1 or 2024.")
@click.option("--from", "from_", metavar="DATE", help="Of something that went on for a time.")
@click.option("--until", metavar="DATE")
@_profile_options
@_into
@_common
@click.pass_obj
def event(session: Session, /, name: str, **options: Any) -> None:
    """Write a profile of something that happened."""
    days = {"date": options["date"], "from": options["from_"], "until": options["until"]}
    _write(session, "event", name, options, {**days, **_profile_fields(options)})


@command.command(name="source")
@click.argument("title")
@click.option("--publisher", metavar="ID")
@click.option("--url", metavar="URL", help="'assay cite URL' finds out first if it is there.")
@click.option("--published", metavar="DATE", help="2024-01-29, 2024-01, 2024-Q1 or 2024.")
@click.option("--accessed", metavar="DAY", help="When it was read: 2024-01-29.")
@click.option(
    "--directness", type=click.Choice(["record", "first_hand", "retelling", "self_report"])
)
@click.option("--cites", multiple=True, metavar="ID", help="A source that it draws on.")
@_into
@_common
@click.pass_obj
def source(session: Session, /, title: str, cites: tuple[str, ...], **options: Any) -> None:
    """Write a source: one publication in one version."""
    names = ("publisher", "url", "published", "accessed", "directness")
    fields = {**{n: options[n] for n in names}, "cites": list(cites)}
    _write(session, "source", title, options, fields)


@command.command(name="publisher")
@click.argument("name")
@click.option("--owner", metavar="ID", help="Outlets of one owner are one family.")
@click.option("--reliability", type=click.Choice(["A", "B", "C", "D", "E"]))
@click.option("--reason", metavar="TEXT", help="What the reliability rests on.")
@click.option("--rated", metavar="DATE", help="When the reliability was settled.")
@click.option("--url", metavar="URL")
@_into
@_common
@click.pass_obj
def publisher(session: Session, /, name: str, reason: str | None, **options: Any) -> None:
    """Write a publisher: an outlet, an office, a company."""
    fields = {n: options[n] for n in ("owner", "reliability")}
    fields |= {
        "reliability_reason": reason,
        "reliability_date": options["rated"],
        "url": options["url"],
    }
    _write(session, "publisher", name, options, fields)


@command.command(name="claim")
@click.argument("profile", metavar="PROFILE")
@click.argument("text")
@click.option(
    "--nature",
    type=click.Choice(["fact", "attributed", "judgement", "assumption", "forecast"]),
    default="fact",
    show_default=True,
)
@click.option(
    "--source", "sources", multiple=True, metavar="ID", help="May be given several times."
)
@click.option("--rests-on", multiple=True, metavar="CLAIM", help="May be given several times.")
@click.option("--section", metavar="NAME", help="As 'what_happened'.")
@click.option("--type", "type_", metavar="NAME", help="As 'figure', 'mandate', 'role'.")
@click.option("--holds", type=click.Choice(["dated", "standing"]))
@click.option("--as-of", metavar="DATE", help="The date of which it is true.")
@click.option("--key", is_flag=True, help="The profile stands on it.")
@_common
@click.pass_obj
def claim(
    session: Session,
    /,
    profile: str,
    text: str,
    sources: tuple[str, ...],
    rests_on: tuple[str, ...],
    **options: Any,
) -> None:
    """Add a claim with TEXT to PROFILE; as a draft while it lacks a source or grounds."""
    from assay.authoring.new import new_claim

    loaded = session.load()
    fields = {n: options[n] for n in ("section", "key", "holds", "as_of")}
    fields["type"] = options["type_"]
    written = new_claim(
        loaded,
        profile,
        text,
        id_=options["id_"],
        nature=options["nature"],
        fields=fields,
        sources=sources,
        rests_on=rests_on,
    )
    _show(written, options["form"])


def _profile_fields(options: dict[str, Any]) -> dict[str, Any]:
    fields = {n: options[n] for n in ("type", "region", "domain")}
    return {**fields, "topics": list(options["topic"])}
