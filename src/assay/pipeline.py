"""The whole flow: load, validate, compile, tabulate, score, explain, plan, apply, review, render.

Each step takes what the one before returns, and none reads the clock::

    checked = check(workspace)                    # load, validate and link; compile the rulebook
    assessment = assess(checked, as_of)           # tabulate and score
    explain(assessment, ["some-profile"])         # the computation behind the scores
    planned = plan(checked, Request(), as_of=day) # changes since the last apply, with causes
    apply(checked, propose(checked, as_of=day), at=now, who=name, why=reason)
    open_review(checked, assessment)              # review items and decisions
    build(assessment, out)                        # render the briefing pages

A cache saves work and changes no result: what it does not hold is computed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from assay.assessment import Assessment, Overview, Scores, scored
from assay.cache import Cache, content_digest
from assay.diagnostics.diagnostic import (
    Diagnostic,
    Position,
    ValueLocation,
    has_errors,
    sort_diagnostics,
)
from assay.diagnostics.suggest import unknown
from assay.errors import InputError, UsageError
from assay.evidence.audience import visible_to
from assay.model.dates import add_days
from assay.model.documents import Corpus
from assay.model.rulebook import Rulebook, Site, digest, directory_address
from assay.progress import stage
from assay.review.checks import check_ledger
from assay.rules.check import check_partial_rulebook, check_rulebook
from assay.scoring.run import run_program
from assay.tables.build import BuiltTables, tables_settings
from assay.tables.build import build as build_tables
from assay.workspace.discover import documents_digest
from assay.workspace.edits import current
from assay.workspace.load import Loaded, load_workspace, try_load_rulebook
from assay.workspace.paths import Workspace
from assay.workspace.rulebook_files import valid_part

if TYPE_CHECKING:
    from assay.briefing.atlas import Atlas
    from assay.briefing.proof import Proof
    from assay.briefing.site import SiteReport
    from assay.cel.program import Program
    from assay.model.identity import Identity
    from assay.model.results import Explanation
    from assay.plan.apply import Part, Proposal, SavedPlan
    from assay.plan.experiment import Sweep, SweepPoint
    from assay.plan.history import Applied
    from assay.plan.plan import Plan
    from assay.plan.request import Planned, Request, Scoring
    from assay.plan.verify import Unapplied
    from assay.review.ledger import Ledger
    from assay.review.queue import Limits, Review
    from assay.scoring.compare import Cutpoint
    from assay.scoring.outlook import Due
    from assay.scoring.rule_tests import CaseResult, Coverage


_TABLES = "tables"
_OVERVIEW = "overview"
_RULE_WARNINGS = "rule-warnings"


# Load, validate, compile -------------------------------------------------------------------


@dataclass(frozen=True)
class Checked:
    """A workspace that was loaded, validated and compiled.

    ``program`` is the compiled rulebook, None if it has errors. ``other_diagnostics`` are about
    the rulebook and the ledger. ``errors`` are all those that prevent scoring, by location.
    """

    loaded: Loaded
    program: Program | None
    other_diagnostics: tuple[Diagnostic, ...]
    errors: tuple[Diagnostic, ...]
    cache: Cache | None = None

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Errors, warnings and infos, by location; warnings are computed here."""
        stage("looking for warnings")
        advice = [self.loaded.placed(f) for f in _advice(self.loaded)]
        own = [*self.other_diagnostics, *_rule_warnings(self.loaded, self.program, self.cache)]
        return tuple(sort_diagnostics([*self.loaded.diagnostics, *own, *advice]))


def check(workspace: Workspace, as_of: date | None = None, cache: Cache | None = None) -> Checked:
    """Load, validate and link the documents, and compile the rulebook; errors are collected."""
    loaded = load_workspace(workspace, as_of=as_of, cache=cache)
    stage("checking the rulebook")
    program, found = _compiled(loaded, cache)
    errors = loaded.errors
    # Overrides refer to profiles and bands, which are known only if everything else is valid.
    usable = program is not None and not errors
    corpus, rulebook = (loaded.corpus, loaded.rulebook) if usable else (None, None)
    found += check_ledger(workspace.ledger_path, corpus, rulebook)
    errors = tuple(sort_diagnostics([*errors, *(d for d in found if d.severity == "error")]))
    return Checked(loaded, program, tuple(found), errors, cache)


