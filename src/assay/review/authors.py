"""Who wrote the evidence of a profile, as git knows it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from assay.diagnostics import ledger_codes as codes
from assay.diagnostics.diagnostic import Diagnostic, Position
from assay.evidence.behind import Behind
from assay.plan import revision as git
from assay.review.identity import identities
from assay.yaml.reader import SIZE_LIMIT, read_yaml

if TYPE_CHECKING:
    from assay.review.ledger import Ledger
    from assay.review.queue import Review

_WRITERS = "%aN <%aE>%n%(trailers:key=Co-authored-by,valueonly)"
_BLAMED = re.compile(r"^([0-9a-f]{40,64}) \d+ \d+(?: \d+)?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Authors:
    """Those who wrote a file, by name, address or both.

    ``unsure`` says in a clause why some of them may be missing; None where git knows them all.
    """

    names: frozenset[str]
    unsure: str | None = None

    def include(self, *names: str | None) -> bool:
        """Whether one of the names, or addresses, is among them."""
        return bool(identities(*names) & identities(*self.names))


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a profile's evidence: ``deed`` says what somebody did to it who is its author.

    ``file`` is relative to the workspace; ``lines`` are the first and the last of the document
    in a file that holds others too, None for the whole file.
    """

    deed: str
    file: str
    lines: tuple[int, int] | None = None


def evidence_of(review: Review, profile_id: str) -> Iterator[Piece]:
    """What the grades of a profile were made from, piece by piece, its own file first.

    Besides that file these are the documents of the sources that its claims draw on, the words
    of those that were ingested, and the documents of profiles whose claims it rests on.
    """
    corpus = review.assessment.written
    yield Piece(f"wrote the evidence of {profile_id}", review.files.get(profile_id, "profiles"))
    behind = Behind(corpus)
    claims = behind.claims(corpus.profiles[profile_id])
    documents = _Documents(review)
    for other in sorted({key.partition("#")[0] for key in claims} - {profile_id}):
        deed = f"wrote claims of {other}, on which {profile_id} rests"
        yield documents.piece("profile", other, deed)
    for name in behind.sources(claims.values()):
        ingested = corpus.sources[name].ingested
        yield documents.piece(
            "source", name, f"wrote the source {name}, on which {profile_id} draws"
        )
        if ingested is not None and ingested.text is not None:
            deed = f"ingested the source {name}, on which {profile_id} draws"
            yield Piece(deed, f"profiles/{ingested.text}")


class _Documents:
    """Finds documents in their files, each of which is read once."""

    def __init__(self, review: Review) -> None:
        self._root = review.assessment.workspace.root
        self._files = review.files
        self._lines: dict[str, dict[tuple[str, str], tuple[int, int]]] = {}

    def piece(self, kind: str, name: str, deed: str) -> Piece:
        file = self._files.get(name, "profiles")
        if file not in self._lines:
            self._lines[file] = _lines_of(self._root / file)
        return Piece(deed, file, self._lines[file].get((kind, name)))


def _lines_of(path: Path) -> dict[tuple[str, str], tuple[int, int]]:
    """First and last line of every source and profile of a YAML file; none of other files."""
    if path.suffix not in (".yaml", ".yml") or path.stat().st_size > SIZE_LIMIT:
        return {}
    read = read_yaml(path.read_bytes(), path.name)
    found = {}
    for data, nodes in zip(read.documents, read.index.documents, strict=False):
        if isinstance(data, dict) and () in nodes:
            kind = "source" if data.get("kind") == "source" else "profile"
            first, last = (read.source.position(at).line for at in (nodes[()].start, nodes[()].end))
            found[kind, str(data.get("id"))] = (first, last)
    return found


def authors_of(root: Path, file: Path, lines: tuple[int, int] | None = None) -> Authors:
    """Who wrote a file below ``root``, by its history and by what is not committed yet.

    Of ``lines``, the first and the last, those who wrote what stands there now.
    """
    if not git.installed():
        return Authors(frozenset(), "git is not installed")
    if git.ask(root, "rev-parse", "--is-inside-work-tree") is None:
        return Authors(frozenset(), "the workspace is not under git")
    names, dirty = _of_file(root, file) if lines is None else _of_lines(root, file, lines)
    unsure = None if names else "git has no history of the file"
    if (git.ask(root, "rev-parse", "--is-shallow-repository") or "").strip() == "true":
        unsure = "the history is shallow, so earlier authors are not known"
    if dirty:
        user = git.git_user(root)
        names |= {n for n in (user.name, user.email) if n} if user else set()
        unsure = unsure or "the file has changes that are not committed"
    return Authors(frozenset(names), unsure)


def _of_file(root: Path, file: Path) -> tuple[set[str], bool]:
    """All who ever committed to the file, and whether it has changes besides."""
    log = git.ask(root, "log", "--follow", f"--format={_WRITERS}", "--", str(file))
    status = git.ask(root, "status", "--porcelain", "--", str(file))
    return {line for line in (log or "").splitlines() if line}, bool((status or "").strip())


def _of_lines(root: Path, file: Path, lines: tuple[int, int]) -> tuple[set[str], bool]:
    """Who committed the lines as they stand, and whether some are not committed."""
    first, last = lines
    span = f"-L{first},{last}"
    blamed = git.ask(root, "blame", "--porcelain", "-w", "-M", "-C", span, "--", str(file))
    commits = dict.fromkeys(_BLAMED.findall(blamed or ""))
    known = [c for c in commits if c.strip("0")]
    if not known:
        return set(), True
    log = git.ask(root, "log", "--no-walk=unsorted", f"--format={_WRITERS}", *known)
    return {line for line in (log or "").splitlines() if line}, len(known) < len(commits)


def committed_by_another(root: Path, path: Path, ledger: Ledger) -> Iterator[Diagnostic]:
    """Yield the decisions that somebody else committed than the reviewer they name.

    Lines that are not committed yet are left out; outside a git repository all are.
    """
    authors = _author_of_each_line(root, path) if git.installed() else {}
    for decision in ledger.decisions:
        number = ledger.lines[decision.id]
        author = authors.get(number)
        if author is not None and not identities(author) & identities(decision.reviewer):
            named = f"the decision {decision.short} of {decision.reviewer}"
            code = codes.LEDGER_COMMITTED_BY_ANOTHER
            message = f"{named} was committed by {author}"
            yield code.at(Position(path.name, number, 1), message, code.hint)


def _author_of_each_line(root: Path, path: Path) -> dict[int, str]:
    """Return by number of each committed line its author, ``Name <address>``."""
    found: dict[int, str] = {}
    number, committed, name = 0, False, ""
    # Lines resemble each other, so they are not followed across moves and copies.
    for line in (git.ask(root, "blame", "--line-porcelain", "--", str(path)) or "").split("\n"):
        if header := _BLAMED.match(line):
            number, committed = int(line.split(" ")[2]), bool(header[1].strip("0"))
        elif line.startswith("author "):
            name = line.removeprefix("author ")
        elif line.startswith("author-mail ") and committed:
            found[number] = f"{name} {line.removeprefix('author-mail ')}"
    return found
