"""``assay list`` and ``status``: what a workspace contains, and what is to be done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import click

from assay.cli.options import Choice, Command, json_option
from assay.cli.output import echo, print_json, print_lines, print_table
from assay.cli.session import Session

if TYPE_CHECKING:
    from assay.pipeline import Checked, Status


_KINDS = {
    "profiles": "profile",
    "institutions": "institution",
    "events": "event",
    "sources": "source",
    "publishers": "publisher",
    "claims": "claim",
    "rules": "rule",
}


@click.command(name="list", cls=Command)
@click.argument("what", type=Choice([*_KINDS]), default="profiles", metavar="[WHAT]")
@click.option("--type", metavar="TEXT", help="Only of this type, for example 'regulator'.")
@click.option("--region", metavar="TEXT", help="Only of this region.")
@click.option("--domain", metavar="TEXT", help="Only of this primary domain.")
@click.option("--topic", metavar="TEXT", help="Only with this topic.")
@click.option("--grade", metavar="GRADE", help="Only profiles with this headline grade.")
@click.option("--publisher", metavar="ID", help="Only sources of this publisher.")
@json_option
@click.pass_obj
def list_command(session: Session, /, what: str, output: str, **wanted: str | None) -> None:
    """List profiles, sources, publishers, claims or rules.

    WHAT is profiles (the default), institutions, events, sources, publishers, claims or rules.
    Profiles are listed with their headline grade, unless the workspace has errors. With
    --audience, lists only what this audience may see; by default everything, drafts included.
    """
    from assay.authoring.find import Filter, listed

    checked = session.check()
    corpus = session.visible(checked.loaded)
    with_grades = what in ("profiles", "institutions", "events")
    grades = _grades(session, checked) if with_grades else {}
    found = listed(corpus, checked.loaded.rulebook, Filter(kind=_KINDS[what], **wanted), grades)
    if output == "json":
        from assay.output.documents_json import ListedDocuments

        print_json(ListedDocuments(listed=found).as_json())
        return
    if not found:
        echo("no results", err=True)
        return
    graded = ("grade",) if with_grades else ()
    rows = [(e.kind, e.id, *(grades.get(e.id, "-") for _ in graded), e.text) for e in found]
    print_table(("kind", "id", *graded, "text"), rows)


def _grades(session: Session, checked: Checked) -> Mapping[str, str]:
    """Headline grades in force by profile; those that are not scored have none."""
    from assay.scoring.explain import headline

    if checked.errors:
        return {}
    assessment = session.assessment(checked)
    name = headline(assessment.program, assessment.rulebook.settings.publish_by)
    scores = ((line.id, line.scores.get(name or "")) for line in assessment.overview().lines)
    return {i: s.grade or "not rated" for i, s in scores if s is not None}


@click.command(name="status", cls=Command)
@json_option
@click.pass_obj
def status_command(session: Session, output: str) -> None:
    """Summarise the workspace: content, due dates, reviews, the lock.

    Exits 0 even if the workspace has errors.
    """
    from assay.pipeline import status

    checked = session.check()
    found = status(checked, session.settled(checked), session.audience)
    if output == "json":
        from assay.output.documents_json import status_json

        print_json(status_json(found))
    else:
        print_lines(_status_lines(found))


_NAMED = 5


def _status_lines(found: Status) -> Iterator[str]:
    from assay.text import plural

    corpus = found.corpus
    kinds = [p.kind for p in corpus.profiles.values()]
    claims = sum(len(p.claims) for p in corpus.profiles.values())
    yield f"as of   {found.as_of.isoformat()}"
    yield (
        f"content {plural(kinds.count('institution'), 'institution')}, "
        f"{plural(kinds.count('event'), 'event')}, {plural(claims, 'claim')}, "
        f"{plural(len(corpus.sources), 'source')}, {plural(len(corpus.publishers), 'publisher')}"
    )
    if found.drafts:
        named = ", ".join(found.drafts[:_NAMED])
        more = f" and {len(found.drafts) - _NAMED} more" if len(found.drafts) > _NAMED else ""
        yield f"drafts  {len(found.drafts)}, not scored: {named}{more}"
    if found.errors:
        yield f"errors  {found.errors}; list them with `assay check`"
    if found.due is not None:
        late = sum(d.day < found.as_of for d in found.due)
        ahead = f"{len(found.due) - late} within {plural(found.soon or 0, 'day')}"
        yield f"due     {late} overdue, {ahead}; list them with `assay outlook --calendar`"
    if found.review is not None:
        yield f"review  {plural(len(found.review), 'profile')}; list them with `assay review`"
    if found.plan is not None:
        from assay.output.plan_text import behind

        plan = found.plan
        if plan.base_as_of is None:
            yield "lock    nothing applied yet; see `assay plan`"
        else:
            out = behind(plan) or "grades.lock is up to date"
            changed = f"; {plural(found.changes, 'score')} will change" if found.changes else ""
            yield f"lock    {out}, applied as of {plan.base_as_of.isoformat()}{changed}"