def _compiled(loaded: Loaded, cache: Cache | None) -> tuple[Program | None, list[Diagnostic]]:
    """The compiled rulebook, None if it has errors, and its diagnostics."""
    rulebook, rules = loaded.rulebook, loaded.rules
    if rulebook is not None:
        program, findings = check_rulebook(rulebook, cache)
        return program, [loaded.placed(f) for f in findings]
    part = None if rules is None or rules.unreadable else valid_part(rules.data)
    if part is None:
        return None, []
    return None, [loaded.placed(f) for f in check_partial_rulebook(*part)]


def _rule_warnings(
    loaded: Loaded, program: Program | None, cache: Cache | None
) -> list[Diagnostic]:
    """Warnings about the rulebook."""
    return [loaded.placed(f) for f in _rule_lint(loaded, program, cache)]


def _rule_lint(loaded: Loaded, program: Program | None, cache: Cache | None) -> list[Diagnostic]:
    """Warnings about the rulebook, not located; the proofs are slow, so they are cached."""
    from assay.tables.rows import observed_values

    rulebook = loaded.rulebook
    if rulebook is None or program is None:
        return []
    values = observed_values(loaded.corpus)
    in_use = sorted((*place, *sorted(texts)) for place, texts in values.items())
    rules = rulebook.model_dump_json(by_alias=True)
    key = content_digest(rules, json.dumps(in_use), str(loaded.as_of))
    stored = None if cache is None else cache.load(_RULE_WARNINGS, key)
    if stored is not None:
        found = _diagnostics_from_json(stored)
    else:
        from assay.lint.rulebook import lint_rulebook  # takes long to load

        found = list(lint_rulebook(rulebook, program, values, loaded.as_of))
        if cache is not None:
            cache.store(_RULE_WARNINGS, key, _diagnostics_to_json(found))
    return found


def _diagnostics_to_json(found: Sequence[Diagnostic]) -> bytes:
    """Diagnostics about the rulebook, not located yet, as JSON."""
    return json.dumps(
        [[d.code, d.severity, d.message, d.hint, d.value.path, d.value.offset] for d in found]
    ).encode()


def _diagnostics_from_json(data: bytes) -> list[Diagnostic]:
    """Read the diagnostics that :func:`_diagnostics_to_json` wrote."""
    return [
        Diagnostic(code, severity, message, ValueLocation(tuple(path), offset=offset), hint)
        for code, severity, message, hint, path, offset in json.loads(data)
    ]


def _advice(loaded: Loaded) -> Iterator[Diagnostic]:
    """Warnings about the addresses of sources and the wording of claims."""
    from assay.evidence.addresses import check_addresses
    from assay.evidence.passages import check_passages
    from assay.evidence.vacuity import check_vacuity
    from assay.workspace.kept import words_of

    corpus, subjects = loaded.corpus, loaded.subjects
    yield from check_addresses(corpus, subjects)
    yield from check_passages(corpus, subjects, words_of(corpus, loaded.workspace))
    yield from check_vacuity(corpus, subjects)


# Tabulate, score ---------------------------------------------------------------------------


def assess(checked: Checked, as_of: date, audience: str | None = None) -> Assessment:
    """Score every profile at a date for an audience. Default: the most public one.

    Evidence that the audience may not see is removed before scoring. Raises ``InputError`` with
    all errors of the workspace, and ``UsageError`` for an unknown audience.
    """
    loaded, rulebook, program = checked.loaded, checked.loaded.rulebook, checked.program
    if checked.errors or program is None:
        raise InputError(checked.errors)
    assert rulebook is not None
    reader = audience or rulebook.audiences[0]
    if reader not in rulebook.audiences:
        known = ", ".join(rulebook.audiences)
        raise UsageError(f"there is no audience {reader!r}; the rulebook has: {known}")
    written = loaded.corpus
    corpus = visible_to(written, rulebook.audiences, reader, as_of)
    built = _tabulated(checked, corpus, rulebook, as_of, reader)
    found = scored(
        loaded.workspace, corpus, rulebook, program, as_of, reader, written=written, built=built
    )
    return with_decisions(found, _ledger(loaded.workspace, found.identity))


def with_decisions(assessment: Assessment, ledger: Ledger | None) -> Assessment:
    """Add the days of reviews, and the overrides that count."""
    if ledger is None:
        return replace(assessment, decided={}, overrides={})
    from assay.review.effective import effective

    decided = _decided(ledger, assessment.as_of, assessment.rulebook, assessment.audience)
    overrides = effective(assessment, ledger).by_profile()
    return replace(assessment, decided=decided, overrides=overrides)


