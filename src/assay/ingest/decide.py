"""What an analyst decided about two sources, as lines of one of them."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import Literal, cast, get_args

from assay.errors import UsageError
from assay.evidence.retellings import Proposal, propose
from assay.evidence.stories import Known
from assay.ingest.told import told_of_corpus
from assay.model.documents import Corpus
from assay.progress import stage
from assay.workspace.edits import Edit, commit, path_of
from assay.workspace.kept import words_of
from assay.workspace.load import Loaded
from assay.workspace.paths import Workspace
from assay.yaml.edit import append_item

Decided = Literal["cites", "same_as", "not_same_as"]


@dataclass(frozen=True, slots=True)
class Decision:
    """``source`` cites ``other``, is the same publication, or is independent of it."""

    source: str
    relation: Decided
    other: str

    @classmethod
    def parse(cls, text: str) -> Decision:
        """Read ``SOURCE cites OTHER`` with colons for spaces: ``a:cites:b``."""
        source, _, rest = text.partition(":")
        relation, _, other = rest.partition(":")
        if relation not in get_args(Decided) or not other:
            raise UsageError(
                f"{text!r} is not a decision; write SOURCE:cites:OTHER, SOURCE:same_as:OTHER or "
                "SOURCE:not_same_as:OTHER"
            )
        return cls(source, cast(Decided, relation), other)


def proposals(loaded: Loaded) -> list[Proposal]:
    """Proposals for the sources of a workspace, without the pairs that are decided."""
    stage("comparing the sources")
    return proposals_among(loaded.corpus, loaded.workspace)


def proposals_among(
    corpus: Corpus, workspace: Workspace, ids: Set[str] | None = None
) -> list[Proposal]:
    """The same among some sources of a corpus: all, unless ``ids`` names them."""
    told = told_of_corpus(corpus, words_of(corpus, workspace))
    return propose([t for t in told if ids is None or t.id in ids], _known(corpus))


def _known(corpus: Corpus) -> Known:
    """What the sources say already; one that draws on several joins none of them."""
    sources = corpus.sources.values()
    one = [(s.id, other) for s in sources for other in s.same_as]
    one += [(s.id, s.cites[0]) for s in sources if len(s.cites) == 1]
    return Known(
        (*one, *_versions(corpus)),
        tuple((s.id, other) for s in sources for other in s.cites),
        tuple((s.id, other) for s in sources for other in s.not_same_as),
    )


def _versions(corpus: Corpus) -> list[tuple[str, str]]:
    """Every source with every earlier version of it."""
    sources = corpus.sources
    found: list[tuple[str, str]] = []
    for source in sources.values():
        earlier, seen = source.revises, {source.id}
        while earlier is not None and earlier in sources and earlier not in seen:
            found.append((source.id, earlier))
            seen.add(earlier)
            earlier = sources[earlier].revises
    return found


def decide(loaded: Loaded, decisions: Sequence[Decision]) -> list[str]:
    """Write the decisions into the sources' files; the names of the files.

    All or nothing: raises ``UsageError`` for what is no source or is decided already, and
    ``InputError`` where the result would have mistakes.
    """
    sources = loaded.corpus.sources
    edit = Edit(loaded)
    done: set[Decision] = set()
    for decision in decisions:
        for id_ in (decision.source, decision.other):
            if id_ not in sources:
                raise UsageError(f"there is no source {id_!r}; 'assay find WORDS' finds ids")
        present = getattr(sources[decision.source], decision.relation)
        if decision.other in present or decision in done:
            raise UsageError(
                f"{decision.source!r} says {decision.relation} {decision.other!r} already"
            )
        done.add(decision)
        path, document = path_of(loaded, decision.source)
        file = loaded.workspace.relative(path)
        edit[path] = append_item(edit[path], file, document, (decision.relation,), decision.other)
    if edit.contents:
        commit(edit)
    return edit.files
