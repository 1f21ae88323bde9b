"""The whole flow on one screen.

documents → models → tables → compiled rules → scores → outlook → explanations → pages::

    checked = check(workspace)            # read, validate, link, compile; every mistake at once
    desk = assess(checked, as_of)         # score everything, with outlook
    desk.explain("some-profile")          # the whole reasoning of one profile
    build(desk, out)                      # the briefing pages

Each function takes what the one before it gives; none asks for the time or the machine.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from assay import __version__
from assay.diagnostics import Diagnostic, sort_diagnostics
from assay.errors import InputError, UsageError
from assay.loading import Loaded, Sound, load_remembered
from assay.model.audience import seen_by
from assay.model.corpus import Corpus
from assay.model.deferred import Deferred
from assay.model.digests import digest, rulebook_digest
from assay.model.rulebook import Rulebook
from assay.progress import stage
from assay.workspace import Workspace

if TYPE_CHECKING:
    from assay.briefing import SiteReport
    from assay.loading.findings import Finding
    from assay.rules.findings import RuleFinding
    from assay.rules.program import Program
    from assay.scoring.against import Against
    from assay.scoring.cutpoints import Cutpoint
    from assay.scoring.distributed import Cluster
    from assay.scoring.overview import Line
    from assay.scoring.results import Explanation, ProfileResult, WouldChange
    from assay.scoring.rule_coverage import Coverage
    from assay.scoring.rule_tests import CaseResult
    from assay.scoring.run import Run
    from assay.scoring.why_not import WhyNot
    from assay.tables.kept import Built, TableStore


@dataclass(frozen=True)
class Checked:
    """A workspace that was read; what is wrong with it is worked out when asked for.

    ``program`` is the compiled rulebook, None where it has errors; ``rule_diagnostics`` speak of
    the rulebook and of the ledger of decisions. ``sound`` is what is known of documents that
    are without mistakes, None where they have some.
    """

    loaded: Loaded
    program: Program | None
    rule_diagnostics: tuple[Diagnostic, ...]
    sound: Sound | None = None

    @cached_property
    def errors(self) -> tuple[Diagnostic, ...]:
        """What keeps the workspace from being scored, in the order of places."""
        own = [d for d in self.rule_diagnostics if d.severity == "error"]
        return tuple(sort_diagnostics([*self.loaded.errors, *own]))

    @cached_property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Errors, warnings and infos, in the order of places."""
        stage("looking for what else there is to say")
        advice = [self.loaded.placed(f) for f in _advice(self.loaded)]
        own = [*self.rule_diagnostics, *self._rule_warnings()]
        return tuple(sort_diagnostics([*self.loaded.diagnostics, *own, *advice]))

    def _rule_warnings(self) -> list[Diagnostic]:
        from assay.rules.lint import lint_rulebook
        from assay.tables.written import written_values

        rulebook = self.loaded.rulebook
        if rulebook is None or self.program is None:
            return []
        written = written_values(self.loaded.corpus)
        found = lint_rulebook(rulebook, self.program, written, self.loaded.as_of)
        return [placed_rule_finding(self.loaded, f) for f in found]


def check(workspace: Workspace, as_of: date | None = None) -> Checked:
    """Read, validate and link the documents, and compile the rulebook; nothing is raised."""
    from assay.review.checks import check_ledger

    loaded, sound = load_remembered(workspace, as_of)
    stage("checking the rulebook")
    program, said = _compiled(loaded)
    # Whether overrides still speak of what is there, only a sound workspace can tell.
    usable = program is not None and not loaded.errors
    corpus, rulebook = (loaded.corpus, loaded.rulebook) if usable else (None, None)
    said += check_ledger(workspace.ledger_path, corpus, rulebook)
    return Checked(loaded, program, tuple(said), sound)


def _compiled(loaded: Loaded) -> tuple[Program | None, list[Diagnostic]]:
    """The rulebook as a program, None where it has errors, and all that is said against it."""
    from assay.rules.check import check_rulebook

    if loaded.rulebook is None:
        return None, []
    program, findings = check_rulebook(loaded.rulebook)
    return program, [placed_rule_finding(loaded, f) for f in findings]


def placed_rule_finding(loaded: Loaded, finding: RuleFinding) -> Diagnostic:
    """A finding about the rulebook with its file, line and column."""
    assert loaded.rulebook is not None
    line, column = _line_and_column(loaded.rulebook, finding.path, finding.offset)
    position = loaded.locate_rule(finding.path, line=line, column=column)
    return finding.code.at(position, finding.message, finding.hint)