def _decided(
    ledger: Ledger | None, as_of: date, rulebook: Rulebook, audience: str
) -> dict[str, date]:
    """The day of the newest decision that the audience may know of, by profile id."""
    if ledger is None:
        return {}
    known = (None, *rulebook.audiences[: rulebook.audiences.index(audience) + 1])
    return ledger.reviewed(as_of, known)


def _ledger(workspace: Workspace, identity: Identity | None = None) -> Ledger | None:
    """Read the decisions, if there are any; lines with errors do not count."""
    if not workspace.ledger_path.exists():
        return None
    from assay.review.ledger import read_ledger

    return read_ledger(workspace.ledger_path, identity)


def _tabulated(
    checked: Checked, corpus: Corpus, rulebook: Rulebook, as_of: date, audience: str
) -> BuiltTables:
    """The tables of the corpus, cached."""
    stage("making tables")
    cache = checked.cache
    key = _tables_key(checked.loaded.documents_digest, rulebook, as_of, audience)
    stored = None if cache is None else cache.load(_TABLES, key)
    if stored is not None:
        return BuiltTables.from_bytes(stored)
    built = build_tables(corpus, rulebook, as_of)
    if cache is not None:
        cache.store(_TABLES, key, built.to_bytes())
    return built


def _tables_key(documents: str, rulebook: Rulebook, as_of: date, audience: str) -> str:
    return content_digest(documents, digest(tables_settings(rulebook)), as_of.isoformat(), audience)


def overview(checked: Checked, assessment: Assessment) -> Overview:
    """List every profile with its scores, horizon and number of sources, and cache the list."""
    documents = checked.loaded.documents_digest
    made = assessment.overview()
    if checked.cache is not None:
        key = _overview_key(
            documents, made.rulebook, made.as_of, made.audience, assessment.workspace
        )
        _store_overview(checked.cache, key, made)
    return made


def overview_unchanged(
    workspace: Workspace, as_of: date | None, today: date, audience: str | None, cache: Cache
) -> Overview | None:
    """List the profiles of a workspace whose tables are cached, without loading its documents.

    Tables are cached only for documents without errors, by their names and bytes, so only the
    rulebook and the ledger are checked again; the list is cached for a rulebook without errors.
    None if the documents must be loaded.
    """
    rulebook = try_load_rulebook(workspace, cache)
    if rulebook is None or has_errors(check_ledger(workspace.ledger_path)):
        return None
    reader = audience or rulebook.audiences[0]
    if reader not in rulebook.audiences:
        return None
    day = as_of or rulebook.settings.as_of or today
    stage("reading the documents")
    documents = documents_digest(workspace)
    key = _overview_key(documents, rulebook, day, reader, workspace)
    stored = cache.load(_OVERVIEW, key)
    if stored is not None:
        from assay.scoring.explain import lines_from_json

        return Overview(rulebook, day, reader, lines_from_json(stored, rulebook))
    ledger = _ledger(workspace)
    if ledger is not None and any(d.kind == "override" for d in ledger.until(day).in_force):
        return None  # whether it counts depends on the documents
    stage("making tables")
    stored = cache.load(_TABLES, _tables_key(documents, rulebook, day, reader))
    program = None if stored is None else check_rulebook(rulebook, cache)[0]
    if stored is None or program is None:
        return None
    built = BuiltTables.from_bytes(stored)
    stage("scoring")
    run = run_program(rulebook, program, built.tables)
    decided = _decided(ledger, day, rulebook, reader)
    if not decided.keys() <= run.profile_rows.keys():
        return None  # decisions on former ids: only the documents have the current ones
    found = Scores(workspace, rulebook, program, day, reader, built, run, decided=decided)
    made = found.overview()
    _store_overview(cache, key, made)
    return made


def _store_overview(cache: Cache, key: str, made: Overview) -> None:
    from assay.scoring.explain import lines_to_json

    cache.store(_OVERVIEW, key, lines_to_json(made.lines))


def _overview_key(
    documents: str, rulebook: Rulebook, as_of: date, audience: str, workspace: Workspace
) -> str:
    rules = rulebook.model_dump_json(by_alias=True)
    decisions = current(workspace.ledger_path).decode("utf-8", "backslashreplace")
    return content_digest(documents, rules, as_of.isoformat(), audience, decisions)


