"""``assay rules``: tests of the rulebook, what they cover, and thresholds from a distribution."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assay.cli.output import format_option, print_json
from assay.cli.session import Session

if TYPE_CHECKING:
    from assay.methodology import RuleTests


@click.group("rules", short_help="Test the rulebook and look into it.")
def command() -> None:
    """Test the rulebook, see what its cases cover, and take thresholds from a distribution."""


@command.command("test", short_help="Run the rulebook's cases.")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--coverage", "covered", is_flag=True, help="Also say what no case has met.")
@click.option(
    "--min",
    "least",
    type=click.FloatRange(0, 100),
    metavar="PERCENT",
    help="Fail where the coverage is below this.",
)
@click.option(
    "--junit", type=click.Path(path_type=Path, dir_okay=False), help="Write JUnit XML there."
)
@click.option("--suggest", is_flag=True, help="Print cases to fill in for what no case has met.")
@click.option("--allow-none", is_flag=True, help="Exit with 0 even if there is no case to run.")
@click.option("--watch", is_flag=True, help="Run again whenever the rulebook or a case changes.")
@format_option("json")
@click.pass_context
def test(
    context: click.Context,
    /,
    files: tuple[Path, ...],
    junit: Path | None,
    watch: bool,
    **given: Any,
) -> None:
    """Run the cases of rules.test.yaml and rules/tests/, or those of FILES.

    A case says what is given and what the rulebook is to make of it. What differs is shown with
    the reasoning behind it. Exits with 1 where a case fails, has mistakes, or too little is
    covered, and where no case ran.
    """
    session: Session = context.obj
    asked = _Asked(**given)

    def once() -> bool:
        done = _run(session, files, asked.needs_coverage)
        fine = _shown(done, asked)
        if junit is not None:
            _write_junit(done, junit)
        if not files:
            _warn_of_misnamed(session)
        if not done.results:
            click.echo("warning: no rule tests ran", err=True)
        return fine and (asked.allow_none or bool(done.results))

    if watch:
        from assay.cli.watching import rounds

        for _ in rounds(session.workspace().root, files):
            once()
    elif not once():
        context.exit(1)


@dataclass(frozen=True, slots=True)
class _Asked:
    """The options that decide what is printed and what counts as success."""

    covered: bool
    least: float | None
    suggest: bool
    allow_none: bool
    output: str

    @property
    def needs_coverage(self) -> bool:
        return self.covered or self.least is not None or self.suggest or self.output == "json"


def _run(session: Session, files: Sequence[Path], covered: bool) -> RuleTests:
    from assay.methodology import rule_tests

    paths = [f.resolve() for f in files] or None
    return rule_tests(session.check(), session.as_of, paths, covered=covered)


def _warn_of_misnamed(session: Session) -> None:
    from assay.loading.rule_cases import misnamed_case_files

    for name, read in misnamed_case_files(session.workspace()).items():
        click.echo(f"warning: {name} is not read; did you mean {read}?", err=True)


def _shown(done: RuleTests, asked: _Asked) -> bool:
    """Print the results; whether everything is fine."""
    from assay.diagnostics import format_text, has_errors
    from assay.export.rules import rule_tests_json

    failed = [r for r in done.results if not r.passed]
    found = done.coverage
    least = asked.least
    enough = least is None or (found is not None and found.share >= least * 10)
    fine = not failed and enough and not has_errors(done.diagnostics)
    if asked.suggest and found is not None:
        from assay.scoring.rule_coverage import suggestions

        click.echo(suggestions(found), nl=False)
        return fine
    if asked.output == "json":
        print_json(rule_tests_json(done))
        return fine
    for diagnostic in done.diagnostics:
        click.echo(format_text(diagnostic))
    for result in failed:
        click.echo(f"FAILED {result.file}:{result.line}: {result.name}")
        _print_differences(result)
    passed = len(done.results) - len(failed)
    click.echo(f"{passed} passed, {len(failed)} failed, in {len(done.files)} files")
    if found is not None:
        from assay.scoring.rule_coverage import coverage_lines

        for line in coverage_lines(found):
            click.echo(line)
    if not enough:
        click.echo(f"error: less than {least:g} % of the rulebook is covered", err=True)
    return fine


def _print_differences(result: object) -> None:
    from assay.scoring.rule_tests import CaseResult, failure_lines

    assert isinstance(result, CaseResult)
    for difference in result.differences:
        for line in failure_lines(difference):
            sign = line.strip()[:1]
            colour = {"-": "red", "+": "green"}.get(sign)
            click.echo(click.style(line, fg=colour) if colour else line)


def _write_junit(done: RuleTests, path: Path) -> None:
    from assay.documents.files import write_files
    from assay.export.junit import junit_xml

    write_files({path.absolute(): junit_xml(done.results)})


@command.command("lint", short_help="Say what is likely a mistake in the rulebook.")
@format_option("json", "sarif")
@click.pass_context
def lint(context: click.Context, output: str) -> None:
    """Say what is likely a mistake in the rulebook, each with its proof.

    Besides what ``assay check`` says of the rulebook: scorers whose profiles in this workspace are
    nearly all in one band. Exits with 1 where the rulebook has errors.
    """
    from assay import __version__
    from assay.diagnostics import format_text, has_errors
    from assay.documents.codes import DOCUMENT_CODES
    from assay.documents.sarif import as_sarif
    from assay.methodology import rule_findings
    from assay.rules.codes import RULE_CODES

    session: Session = context.obj
    checked = session.check()
    found = rule_findings(checked, None if checked.errors else session.desk())
    if output == "json":
        print_json({"diagnostics": [d.as_json() for d in found]})
    elif output == "sarif":
        print_json(as_sarif(found, (*DOCUMENT_CODES, *RULE_CODES), __version__))
    else:
        for diagnostic in found:
            click.echo(format_text(diagnostic))
        click.echo(f"{len(found)} to say about the rulebook")
    if has_errors(found):
        context.exit(1)


@command.command("docs")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where the site goes; else site/ in the workspace.",
)
@click.pass_obj
def docs(session: Session, out: Path | None) -> None:
    """Write the site and say where the pages of its rules are.

    A page for each scorer says what it measures and shows its scores now. A page for each rule
    says what it does and why, on which of the published profiles it takes effect, how far it
    moves their scores, and where it is undecided.
    """
    from assay.pipeline import build

    desk = session.desk()
    target = out or desk.workspace.site_dir
    build(desk, target)
    pages = sorted((target / "rules").rglob("*.html"))
    for path in pages:
        if path.parent.name == "rules":
            click.echo(path)
    click.echo(f"{sum(p.parent.name != 'rules' for p in pages)} of them rules, in folders beside")


@command.command("cutpoints", short_help="Print bands that would part the profiles.")
@click.argument("scorer", metavar="SCORER")
@click.option(
    "--shares",
    default="10,20,30",
    show_default=True,
    metavar="PERCENT,…",
    help="How many per cent each band is to hold, the highest first; the lowest takes the rest.",
)
@format_option("json")
@click.pass_obj
def cutpoints(session: Session, scorer: str, shares: str, output: str) -> None:
    """Print the bands that would part the profiles of this workspace by their SCORER scores.

    A grade never moves because another profile's did, so the thresholds are printed for you to
    write into rules.yaml, once.
    """
    from assay.methodology import scorer_cutpoints

    found = scorer_cutpoints(session.desk(), scorer, _percents(shares))
    if output == "json":
        print_json(
            {
                "scorer": scorer,
                "bands": [{"from": c.start / 1000, "profiles": c.count} for c in found],
            }
        )
        return
    click.echo(f"  {scorer}:")
    for number, cut in enumerate(found, start=1):
        click.echo(
            f"    - {{id: band-{number}, from: {cut.start / 1000:.3f}, grade: {number}, "
            f"label: Band {number}}}  # {cut.count} profiles now"
        )


def _percents(text: str) -> list[float]:
    try:
        shares = [float(part) / 100 for part in text.split(",")]
    except ValueError:
        raise click.BadParameter("write numbers with commas between them: 10,20,30") from None
    if not all(0 < s < 1 for s in shares) or sum(shares) >= 1:
        raise click.BadParameter("shares are above 0 and together below 100")
    return shares
