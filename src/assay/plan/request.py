"""Requested plans: the states to compare, their date, and the changes to show."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from assay.diagnostics.suggest import did_you_mean, nearest
from assay.errors import UsageError
from assay.plan.apply import bases_of, plan_since
from assay.plan.builder import make_plan, with_ageing
from assay.plan.edits import Place, with_edits
from assay.plan.lock_builder import lock_for, lock_of
from assay.plan.plan import WORKSPACE, Plan, because, only

if TYPE_CHECKING:
    from assay.assessment import Assessment
    from assay.cel.program import Program
    from assay.model.documents import Corpus
    from assay.model.rulebook import Rulebook
    from assay.plan.experiment import Sweep, SweepPoint
    from assay.plan.lock import Lock
    from assay.workspace.paths import Workspace


@dataclass(frozen=True, slots=True)
class Scoring:
    """The steps of the pipeline that plans need, for one checked workspace.

    ``assess`` scores it at a date for each audience; ``as_of`` is its own date.
    ``assess_version`` scores another version of it at the date of that version, or at the date
    given if that has none. ``decide`` adds the overrides that count to an assessment by other
    rules, ``decisions`` are the last ones of the ledger. ``pages`` lists the files of the site that
    differ between two assessments. ``place`` finds a value of the rulebook or of a document in its
    file. ``rescore`` scores other documents by a compiled rulebook on a date, with the decisions up
    to those given, for each audience of the rulebook.
    """

    workspace: Workspace
    as_of: date
    assess: Callable[[date], tuple[Assessment, ...]]
    assess_version: Callable[[Workspace, date], tuple[Assessment, ...]]
    decide: Callable[[Assessment], Assessment]
    decisions: tuple[str, ...]
    pages: Callable[[Sequence[Assessment], Sequence[Assessment]], tuple[str, ...]]
    place: Place
    rescore: Callable[[Corpus, Rulebook, Program, date, Sequence[str]], tuple[Assessment, ...]]


@dataclass(frozen=True, slots=True)
class Request:
    """The states to compare, and the changes to show.

    The workspace is compared with the last apply, or with a git revision (``against``). With
    ``settings``, each ``PATH=VALUE`` for the rulebook, the result is compared with the current
    workspace. ``at_lock`` compares as of the date of the lock, and lists changes by time alone
    separately. ``pages`` compares all pages, which is slow.
    """

    settings: tuple[str, ...] = ()
    against: str | None = None
    at_lock: bool = False
    pages: bool = False
    audience: str | None = None
    only: tuple[str, ...] = ()
    because: str | None = None

    def require_consistent(self, *, sweep: bool = False) -> None:
        """Raise ``UsageError`` for a request that contradicts itself, or cannot be swept."""
        tried = bool(self.settings) or sweep
        if tried and (self.against is not None or self.at_lock):
            raise UsageError(
                "--set and --sweep compare with the current workspace; "
                "omit --against, --at-lock and --locked"
            )
        if self.pages and sweep:
            raise UsageError("--sweep lists no pages; compare those of one value with --set")
        if self.against is not None and self.at_lock:
            raise UsageError("--at-lock and --locked compare with grades.lock; omit --against")


@dataclass(frozen=True, slots=True)
class Planned:
    """The whole plan, the requested part (``shown``), and notes for the reader."""

    plan: Plan
    shown: Plan
    notes: tuple[str, ...] = ()


def make_planned(scoring: Scoring, request: Request) -> Planned:
    """Make the plan that was requested.

    Raises ``UsageError`` for a contradictory request, for settings that do not fit the rulebook,
    for a revision that does not exist and for unknown names in a filter.
    """
    request.require_consistent()
    scoring = _for_audience(scoring, request.audience)
    if request.settings:
        return _with_settings(scoring, request)
    if request.against is not None:
        return _against_revision(scoring, request, request.against)
    return _since_apply(scoring, request)


def sweep_values(scoring: Scoring, request: Request, values: Sweep) -> list[SweepPoint]:
    """Count the grades that change at each value of a figure; raises as :func:`make_planned`."""
    from assay.plan.experiment import Setting, swept

    request.require_consistent(sweep=True)
    scoring = _for_audience(scoring, request.audience)
    settings = [Setting.parse(s) for s in request.settings]
    return list(swept(scoring.assess(scoring.as_of), settings, values))


def _for_audience(scoring: Scoring, audience: str | None) -> Scoring:
    """Return the scoring for one audience alone, so that a plan knows of no other."""
    if audience is None:
        return scoring

    def only_its(assessments: Sequence[Assessment]) -> tuple[Assessment, ...]:
        _require(audience, (a.audience for a in assessments), "audience")
        return tuple(a for a in assessments if a.audience == audience)

    return replace(
        scoring,
        assess=lambda day: only_its(scoring.assess(day)),
        assess_version=lambda version, day: only_its(scoring.assess_version(version, day)),
    )


def _with_settings(scoring: Scoring, request: Request) -> Planned:
    from assay.plan.experiment import Setting, tried

    assessments = scoring.assess(scoring.as_of)
    settings = [Setting.parse(s) for s in request.settings]
    changed = tuple(scoring.decide(a) for a in tried(assessments, settings))
    base = lock_of(assessments, grounds=False)
    made = make_plan(base, changed, name=WORKSPACE)
    made = with_edits(made, base, changed, lambda: assessments[0].written, scoring.place)
    if request.pages:
        made = _with_pages(made, scoring.pages(assessments, changed))
    return _filtered(made, base, changed, request)


def _against_revision(scoring: Scoring, request: Request, revision: str) -> Planned:
    from assay.plan.revision import workspace_at

    assessments = scoring.assess(scoring.as_of)
    with workspace_at(scoring.workspace, revision) as there:
        then = scoring.assess_version(there, scoring.as_of)
        base = lock_of(then, grounds=False)
        made = make_plan(base, assessments, name=revision)
        made = with_edits(made, base, assessments, lambda: then[0].written, scoring.place)
        if request.pages:
            made = _with_pages(made, scoring.pages(then, assessments))
    return _filtered(made, base, assessments, request)


def _since_apply(scoring: Scoring, request: Request) -> Planned:
    locks, _ = bases_of(scoring.workspace.lock_path)
    if request.audience is not None:
        locks = tuple(lock_for(lock, request.audience) for lock in locks)
    base = locks[0] if locks else None
    notes = [] if base else ["nothing applied yet: grades.lock does not exist"]
    day = base.as_of if base and request.at_lock else scoring.as_of
    assessments = scoring.assess(day)
    made = plan_since(locks, assessments, scoring.place)
    if request.pages:
        try:
            made = _with_pages(made, _pages_since(scoring, base, assessments, request.audience))
        except UsageError as error:
            notes.append(f"pages are not compared exactly: {error}")
    if base and day != scoring.as_of:
        made = with_ageing(made, make_plan(base, scoring.assess(scoring.as_of)))
    planned = _filtered(made, base, assessments, request)
    return replace(planned, notes=(*notes, *planned.notes))


def _pages_since(
    scoring: Scoring,
    base: Lock | None,
    assessments: Sequence[Assessment],
    audience: str | None,
) -> tuple[str, ...]:
    """Return the pages that differ from the applied ones.

    Raises ``UsageError`` if these cannot be rendered again.
    """
    from assay.plan.revision import as_applied

    if base is None:
        return scoring.pages((), assessments)
    with as_applied(base, assessments[0], audience) as before:
        return scoring.pages(before, assessments)


def _with_pages(made: Plan, pages: tuple[str, ...]) -> Plan:
    return replace(made, pages=pages, pages_compared=True)


# Filters -----------------------------------------------------------------------------------


def _filtered(
    made: Plan, base: Lock | None, assessments: Sequence[Assessment], request: Request
) -> Planned:
    """Filter a plan. An unknown name raises ``UsageError``; one without changes leaves a note."""
    shown = made
    if request.only:
        known = {i for i, _ in made.evidence} | {c.id for c in made.changes}
        for profile_id in request.only:
            _require(profile_id, known, "profile")
        shown = only(shown, request.only)
    if request.because is not None:
        causes = {r for c in made.changes for cause in c.causes for r in cause.refs}
        everything = request.audience is None
        causes |= _names(base, assessments[0], everything=everything)
        causes |= {name[: m.start()] for name in causes for m in re.finditer("[.#]", name)}
        _require(request.because, causes, "rule, source, publisher or profile")
        shown = because(shown, request.because)
    if made.changes and not shown.changes:
        given = [request.because, *request.only]
        named = ", ".join(repr(name) for name in given if name is not None)
        note = f"none of the {len(made.changes)} changes in the plan matches {named}"
        return Planned(made, shown, (note,))
    return Planned(made, shown)


def _require(name: str, known: Iterable[str], kind: str) -> None:
    names = set(known)
    if name in names:
        return
    # Users often name a rule by its own id, without its scorer.
    by_last = {n.rpartition(".")[2]: n for n in sorted(names) if "." in n}
    near = nearest(name, by_last)
    if near is not None and "." not in name:
        hint = f"did you mean {by_last[near]!r}?"
    else:
        hint = did_you_mean(name, sorted(names)) or f"search with `assay find {name}`"
    raise UsageError(f"unknown {kind} {name!r}; {hint}")


def _names(base: Lock | None, assessment: Assessment, *, everything: bool) -> set[str]:
    """Return all possible causes: parts of both rulebooks, and ids of evidence on both sides.

    Without ``everything``, only evidence that the audience of the assessment may see.
    """
    from assay.plan.attribution import is_readable, locked_rulebook
    from assay.plan.inputs import values_of

    corpus = assessment.written if everything else assessment.corpus
    names = {
        *corpus.profiles,
        *corpus.sources,
        *corpus.publishers,
        *values_of(assessment.rulebook),
    }
    names |= {f"{p.id}#{claim.id}" for p in corpus.profiles.values() for claim in p.claims}
    if base is not None:
        if is_readable(base):
            names |= values_of(locked_rulebook(base)).keys()
        for entry in base.entries.values():
            inputs = entry.inputs
            names |= {entry.id, *inputs.sources, *inputs.publishers, *inputs.edges}
            names |= {c if "#" in c else f"{entry.id}#{c}" for c in inputs.claims}
    return names
