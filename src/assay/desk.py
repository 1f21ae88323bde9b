"""A workspace scored at a date for an audience."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from assay import __version__
from assay.errors import UsageError
from assay.model.corpus import Corpus
from assay.model.deferred import Deferred
from assay.model.digests import digest, rulebook_digest
from assay.model.rulebook import Rulebook
from assay.progress import stage
from assay.workspace import Workspace

if TYPE_CHECKING:
    from assay.rules.program import Program
    from assay.scoring.against import Against
    from assay.scoring.overview import Line
    from assay.scoring.results import Explanation, ProfileResult, WouldChange
    from assay.scoring.run import Run
    from assay.scoring.why_not import WhyNot
    from assay.tables.kept import Built, TableStore

_FEW = 5
"""Of so many profiles one may be read by itself, before it pays to read all."""


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
        return profile_results(run, self.built.listing, self.as_of)

    def results_of(self, ids: Sequence[str]) -> dict[str, ProfileResult]:
        """What was computed about some profiles; of the others only what these hang on.

        Raises ``UsageError`` for an id that is not scored.
        """
        from assay.scoring.assessment import profile_results

        self.require(ids)
        if "results" in self.__dict__:
            return {i: self.results[i] for i in ids}
        stage("looking ahead")
        return profile_results(self.run, self.built.listing, self.as_of, ids)

    def documents_of(self, ids: Sequence[str]) -> Corpus:
        """The corpus, as far as these profiles and what they draw on need it.

        Where no document was read yet, only theirs are, if they are few.
        """
        profiles = self.corpus.profiles
        read = not isinstance(profiles, Deferred) or profiles.is_made
        if read or self.store is None or len(ids) > len(self.run.profile_rows) // _FEW:
            return self.corpus
        return self.store.documents_of(self.rulebook, self.as_of, ids) or self.corpus

    def explain(self, ids: Sequence[str]) -> dict[str, Explanation]:
        """The whole reasoning of profiles. Raises ``UsageError`` for an id that is not scored."""
        from assay.scoring.assessment import explanations

        changes, results = self.would_change(ids), self.results_of(ids)
        stage("explaining")
        return explanations(self.run, results, changes, self.as_of, ids)

    def would_change(self, ids: Sequence[str]) -> dict[str, tuple[WouldChange, ...]]:
        """What would move the profiles into other bands; raises as :meth:`explain`."""
        from assay.scoring.sensitivity import would_change

        self.require(ids)
        stage("trying what would change it")
        return would_change(self.documents_of, self.built, self.run, self.as_of, ids)

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
