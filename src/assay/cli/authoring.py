"""``assay init``, ``new``, ``cite`` and ``find``: adding evidence and searching it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assay.cli import completion
from assay.cli.options import Choice, Command, Group, json_option
from assay.cli.output import echo, print_json, print_lines
from assay.cli.session import Session
from assay.errors import UsageError

if TYPE_CHECKING:
    from assay.authoring.new import Written


@click.command(name="init", cls=Command)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--ci",
    is_flag=True,
    help="Also add a GitHub workflow and a pre-commit hook; in an existing workspace, only these.",
)
@click.option(
    "--install-from",
    metavar="ADDRESS",
    help="Address that the workflow installs from: of a wheel, a repository, or a path. "
    "Default: asked for.",
)
@click.option("--empty", is_flag=True, help="Without the example: only the rulebook.")
def init_command(folder: Path, ci: bool, install_from: str | None, empty: bool) -> None:
    """Create a workspace with a small example.

    DIR is a new or empty folder. The workspace has the default rulebook, and a fictitious
    institution and event with their sources.
    """
    from assay.authoring.init import add_ci, init
    from assay.workspace.paths import Workspace, real_path

    if install_from is not None and not ci:
        raise UsageError("--install-from is for the workflow; add --ci")
    if ci and install_from is None:
        if not sys.stdin.isatty():
            raise UsageError("--ci needs the address of assay; add --install-from ADDRESS")
        install_from = click.prompt("Address that the workflow installs assay from", err=True)
    existing = Workspace(real_path(folder))
    if install_from is not None and existing.rules_path.is_file():
        written = add_ci(existing, install_from)
        print_lines(str(path.relative_to(existing.root)) for path in written)
        echo("next: assay apply, then commit these files and grades.lock", err=True)
        return
    workspace = init(folder, install_from=install_from, empty=empty)
    echo(str(workspace.root))
    first = "assay new institution NAME" if empty else "assay check"
    echo(f"next: cd {folder} && {first}", err=True)


@click.group(name="new", cls=Group)
def new_command() -> None:
    """Add a document, a claim, or an item of a profile.

    Prints its id. Comments and formatting of the edited file are preserved. Nothing is written
    if the result would have errors.
    """


_Command = Callable[..., None]

_into_option = click.option(
    "--into",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="File below profiles/ to add the document to. Default: a file for its kind.",
)
_published_option = click.option(
    "--published", metavar="DATE", help="Date, as 2024-01-29, 2024-01, 2024-Q1 or 2024."
)
_directness_option = click.option(
    "--directness",
    type=Choice(["record", "first_hand", "secondary", "self_report"]),
    help="Directness of the source.",
)
_PROFILE_FIELDS = ("type", "region", "domain", "topics")


def _common_options(function: _Command) -> _Command:
    id_option = click.option(
        "--id", "id_", metavar="ID", help="Id. Default: derived from the name or text."
    )
    return id_option(json_option(function))


def _profile_options(function: _Command) -> _Command:
    for option in (
        click.option("--topic", "topics", metavar="TEXT", multiple=True, help="Topic. Repeatable."),
        click.option("--domain", metavar="TEXT", help="Primary domain, for example 'Governance'."),
        click.option("--region", metavar="TEXT", help="Region, for example 'Asia Pacific'."),
        click.option(
            "--type",
            metavar="TEXT",
            help="Type, for example 'regulator', 'company' or 'decision'.",
        ),
    ):
        function = option(function)
    return function


@new_command.command(name="institution")
@click.argument("name")
@click.option("--alias", "aliases", multiple=True, metavar="TEXT", help="Another name. Repeatable.")
@click.option("--base", metavar="TEXT", help="Place of its seat.")
@_profile_options
@_into_option
@_common_options
@click.pass_obj
def institution(session: Session, /, name: str, **options: Any) -> None:
    """Add a profile of an institution: a regulator, a company, a platform."""
    _add(session, "institution", name, options, "aliases", *_PROFILE_FIELDS, "base")


def _add(session: Session, kind: str, name: str, options: dict[str, Any], *fields: str) -> None:
    """Add a document with the options of these names as its fields, in this order."""
    from assay.authoring.new import new_document

    values = {f: list(v) if isinstance(v := options[f], tuple) else v for f in fields}
    written = session.edit(
        lambda loaded: new_document(
            loaded, kind, name, id_=options["id_"], into=options["into"], fields=values
        )
    )
    _print_written(written, options["output"])


def _print_written(written: Written, output: str) -> None:
    if output == "json":
        from assay.output.documents_json import NewDocument

        print_json(NewDocument.model_validate(written).as_json())
        return
    echo(written.id)
    echo(f"written to {written.file}", err=True)
    if written.draft:
        echo(
            "It is a draft, which is not scored: add a source with `assay cite URL --claim "
            f"{written.id}`, or the claims it is based on under 'rests_on:', and remove "
            "'status: draft'.",
            err=True,
        )


@new_command.command(name="event")
@click.argument("name")
@click.option("--date", metavar="DATE", help="Date, as 2024-01-29, 2024-01, 2024-Q1 or 2024.")
@click.option("--from", "from", metavar="DATE", help="First day of an event that lasted.")
@click.option("--until", metavar="DATE", help="Last day of an event that lasted.")
@_profile_options
@_into_option
@_common_options
@click.pass_obj
def event(session: Session, /, name: str, **options: Any) -> None:
    """Add a profile of an event."""
    _add(session, "event", name, options, "date", "from", "until", *_PROFILE_FIELDS)


@new_command.command(name="source")
@click.argument("title")
@click.option("--publisher", metavar="ID", shell_complete=completion.publishers, help="Publisher.")
@click.option(
    "--url",
    metavar="URL",
    help="Address. To reuse an existing source, run `assay cite URL` instead.",
)
@_published_option
@click.option("--accessed", metavar="DAY", help="Day it was read, for example 2024-01-29.")
@_directness_option
@click.option(
    "--cites",
    multiple=True,
    metavar="ID",
    shell_complete=completion.sources,
    help="Source that it draws on. Repeatable.",
)
@_into_option
@_common_options
@click.pass_obj
def source(session: Session, /, title: str, **options: Any) -> None:
    """Add a source: one publication in one version."""
    fields = ("publisher", "url", "published", "accessed", "directness", "cites")
    _add(session, "source", title, options, *fields)


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
@click.option("--reason", "reliability_reason", metavar="TEXT", help="Reason for the reliability.")
@click.option("--rated", "reliability_date", metavar="DATE", help="Date of the reliability rating.")
@click.option("--url", metavar="URL", help="Address.")
@_into_option
@_common_options
@click.pass_obj
def publisher(session: Session, /, name: str, **options: Any) -> None:
    """Add a publisher: an outlet, an office, a company."""
    fields = ("owner", "reliability", "reliability_reason", "reliability_date", "url")
    _add(session, "publisher", name, options, *fields)


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
@click.option("--type", metavar="NAME", help="Type, for example 'figure', 'mandate' or 'role'.")
@click.option(
    "--holds",
    type=Choice(["dated", "standing"]),
    help="Whether it is true of a date or until it changes.",
)
@click.option("--as-of", metavar="DATE", help="Date the claim is true of.")
@click.option("--key", is_flag=True, help="Make it a key claim.")
@_common_options
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

    Without a source or grounds it is a draft, which is not scored.
    """
    from assay.authoring.new import new_claim

    written = session.edit(
        lambda loaded: new_claim(
            loaded,
            profile,
            text,
            id_=options["id_"],
            nature=options["nature"],
            fields={n: options[n] for n in ("section", "key", "holds", "as_of", "type")},
            sources=sources,
            rests_on=rests_on,
        )
    )
    _print_written(written, options["output"])


