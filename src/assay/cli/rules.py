"""``assay rules``: tests and findings of the rulebook, its pages, and suggested thresholds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assay.cli import completion
from assay.cli.options import Group, format_option, json_option
from assay.cli.output import (
    Styled,
    echo,
    from_here,
    print_diagnostics,
    print_json,
    print_lines,
    print_report,
)
from assay.cli.session import Session
from assay.text import plural
from assay.workspace.paths import real_path

if TYPE_CHECKING:
    from assay.pipeline import RuleTests


@click.group("rules", cls=Group)
def rules_command() -> None:
    """Test and inspect the rulebook."""


@rules_command.command("test")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--coverage", "covered", is_flag=True, help="Also report test coverage.")
@click.option(
    "--min",
    "least",
    type=click.FloatRange(0, 100),
    metavar="PERCENT",
    help="Fail if test coverage is lower.",
)
@click.option(
    "--junit",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File for the results as JUnit XML.",
)
@click.option("--suggest", is_flag=True, help="Print drafts of cases for everything not covered.")
@click.option(
    "--watch", is_flag=True, help="Run again after every change to the rulebook or a case."
)
@click.option("--allow-none", is_flag=True, help="Exit with 0 even if no test case runs.")
@json_option
@click.pass_context
def test(
    context: click.Context,
    /,
    files: tuple[Path, ...],
    junit: Path | None,
    watch: bool,
    **given: Any,
) -> None:
    """Run the test cases of the rulebook.

    FILES are the files of cases. Default: rules.test.yaml and rules/tests/. A case states
    evidence and the expected results; differences are printed with their explanation. Exits
    with 1 if a case fails or has errors, if no case runs, or if test coverage is too low.
    """
    session: Session = context.obj
    asked = _Asked(**given)
    if watch:
        from assay.cli.watching import rounds

        for _ in rounds(session.workspace().root, files):
            _test(session, files, junit, asked)
    elif not _test(session, files, junit, asked):
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


def _test(session: Session, files: Sequence[Path], junit: Path | None, asked: _Asked) -> bool:
    """Run the cases and report the results; return whether everything is fine."""
    from assay.output.junit import junit_xml
    from assay.pipeline import rule_tests
    from assay.workspace.publishing import write_files
    from assay.workspace.rule_cases import misnamed_case_files

    workspace = session.workspace()
    paths = [real_path(f) for f in files] or None
    done = rule_tests(session.check(), session.as_of, paths, covered=asked.needs_coverage)
    fine = _report(done, workspace.root, asked)
    if junit is not None:
        write_files({junit.absolute(): junit_xml(done.results, workspace.in_repository)})
    for name, read in () if files else misnamed_case_files(workspace).items():
        echo(f"warning: {name} is not read; did you mean {read}?", err=True)
    if not done.results:
        echo("warning: no rule tests ran", err=True)
    return fine and (asked.allow_none or bool(done.results))


def _report(done: RuleTests, root: Path, asked: _Asked) -> bool:
    """Print the results; return whether no case fails and test coverage suffices."""
    from assay.diagnostics.diagnostic import has_errors
    from assay.scoring.rule_tests import coverage_lines, failure_lines, suggestions

    failed = [r for r in done.results if not r.passed]
    coverage, least = done.coverage, asked.least
    enough = least is None or (coverage is not None and coverage.share >= least * 10)
    fine = not failed and enough and not has_errors(done.diagnostics)
    if asked.suggest and coverage is not None:
        echo(suggestions(coverage).removesuffix("\n"))
        return fine
    if asked.output == "json":
        from assay.output.rules_json import rule_tests_json

        print_json(rule_tests_json(done))
        return fine
    print_diagnostics(done.diagnostics, root)
    for result in failed:
        echo(f"FAILED {from_here(root, result.file)}:{result.line}: {result.name}")
        print_lines(_coloured(line) for d in result.differences for line in failure_lines(d))
    passed = len(done.results) - len(failed)
    echo(f"{passed} passed, {len(failed)} failed, in {plural(len(done.files), 'file')}")
    if coverage is not None:
        print_lines(coverage_lines(coverage))
    if not enough:
        echo(f"error: test coverage is below {least:g}%", err=True)
    return fine


def _coloured(line: str) -> Styled:
    colour = {"-": "red", "+": "green"}.get(line.strip()[:1])
    return Styled(line, colour=colour)


@rules_command.command("lint")
@format_option("json", "sarif")
@click.pass_context
def lint(context: click.Context, output: str) -> None:
    """List likely errors in the rulebook, each with its proof.

    In addition to the findings of `assay check`, lists scorers with nearly all profiles of this
    workspace in one band, and rules that decide no score here or in the rule tests. Exits with 1 if
    the rulebook has errors.
    """
    from assay.diagnostics.diagnostic import has_errors
    from assay.pipeline import rule_findings

    session: Session = context.obj
    checked = session.check()
    found = rule_findings(checked, None if checked.errors else session.assessment())
    print_report(found, output, checked.loaded.workspace)
    if output == "text":
        echo(plural(len(found), "finding"))
    if has_errors(found):
        context.exit(1)


@rules_command.command("docs")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for the site. Default: site/ in the workspace.",
)
@click.pass_obj
def docs(session: Session, out: Path | None) -> None:
    """Build the site and list the pages of its scorers.

    The page of a scorer describes its measure and shows the present scores. The page of a rule
    gives its effect and reason, and lists the published profiles it applies to, the change of
    their scores, and the profiles where it is unknown.
    """
    from assay.pipeline import build

    assessment = session.assessment()
    target = out or assessment.workspace.site_dir
    build(assessment, target)
    scorers = sorted((target / "rules").glob("*.html"))
    print_lines(map(str, scorers))
    rules = sum(1 for _ in (target / "rules").rglob("*.html")) - len(scorers)
    echo(f"and {plural(rules, 'page')} about rules, in the folders next to them")


@rules_command.command("cutpoints")
@click.argument("scorer", metavar="SCORER", shell_complete=completion.scorers)
@click.option(
    "--shares",
    default="10,20,30",
    metavar="PERCENT,…",
    help="Share of profiles in each band in per cent, highest band first. Default: 10,20,30.",
)
@json_option
@click.pass_obj
def cutpoints(session: Session, scorer: str, shares: str, output: str) -> None:
    """Suggest band thresholds from the scores in this workspace.

    The lowest band holds the remaining profiles. The thresholds are printed to be copied into
    rules.yaml once, because no grade may depend on the grades of other profiles.
    """
    from assay.pipeline import scorer_cutpoints

    found = scorer_cutpoints(session.assessment(), scorer, _percents(shares))
    if output == "json":
        from assay.output.rules_json import Cutpoints

        print_json(Cutpoints(scorer=scorer, bands=found).as_json())
        return
    echo(f"  {scorer}:")
    for number, cut in enumerate(found, start=1):
        echo(
            f"    - {{id: band-{number}, from: {cut.start / 1000:.3f}, grade: {number}, "
            f"label: Band {number}}}  # {plural(cut.count, 'profile')} now"
        )


def _percents(text: str) -> list[float]:
    try:
        shares = [float(part) / 100 for part in text.split(",")]
    except ValueError:
        raise click.BadParameter("use numbers separated by commas, for example 10,20,30") from None
    if not all(0 < s < 1 for s in shares) or sum(shares) >= 1:
        raise click.BadParameter("shares must be above 0 and add up to less than 100")
    return shares
