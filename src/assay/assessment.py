"""A workspace scored at a date for an audience, and the questions it answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from assay import __version__
from assay.errors import UsageError
from assay.model.documents import Corpus
from assay.model.rulebook import Rulebook, digest, rulebook_digest
from assay.progress import stage
from assay.scoring.run import Run, run_program
from assay.tables.build import Built, build
from assay.workspace.paths import Workspace

if TYPE_CHECKING:
    from assay.cel.program import Program
    from assay.model.results import Explanation, ProfileResult, WouldChange
    from assay.scoring.explain import Line
    from assay.scoring.why_not import Against, WhyNot


@dataclass(frozen=True)
class Scores:
    """The scores of a workspace at a date for an audience, without its documents.

    ``built`` are the tables that were scored, ``run`` the scores of their rows.
    """

    workspace: Workspace
    rulebook: Rulebook
    program: Program
    as_of: date
    audience: str
    built: Built
    run: Run

    def overview(self) -> list[Line]:
        """A line about every profile: scores, horizon, number of sources."""
        from assay.scoring.explain import overview

        stage("looking ahead")
        return overview(self.run, self.built.listing, self.as_of)

    @property
    def rulebook_digest(self) -> str:
        """Twelve hexadecimal digits that stand for the rulebook's content."""
        return rulebook_digest(self.rulebook)


@dataclass(frozen=True)
class Desk(Scores):
    """A workspace scored at a date for an audience, with its documents.

    ``corpus`` holds the documents the audience may know, ``written`` all of them, drafts included.
    What not every command needs is a method.
    """

    corpus: Corpus
    written: Corpus
    _results: dict[str, ProfileResult] = field(init=False, default_factory=dict, repr=False)

    @property
    def results(self) -> dict[str, ProfileResult]:
        """The results of every profile, by id; each is computed once."""
        return self.results_of(list(self.run.profile_rows))

    def results_of(self, ids: Sequence[str]) -> dict[str, ProfileResult]:
        """The results of some profiles, by id; each is computed once.

        Raises ``UsageError`` for an id that is not scored.
        """
        from assay.scoring.explain import profile_results

        self.require(ids)
        missing = [i for i in ids if i not in self._results]
        if missing:
            stage("looking ahead")
            found = profile_results(self.run, self.built.listing, self.as_of, missing)
            self._results.update(found)
        return {i: self._results[i] for i in ids}

    def explain(self, ids: Sequence[str]) -> dict[str, Explanation]:
        """The whole reasoning of profiles. Raises ``UsageError`` for an id that is not scored."""
        from assay.scoring.explain import explanations

        changes, results = self.would_change(ids), self.results_of(ids)
        stage("explaining")
        return explanations(self.run, results, changes, self.as_of, ids)

    def would_change(self, ids: Sequence[str]) -> dict[str, tuple[WouldChange, ...]]:
        """What would move the profiles into other bands; raises as :meth:`explain`."""
        from assay.scoring.counterfactuals import would_change

        self.require(ids)
        stage("trying what would change it")
        return would_change(self.corpus, self.built.rows, self.run, self.as_of, ids)

    def why_not(self, profile_id: str, rule: str) -> list[WhyNot]:
        """A rule's condition taken apart, for a profile or all of its claims or citations.

        Raises ``UsageError`` for an id that is not scored and for a rule that is not there.
        """
        from assay.scoring.why_not import WhyNotAsker

        self.require([profile_id])
        return WhyNotAsker(self.run).ask(rule, self.run.profile_rows[profile_id])

    def against(self, profile_id: str, band: str) -> list[Against]:
        """What stands between a profile and a band; ``UsageError`` where no scale has it."""
        from assay.scoring.why_not import against

        explanation = self.explain([profile_id])[profile_id]
        return against(self.run, explanation, self.run.profile_rows[profile_id], band)

    def require(self, ids: Sequence[str]) -> None:
        """Raise ``UsageError`` for an id that no scored profile has."""
        from assay.diagnostics.suggest import nearest

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

    def rescored(self, rulebook: Rulebook, program: Program) -> Desk:
        """The same documents for the same audience, scored by another rulebook."""
        return scored(
            self.workspace,
            self.corpus,
            rulebook,
            program,
            self.as_of,
            self.audience,
            written=self.written,
        )

    @property
    def digest(self) -> str:
        """Twelve hexadecimal digits that stand for engine, rulebook, date and all documents."""
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
    built: Built | None = None,
) -> Desk:
    """Score a corpus by a compiled rulebook; ``built`` are its tables, if they are there already.

    ``written`` are all documents, by default those of the corpus.
    """
    if built is None:
        stage("making tables")
        built = build(corpus, rulebook, as_of)
    stage("scoring")
    run = run_program(rulebook, program, built.tables)
    everything = corpus if written is None else written
    return Desk(workspace, rulebook, program, as_of, audience, built, run, corpus, everything)
