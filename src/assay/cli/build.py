"""``assay build``: the briefing pages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assay.cli.options import Command, json_option
from assay.cli.output import echo, observed, print_json, print_lines
from assay.cli.session import Session
from assay.errors import UsageError
from assay.text import plural
from assay.workspace.paths import real_path

if TYPE_CHECKING:
    from assay.assessment import Assessment
    from assay.briefing.proof import Proof
    from assay.briefing.site import SiteReport
    from assay.pipeline import Checked


_MOST_LISTED = 10


def web_address(_context: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    """Refuse an address of a site that is none."""
    if value is None:
        return None
    from assay.model.rulebook import Site

    try:
        return Site(base_url=value).base_url
    except ValueError:
        raise click.BadParameter(
            f"{value!r} is not the web address of a folder; for example https://example.org/briefs/"
        ) from None


@click.command("build", cls=Command)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for the site. Default: site/ in the workspace.",
)
@click.option(
    "--base-url",
    metavar="URL",
    callback=web_address,
    help="Address of the published site, for its sitemap and canonical links. "
    "Default: settings.site.base_url in rules.yaml.",
)
@click.option(
    "--all-audiences",
    is_flag=True,
    help="Build a site for each audience, in folders named after them.",
)
@click.option(
    "--prove",
    is_flag=True,
    help="First prove that no site depends on content closed to its audience. Slow.",
)
@click.option(
    "--draft",
    is_flag=True,
    help="Also build pages whose grades were not applied; they are marked as drafts.",
)
@json_option
@observed
@click.pass_context
def build_command(
    context: click.Context,
    /,
    *,
    out: Path | None,
    base_url: str | None,
    all_audiences: bool,
    prove: bool,
    draft: bool,
    output: str,
) -> None:
    """Build the briefing pages.

    They are as of the date of grades.lock, and only grades that were applied are published: if
    one differs from the lock, nothing is written, and the exit code is 1. Without a lock, every
    grade is published. On failure the existing site stays unchanged.

    --prove builds each site with a marker in every text that its audience may not read, and
    without such content; exits with 1, and writes nothing, if a file contains a marker or differs.
    """
    from assay.pipeline import assess, assess_all, build, build_all

    session: Session = context.obj
    if all_audiences and session.audience is not None:
        raise UsageError("--all-audiences builds a site for each audience; omit --audience")
    checked = session.check()
    folder = real_path(out or checked.loaded.workspace.site_dir)
    day = session.publication_date(checked)
    if all_audiences:
        assessments = assess_all(checked, day)
    else:
        assessments = (assess(checked, day, session.audience),)
    if not draft and (lines := _unapplied(assessments)):
        print_lines(lines, err=True)
        context.exit(1)
    proofs = _proofs(checked, day, [a.audience for a in assessments]) if prove else ()
    if not all(proof.holds for proof in proofs):
        print_lines(_failures(proofs), err=True)
        echo("nothing was written", err=True)
        context.exit(1)
    if all_audiences:
        sites = build_all(assessments, folder, base_url)
        _print_all(folder, sites, proofs, output)
        return
    (assessment,) = assessments
    report = build(assessment, folder, base_url)
    if output == "json":
        from assay.output.documents_json import SiteReport as Printed

        print_json(Printed.model_validate(_fields(folder, report, proofs)).as_json())
        return
    echo(str(folder / "index.html"))
    _print_proofs(proofs)
    echo(
        f"{_counts(report)}; {plural(len(assessment.results), 'profile')} scored, "
        f"{len(report.unpublished)} without a page",
        err=True,
    )
    print_lines((f"  no page: {profile_id}" for profile_id in report.unpublished), err=True)


def _unapplied(assessments: Sequence[Assessment]) -> list[str]:
    """Name the grades that were not applied, and how to go on; empty if all were."""
    from assay.output.plan_text import grade
    from assay.pipeline import unapplied

    found = dict.fromkeys(
        (u.profile, u.scorer, u.applied, u.now) for a in assessments for u in unapplied(a)
    )
    if not found:
        return []
    differ = "1 grade differs" if len(found) == 1 else f"{len(found):,} grades differ"
    lines = [f"{differ} from grades.lock; nothing was written"]
    for profile, scorer, applied, now in list(found)[:_MOST_LISTED]:
        before = "not applied yet" if applied is None else f"applied: {grade(applied)}"
        after = "no longer scored" if now is None else grade(now)
        lines.append(f"  {profile} {scorer}: {after} ({before})")
    if len(found) > _MOST_LISTED:
        lines.append(f"  and {len(found) - _MOST_LISTED:,} more")
    lines.append(
        "preview them with 'assay plan' and apply them with 'assay apply', or build a draft with "
        "'assay build --draft'"
    )
    return lines


def _proofs(checked: Checked, day: date, audiences: Sequence[str]) -> tuple[Proof, ...]:
    from assay.pipeline import prove_closed

    return tuple(prove_closed(checked, day, audience) for audience in audiences)


def _failures(proofs: Sequence[Proof]) -> list[str]:
    lines = []
    for proof in proofs:
        site = f"the site for {proof.audience!r}"
        lines += [f"{leak.file} in {site} contains {leak.text}" for leak in proof.leaks]
        lines += [f"{file} in {site} depends on closed content" for file in proof.differing]
    return lines


def _print_proofs(proofs: Sequence[Proof]) -> None:
    for proof in proofs:
        echo(
            f"proven for {proof.audience!r}: 0 of {plural(proof.markers, 'marker')} in "
            f"{plural(proof.files, 'file')}; the same bytes without closed content",
            err=True,
        )


def _counts(report: SiteReport) -> str:
    return (
        f"{plural(len(report.written), 'file')} written, {len(report.unchanged)} unchanged, "
        f"{len(report.removed)} removed"
    )


def _fields(folder: Path, report: SiteReport, proofs: Sequence[Proof]) -> dict[str, object]:
    return {
        "site": str(folder),
        "written": report.written,
        "unchanged": report.unchanged,
        "removed": report.removed,
        "unpublished": report.unpublished,
        "proof": {"markers": proofs[0].markers, "files": proofs[0].files} if proofs else None,
    }


def _print_all(
    folder: Path, sites: dict[str, SiteReport], proofs: Sequence[Proof], output: str
) -> None:
    by_audience = {proof.audience: proof for proof in proofs}
    if output == "json":
        from assay.output.documents_json import SiteReports

        listed = [
            {"audience": a, **_fields(folder / a, site, [by_audience[a]] if proofs else [])}
            for a, site in sites.items()
        ]
        print_json(SiteReports.model_validate({"sites": listed}).as_json())
        return
    print_lines(str(folder / audience / "index.html") for audience in sites)
    _print_proofs(proofs)
    print_lines(
        (
            f"{a}: {_counts(site)}; {plural(len(site.unpublished), 'profile')} without a page"
            for a, site in sites.items()
        ),
        err=True,
    )
