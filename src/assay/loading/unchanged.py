"""A workspace whose documents are those of last time, and were without mistakes then.

Nothing is read or built before somebody asks for a document.
"""

from __future__ import annotations

from datetime import date
from functools import cache

from assay.errors import UsageError
from assay.loading.include import assemble
from assay.loading.load import Loaded, load_workspace, rulebook_of
from assay.model.corpus import Corpus
from assay.model.deferred import Deferred
from assay.snapshot import DocumentStore, FolderStore
from assay.workspace import Workspace


def load_remembered(workspace: Workspace, as_of: date | None = None) -> tuple[Loaded, str | None]:
    """The workspace, and the state of its folder where it is without mistakes.

    Documents that did not change since they were found to be sound are not looked at again.
    """
    folder = FolderStore(workspace.cache_dir, workspace.profiles_dir)
    state = folder.state()
    if state is None:
        return _load(workspace, as_of), None
    rules = assemble(workspace, {}, None)
    rulebook, found = rulebook_of(rules)
    if rulebook is not None and not found and folder.is_sound(state, rulebook.audiences):

        @cache
        def whole() -> Loaded:
            loaded = _load(workspace, as_of)
            if loaded.findings or loaded.file_diagnostics or folder.state() != state:
                raise UsageError("the documents were changed meanwhile; run the command again")
            return loaded

        corpus = Corpus(
            Deferred(lambda: whole().corpus.publishers),
            Deferred(lambda: whole().corpus.sources),
            Deferred(lambda: whole().corpus.profiles),
        )
        return Loaded(
            workspace=workspace,
            corpus=corpus,
            rulebook=rulebook,
            files=Deferred(lambda: whole().files),
            subjects=Deferred(lambda: whole().subjects),
            rules=rules,
            as_of=as_of or rulebook.settings.as_of,
            file_diagnostics=tuple(d for f in rules.files for d in f.diagnostics),
        ), state
    loaded = _load(workspace, as_of)
    if loaded.rulebook is None or loaded.findings or loaded.file_diagnostics:
        return loaded, None
    folder.note_sound(state, loaded.rulebook.audiences)
    return loaded, state


def _load(workspace: Workspace, as_of: date | None) -> Loaded:
    """The workspace, of which only changed files are parsed."""
    store = DocumentStore(workspace.cache_dir)
    loaded = load_workspace(workspace, as_of=as_of, memory=store)
    store.close()
    return loaded