def assess_all(checked: Checked, as_of: date) -> tuple[Assessment, ...]:
    """Score the workspace for each of its audiences; raises as :func:`assess`."""
    first = assess(checked, as_of)
    return (first, *(assess(checked, as_of, a) for a in first.rulebook.audiences[1:]))


def grade_findings(checked: Checked, as_of: date) -> list[Diagnostic]:
    """Warnings about claims that are worded against their grade, and about shared dates.

    Scores the workspace for the least public audience, and only if there can be such warnings.
    Empty if the workspace has errors.
    """
    from assay.scoring.horizon import may_share_dates, shared_dates
    from assay.scoring.wording_lint import may_disagree, wording_problems

    loaded = checked.loaded
    if checked.errors or loaded.rulebook is None:
        return []
    worded, dated = may_disagree(loaded.corpus), may_share_dates(loaded.corpus)
    if not (worded or dated):
        return []
    assessment = assess(checked, as_of, loaded.rulebook.audiences[-1])
    found: list[Diagnostic] = []
    if worded:
        found += wording_problems(loaded.corpus, assessment.run, loaded.subjects)
    if dated:
        lines = assessment.overview().lines
        pages = {line.id: line.horizon for line in lines if line.published}
        found += shared_dates(pages, loaded.subjects)
    return sort_diagnostics(loaded.placed(f) for f in found)


# Explain -----------------------------------------------------------------------------------


def explain(assessment: Assessment, ids: Sequence[str]) -> dict[str, Explanation]:
    """Explain the scores of profiles. Raises ``UsageError`` for an id that is not scored."""
    return assessment.explain(ids)


# Plan, apply -------------------------------------------------------------------------------


def date_of(checked: Checked, pinned: date | None) -> date | None:
    """The date to score at: ``pinned`` if given, otherwise that of the rulebook, if it has one."""
    rulebook = checked.loaded.rulebook
    return pinned or (rulebook.settings.as_of if rulebook else None)


def _scoring(checked: Checked, as_of: date, pinned: date | None) -> Scoring:
    """The steps above as a plan needs them: it scores several dates and versions.

    Another version is scored at ``pinned``, otherwise at its own date, otherwise at ``as_of``.
    """
    from assay.plan.request import Scoring

    ledger = _ledger(checked.loaded.workspace)

    def assess_version(version: Workspace, default: date) -> tuple[Assessment, ...]:
        found = check(version, pinned)
        return assess_all(found, date_of(found, pinned) or default)

    def place(document: str | None, path: tuple[str | int, ...]) -> Position:
        loaded = checked.loaded
        return loaded.locate_rule(path) if document is None else loaded.locate(document, path)

    return Scoring(
        checked.loaded.workspace,
        as_of,
        partial(assess_all, checked),
        assess_version,
        lambda assessment: with_decisions(
            assessment, _ledger(checked.loaded.workspace, assessment.identity)
        ),
        ledger.heads if ledger else (),
        pages_touched,
        place,
        partial(_rescore, checked.loaded.workspace),
    )


def _rescore(
    workspace: Workspace,
    written: Corpus,
    rulebook: Rulebook,
    program: Program,
    as_of: date,
    decisions: Sequence[str],
) -> tuple[Assessment, ...]:
    """Score documents by a compiled rulebook on a date, for each audience of the rulebook.

    The ledger counts up to ``decisions``, with those that they follow.
    """
    order = rulebook.audiences
    found = [
        scored(
            workspace,
            visible_to(written, order, audience, as_of),
            rulebook,
            program,
            as_of,
            audience,
            written=written,
        )
        for audience in order
    ]
    ledger = _ledger(workspace, found[0].identity)
    known = ledger and ledger.followed_by(decisions)
    return tuple(with_decisions(assessment, known) for assessment in found)


def plan(checked: Checked, request: Request, *, as_of: date, pinned: date | None = None) -> Planned:
    """Preview the changes since the last apply, or against what ``request`` names.

    Raises ``UsageError`` for a contradictory request, an unknown revision, setting or filter, and
    ``InputError`` if the workspace has errors.
    """
    from assay.plan.request import make_planned

    return make_planned(_scoring(checked, as_of, pinned), request)


def sweep(
    checked: Checked, request: Request, values: Sweep, *, as_of: date, pinned: date | None = None
) -> list[SweepPoint]:
    """Count the grades that each rulebook value would change; raises as :func:`plan`."""
    from assay.plan.request import sweep_values

    return sweep_values(_scoring(checked, as_of, pinned), request, values)


