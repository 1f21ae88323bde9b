"""Loading of a workspace: read, validate and link its documents, with all problems at once."""

from __future__ import annotations

import gc
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from assay.cache import Cache
from assay.diagnostics.diagnostic import (
    Diagnostic,
    Position,
    Subject,
    ValueLocation,
    sort_diagnostics,
)
from assay.errors import InputError
from assay.memory import require_available
from assay.model.documents import Corpus, Event, Institution, Publisher, Source
from assay.model.rulebook import Rulebook
from assay.progress import counting, stage
from assay.workspace.discover import SUFFIXES, ParsedFiles, document_files, read_profiles
from assay.workspace.paths import Workspace
from assay.workspace.rulebook_files import Assembled, assemble
from assay.workspace.transactions import undisturbed
from assay.workspace.validate import Validated, validate_document, validate_rulebook
from assay.yaml.parquet import rows_in
from assay.yaml.source_map import DocumentFile, ValuePath, locate, position_of


@dataclass(frozen=True)
class Loaded:
    """Documents and rulebook of a workspace, with all problems found.

    ``corpus`` has the valid documents; ``rulebook`` is None if ``rules.yaml`` is invalid.
    ``documents_digest`` changes with every name and byte below ``profiles/``. ``errors`` is
    cheap; ``diagnostics`` adds warnings and infos, and parses files again to find their lines.
    """

    workspace: Workspace
    corpus: Corpus
    rulebook: Rulebook | None
    files: Mapping[str, DocumentFile]
    subjects: Mapping[str, Subject]
    rules: Assembled | None = None
    as_of: date | None = None
    findings: tuple[Diagnostic, ...] = ()
    file_diagnostics: tuple[Diagnostic, ...] = ()
    documents_digest: str = ""

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """Problems that prevent scoring, ordered by position."""
        every = [*self.file_diagnostics, *(self.placed(f) for f in self.findings)]
        return tuple(sort_diagnostics(d for d in every if d.severity == "error"))

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Errors, warnings and infos, ordered by position."""
        from assay.workspace.consistency import lint

        audiences = self.rulebook.audiences if self.rulebook else ()
        found = lint(self.corpus, self.as_of, self.subjects, audiences)
        every = [*self.file_diagnostics, *(self.placed(f) for f in (*self.findings, *found))]
        return tuple(sort_diagnostics(every))

    def locate(
        self,
        document_id: str,
        path: ValuePath = (),
        *,
        key: bool = False,
        offset: int | None = None,
    ) -> Position:
        """Return the position of a value, of its ``key``, or of the character at ``offset``.

        A path that does not exist gives the innermost value around it.
        """
        return self._position(ValueLocation(path, self.subjects[document_id], key, offset))

    def locate_rule(
        self, path: ValuePath = (), *, key: bool = False, offset: int | None = None
    ) -> Position:
        """Return a position in ``rules.yaml`` or a file that it includes."""
        return self._position(ValueLocation(path, None, key, offset))

    def _position(self, location: ValueLocation) -> Position:
        own = self.rules.in_file(location) if self.rules else location
        return position_of(own, self._file(own))

    def placed(self, diagnostic: Diagnostic) -> Diagnostic:
        """Return the diagnostic with its line and column."""
        if isinstance(diagnostic.location, Position):
            return diagnostic
        placed = self.rules.placed(diagnostic) if self.rules else diagnostic
        return locate(placed, self._file(placed.value))

    def _file(self, location: ValueLocation) -> DocumentFile:
        file = location.subject.file if location.subject else _RULES
        rules = self.rules.files if self.rules else ()
        own = next((f for f in rules if f.file == file), None)
        return own or self.files[file]


_RULES = "rules.yaml"


def load_workspace(
    workspace: Workspace,
    *,
    as_of: date | None = None,
    contents: Mapping[Path, bytes] | None = None,
    cache: Cache | None = None,
) -> Loaded:
    """Read ``rules.yaml`` and all documents; problems are in the result, none is raised.

    ``as_of`` overrides the workspace's setting, and ``contents`` files on disk, by absolute path.
    YAML files parsed before are taken from the ``cache``.
    """
    with _uncollected():
        return undisturbed(workspace.root, lambda: _loaded(workspace, as_of, contents or {}, cache))


@contextmanager
def _parsed_files(workspace: Workspace, cache: Cache | None, kind: str) -> Iterator[ParsedFiles]:
    """Provide the files parsed when the workspace was last read; update them in the cache."""
    root = str(workspace.root)
    body = None if cache is None else cache.load(kind, root)
    parsed = ParsedFiles(json.loads(body) if body else None)
    yield parsed
    if cache is not None and parsed.changed:
        cache.store(kind, root, json.dumps(parsed.used, separators=(",", ":")).encode())


@contextmanager
def _uncollected() -> Iterator[None]:
    """Pause the garbage collector: documents have no reference cycles, but millions of values.

    Later collections skip the objects created in this block.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.freeze()
            gc.enable()