_claims_option = click.option(
    "--claim",
    "claims",
    multiple=True,
    metavar="CLAIM",
    shell_complete=completion.claims,
    help="Claim that supports it. Repeatable.",
)
_audience_option = click.option(
    "--for",
    "for_audience",
    metavar="NAME",
    shell_complete=completion.audiences,
    help="Most public audience that may see it. Default: everyone.",
)
_profile_argument = click.argument("profile", metavar="PROFILE", shell_complete=completion.profiles)


def _add_item(
    session: Session, profile: str, key: str, options: dict[str, Any], short: str, *fields: str
) -> None:
    """Append an item to a list of a profile, with the options of these names as its fields."""
    from assay.authoring.new import new_item

    values = {f: list(v) if isinstance(v := options[f], tuple) else v for f in fields}
    values["audience"] = options.get("for_audience")
    _print_written(new_item(session.load(), profile, key, values, short), options["output"])


@new_command.command(name="edge")
@_profile_argument
@click.argument("on", metavar="ON", shell_complete=completion.profiles)
@click.option(
    "--relation", required=True, metavar="NAME", help="Relation, for example 'regulated_by'."
)
@click.option("--affects", is_flag=True, help="PROFILE is an event, and ON is what it affects.")
@click.option(
    "--criticality", type=Choice(["high", "medium", "low"]), help="Criticality of the dependency."
)
@click.option("--from", "valid_from", metavar="DATE", help="First date of the dependency.")
@click.option("--until", "valid_until", metavar="DATE", help="Last date of the dependency.")
@_claims_option
@_audience_option
@json_option
@click.pass_obj
def edge(session: Session, /, profile: str, affects: bool, **options: Any) -> None:
    """Add a dependency of PROFILE on another profile."""
    key = "affects" if affects else "depends_on"
    fields = ("on", "relation", "criticality", "claims", "valid_from", "valid_until")
    _add_item(session, profile, key, options, "", *fields)