def propose(
    checked: Checked,
    saved: SavedPlan | None = None,
    *,
    as_of: date,
    pinned: date | None = None,
    part: Part | None = None,
) -> Proposal:
    """The plan to apply for all audiences, at the date of a saved plan if there is one.

    With a ``part``, only the rules, the documents, the decisions or the date are the current ones.
    """
    from assay.plan.apply import make_proposal

    return make_proposal(_scoring(checked, as_of, pinned), saved, part)


def apply(checked: Checked, proposal: Proposal, *, at: datetime, who: str, why: str) -> Applied:
    """Record a proposal in grades.lock and the history, both or neither.

    Raises ``UsageError`` if the lock has changed since the proposal, or cannot be written.
    """
    from assay.plan.apply import record_apply

    return record_apply(checked.loaded.workspace, proposal, at=at, who=who, why=why)


def verify(workspace: Workspace, pinned: date | None = None) -> list[Diagnostic]:
    """Compute everything from the documents, without a cache, and compare it with the records.

    These are each score of the lock and the records of :func:`record_faults`. Raises
    ``InputError`` for errors of the workspace, and for records that cannot be read;
    ``UsageError`` without a lock, and if it is not of the ``pinned`` date.
    """
    from assay.plan.lock import read_lock
    from assay.plan.lock_builder import lock_of
    from assay.plan.verify import lock_faults

    lock = read_lock(workspace.lock_path)
    if lock is None:
        raise UsageError("there is no grades.lock to verify; 'assay apply' makes one")
    if pinned not in (None, lock.as_of):
        raise UsageError(f"the lock is as of {lock.as_of.isoformat()}; omit --as-of")
    now = lock_of(assess_all(check(workspace, lock.as_of), lock.as_of))
    return [*lock_faults(lock, now, workspace.lock_path.name), *record_faults(workspace)]


def record_faults(workspace: Workspace) -> list[Diagnostic]:
    """Check the records without scoring; nothing without a lock.

    The history must lead to the lock, every decision that the lock recorded must be in the ledger
    and, in a git repository, each must have been committed by the reviewer it names. Raises
    ``InputError`` for records that cannot be read.
    """
    from assay.plan.history import read_history
    from assay.plan.lock import read_lock
    from assay.plan.verify import history_faults
    from assay.review.authors import committed_by_another
    from assay.review.ledger import missing_decisions, require_ledger

    lock = read_lock(workspace.lock_path)
    if lock is None:
        return []
    ledger = require_ledger(workspace.ledger_path)
    records = read_history(workspace.history_path)
    found = list(history_faults(lock, records, workspace.history_path.name))
    found += missing_decisions(ledger, lock.decisions, workspace.ledger_path.name)
    found += committed_by_another(workspace.root, workspace.ledger_path, ledger)
    return found


# Review ------------------------------------------------------------------------------------


def open_review(checked: Checked, assessment: Assessment, limits: Limits | None = None) -> Review:
    """Open the review of an assessment, with its ledger and the last apply.

    Raises ``InputError`` if the ledger or the lock has errors.
    """
    from assay.plan.lock import read_lock
    from assay.plan.renames import renamed_lock
    from assay.review.ledger import require_ledger
    from assay.review.queue import Limits, Review

    workspace = assessment.workspace
    lock = read_lock(workspace.lock_path)
    return Review(
        assessment,
        require_ledger(workspace.ledger_path, assessment.identity),
        lock and renamed_lock(lock, assessment.identity, assessment.rulebook)[0],
        limits or Limits(),
        {i: s.file for i, s in checked.loaded.subjects.items()},
    )


# Summarise ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Status:
    """The state of a workspace on a date.

    ``drafts`` are the ids of profiles and claims that are not final. The other fields are None if
    the workspace has errors: ``due`` are overdue dates and those within ``soon`` days, ``review``
    the profiles with open review items, ``plan`` what the next apply would change.
    """

    as_of: date
    corpus: Corpus
    drafts: tuple[str, ...]
    errors: int
    soon: int | None = None
    due: tuple[Due, ...] | None = None
    review: tuple[str, ...] | None = None
    plan: Plan | None = None

    @property
    def changes(self) -> int:
        """Scores that the plan changes, each once for all audiences."""
        return len({(c.id, c.scorer) for c in self.plan.changes}) if self.plan else 0


