"""A workspace that was read and checked: every mistake at once, with its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from assay.diagnostics import Diagnostic, sort_diagnostics
from assay.loading import Loaded, Sound, load_remembered
from assay.loading.partial import readable_part
from assay.progress import stage
from assay.workspace import Workspace

if TYPE_CHECKING:
    from assay.diagnostics import Diagnostic
    from assay.rules.program import Program
    from assay.snapshot.folder import Scan


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
        return [self.loaded.placed(d) for d in found]


def check(workspace: Workspace, as_of: date | None = None, seen: Scan | None = None) -> Checked:
    """Read, validate and link the documents, and compile the rulebook; nothing is raised.

    ``seen`` is what is below the folder of documents, where somebody has just looked.
    """
    from assay.review.checks import check_ledger

    loaded, sound = load_remembered(workspace, as_of, seen)
    stage("checking the rulebook")
    program, said = _compiled(loaded)
    # Whether overrides still speak of what is there, only a sound workspace can tell.
    usable = program is not None and not loaded.errors
    corpus, rulebook = (loaded.corpus, loaded.rulebook) if usable else (None, None)
    said += check_ledger(workspace.ledger_path, corpus, rulebook)
    return Checked(loaded, program, tuple(said), sound)


def _compiled(loaded: Loaded) -> tuple[Program | None, list[Diagnostic]]:
    """The rulebook as a program, None where it has errors, and all that is said against it."""
    from assay.rules.check import check_part, check_rulebook
    from assay.rules.kept import ProgramStore

    rulebook, rules = loaded.rulebook, loaded.rules
    if rulebook is not None:
        store = None if rules is None else ProgramStore(loaded.workspace.cache_dir, rules.data)
        program, findings = check_rulebook(rulebook, store)
        return program, [loaded.placed(d) for d in findings]
    part = None if rules is None or rules.unreadable else readable_part(rules.data)
    if part is None:
        return None, []
    return None, [loaded.placed(d) for d in check_part(*part)]


def _advice(loaded: Loaded) -> Iterator[Diagnostic]:
    """What the sentences of the claims give reason to say."""
    from assay.evidence.kept import words_of
    from assay.evidence.passages import check_passages
    from assay.evidence.vacuity import check_vacuity

    corpus, subjects = loaded.corpus, loaded.subjects
    yield from check_passages(corpus, subjects, words_of(corpus, loaded.workspace))
    yield from check_vacuity(corpus, loaded.as_of, subjects)
