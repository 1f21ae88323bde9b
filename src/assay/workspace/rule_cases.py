"""Test cases of a rulebook: reading ``*.test.yaml`` and the files in ``rules/tests/``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from assay.diagnostics.diagnostic import Diagnostic, Subject, has_errors
from assay.model.rule_cases import DEFAULT_SUBJECT, LoadedCase, RuleCase, RuleCases
from assay.model.rulebook import Rulebook
from assay.workspace.discover import SUFFIXES, ParsedFiles, read_file
from assay.workspace.link import link
from assay.workspace.load import corpus_of, subjects_of
from assay.workspace.paths import Workspace
from assay.workspace.validate import Validated, findings_of, validate_document
from assay.yaml.reader import YamlFile
from assay.yaml.source_map import ValuePath, locate


@dataclass(frozen=True)
class LoadedCases:
    """All cases of a workspace, and their problems."""

    cases: tuple[LoadedCase, ...]
    files: tuple[str, ...]
    diagnostics: tuple[Diagnostic, ...]


def case_files(workspace: Workspace) -> list[Path]:
    """Return the files with cases, ordered by path."""
    beside = [p for p in workspace.root.glob("*.test.y*ml") if p.suffix in SUFFIXES]
    folder = workspace.root / "rules" / "tests"
    below = [p for p in folder.rglob("*") if p.suffix in SUFFIXES] if folder.is_dir() else []
    return sorted({*beside, *below})


def misnamed_case_files(workspace: Workspace) -> dict[str, str]:
    """Return files such as ``rules.tests.yaml``, each with the name that would be read."""
    return {
        path.name: f"{path.name.removesuffix(path.suffix).removesuffix('.tests')}.test{path.suffix}"
        for path in sorted(workspace.root.glob("*.tests.y*ml"))
        if path.suffix in SUFFIXES
    }


def load_cases(
    workspace: Workspace, rulebook: Rulebook, as_of: date, paths: Sequence[Path] | None = None
) -> LoadedCases:
    """Read, validate and link all cases; problems are in the result, none is raised.

    ``as_of`` is the date of cases if neither their file nor the rulebook sets one.
    """
    cases: list[LoadedCase] = []
    diagnostics: list[Diagnostic] = []
    files: list[str] = []
    for path in case_files(workspace) if paths is None else paths:
        file = read_file(workspace, path, {}, ParsedFiles())
        files.append(file.file)
        diagnostics += file.diagnostics
        if has_errors(file.diagnostics):
            continue
        for number, data in enumerate(file.documents):
            if data is not None:
                made, findings = _Reader(file, number, rulebook, workspace, as_of).read(data)
                cases += made
                diagnostics += [locate(d, file) for d in findings]
    return LoadedCases(tuple(cases), tuple(files), tuple(diagnostics))


class _Reader:
    """One document of cases."""

    def __init__(
        self, file: YamlFile, number: int, rulebook: Rulebook, workspace: Workspace, as_of: date
    ) -> None:
        self._file = file
        self._here = Subject(file.file, number)
        self._rulebook = rulebook
        self._workspace = workspace
        self._as_of = rulebook.settings.as_of or as_of

    def read(self, data: dict[str, Any]) -> tuple[list[LoadedCase], list[Diagnostic]]:
        try:
            cases = RuleCases.model_validate(data)
        except ValidationError as error:
            errors = error.errors(include_url=False, include_input=False)
            return [], list(findings_of(errors, data, RuleCases, self._here))
        made: list[LoadedCase] = []
        findings: list[Diagnostic] = []
        for index, case in enumerate(cases.cases):
            loaded, wrong = self._case(cases, case, index)
            made += [loaded] if not wrong else []
            findings += wrong
        return made, list(dict.fromkeys(findings))

    def _case(
        self, cases: RuleCases, case: RuleCase, index: int
    ) -> tuple[LoadedCase, list[Diagnostic]]:
        places: list[ValuePath] = []
        documents: list[Validated] = []
        own = _subject_of(case)
        for path, data in _documents(cases, case, ("cases", index, "given"), own):
            # While they are linked, the documents of a case are numbered like those of a file.
            documents.append(validate_document(data, Subject(self._file.file, len(places))))
            places.append(path)
        corpus = corpus_of(documents, subjects_of(documents))
        found = [
            *(f for d in documents for f in d.findings),
            *link(corpus, documents, (), self._rulebook, self._workspace.profiles_dir),
        ]
        findings = [self._in_case(d, places) for d in found if d.severity == "error"]
        at = self._file.locate(self._here.document, ("cases", index, "name"))
        as_of = case.as_of or cases.as_of or self._as_of
        return LoadedCase(case, corpus, own, as_of, self._file.file, at.line), findings

    def _in_case(self, diagnostic: Diagnostic, places: Sequence[ValuePath]) -> Diagnostic:
        """Move a diagnostic about a document of a case to its place in the case file."""
        at = diagnostic.value
        number = at.subject.document if at.subject else 0
        location = replace(at, subject=self._here, path=(*places[number], *at.path))
        return replace(diagnostic, location=location)


def _subject_of(case: RuleCase) -> str:
    return str(case.given.profile.get("id", DEFAULT_SUBJECT))


def _documents(
    cases: RuleCases, case: RuleCase, here: ValuePath, own: str
) -> Iterator[tuple[ValuePath, dict[str, Any]]]:
    given = case.given
    named = {str(d.get("id")) for d in (*given.publishers, *given.sources)}
    for place, publishers, sources in (
        ((), cases.publishers, cases.sources),
        (here, given.publishers, given.sources),
    ):
        for i, data in enumerate(publishers):
            if place or str(data.get("id")) not in named:
                yield (*place, "publishers", i), _publisher(data)
        for i, data in enumerate(sources):
            if place or str(data.get("id")) not in named:
                filled = {"kind": "source", "title": data.get("id"), **data}
                yield (*place, "sources", i), filled
    profile = {**given.profile, "id": own}
    if given.claims:
        profile["claims"] = [_claim(c, i) for i, c in enumerate(given.claims)]
        yield here, _profile(profile)
    else:
        yield (*here, "profile"), _profile(profile)
    for i, other in enumerate(given.others):
        claims = [_claim(c, n) for n, c in enumerate(other.get("claims") or ())]
        yield (*here, "others", i), _profile({**other, "claims": claims})


def _publisher(data: Mapping[str, Any]) -> dict[str, Any]:
    filled = {"kind": "publisher", "name": data.get("id"), **data}
    if "reliability" in data:
        filled.setdefault("reliability_reason", "as the case has it")
    return filled


def _profile(data: Mapping[str, Any]) -> dict[str, Any]:
    return {"kind": "institution", "name": data.get("id"), **data}


def _claim(data: object, index: int) -> object:
    if not isinstance(data, dict):
        return data
    filled = {"id": f"c{index + 1}", "nature": "fact", "key": True, **data}
    filled.setdefault("text", filled["id"])
    if filled["nature"] in ("fact", "attributed"):
        filled.setdefault("holds", "dated")
    return filled