def status(checked: Checked, as_of: date, audience: str | None = None) -> Status:
    """Summarise a workspace for an audience. Default: the least public one, which may see all."""
    from assay.scoring.outlook import calendar

    written, rulebook = checked.loaded.corpus, checked.loaded.rulebook
    drafts: list[str] = []
    for profile in written.profiles.values():
        drafts += [profile.id] * (profile.status == "draft")
        drafts += [f"{profile.id}#{c.id}" for c in profile.claims if c.status == "draft"]
    found = Status(as_of, written, tuple(drafts), len(checked.errors))
    if checked.errors or rulebook is None:
        return found
    assessment = assess(checked, as_of, audience or rulebook.audiences[-1])
    outlooks = {i: r.outlook for i, r in assessment.results.items()}
    soon = min(rulebook.cadence.words.values())
    due = calendar(assessment.corpus, rulebook, outlooks, as_of)
    return replace(
        found,
        soon=soon,
        due=tuple(d for d in due if d.day <= add_days(as_of, soon)),
        review=open_review(checked, assessment).queue.profiles,
        plan=propose(checked, as_of=as_of).plan,
    )


# Render ------------------------------------------------------------------------------------


def publication_date(checked: Checked, pinned: date | None, today: date) -> date:
    """The date of pages: ``pinned``, otherwise that of the lock, the rulebook, or today."""
    from assay.plan.lock import read_lock

    if pinned is not None:
        return pinned
    lock = read_lock(checked.loaded.workspace.lock_path)
    return lock.as_of if lock else date_of(checked, None) or today


def unapplied(assessment: Assessment) -> list[Unapplied]:
    """Every grade in force that differs from the lock; none without a lock."""
    from assay.plan.lock import read_lock
    from assay.plan.renames import renamed_lock
    from assay.plan.verify import unapplied

    lock = read_lock(assessment.workspace.lock_path)
    if lock is None:
        return []
    current, _ = renamed_lock(lock, assessment.identity, assessment.rulebook)
    return list(unapplied(current, assessment))


def build(assessment: Assessment, out: Path, base_url: str | None = None) -> SiteReport:
    """Render the briefing pages into ``out``; on failure the existing site stays unchanged.

    Pages show grades in force, and computed ones beside overrides. Grades that were not applied
    are marked as drafts. ``base_url`` is the address of the published site. Default: that of the
    rulebook.
    """
    from assay.briefing.site import build_site

    atlas, counting = _atlas(assessment, assessment.workspace.ledger_path, base_url=base_url)
    stage("writing pages")
    digest_ = _site_digest(assessment, counting)
    return build_site(atlas, digest_, out, assessment.workspace.profiles_dir)


def _site_digest(assessment: Assessment, counting: Sequence[str]) -> str:
    """Name the input of a site, as far as its audience may know it."""
    return digest([assessment.digest, counting]) if counting else assessment.digest


def build_all(
    assessments: Sequence[Assessment], out: Path, base_url: str | None = None
) -> dict[str, SiteReport]:
    """Render a site for each audience into a folder of its name below ``out``, all or none.

    Each is built apart, from what its audience may see. ``base_url`` is the address of
    ``out``. Default: that of the rulebook.
    """
    from assay.briefing.site import SiteReport, render_site
    from assay.workspace.publishing import publish

    site = assessments[0].rulebook.settings.site
    base = directory_address(base_url or (site.base_url if site is not None else None))
    unpublished: dict[str, tuple[str, ...]] = {}

    def files() -> Iterator[tuple[str, bytes]]:
        for assessment in assessments:
            audience = assessment.audience
            address = f"{base}{audience}/" if base else None
            ledger_path = assessment.workspace.ledger_path
            atlas, counting = _atlas(assessment, ledger_path, base_url=address)
            unpublished[audience] = atlas.unpublished
            stage(f"writing pages for {audience}")
            folder = assessment.workspace.profiles_dir
            for name, data in render_site(atlas, _site_digest(assessment, counting), folder):
                yield f"{audience}/{name}", data

    report = publish(files(), out)

    def own(names: Sequence[str], audience: str) -> tuple[str, ...]:
        return tuple(n.partition("/")[2] for n in names if n.startswith(f"{audience}/"))

    return {
        a: SiteReport(
            own(report.written, a), own(report.unchanged, a), own(report.removed, a), left
        )
        for a, left in unpublished.items()
    }


