"""``assay init``, ``new``, ``cite`` and ``find``: adding evidence and searching it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assay.cli import completion
from assay.cli.options import Choice, Command, Group, json_option
from assay.cli.output import print_json
from assay.cli.session import Session

if TYPE_CHECKING:
    from assay.authoring.new import Written


@click.command(name="init", cls=Command)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--ci",
    is_flag=True,
    help="Also add a GitHub workflow and a pre-commit hook; in an existing workspace, only these.",
)
def init_command(folder: Path, ci: bool) -> None:
    """Create a workspace with a small example.

    DIR is a new or empty folder. The workspace has the default rulebook, and a fictitious
    institution and event with their sources.
    """
    from assay.authoring.init import add_ci, init
    from assay.workspace.paths import Workspace

    there = Workspace(folder.resolve())
    if ci and there.rules_path.is_file():
        for path in add_ci(there):
            click.echo(str(path.relative_to(there.root)))
        click.echo("next: assay apply, then commit these files and grades.lock", err=True)
        return
    workspace = init(folder, ci=ci)
    click.echo(str(workspace.root))
    click.echo(f"next: cd {folder} && assay check", err=True)


_Command = Callable[..., None]


@click.group(name="new", cls=Group)
def new_command() -> None:
    """Add an institution, event, source, publisher or claim.

    Prints its id. Comments and formatting of the edited file are preserved. Nothing is written
    if the result would have errors.
    """


def _common(function: _Command) -> _Command:
    for option in (
        json_option,
        click.option(
            "--id", "id_", metavar="ID", help="Id. Default: derived from the name or text."
        ),
    ):
        function = option(function)
    return function


def _into(function: _Command) -> _Command:
    return click.option(
        "--into",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="File below profiles/ to add the document to. Default: a file for its kind.",
    )(function)


def _profile_options(function: _Command) -> _Command:
    for name, help_ in (
        ("--topic", "Topic. Repeatable."),
        ("--domain", "Primary domain, for example 'Governance'."),
        ("--region", "Region, for example 'Asia Pacific'."),
        ("--type", "Type, for example 'regulator', 'company' or 'decision'."),
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
    _show(written, options["output"])


def _show(written: Written, output: str) -> None:
    if output == "json":
        from assay.output.documents_json import NewDocument

        print_json(NewDocument.model_validate(written).as_json())
        return
    click.echo(written.id)
    click.echo(f"written to {written.file}", err=True)


@new_command.command(name="institution")
@click.argument("name")
@click.option("--alias", multiple=True, metavar="TEXT", help="Another name. Repeatable.")
@click.option("--base", metavar="TEXT", help="Place of its seat.")
@_profile_options
@_into
@_common
@click.pass_obj
def institution(session: Session, /, name: str, alias: tuple[str, ...], **options: Any) -> None:
    """Add a profile of an institution: a regulator, a company, a platform."""
    fields = {"aliases": list(alias), **_profile_fields(options), "base": options["base"]}
    _write(session, "institution", name, options, fields)


@new_command.command(name="event")
@click.argument("name")
@click.option("--date", metavar="DATE", help="Date, as 2024-01-29, 2024-01, 2024-Q1 or 2024.")
@click.option("--from", "from_", metavar="DATE", help="First day of an event that lasted.")
@click.option("--until", metavar="DATE", help="Last day of an event that lasted.")
@_profile_options
@_into
@_common
@click.pass_obj
def event(session: Session, /, name: str, **options: Any) -> None:
    """Add a profile of an event."""
    days = {"date": options["date"], "from": options["from_"], "until": options["until"]}
    _write(session, "event", name, options, {**days, **_profile_fields(options)})


@new_command.command(name="source")
@click.argument("title")
@click.option("--publisher", metavar="ID", shell_complete=completion.publishers, help="Publisher.")
@click.option(
    "--url",
    metavar="URL",
    help="Address. To reuse an existing source, run `assay cite URL` instead.",
)
@click.option("--published", metavar="DATE", help="Date, as 2024-01-29, 2024-01, 2024-Q1 or 2024.")
@click.option("--accessed", metavar="DAY", help="Day it was read, for example 2024-01-29.")
@click.option(
    "--directness",
    type=Choice(["record", "first_hand", "retelling", "self_report"]),
    help="Directness of the source.",
)
@click.option(
    "--cites",
    multiple=True,
    metavar="ID",
    shell_complete=completion.sources,
    help="Source that it draws on. Repeatable.",
)
@_into
@_common
@click.pass_obj
def source(session: Session, /, title: str, cites: tuple[str, ...], **options: Any) -> None:
    """Add a source: one publication in one version."""
    names = ("publisher", "url", "published", "accessed", "directness")
    fields = {**{n: options[n] for n in names}, "cites": list(cites)}
    _write(session, "source", title, options, fields)


@new_command.command(name="publisher")
@click.argument("name")
@click.option(
    "--owner",
    metavar="ID",
    shell_complete=completion.publishers,
    help="Owner; publishers with one owner are one family.",
)
@click.option(
    "--reliability", type=Choice(["A", "B", "C", "D", "E"]), help="Reliability, from A (best) to E."
)
@click.option("--reason", metavar="TEXT", help="Reason for the reliability.")
@click.option("--rated", metavar="DATE", help="Date of the reliability rating.")
@click.option("--url", metavar="URL", help="Address.")
@_into
@_common
@click.pass_obj
def publisher(session: Session, /, name: str, reason: str | None, **options: Any) -> None:
    """Add a publisher: an outlet, an office, a company."""
    fields = {n: options[n] for n in ("owner", "reliability")}
    fields |= {
        "reliability_reason": reason,
        "reliability_date": options["rated"],
        "url": options["url"],
    }
    _write(session, "publisher", name, options, fields)


@new_command.command(name="claim")
@click.argument("profile", metavar="PROFILE", shell_complete=completion.profiles)
@click.argument("text")
@click.option(
    "--nature",
    type=Choice(["fact", "attributed", "judgement", "assumption", "forecast"]),
    default="fact",
    help="Nature of the claim. Default: fact.",
)
@click.option(
    "--source",
    "sources",
    multiple=True,
    metavar="ID",
    shell_complete=completion.sources,
    help="Source that supports it. Repeatable.",
)
@click.option(
    "--rests-on", multiple=True, metavar="CLAIM", help="Claim it is based on. Repeatable."
)
@click.option("--section", metavar="NAME", help="Section of the page, for example 'what_happened'.")
@click.option(
    "--type", "type_", metavar="NAME", help="Type, for example 'figure', 'mandate' or 'role'."
)
@click.option(
    "--holds",
    type=Choice(["dated", "standing"]),
    help="Whether it is true of a date or until it changes.",
)
@click.option("--as-of", metavar="DATE", help="Date the claim is true of.")
@click.option("--key", is_flag=True, help="Make it a key claim.")
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
    """Add a claim with TEXT to PROFILE.

    It is a draft until it has a source or grounds.
    """
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
    _show(written, options["output"])


def _profile_fields(options: dict[str, Any]) -> dict[str, Any]:
    fields = {n: options[n] for n in ("type", "region", "domain")}
    return {**fields, "topics": list(options["topic"])}


@click.command(name="cite", cls=Command)
@click.argument("publication", metavar="URL|FILE")
@click.option(
    "--claim",
    metavar="PROFILE#CLAIM",
    shell_complete=completion.claims,
    help="Claim that cites the source.",
)
@click.option(
    "--stance",
    type=Choice(["supports", "disputes"]),
    help="With --claim: stance of the source. Default: supports.",
)
@click.option(
    "--locator", metavar="TEXT", help="With --claim: place in the source, for example 'para 4'."
)
@click.option("--id", "id_", metavar="ID", help="Id, if the source is added.")
@click.option("--title", metavar="TEXT", help="Title, if the source is added.")
@click.option(
    "--publisher",
    metavar="ID",
    shell_complete=completion.publishers,
    help="Publisher, if the source is added.",
)
@click.option("--published", metavar="DATE", help="Date, as 2024-01-29, 2024-01, 2024-Q1 or 2024.")
@click.option(
    "--directness",
    type=Choice(["record", "first_hand", "retelling", "self_report"]),
    help="Directness of the source.",
)
@json_option
@click.pass_obj
def cite_command(session: Session, /, publication: str, output: str, **options: str | None) -> None:
    """Find or add the source for a URL or file, and optionally cite it.

    Prints the id of the source. A URL is recognised in every spelling, without regard to
    tracking parameters, www. or AMP. A file is recognised by its content.
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
    if output == "json":
        from assay.output.documents_json import CitedSource

        print_json(CitedSource.model_validate(cited).as_json())
        return
    click.echo(cited.id)
    click.echo(f"{'written to' if cited.created else 'already in'} {cited.file}", err=True)
    if cited.claim is not None:
        click.echo(f"cited by {cited.claim} in {cited.claim_file}", err=True)


@click.command(name="find", cls=Command)
@click.argument("words", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(min=1), default=20, help="Most results. Default: 20.")
@json_option
@click.pass_obj
def find_command(session: Session, words: tuple[str, ...], limit: int, output: str) -> None:
    """Search ids, names, titles and claims.

    Lists documents and claims that contain all WORDS, best match first. Aliases and URLs are
    searched too. Case and accents are ignored.
    """
    from assay.authoring.find import find

    loaded = session.load()
    found = find(loaded.corpus, words)
    shown = found[:limit]
    if output == "json":
        from assay.output.documents_json import FoundDocuments

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
