"""The whole flow, from documents to pages.

documents → models → compiled rules → tables → scores → explanations → pages::

    checked = check(workspace)            # load, validate, link, compile; every mistake at once
    desk = assess(checked, as_of)         # tabulate and score
    desk.explain(["some-profile"])        # the whole reasoning of one profile
    build(desk, out)                      # the briefing pages

Each function takes what the one before it gives; none asks for the time or the machine. A cache
saves work and changes no result: what it has not stored is computed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from assay.assessment import Desk, Scores, scored
from assay.cache import Cache, content_digest
from assay.diagnostics.diagnostic import Diagnostic, ValueLocation, has_errors, sort_diagnostics
from assay.diagnostics.suggest import unknown
from assay.errors import InputError, UsageError
from assay.model.audience import seen_by
from assay.model.documents import Corpus
from assay.model.rulebook import Rulebook, digest
from assay.progress import stage
from assay.review.checks import check_ledger
from assay.rules.check import check_part, check_rulebook
from assay.scoring.run import run_program
from assay.tables.build import Built, tables_settings
from assay.tables.build import build as build_tables
from assay.workspace.discover import documents_digest
from assay.workspace.load import Loaded, load_workspace, readable_rulebook
from assay.workspace.paths import Workspace
from assay.workspace.rulebook_files import readable_part

if TYPE_CHECKING:
    from assay.briefing.atlas import Atlas
    from assay.briefing.site import SiteReport
    from assay.cel.program import Program
    from assay.scoring.compare import Cutpoint
    from assay.scoring.rule_tests import CaseResult, Coverage


_TABLES = "tables"
_RULE_WARNINGS = "rule-warnings"


# Load, validate, compile -------------------------------------------------------------------


@dataclass(frozen=True)
class Checked:
    """A workspace that was read, validated and compiled.

    ``program`` is the compiled rulebook, None where it has errors; ``other_diagnostics`` are about
    the rulebook and the ledger of decisions. ``errors`` are all that keep the workspace from being
    scored, in the order of places.
    """

    loaded: Loaded
    program: Program | None
    other_diagnostics: tuple[Diagnostic, ...]
    errors: tuple[Diagnostic, ...]
    cache: Cache | None = None

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Errors, warnings and infos, in the order of places; warnings are looked for here."""
        stage("looking for what else there is to say")
        advice = [self.loaded.placed(f) for f in _advice(self.loaded)]
        own = [*self.other_diagnostics, *_rule_warnings(self.loaded, self.program, self.cache)]
        return tuple(sort_diagnostics([*self.loaded.diagnostics, *own, *advice]))


def check(workspace: Workspace, as_of: date | None = None, cache: Cache | None = None) -> Checked:
    """Read, validate and link the documents, and compile the rulebook; nothing is raised."""
    loaded = load_workspace(workspace, as_of=as_of, cache=cache)
    stage("checking the rulebook")
    program, found = _compiled(loaded, cache)
    errors = loaded.errors
    # Whether overrides refer to profiles and bands that exist, only a valid workspace can tell.
    usable = program is not None and not errors
    corpus, rulebook = (loaded.corpus, loaded.rulebook) if usable else (None, None)
    found += check_ledger(workspace.ledger_path, corpus, rulebook)
    errors = tuple(sort_diagnostics([*errors, *(d for d in found if d.severity == "error")]))
    return Checked(loaded, program, tuple(found), errors, cache)


def _compiled(loaded: Loaded, cache: Cache | None) -> tuple[Program | None, list[Diagnostic]]:
    """The rulebook as a program, None where it has errors, and all that is wrong with it."""
    rulebook, rules = loaded.rulebook, loaded.rules
    if rulebook is not None:
        program, findings = check_rulebook(rulebook, cache)
        return program, [loaded.placed(f) for f in findings]
    part = None if rules is None or rules.unreadable else readable_part(rules.data)
    if part is None:
        return None, []
    return None, [loaded.placed(f) for f in check_part(*part)]


