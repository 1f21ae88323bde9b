"""A workspace that is read as far as it changed since it was found to be without mistakes.

Documents that did not change are neither read nor built before somebody asks for one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property

from assay.errors import UsageError
from assay.loading.include import Assembled, assemble
from assay.loading.load import Loaded, load_workspace, rulebook_of
from assay.loading.standing import CHANGED_MEANWHILE, Standing, StandingStore, standing_of
from assay.model.corpus import Corpus
from assay.model.deferred import Deferred
from assay.model.rulebook import Rulebook
from assay.snapshot import DocumentStore, FolderStore
from assay.snapshot.folder import Scan
from assay.workspace import Workspace


@dataclass(frozen=True)
class Sound:
    """A workspace whose documents have no mistakes; ``state`` stands for their content."""

    workspace: Workspace
    state: str
    mended: Standing | None = None

    @cached_property
    def standing(self) -> Standing | None:
        """The documents one by one, and what changed lately; None where that was not kept."""
        kept = self.mended or StandingStore(self.workspace).read()
        return kept if kept is not None and kept.state == self.state else None


def load_remembered(
    workspace: Workspace, as_of: date | None = None, seen: Scan | None = None
) -> tuple[Loaded, Sound | None]:
    """The workspace, and what is known of its documents where they are without mistakes."""
    folder = FolderStore(workspace.cache_dir, workspace.profiles_dir)
    state = folder.state(seen)
    if state is None:
        return _load(workspace, as_of), None
    found = _loaded(workspace, as_of, folder, state)
    folder.close()
    return found


def _loaded(
    workspace: Workspace, as_of: date | None, folder: FolderStore, state: str
) -> tuple[Loaded, Sound | None]:
    """The workspace in a state of its folder."""
    memory = DocumentStore(workspace.cache_dir, "rules")
    rules = assemble(workspace, {}, memory)
    memory.close()
    rulebook, found = rulebook_of(rules)
    if rulebook is not None and not found:
        known = folder.is_sound(state, rulebook.audiences)
        standing = None if known else _mended(workspace, folder, state, rulebook)
        if known or standing is not None:
            loaded = _deferred(workspace, as_of, rules, rulebook, folder, state)
            return loaded, Sound(workspace, state, standing)
    loaded = _load(workspace, as_of)
    if loaded.rulebook is None or loaded.findings or loaded.file_diagnostics:
        return loaded, None
    if not folder.is_untouched():
        return loaded, None
    folder.note_sound(state, loaded.rulebook.audiences)
    standing = standing_of(loaded, state, folder)
    if standing is not None:
        StandingStore(workspace).write(standing)
    return loaded, Sound(workspace, state)


def _mended(
    workspace: Workspace, folder: FolderStore, state: str, rulebook: Rulebook
) -> Standing | None:
    """The standing after a few edits, kept from then on; None where all has to be read."""
    from assay.loading.mended import mended

    store = StandingStore(workspace)
    before = store.read()
    if before is None or not folder.is_sound(before.state, rulebook.audiences):
        return None
    after = mended(before, state, folder.digests, rulebook)
    if after is None:
        return None
    folder.note_sound(state, rulebook.audiences)
    store.write(after)
    return after


def _deferred(
    workspace: Workspace,
    as_of: date | None,
    rules: Assembled,
    rulebook: Rulebook,
    folder: FolderStore,
    state: str,
) -> Loaded:
    """The workspace, of which documents are read when somebody looks at them."""

    @cache
    def whole() -> Loaded:
        loaded = _load(workspace, as_of)
        if loaded.findings or loaded.file_diagnostics or folder.state() != state:
            raise UsageError(CHANGED_MEANWHILE)
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
    )


def _load(workspace: Workspace, as_of: date | None) -> Loaded:
    """The workspace, of which only changed files are parsed."""
    store = DocumentStore(workspace.cache_dir)
    loaded = load_workspace(workspace, as_of=as_of, memory=store)
    store.close()
    return loaded
