"""``assay init``, ``new``, ``cite`` and ``find``: writing evidence, and finding it again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assay.cli import names
from assay.cli.output import print_json
from assay.cli.session import Choice, Command, Group, Session, format_option

if TYPE_CHECKING:
    from assay.authoring.new import Written


@click.command(name="init", cls=Command)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--ci",
    is_flag=True,
    help="Also write a GitHub workflow and a pre-commit hook; into a workspace, only these.",
)
def init_command(folder: Path, ci: bool) -> None:
    """Write a small, complete workspace into DIR, a new folder or an empty one.

    It has the default rulebook and a made-up institution and event with their sources.
    """
    from assay.authoring.ci import add_ci
    from assay.authoring.init import init
    from assay.workspace import Workspace

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
    """Write a new institution, event, source, publisher or claim, and print its id.

    Comments and formatting of the file it goes into stay as they are. Nothing is written if
    the result would have mistakes.
    """


def _common(function: _Command) -> _Command:
    for option in (
        format_option("json"),
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
    _show(written, options["output"])


def _show(written: Written, output: str) -> None:
    if output == "json":
        from assay.export.documents import NewDocument

        print_json(NewDocument.model_validate(written).as_json())
        return
    click.echo(written.id)
    click.echo(f"written to {written.file}", err=True)


@new_command.command(name="institution")
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


@new_command.command(name="event")
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


@new_command.command(name="source")
@click.argument("title")
@click.option("--publisher", metavar="ID", shell_complete=names.publishers)
@click.option("--url", metavar="URL", help="'assay cite URL' finds out first if it is there.")
@click.option("--published", metavar="DATE", help="2024-01-29, 2024-01, 2024-Q1 or 2024.")
@click.option("--accessed", metavar="DAY", help="When it was read: 2024-01-29.")
@click.option("--directness", type=Choice(["record", "first_hand", "retelling", "self_report"]))
@click.option(
    "--cites",
    multiple=True,
    metavar="ID",
    shell_complete=names.sources,
    help="A source that it draws on.",
)
@_into
@_common
@click.pass_obj
def source(session: Session, /, title: str, cites: tuple[str, ...], **options: Any) -> None:
    """Write a source: one publication in one version."""
    names = ("publisher", "url", "published", "accessed", "directness")
    fields = {**{n: options[n] for n in names}, "cites": list(cites)}
    _write(session, "source", title, options, fields)


@new_command.command(name="publisher")
@click.argument("name")
@click.option(
    "--owner",
    metavar="ID",
    shell_complete=names.publishers,
    help="Outlets of one owner are one family.",
)
@click.option("--reliability", type=Choice(["A", "B", "C", "D", "E"]))
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


@new_command.command(name="claim")
@click.argument("profile", metavar="PROFILE", shell_complete=names.profiles)
@click.argument("text")
@click.option(
    "--nature",
    type=Choice(["fact", "attributed", "judgement", "assumption", "forecast"]),
    default="fact",
    show_default=True,
)
@click.option(
    "--source",
    "sources",
    multiple=True,
    metavar="ID",
    shell_complete=names.sources,
    help="May be given several times.",
)
@click.option("--rests-on", multiple=True, metavar="CLAIM", help="May be given several times.")
@click.option("--section", metavar="NAME", help="As 'what_happened'.")
@click.option("--type", "type_", metavar="NAME", help="As 'figure', 'mandate', 'role'.")
@click.option("--holds", type=Choice(["dated", "standing"]))
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
    _show(written, options["output"])


def _profile_fields(options: dict[str, Any]) -> dict[str, Any]:
    fields = {n: options[n] for n in ("type", "region", "domain")}
    return {**fields, "topics": list(options["topic"])}


@click.command(name="cite", cls=Command)
@click.argument("publication", metavar="URL|FILE")
@click.option(
    "--claim",
    metavar="PROFILE#CLAIM",
    shell_complete=names.claims,
    help="Let this claim cite the source.",
)
@click.option("--stance", type=Choice(["supports", "disputes"]), help="With --claim.")
@click.option("--locator", metavar="TEXT", help="With --claim: where in the source, as 'para 4'.")
@click.option("--id", "id_", metavar="ID", help="The id of a source that is written.")
@click.option("--title", metavar="TEXT", help="The title of a source that is written.")
@click.option(
    "--publisher",
    metavar="ID",
    shell_complete=names.publishers,
    help="The publisher of a source that is written.",
)
@click.option("--published", metavar="DATE", help="Its date: 2024-01-29, 2024-01, 2024-Q1, 2024.")
@click.option("--directness", type=Choice(["record", "first_hand", "retelling", "self_report"]))
@format_option("json")
@click.pass_obj
def cite_command(session: Session, /, publication: str, output: str, **options: str | None) -> None:
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
    if output == "json":
        from assay.export.documents import CitedSource

        print_json(CitedSource.model_validate(cited).as_json())
        return
    click.echo(cited.id)
    click.echo(f"{'written to' if cited.created else 'already in'} {cited.file}", err=True)
    if cited.claim is not None:
        click.echo(f"cited by {cited.claim} in {cited.claim_file}", err=True)


@click.command(name="find", cls=Command)
@click.argument("words", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True)
@format_option("json")
@click.pass_obj
def find_command(session: Session, words: tuple[str, ...], limit: int, output: str) -> None:
    """Find documents and claims in which all WORDS occur, best first.

    Searches ids, names, aliases, titles, addresses and the texts of claims. Case and accents
    make no difference.
    """
    from assay.authoring.find import find

    loaded = session.load()
    found = find(loaded.corpus, words)
    shown = found[:limit]
    if output == "json":
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