def _rule_warnings(
    loaded: Loaded, program: Program | None, cache: Cache | None
) -> list[Diagnostic]:
    """Proofs about the rulebook take long, and depend only on it and on the values in use."""
    from assay.tables.rows import written_values

    rulebook = loaded.rulebook
    if rulebook is None or program is None:
        return []
    values = written_values(loaded.corpus)
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
    return [loaded.placed(f) for f in found]


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
    """Warnings about the sentences of the claims."""
    from assay.evidence.kept import words_of
    from assay.evidence.passages import check_passages
    from assay.evidence.vacuity import check_vacuity

    corpus, subjects = loaded.corpus, loaded.subjects
    yield from check_passages(corpus, subjects, words_of(corpus, loaded.workspace))
    yield from check_vacuity(corpus, loaded.as_of, subjects)


# Tabulate, score ---------------------------------------------------------------------------


def assess(checked: Checked, as_of: date, audience: str | None = None) -> Desk:
    """Score every profile at a date, for an audience: the most public one, unless named.

    What the audience may not know is taken out before anything is scored. Raises
    :class:`assay.errors.InputError` with all diagnostics where the workspace has errors, and
    ``UsageError`` for an audience the rulebook does not have.
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
    corpus = seen_by(written, rulebook.audiences, reader, as_of)
    built = _tabulated(checked, corpus, rulebook, as_of, reader)
    return scored(
        loaded.workspace, corpus, rulebook, program, as_of, reader, written=written, built=built
    )


def _tabulated(
    checked: Checked, corpus: Corpus, rulebook: Rulebook, as_of: date, audience: str
) -> Built:
    """The tables of the corpus, from the cache if it has them."""
    stage("making tables")
    cache = checked.cache
    key = _tables_key(checked.loaded.documents_digest, rulebook, as_of, audience)
    stored = None if cache is None else cache.load(_TABLES, key)
    if stored is not None:
        return Built.from_bytes(stored)
    built = build_tables(corpus, rulebook, as_of)
    if cache is not None:
        cache.store(_TABLES, key, built.to_bytes())
    return built


def _tables_key(documents: str, rulebook: Rulebook, as_of: date, audience: str) -> str:
    return content_digest(documents, digest(tables_settings(rulebook)), as_of.isoformat(), audience)


def score_unchanged(
    workspace: Workspace, as_of: date | None, today: date, audience: str | None, cache: Cache
) -> Scores | None:
    """The scores of a workspace whose tables are in the cache, without loading its documents.

    Tables are stored only for documents without errors, and found only under the same names and
    bytes; so nothing is checked but the rulebook and the ledger. None if anything has to be.
    """
    rulebook = readable_rulebook(workspace, cache)
    if rulebook is None or has_errors(check_ledger(workspace.ledger_path)):
        return None
    reader = audience or rulebook.audiences[0]
    day = as_of or rulebook.settings.as_of or today
    stage("reading the documents")
    key = _tables_key(documents_digest(workspace), rulebook, day, reader)
    stage("making tables")
    stored = cache.load(_TABLES, key)
    program = None if stored is None else check_rulebook(rulebook, cache)[0]
    if stored is None or program is None or reader not in rulebook.audiences:
        return None
    built = Built.from_bytes(stored)
    stage("scoring")
    run = run_program(rulebook, program, built.tables)
    return Scores(workspace, rulebook, program, day, reader, built, run)


def assess_all(checked: Checked, as_of: date) -> tuple[Desk, ...]:
    """The workspace scored at a date for each of its audiences; raises as :func:`assess`."""
    first = assess(checked, as_of)
    return (first, *(assess(checked, as_of, a) for a in first.rulebook.audiences[1:]))


def grade_findings(checked: Checked, as_of: date) -> list[Diagnostic]:
    """Claims whose words disagree with the grade that they get; none where there are errors.

    Scored for the audience that may know most, and only where some words could disagree.
    """
    from assay.scoring.wording_lint import may_disagree, words_against_grades

    loaded = checked.loaded
    if checked.errors or loaded.rulebook is None or not may_disagree(loaded.corpus):
        return []
    desk = assess(checked, as_of, loaded.rulebook.audiences[-1])
    found = words_against_grades(loaded.corpus, desk.run, loaded.subjects)
    return sort_diagnostics(loaded.placed(f) for f in found)


# Render ------------------------------------------------------------------------------------


def build(desk: Desk, out: Path) -> SiteReport:
    """Write the briefing pages into ``out``; an error leaves the site that was there.

    Overrides that count take the place of computed grades, and pages tell both.
    """
    from assay.briefing.site import build_site

    atlas, counting = _atlas(desk, desk.workspace.ledger_path)
    stage("writing pages")
    written = digest([desk.digest, counting]) if counting else desk.digest
    return build_site(atlas, written, out, desk.workspace.profiles_dir)


def pages_touched(before: Sequence[Desk], after: Sequence[Desk]) -> tuple[str, ...]:
    """Files of the site, for any audience, that would not be the same for two states of a desk.

    Decisions are those of the workspace that is there ``after``. Every page is made twice, with
    all that it says: this costs several full re-scores.
    """
    from assay.briefing.files import differing

    old, new = ({d.audience: d for d in desks} for desks in (before, after))
    ledger_path = after[0].workspace.ledger_path
    found: set[str] = set()
    for audience in dict.fromkeys([*old, *new]):
        one, other = (
            _atlas(desks[audience], ledger_path)[0] if audience in desks else None
            for desks in (old, new)
        )
        found |= differing(one, other)
    return tuple(sorted(found, key=lambda path: ("/" in path, path)))


def _atlas(desk: Desk, ledger_path: Path) -> tuple[Atlas, list[str]]:
    """All that the pages of a desk are made from, and the overrides that count on it."""
    from assay.briefing.atlas import Atlas
    from assay.review.effective import effective, published_results
    from assay.review.ledger import require_ledger

    held = effective(desk, require_ledger(ledger_path))
    counting = [r.decision.id for r in held.counting]
    results = published_results(desk, held)
    explanations = desk.explain(list(desk.run.profile_rows))
    atlas = Atlas(desk.corpus, desk.rulebook, results, explanations, desk.as_of, held.by_profile())
    return atlas, counting


@dataclass(frozen=True)
class RuleTests:
    """Results of the cases of a rulebook; ``coverage`` only if it was asked for."""

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
    """Run the cases of the workspace, or those of the files named.

    A case is scored at its own date, else its file's, else the rulebook's, else ``as_of``. Raises
    :class:`assay.errors.InputError` where the rulebook has errors; the profiles of the workspace
    play no part.
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


def rule_findings(checked: Checked, desk: Desk | None) -> list[Diagnostic]:
    """All there is to say about the rulebook; with ``desk`` also how it parts its profiles."""
    from assay.scoring.compare import saturated

    files = {f.file for f in checked.loaded.rules.files} if checked.loaded.rules else set()
    found = [d for d in checked.diagnostics if d.file in files]
    if desk is not None:
        found += [checked.loaded.placed(d) for d in saturated(desk.run)]
    return sort_diagnostics(found)


def scorer_cutpoints(desk: Desk, scorer: str, shares: Sequence[float]) -> list[Cutpoint]:
    """Starts of bands that part the profiles by a scorer; ``UsageError`` for an unknown one."""
    from assay.scoring.compare import cutpoints

    known = [s.scorer.name for s in desk.program.on("profile")]
    if scorer not in known:
        raise UsageError(unknown("scorer of profiles", scorer, known))
    scores = [r.scores[scorer].points for r in desk.results.values()]
    return cutpoints([s for s in scores if s is not None], shares)
