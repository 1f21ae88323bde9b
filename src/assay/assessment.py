"""A workspace scored on a date for an audience, and the questions it answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from assay import __version__
from assay.errors import UsageError
from assay.model.documents import Corpus
from assay.model.identity import Identity
from assay.model.results import Overrides
from assay.model.rulebook import Rulebook, digest, rulebook_digest
from assay.progress import stage
from assay.scoring.run import Run, run_program
from assay.tables.build import BuiltTables, build
from assay.workspace.paths import Workspace

if TYPE_CHECKING:
    from assay.cel.program import Program
    from assay.model.results import Explanation, ProfileResult, WouldChange
    from assay.scoring.explain import Line
    from assay.scoring.why_not import Against, WhyNot


@dataclass(frozen=True, slots=True)
class Overview:
    """A line for every profile, scored by a rulebook on a date for an audience."""

    rulebook: Rulebook
    as_of: date
    audience: str
    lines: list[Line]


@dataclass(frozen=True)
class Scores:
    """The scores of a workspace on a date for an audience, without its documents.

    ``built`` are the tables that were scored, ``run`` the scores of their rows. ``decided`` has by
    profile id the day of its newest decision, ``overrides`` the overrides that count by profile id
    and scorer.
    """

    workspace: Workspace
    rulebook: Rulebook
    program: Program
    as_of: date
    audience: str
    built: BuiltTables
    run: Run
    decided: Mapping[str, date] = field(default_factory=dict, kw_only=True)
    overrides: Overrides = field(default_factory=dict, kw_only=True)

    def overview(self) -> Overview:
        """List every profile with its scores, horizon and number of sources."""
        from assay.scoring.explain import overview

        stage("computing the outlook")
        lines = overview(self.run, self.built.listing, self.as_of, self.decided, self.overrides)
        return Overview(self.rulebook, self.as_of, self.audience, lines)

    @property
    def rulebook_digest(self) -> str:
        """Twelve hexadecimal digits that identify the content of the rulebook."""
        return rulebook_digest(self.rulebook)


@dataclass(frozen=True)
class Assessment(Scores):
    """A workspace scored on a date for an audience, with its documents.

    ``corpus`` holds the documents the audience may know, ``written`` all of them, drafts included.
    Methods that take profile ids raise ``UsageError`` for an id that is not scored.
    """

    corpus: Corpus
    written: Corpus

    @cached_property
    def identity(self) -> Identity:
        """Translates the former ids of documents and rules."""
        return Identity(self.written, self.rulebook)

    @cached_property
    def results(self) -> dict[str, ProfileResult]:
        """The results of every profile, by id. Most commands read only a few, or none."""
        return self.results_of(list(self.run.profile_rows))

    def results_of(self, ids: Sequence[str]) -> dict[str, ProfileResult]:
        """Compute the results of some profiles, by id."""
        from assay.scoring.explain import profile_results

        self.require(ids)
        stage("computing the outlook")
        return profile_results(
            self.run, self.built.listing, self.as_of, self.decided, self.overrides, ids
        )

    def explain(self, ids: Sequence[str]) -> dict[str, Explanation]:
        """Explain the scores of some profiles, by id."""
        from assay.scoring.explain import Explainer, explanations

        self.require(ids)
        # It reads every column; computed first and together, they are there for all other steps.
        explainer = Explainer(self.run)
        changes = self.would_change(ids)
        every = set(ids) == self.run.profile_rows.keys()
        results = self.results if every else self.results_of(ids)
        stage("explaining")
        return explanations(explainer, results, changes, self.as_of, ids)

    def would_change(self, ids: Sequence[str]) -> dict[str, tuple[WouldChange, ...]]:
        """Find changes of the evidence that would move profiles into other bands, by id."""
        from assay.scoring.counterfactuals import would_change

        self.require(ids)
        stage("testing possible changes")
        return would_change(self.corpus, self.built.rows, self.run, self.as_of, ids)

    def why_not(self, profile_id: str, rule: str) -> list[WhyNot]:
        """Evaluate each part of a rule's condition, for a profile or all its claims or citations.

        Raises ``UsageError`` for an unknown rule.
        """
        from assay.scoring.why_not import ConditionParts

        self.require([profile_id])
        return ConditionParts(self.run).ask(rule, self.run.profile_rows[profile_id])

    def against(self, profile_id: str, band: str) -> list[Against]:
        """Find the steps that keep a profile below a band; ``UsageError`` for an unknown band."""
        from assay.scoring.why_not import against

        changes = self.would_change([profile_id])[profile_id]
        return against(self.run, changes, self.run.profile_rows[profile_id], band)

    def require(self, ids: Sequence[str]) -> None:
        """Raise ``UsageError`` for an id that no scored profile has."""
        from assay.diagnostics.suggest import nearest

        for profile_id in ids:
            if profile_id in self.run.profile_rows:
                continue
            if profile_id in self.written.profiles:
                raise UsageError(
                    f"profile {profile_id!r} is a draft, under embargo, or not for the audience "
                    f"{self.audience!r}"
                )
            current = self.identity.now("profile", profile_id)
            current = self.identity.merged.get(current, current)
            if current in self.run.profile_rows:
                raise UsageError(f"profile {profile_id!r} is now {current!r}")
            near = nearest(profile_id, self.corpus.profiles)
            hint = f"did you mean {near!r}?" if near else f"search with `assay find {profile_id}`"
            raise UsageError(f"unknown profile {profile_id!r}; {hint}")

    def rescored(self, rulebook: Rulebook, program: Program) -> Assessment:
        """Score the same documents for the same audience by another rulebook."""
        found = scored(
            self.workspace,
            self.corpus,
            rulebook,
            program,
            self.as_of,
            self.audience,
            written=self.written,
        )
        return replace(found, decided=self.decided)

    @property
    def digest(self) -> str:
        """Twelve hexadecimal digits that identify engine, rulebook, date and all documents."""
        documents = [
            model.model_dump(mode="json", by_alias=True)
            for models in (self.corpus.publishers, self.corpus.sources, self.corpus.profiles)
            for model in models.values()
        ]
        return digest([__version__, self.rulebook_digest, self.as_of.isoformat(), documents])


def scored(
    workspace: Workspace,
    corpus: Corpus,
    rulebook: Rulebook,
    program: Program,
    as_of: date,
    audience: str,
    *,
    written: Corpus | None = None,
    built: BuiltTables | None = None,
) -> Assessment:
    """Score a corpus by a compiled rulebook.

    ``written`` are all documents, by default those of the corpus; ``built`` are the tables of the
    corpus, which are made here by default.
    """
    if built is None:
        stage("making tables")
        built = build(corpus, rulebook, as_of)
    stage("scoring")
    run = run_program(rulebook, program, built.tables)
    return Assessment(
        workspace, rulebook, program, as_of, audience, built, run, corpus, written or corpus
    )