def prove_closed(checked: Checked, as_of: date, audience: str | None = None) -> Proof:
    """Prove that the site of an audience does not depend on what it may not know.

    Builds the site three times in memory: with a marker in every closed text, from the current
    documents, and without anything that is closed.
    """
    from assay.briefing.proof import Material, prove
    from assay.briefing.site import render_site
    from assay.review.ledger import require_ledger

    assessment = assess(checked, as_of, audience)
    workspace, rulebook = assessment.workspace, assessment.rulebook

    def render(material: Material) -> dict[str, bytes]:
        known = visible_to(material.corpus, rulebook.audiences, assessment.audience, as_of)
        made = scored(
            workspace,
            known,
            rulebook,
            assessment.program,
            as_of,
            assessment.audience,
            written=material.corpus,
        )
        made = with_decisions(made, material.ledger)
        records = (material.ledger, material.history)
        atlas, counting = _atlas(made, workspace.ledger_path, records=records)
        digest_ = _site_digest(made, counting)
        return dict(render_site(atlas, digest_, workspace.profiles_dir))

    ledger = require_ledger(workspace.ledger_path, assessment.identity)
    material = Material(assessment.written, ledger, _history(workspace, assessment.identity))
    return prove(material, assessment, render)


def brief(assessment: Assessment, profile_id: str) -> list[str]:
    """Render the briefing of one profile as text.

    Raises ``UsageError`` for an unknown profile and for one that is not published.
    """
    from assay.briefing import wording
    from assay.briefing.page import page
    from assay.briefing.terminal import brief_lines
    from assay.briefing.views import Imprint

    assessment.require([profile_id])
    atlas, _ = _atlas(assessment, assessment.workspace.ledger_path, [profile_id])
    if profile_id not in atlas.published:
        raise UsageError(
            f"{profile_id} has no page: its grade is below those that are published; "
            f"'assay explain {profile_id}' shows its scores"
        )
    as_of = assessment.as_of
    imprint = Imprint("", "", wording.day(as_of), as_of.isoformat())
    view = page(atlas, atlas.published[profile_id], imprint)
    headline = atlas.headline
    score = atlas.results[profile_id].scores.get(headline.name) if headline else None
    bands = atlas.rulebook.bands(headline) if headline else ()
    past = [
        change.after.points
        for _, change in atlas.changes_of(profile_id)
        if headline is not None and change.scorer == headline.name
    ]
    return brief_lines(view, bands, score.points if score else None, past)


def pages_touched(before: Sequence[Assessment], after: Sequence[Assessment]) -> tuple[str, ...]:
    """Files of the site that differ between two assessments, for any audience.

    Decisions and applies are those of ``after``. Every page is rendered twice, with its
    explanations, which takes several times as long as scoring.
    """
    from assay.briefing.files import differing
    from assay.review.ledger import require_ledger

    old, new = ({d.audience: d for d in assessments} for assessments in (before, after))
    ledger_path = after[0].workspace.ledger_path
    identity = after[0].identity
    ledger = require_ledger(ledger_path, identity)
    records = (ledger, _history(after[0].workspace, identity))
    found: set[str] = set()
    for audience in dict.fromkeys([*old, *new]):
        one, other = (
            _atlas(assessments[audience], ledger_path, records=records)[0]
            if audience in assessments
            else None
            for assessments in (old, new)
        )
        found |= differing(one, other)
    return tuple(sorted(found, key=lambda path: ("/" in path, path)))


def _atlas(
    assessment: Assessment,
    ledger_path: Path,
    explained: Sequence[str] | None = None,
    *,
    base_url: str | None = None,
    records: tuple[Ledger, Sequence[Applied]] | None = None,
) -> tuple[Atlas, list[str]]:
    """The content of pages, and the ids of the active overrides.

    Only the profiles of ``explained`` can be rendered; all if it is None. ``records`` are the
    decisions and applies. Default: those of the workspace.
    """
    from assay.briefing.atlas import Atlas
    from assay.plan.history import for_audience
    from assay.review.effective import confirmed
    from assay.review.ledger import require_ledger

    ledger, history = records or (
        require_ledger(ledger_path, assessment.identity),
        _history(assessment.workspace, assessment.identity),
    )
    counting = [o.decision for own in assessment.overrides.values() for o in own.values()]
    every = list(assessment.run.profile_rows)
    explanations = assessment.explain(every if explained is None else explained)
    atlas = Atlas(
        assessment.corpus,
        _published_at(assessment.rulebook, base_url),
        assessment.results,
        explanations,
        assessment.as_of,
        history=tuple(for_audience(history, assessment.audience)),
        audience=assessment.audience,
        confirmed=confirmed(assessment, ledger),
        # Two versions are compared as if both were applied.
        unapplied=() if records else unapplied(assessment),
    )
    return atlas, counting


