"""Edges that the words of a workspace's sources state, and what an analyst makes of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from assay.authoring.new import first_free, slug
from assay.errors import UsageError
from assay.evidence.entities import Names
from assay.evidence.relations import edges
from assay.evidence.sentences import sentences
from assay.workspace.edits import Edit, commit, path_of
from assay.workspace.kept import words_of
from assay.workspace.load import Loaded
from assay.yaml.edit import append_item

_CLAIM_WORDS = 6
_LONGEST = 4000


@dataclass(frozen=True, slots=True)
class Stated:
    """A sentence that states an edge, and the source that says it."""

    source: str
    sentence: str


@dataclass(frozen=True, slots=True)
class ProposedEdge:
    """That ``dependent`` depends on ``on``, by the sentences that say so."""

    dependent: str
    relation: str
    on: str
    stated: tuple[Stated, ...]

    @property
    def key(self) -> str:
        """How a command names it: ``dependent:relation:on``."""
        return f"{self.dependent}:{self.relation}:{self.on}"


def proposed_edges(loaded: Loaded) -> list[ProposedEdge]:
    """Edges that no profile has yet, those that most sources state first.

    Joined are profiles that are no drafts, by their names and aliases. Nothing of it is scored.
    """
    corpus = loaded.corpus
    profiles = {i: p for i, p in corpus.profiles.items() if p.status != "draft"}
    known = {(p.id, e.on) for p in profiles.values() for e in p.depends_on}
    names = Names((n, p.id) for p in profiles.values() for n in (p.name, *p.aliases))
    found: dict[tuple[str, str, str], dict[str, Stated]] = defaultdict(dict)
    for source, sentence in _sentences(loaded):
        for edge in edges(sentence, names):
            if (edge.dependent, edge.on) not in known:
                stated = found[edge.dependent, edge.relation, edge.on]
                stated.setdefault(source, Stated(source, sentence))
    made = [ProposedEdge(*key, tuple(stated.values())) for key, stated in found.items()]
    return sorted(made, key=lambda e: (-len(e.stated), e.key))


def _sentences(loaded: Loaded) -> Iterator[tuple[str, str]]:
    words = words_of(loaded.corpus, loaded.workspace)
    for source in loaded.corpus.sources.values():
        for line in (words(source.id) or "").split("\n"):
            for sentence in sentences(line):
                yield source.id, sentence


def accept_edges(loaded: Loaded, keys: Sequence[str]) -> list[str]:
    """Write edges into the profiles that depend, each with its sentences as claims; the files.

    All or nothing: raises ``UsageError`` for what is not proposed, and ``InputError`` where the
    result would have mistakes.
    """
    proposed = {e.key: e for e in proposed_edges(loaded)}
    edit = Edit(loaded)
    taken = {p.id: {c.id for c in p.claims} for p in loaded.corpus.profiles.values()}
    for key in dict.fromkeys(keys):
        if key not in proposed:
            raise UsageError(f"{key!r} is not proposed; 'assay edges' lists what is")
        edge = proposed[key]
        path, document = path_of(loaded, edge.dependent)
        file = loaded.workspace.relative(path)
        data = edit[path]
        made = [_claim(loaded, s, taken[edge.dependent]) for s in edge.stated]
        for claim in made:
            data = append_item(data, file, document, ("claims",), claim)
        item = {"on": edge.on, "relation": edge.relation, "claims": [c["id"] for c in made]}
        edit[path] = append_item(data, file, document, ("depends_on",), item)
    if edit.contents:
        commit(edit)
    return edit.files


def _claim(loaded: Loaded, stated: Stated, taken: set[str]) -> dict[str, Any]:
    """The sentence as a claim of what the source says, true of the source's date."""
    id_ = first_free(slug(" ".join(stated.sentence.split()[:_CLAIM_WORDS])) or "relation", taken)
    taken.add(id_)
    published = loaded.corpus.sources[stated.source].published
    dated = {"holds": "dated", "as_of": str(published)} if published else {}
    return {
        "id": id_,
        "nature": "attributed",
        "type": "relation",
        "text": stated.sentence[:_LONGEST],
        **dated,
        "sources": [stated.source],
    }