_OPEN_FIELDS = ("document", "directness", "would_settle")


def _open_options(function: _Command) -> _Command:
    """Add the options of what a document could settle."""
    for option in (
        click.option(
            "--settles",
            "would_settle",
            multiple=True,
            metavar="CLAIM",
            help="Claim of the profile that the document would settle. Repeatable.",
        ),
        click.option(
            "--directness",
            type=Choice(["record", "first_hand"]),
            help="Kind of evidence that the document would be.",
        ),
        click.option("--document", metavar="TEXT", help="Document that could settle it."),
    ):
        function = option(function)
    return function


@new_command.command(name="gap")
@_profile_argument
@click.argument("text")
@_open_options
@_audience_option
@json_option
@click.pass_obj
def gap(session: Session, /, profile: str, **options: Any) -> None:
    """Add a gap to PROFILE: something that is not known."""
    _add_item(session, profile, "gaps", options, "text", "text", *_OPEN_FIELDS)


@new_command.command(name="watch")
@_profile_argument
@click.argument("text")
@click.option("--trigger", metavar="TEXT", help="Observation that settles it.")
@click.option("--due", metavar="DATE", help="Date of the development, for example 2024-Q3.")
@click.option("--effect", metavar="TEXT", help="Effect of the development.")
@click.option("--owner", metavar="TEXT", help="Analyst who watches it.")
@click.option("--priority", type=Choice(["high", "medium", "low"]), help="Priority.")
@_claims_option
@_open_options
@_audience_option
@json_option
@click.pass_obj
def watch(session: Session, /, profile: str, **options: Any) -> None:
    """Add a watch item to PROFILE: a development to monitor."""
    fields = ("text", "trigger", "effect", "due", "claims", "owner", "priority", *_OPEN_FIELDS)
    _add_item(session, profile, "watch", options, "", *fields)


@new_command.command(name="factor")
@_profile_argument
@click.argument("factor")
@click.argument("word")
@click.option("--text", metavar="TEXT", help="Number or phrase of the documents behind the word.")
@_claims_option
@json_option
@click.pass_obj
def factor(session: Session, /, profile: str, word: str, **options: Any) -> None:
    """Rate FACTOR of PROFILE with WORD of its scale."""
    options["is"] = word
    _add_item(session, profile, "factors", options, "", "factor", "is", "text", "claims")


@new_command.command(name="summary")
@_profile_argument
@click.argument("text")
@_claims_option
@json_option
@click.pass_obj
def summary(session: Session, /, profile: str, **options: Any) -> None:
    """Add a sentence to the summary of PROFILE."""
    _add_item(session, profile, "summary", options, "", "text", "claims")


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
@_published_option
@_directness_option
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
        raise UsageError("--stance and --locator need --claim PROFILE#CLAIM")
    cited = session.edit(
        lambda loaded: cite(
            loaded,
            publication,
            **{n: options[n] for n in ("claim", "stance", "locator", "id_", "title")},
            fields={n: options[n] for n in ("publisher", "published", "directness")},
        )
    )
    if output == "json":
        from assay.output.documents_json import CitedSource

        print_json(CitedSource.model_validate(cited).as_json())
        return
    echo(cited.id)
    echo(f"{'written to' if cited.created else 'already in'} {cited.file}", err=True)
    if cited.claim is not None:
        echo(f"cited by {cited.claim} in {cited.claim_file}", err=True)


@click.command(name="find", cls=Command)
@click.argument("words", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(min=1), default=20, help="Most results. Default: 20.")
@json_option
@click.pass_obj
def find_command(session: Session, words: tuple[str, ...], limit: int, output: str) -> None:
    """Search ids, names, titles and claims.

    Lists documents and claims that contain all WORDS, best match first. Aliases and URLs are
    searched too. Case and accents are ignored. With --audience, searches only what this audience
    may see; by default everything, drafts included.
    """
    from assay.authoring.find import find

    found = find(session.visible(session.load()), words)
    shown = found[:limit]
    if output == "json":
        from assay.output.documents_json import FoundDocuments

        print_json(FoundDocuments(found=shown).as_json())
        return
    width = max((len(f.kind) for f in shown), default=0)
    print_lines(f"{f.kind:<{width}}  {f.id}\n{'':<{width}}  {f.text}" for f in shown)
    if len(found) > limit:
        echo(f"{len(found) - limit} more; list them with --limit {len(found)}", err=True)
    if not found:
        echo("no results", err=True)