def _published_at(rulebook: Rulebook, base_url: str | None) -> Rulebook:
    """The rulebook with another address of the published site, if one is given."""
    if base_url is None:
        return rulebook
    site = (rulebook.settings.site or Site()).model_copy(update={"base_url": base_url})
    settings = rulebook.settings.model_copy(update={"site": site})
    return rulebook.model_copy(update={"settings": settings})


def _history(workspace: Workspace, identity: Identity) -> tuple[Applied, ...]:
    """Read every apply that led to the current lock, with current ids."""
    from assay.plan.apply import bases_of
    from assay.plan.history import read_history
    from assay.plan.renames import current_records

    if not workspace.history_path.exists():
        return ()
    _, digests = bases_of(workspace.lock_path)
    return current_records(read_history(workspace.history_path, digests), identity)


# Test the rulebook -------------------------------------------------------------------------


@dataclass(frozen=True)
class RuleTests:
    """Results of rule tests; ``coverage`` only on request."""

    results: tuple[CaseResult, ...]
    files: tuple[str, ...]
    diagnostics: tuple[Diagnostic, ...]
    coverage: Coverage | None


def rule_tests(
    checked: Checked,
    as_of: date | None = None,
    paths: Sequence[Path] | None = None,
    *,
    covered: bool = False,
) -> RuleTests:
    """Run the rule tests of the workspace, or those in ``paths``.

    A case is scored at its own date, otherwise that of its file, then of the rulebook, then
    ``as_of``. Profiles of the workspace are not used. Raises ``InputError`` if the rulebook has
    errors.
    """
    from assay.scoring.rule_tests import RuleTester
    from assay.workspace.rule_cases import load_cases

    rulebook = checked.loaded.rulebook
    if rulebook is None or checked.program is None:
        raise InputError(checked.diagnostics)
    loaded = load_cases(checked.loaded.workspace, rulebook, as_of or date.max, paths)
    tester = RuleTester(rulebook, covered=covered)
    results = tuple(tester.run(loaded.cases))
    found = None
    if tester.seen is not None:
        from assay.scoring.rule_tests import coverage

        found = coverage(rulebook, tester.program, tester.seen)
    return RuleTests(results, loaded.files, loaded.diagnostics, found)


def rule_findings(checked: Checked, assessment: Assessment | None) -> list[Diagnostic]:
    """List problems of the rulebook.

    With an assessment also scorers that separate few of its profiles, and rules that decide
    nothing in it, nor in the rule tests.
    """
    from assay.scoring.compare import saturated

    files = {f.file for f in checked.loaded.rules.files} if checked.loaded.rules else set()
    found = [d for d in checked.diagnostics if d.file in files]
    if assessment is not None:
        found += [checked.loaded.placed(d) for d in saturated(assessment.run)]
        found += [checked.loaded.placed(d) for d in _idle_rules(checked, assessment)]
    return sort_diagnostics(found)


def _idle_rules(checked: Checked, assessment: Assessment) -> Iterator[Diagnostic]:
    """Infos about rules that decide nothing, unless a proof reports them already."""
    from assay.scoring.deciding import idle_rules
    from assay.scoring.rule_tests import RuleTester
    from assay.workspace.rule_cases import load_cases

    loaded, rulebook = checked.loaded, assessment.rulebook
    cases = load_cases(loaded.workspace, rulebook, assessment.as_of).cases
    tester = RuleTester(rulebook, covered=True)
    tester.run(cases)
    assert tester.seen is not None
    proven = {d.value.path[:4] for d in _rule_lint(loaded, checked.program, checked.cache)}
    for found in idle_rules(assessment.run, tester.seen.uses, len(cases)):
        if found.value.path[:4] not in proven:
            yield found


def scorer_cutpoints(
    assessment: Assessment, scorer: str, shares: Sequence[float]
) -> list[Cutpoint]:
    """Band thresholds that split the profiles into ``shares``.

    Raises ``UsageError`` for an unknown scorer.
    """
    from assay.scoring.compare import cutpoints

    known = [s.scorer.name for s in assessment.program.shown]
    if scorer not in known:
        raise UsageError(unknown("scorer of profiles", scorer, known))
    scores = [r.scores[scorer].points for r in assessment.results.values() if scorer in r.scores]
    return cutpoints([s for s in scores if s is not None], shares)
