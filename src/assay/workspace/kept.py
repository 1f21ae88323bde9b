"""The words of sources that were kept when their documents were read."""

from __future__ import annotations

from collections.abc import Callable

from assay.model.documents import Corpus
from assay.workspace.paths import Workspace


def words_of(corpus: Corpus, workspace: Workspace) -> Callable[[str], str | None]:
    """A function from a source's id to its kept words; None where there are none to read."""

    def read(source_id: str) -> str | None:
        source = corpus.sources.get(source_id)
        if source is None or source.ingested is None or source.ingested.text is None:
            return None
        try:
            return (workspace.profiles_dir / source.ingested.text).read_text("utf-8")
        except (OSError, UnicodeDecodeError):
            return None

    return read