def _loaded(
    workspace: Workspace, as_of: date | None, given: Mapping[Path, bytes], cache: Cache | None
) -> Loaded:
    from assay.workspace.link import link

    stage("reading the documents")
    with _parsed_files(workspace, cache, "rules") as parsed:
        rules = assemble(workspace, given, parsed)
    rulebook, rule_findings = _rulebook_of(rules)
    with _parsed_files(workspace, cache, "documents") as parsed:
        files, digest = read_profiles(workspace, given, parsed)
    stage("validating the documents")
    documents = [
        validate_document(data, Subject(file.file, number))
        for file in counting(files, "files")
        for number, data in file.readable()
    ]
    unread = {i for f in files for i in f.mentioned_ids}
    stage("linking the documents")
    subjects = subjects_of(documents)
    corpus = corpus_of(documents, subjects)
    findings = [
        *rule_findings,
        *(f for d in documents for f in d.findings),
        *link(corpus, documents, unread, rulebook, workspace.profiles_dir),
    ]
    return Loaded(
        workspace=workspace,
        corpus=corpus,
        rulebook=rulebook,
        files={f.file: f for f in (*rules.files, *files)},
        subjects=subjects,
        rules=rules,
        as_of=as_of or (rulebook.settings.as_of if rulebook else None),
        findings=tuple(findings),
        file_diagnostics=tuple(d for f in (*rules.files, *files) for d in f.diagnostics),
        documents_digest=digest,
    )


def load_rulebook(workspace: Workspace) -> Rulebook:
    """Load only the rulebook. Raises ``InputError`` if its form is invalid."""
    rules = assemble(workspace, {}, ParsedFiles())
    rulebook, findings = _rulebook_of(rules)
    if rulebook is None:
        files = {f.file: f for f in rules.files}
        placed = [locate(d, files[d.value.subject.file]) for d in findings if d.value.subject]
        raise InputError([*(d for f in rules.files for d in f.diagnostics), *placed])
    return rulebook


def try_load_rulebook(workspace: Workspace, cache: Cache) -> Rulebook | None:
    """Load only the rulebook; None if its form is invalid."""
    with _parsed_files(workspace, cache, "rules") as parsed:
        return _rulebook_of(assemble(workspace, {}, parsed))[0]


def require(loaded: Loaded) -> None:
    """Raise ``InputError`` with all diagnostics if the workspace has errors."""
    if loaded.errors:
        raise InputError(loaded.diagnostics)


def _rulebook_of(rules: Assembled) -> tuple[Rulebook | None, tuple[Diagnostic, ...]]:
    if rules.unreadable:
        return None, tuple(rules.findings)
    rulebook, findings = validate_rulebook(rules.data)
    return rulebook, tuple(rules.placed(f) for f in findings)


def subjects_of(documents: list[Validated]) -> dict[str, Subject]:
    """Return the document that defines each id; of duplicates, the first."""
    subjects: dict[str, Subject] = {}
    for document in documents:
        if document.id is not None:
            subjects.setdefault(document.id, document.subject)
    return subjects


def corpus_of(documents: list[Validated], subjects: Mapping[str, Subject]) -> Corpus:
    """Collect the valid documents; of duplicate ids only the first counts."""
    publishers: dict[str, Publisher] = {}
    sources: dict[str, Source] = {}
    profiles: dict[str, Institution | Event] = {}
    for document in documents:
        model = document.model
        if model is None or subjects[model.id] is not document.subject:
            continue
        if isinstance(model, Publisher):
            publishers[model.id] = model
        elif isinstance(model, Source):
            sources[model.id] = model
        else:
            profiles[model.id] = model
    return Corpus(
        dict(sorted(publishers.items())),
        dict(sorted(sources.items())),
        dict(sorted(profiles.items())),
    )


# Measured on generated workspaces: a document of 345 bytes of YAML takes 10 kB as a model with its
# rows and results.
_TIMES_ITS_TEXT = 30
_TEXTS = (*SUFFIXES, ".jsonl")
_BYTES_A_ROW = 12_000
_SMALL = 200_000_000
_WAY_OUT = (
    "score them as tables ('assay score --tables', which takes a tenth of that, or '--engine "
    "spark'), split the workspace, or use a machine with more memory"
)


def needed_bytes(workspace: Workspace) -> int:
    """Estimate the peak memory to read, validate and score a workspace."""
    text = rows = 0
    for path in document_files(workspace):
        if path.endswith(_TEXTS):
            with suppress(OSError):  # unreadable files are reported later
                text += os.stat(path).st_size  # noqa: PTH116 - as fast as can be, for thousands
        elif path.endswith(".parquet") and Path(path).is_file():
            rows += rows_in(Path(path))
    return text * _TIMES_ITS_TEXT + rows * _BYTES_A_ROW


def require_memory(workspace: Workspace, available: int | None) -> None:
    """Raise ``UsageError`` if the documents will not fit; small workspaces are not checked."""
    needed = needed_bytes(workspace)
    if needed > _SMALL:
        require_available(needed, available, "the documents of this workspace", _WAY_OUT)