def _advice(loaded: Loaded) -> Iterator[Finding]:
    """What the sentences of the claims give reason to say."""
    from assay.evidence.kept import words_of
    from assay.evidence.passages import check_passages
    from assay.evidence.vacuity import check_vacuity

    corpus, subjects = loaded.corpus, loaded.subjects
    yield from check_passages(corpus, subjects, words_of(corpus, loaded.workspace))
    yield from check_vacuity(corpus, loaded.as_of, subjects)


def grade_findings(checked: Checked, as_of: date) -> list[Diagnostic]:
    """Claims whose words disagree with the grade that they get; none where there are errors.

    Scored for the audience that may know most, and only where some words could disagree.
    """
    from assay.scoring.said import may_disagree, words_against_grades

    loaded = checked.loaded
    if checked.errors or loaded.rulebook is None or not may_disagree(loaded.corpus):
        return []
    desk = assess(checked, as_of, loaded.rulebook.audiences[-1])
    found = words_against_grades(loaded.corpus, desk.run, loaded.subjects)
    return sort_diagnostics(loaded.placed(f) for f in found)


def _line_and_column(
    rulebook: Rulebook, path: tuple[str | int, ...], offset: int | None
) -> tuple[int | None, int]:
    """1-based line and column of a character in the text at ``path``."""
    value: object = rulebook
    for step in path:
        if isinstance(step, int):
            value = value[step] if isinstance(value, Sequence) else None
        elif isinstance(value, Mapping):
            value = value.get(step)
        else:
            value = getattr(value, step, None)
    if offset is None or not isinstance(value, str):
        return None, 1
    before = value[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1


def assess(checked: Checked, as_of: date, audience: str | None = None) -> Desk:
    """Score every profile at a date, for an audience: the most public one, unless named.

    What the audience may not know is taken out before anything is scored. Raises
    :class:`assay.errors.InputError` with all diagnostics where the workspace has errors, and
    ``UsageError`` for an audience the rulebook does not have.
    """
    if checked.errors or checked.program is None:
        raise InputError(checked.errors)
    from assay.tables.kept import TableStore

    rulebook = checked.loaded.rulebook
    assert rulebook is not None
    reader = audience or rulebook.audiences[0]
    if reader not in rulebook.audiences:
        known = ", ".join(rulebook.audiences)
        raise UsageError(f"there is no audience {reader!r}; the rulebook has: {known}")
    loaded, written = checked.loaded, checked.loaded.corpus

    @cache
    def seen() -> Corpus:
        return seen_by(written, rulebook.audiences, reader, as_of)

    corpus = Corpus(written.publishers, written.sources, Deferred(lambda: seen().profiles))
    desk = Desk(loaded.workspace, corpus, rulebook, checked.program, as_of, reader, written)
    if checked.sound is None:
        return desk
    store = TableStore(loaded.workspace.cache_dir, checked.sound, reader, corpus, written)
    return replace(desk, store=store)


def assess_all(checked: Checked, as_of: date) -> tuple[Desk, ...]:
    """The workspace scored at a date for each of its audiences; raises as :func:`assess`."""
    first = assess(checked, as_of)
    return (first, *(assess(checked, as_of, a) for a in first.rulebook.audiences[1:]))


@dataclass(frozen=True)
class Desk:
    """A workspace scored at a date for an audience; what is not asked for is not computed.

    ``corpus`` is what the audience may know, ``written`` all that was read, drafts included; the
    tables of ``corpus`` are kept in ``store``.
    """

    workspace: Workspace
    corpus: Corpus
    rulebook: Rulebook
    program: Program
    as_of: date
    audience: str
    written: Corpus = field(default_factory=Corpus)
    store: TableStore | None = None

    @cached_property
    def built(self) -> Built:
        """The tables of the corpus, what they are put together from, and the listing."""
        from assay.tables.kept import build

        stage("making tables")
        if self.store is not None and self.store.corpus is self.corpus:
            return self.store.built(self.rulebook, self.as_of)
        return build(self.corpus, self.rulebook, self.as_of)

    @cached_property
    def run(self) -> Run:
        """Scores of all rows."""
        from assay.scoring.run import run_program

        tables = self.built.tables
        stage("scoring")
        return run_program(self.rulebook, self.program, tables)

    @cached_property
    def overview(self) -> list[Line]:
        """A line about every profile; unlike ``results`` it needs no documents."""
        from assay.scoring.overview import overview

        run = self.run
        stage("looking ahead")
        return overview(run, self.built.listing, self.as_of)

    @cached_property
    def results(self) -> dict[str, ProfileResult]:
        """What was computed about each profile, by id."""
        from assay.scoring.assessment import profile_results

        run = self.run
        stage("looking ahead")
        return profile_results(self.corpus, run, self.as_of)

    def explain(self, ids: Sequence[str]) -> dict[str, Explanation]:
        """The whole reasoning of profiles. Raises ``UsageError`` for an id that is not scored."""
        from assay.scoring.assessment import explanations

        changes = self.would_change(ids)
        stage("explaining")
        return explanations(self.run, self.results, changes, self.as_of, ids)

    def would_change(self, ids: Sequence[str]) -> dict[str, tuple[WouldChange, ...]]:
        """What would move the profiles into other bands; raises as :meth:`explain`."""
        from assay.scoring.sensitivity import would_change

        self.require(ids)
        stage("trying what would change it")
        profiles = [self.corpus.profiles[i] for i in ids]
        return would_change(
            self.corpus, self.built, self.rulebook, self.program, self.as_of, profiles
        )

    def why_not(self, profile_id: str, rule: str) -> list[WhyNot]:
        """A rule's condition taken apart, for a profile or all of its claims or citations.

        Raises ``UsageError`` for an id that is not scored and for a rule that is not there.
        """
        from assay.scoring.why_not import WhyNotAsker

        self.require([profile_id])
        return WhyNotAsker(self.run).ask(rule, self.run.profile_rows[profile_id])

    def against(self, profile_id: str, band: str) -> list[Against]:
        """What stands between a profile and a band; ``UsageError`` where no scale has it."""
        from assay.scoring.against import against

        explanation = self.explain([profile_id])[profile_id]
        return against(self.run, explanation, self.run.profile_rows[profile_id], band)

    def require(self, ids: Sequence[str]) -> None:
        """Raise ``UsageError`` for an id that no scored profile has."""
        from assay.documents.suggest import nearest

        for profile_id in ids:
            if profile_id in self.run.profile_rows:
                continue
            if profile_id in self.written.profiles:
                raise UsageError(
                    f"the profile {profile_id!r} is not for the audience {self.audience!r}, or it "
                    "is a draft or under embargo"
                )
            near = nearest(profile_id, self.corpus.profiles)
            hint = f"did you mean {near!r}?" if near else "'assay find WORDS' searches by name"
            raise UsageError(f"there is no profile {profile_id!r}; {hint}")

    @cached_property
    def rulebook_digest(self) -> str:
        """Twelve hexadecimal digits that stand for the rulebook's content."""
        return rulebook_digest(self.rulebook)

    @cached_property
    def digest(self) -> str:
        """Twelve hexadecimal digits that stand for engine, rulebook, date and all documents."""
        documents = [
            model.model_dump(mode="json", by_alias=True)
            for models in (self.corpus.publishers, self.corpus.sources, self.corpus.profiles)
            for model in models.values()
        ]
        return digest([__version__, self.rulebook_digest, self.as_of.isoformat(), documents])


def score_tables(
    workspace: Workspace,
    folder: Path,
    out: Path,
    as_of: date | None,
    *,
    outlook: bool = False,
    memory: int | None = None,
) -> int:
    """Score a folder of Parquet tables by the workspace's rulebook; the number of profiles.

    The result is one Parquet file, written beside ``out`` and then put in its place. ``as_of``
    takes the place of the date the tables were made at. Tables that do not fit into ``memory``
    bytes are refused before they are read.
    """
    from assay.engines.memory import require_memory
    from assay.loading.load import load_rulebook
    from assay.rules.scorers import compile_rulebook
    from assay.scoring.bulk import outlook_table, score_table
    from assay.scoring.later import Later
    from assay.scoring.outlook import Horizons
    from assay.scoring.run import run_program
    from assay.tables.bulk import read_tables, write_frame

    stage("rulebook")
    rulebook = load_rulebook(workspace)
    program = compile_rulebook(rulebook)
    require_memory(folder, memory)
    stage("reading the tables")
    tables = read_tables(folder)
    if as_of is not None:
        tables = tables.on(as_of.toordinal())
    stage("scores")
    run = run_program(rulebook, program, tables)
    table = score_table(run)
    if outlook:
        stage("outlook")
        day = date.fromordinal(int(tables.column("profile", "today")[0]))
        ahead = Horizons.of(day)
        days = {"quarter": ahead.quarter, "year": ahead.year}
        table = table.hstack(outlook_table(Later(run, day), days).drop("id"))
    stage("writing")
    write_frame(table, out)
    return tables.height("profile")


def score_with_spark(workspace: Workspace, cluster: Cluster, as_of: date | None) -> int:
    """Score tables on a Spark cluster by the workspace's rulebook; the number of profiles.

    The scores are those :func:`score_tables` gives, written as a folder of Parquet files.
    """
    from assay.loading.load import load_rulebook
    from assay.rules.scorers import compile_rulebook
    from assay.scoring.distributed import score_on_spark

    stage("rulebook")
    rulebook = load_rulebook(workspace)
    return score_on_spark(rulebook, compile_rulebook(rulebook), cluster, as_of)


@dataclass(frozen=True)
class RuleTests:
    """What became of the cases of a rulebook, and how much of it they have met."""

    results: tuple[CaseResult, ...]
    files: tuple[str, ...]
    diagnostics: tuple[Diagnostic, ...]
    coverage: Coverage


def rule_tests(
    checked: Checked, as_of: date | None = None, paths: Sequence[Path] | None = None
) -> RuleTests:
    """Run the cases of the workspace, or those of the files named.

    A case is scored at its own date, else its file's, else the rulebook's, else ``as_of``. Raises
    :class:`assay.errors.InputError` where the rulebook has errors; the profiles of the workspace
    play no part.
    """
    from assay.loading.rule_cases import load_cases
    from assay.scoring.rule_coverage import coverage
    from assay.scoring.rule_tests import RuleTester

    rulebook = checked.loaded.rulebook
    if rulebook is None or checked.program is None:
        raise InputError(checked.diagnostics)
    loaded = load_cases(checked.loaded.workspace, rulebook, paths)
    tester = RuleTester(rulebook)
    results = tuple(
        tester.run(c.case, c.corpus, c.subject, c.as_of or as_of or date.max, c.file, c.line)
        for c in loaded.cases
    )
    found = coverage(rulebook, tester.program, tester.seen)
    return RuleTests(results, loaded.files, loaded.diagnostics, found)


def rule_findings(checked: Checked, desk: Desk | None) -> list[Diagnostic]:
    """All there is to say about the rulebook; with ``desk`` also how it parts its profiles."""
    from assay.scoring.saturation import saturated

    files = {f.file for f in checked.loaded.rules.files} if checked.loaded.rules else set()
    found = [d for d in checked.diagnostics if d.file in files]
    if desk is not None:
        found += [placed_rule_finding(checked.loaded, f) for f in saturated(desk.run)]
    return sort_diagnostics(found)


def scorer_cutpoints(desk: Desk, scorer: str, shares: Sequence[float]) -> list[Cutpoint]:
    """Starts of bands that part the profiles by a scorer; ``UsageError`` for an unknown one."""
    from assay.scoring.cutpoints import cutpoints

    known = [s.scorer.name for s in desk.program.on("profile")]
    if scorer not in known:
        raise UsageError(f"there is no profile scorer {scorer!r}; there are: {', '.join(known)}")
    scores = [r.scores[scorer].points for r in desk.results.values()]
    return cutpoints([s for s in scores if s is not None], shares)


def build(desk: Desk, out: Path) -> SiteReport:
    """Write the briefing pages into ``out``; an error leaves the site that was there.

    Overrides that count take the place of computed grades, and pages tell both.
    """
    from assay.briefing import build_site
    from assay.review.effective import effective, published_results
    from assay.review.ledger import require_ledger

    held = effective(desk, require_ledger(desk.workspace.ledger_path))
    counting = [r.decision.id for r in held.counting]
    results = published_results(desk, held)
    explanations = desk.explain(list(desk.run.profile_rows))
    stage("writing pages")
    return build_site(
        desk.corpus,
        desk.rulebook,
        results,
        explanations,
        desk.as_of,
        digest([desk.digest, counting]) if counting else desk.digest,
        out,
        desk.workspace.profiles_dir,
        decisions=held.by_profile(),
    )
