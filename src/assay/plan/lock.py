"""Lines of JSON that carry the digest of their own content, so that a changed one is found out."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from assay.diagnostics import lock_codes as codes
from assay.diagnostics.diagnostic import Code, Diagnostic, Position
from assay.errors import InputError
from assay.model.rulebook import Rulebook

_MARK = ', "digest": "'
_TAIL = len(_MARK) + 12 + len('"}')
_CANONICAL = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def digest_of(value: object) -> str:
    """Twelve hexadecimal digits that stand for a value of plain data, whatever its key order."""
    return _digest(_CANONICAL.encode(value))


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


def sealed(value: dict[str, Any]) -> str:
    """The value on one line, its digest last; ``value`` is not empty."""
    body = json.dumps(value, ensure_ascii=False)
    return f'{body[:-1]}{_MARK}{_digest(body)}"}}'


def seal_of(line: str) -> str:
    """The digest that a sealed line carries."""
    return line[-14:-2]


def unsealed(line: str) -> dict[str, Any] | None:
    """The value of a sealed line, None where its digest is not that of its content.

    Raises ``ValueError`` where the line is not a JSON object with a digest at its end.
    """
    found = json.loads(line)
    if not isinstance(found, dict) or line[-_TAIL : -_TAIL + len(_MARK)] != _MARK:
        raise ValueError("not a sealed line")
    if _digest(line[:-_TAIL] + "}") != seal_of(line):
        return None
    del found["digest"]
    return found


FORMAT = 2
"""The version of the lock's form; a reader refuses what is newer."""

SIZE_LIMIT = 2_000_000_000


@dataclass(frozen=True, slots=True)
class LockedScore:
    """A score that was applied, in thousandths (None: not rated), and its band then.

    ``grounds`` is the digest of the steps and the evidence of this very score.
    """

    points: int | None
    coverage: int
    band: str | None = None
    grade: str | None = None
    grounds: str = ""


@dataclass(frozen=True, slots=True)
class LockedWatch:
    """A watch item: of a rule its id, of an analyst the text."""

    horizon: str
    rule: str | None
    text: str | None


@dataclass(frozen=True, slots=True)
class LockedClaim:
    """A claim as it was graded: digest of all it says, and its wording."""

    digest: str
    text: str


@dataclass(frozen=True, slots=True)
class LockedSource:
    """A source as it was counted; ``retracted`` is the day as it was written, if it was."""

    digest: str
    retracted: str | None = None


@dataclass(frozen=True, slots=True)
class Grounding:
    """Digests of everything that a profile's scores were made from, part by part.

    ``own`` stands for its fields other than claims and edges, ``edges`` for what joins it with
    each peer, ``reach`` for all that it reaches and is reached by.
    """

    own: str
    claims: Mapping[str, LockedClaim]
    sources: Mapping[str, LockedSource]
    publishers: Mapping[str, str]
    edges: Mapping[str, str]
    reach: str

    @property
    def digest(self) -> str:
        """One digest of all parts."""
        return digest_of(asdict(self))


@dataclass(frozen=True, slots=True)
class LockedProfile:
    """All that was applied of one profile for one audience."""

    id: str
    audience: str
    kind: str
    scores: Mapping[str, LockedScore]
    horizon: str
    until: str | None
    published: bool
    watch: tuple[LockedWatch, ...]
    inputs: Grounding

    @property
    def key(self) -> tuple[str, str]:
        return (self.id, self.audience)


@dataclass(frozen=True)
class Lock:
    """What was last applied.

    ``engine`` is the scoring version; in a lock of form 1 it is a text, the version of assay.
    ``rulebook`` is the canonical JSON of the rulebook as it was; ``inputs`` and ``reach`` are
    digests of all documents and all reach. ``entries`` are by (profile id, audience).
    """

    as_of: date
    engine: int | str
    rulebook: Mapping[str, Any]
    inputs: str
    reach: str
    entries: Mapping[tuple[str, str], LockedProfile] = field(default_factory=dict)
    format: int = FORMAT
    written: str = field(default="", compare=False)

    @property
    def digest(self) -> str:
        """Twelve hexadecimal digits that stand for the whole lock, as it was written."""
        return self.written or seal_of(_lines(self)[0])

    @property
    def rulebook_digest(self) -> str:
        """Twelve hexadecimal digits that stand for the rulebook, as commands show them."""
        return digest_of(self.rulebook)

    def profile(self, profile_id: str, audience: str) -> LockedProfile | None:
        return self.entries.get((profile_id, audience))


class ConflictedLock(InputError):
    """Two branches both applied; ``ours`` and ``theirs`` are the lock as either side has it."""

    def __init__(self, diagnostic: Diagnostic, ours: Lock, theirs: Lock) -> None:
        super().__init__([diagnostic])
        self.ours = ours
        self.theirs = theirs


def canonical_rulebook(rulebook: Rulebook) -> dict[str, Any]:
    """The rulebook as the lock holds it: all that it says, defaults written out."""
    return rulebook.model_dump(mode="json", by_alias=True)


# Writing -----------------------------------------------------------------------------------


def lock_bytes(lock: Lock) -> bytes:
    """The lock as its file holds it."""
    return ("\n".join(_lines(lock)) + "\n").encode("utf-8")


def _lines(lock: Lock) -> list[str]:
    entries = sorted(lock.entries.values(), key=lambda e: (e.audience, e.id))
    lines = [sealed(_profile_data(e)) for e in entries]
    head = {
        "assay_lock": lock.format,
        "as_of": lock.as_of.isoformat(),
        "engine": lock.engine,
        "inputs": lock.inputs,
        "reach": lock.reach,
        "profiles": len(lines),
        "content": digest_of([seal_of(line) for line in lines]),
        "rulebook": lock.rulebook,
    }
    return [sealed(head), *lines]


def _profile_data(entry: LockedProfile) -> dict[str, Any]:
    inputs = entry.inputs
    return {
        "id": entry.id,
        "audience": entry.audience,
        "kind": entry.kind,
        "scores": {name: asdict(score) for name, score in entry.scores.items()},
        "horizon": entry.horizon,
        "until": entry.until,
        "published": entry.published,
        "watch": [asdict(w) for w in entry.watch],
        "own": inputs.own,
        "claims": {i: [c.digest, c.text] for i, c in sorted(inputs.claims.items())},
        "sources": {
            i: [s.digest, s.retracted] if s.retracted else [s.digest]
            for i, s in sorted(inputs.sources.items())
        },
        "publishers": dict(sorted(inputs.publishers.items())),
        "edges": dict(sorted(inputs.edges.items())),
        "reach": inputs.reach,
    }


# Reading -----------------------------------------------------------------------------------


def read_lock(path: Path) -> Lock | None:
    """The lock at ``path``, None where there is none.

    Raises :class:`ConflictedLock` where git left two versions in it, and ``InputError`` with
    every place that was truncated, edited or written by a newer version.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _refusal(codes.LOCK_NOT_READ, path.name, 0, error.strerror or str(error)) from None
    return parse_lock(data, path.name)


def parse_lock(data: bytes, file: str) -> Lock:
    """The lock that ``data`` holds; ``file`` is its name in diagnostics. Raises as `read_lock`."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise _refusal(codes.LOCK_NOT_READ, file, 0, "it is not text in UTF-8") from None
    lines = [(n, t) for n, t in enumerate(text.replace("\r\n", "\n").split("\n"), 1) if t]
    if any(_MARKER.match(t) for _, t in lines):
        sides = _sides(lines)
        first = next(n for n, t in lines if _MARKER.match(t))
        message = "two branches both applied, and their grades are joined by neither"
        diagnostic = codes.LOCK_CONFLICT.at(
            Position(file, first, 1),
            message,
            "'assay plan' shows where they differ, 'assay apply' writes the lock anew",
        )
        ours, theirs = (_Reader(file).read(side, whole=False) for side in sides)
        raise ConflictedLock(diagnostic, ours, theirs)
    return _Reader(file).read(lines, whole=True)


_MARKER = re.compile(r"(<{7}|={7}|>{7}|\|{7})(?:\s|$)")
_Line = tuple[int, str]


_INTO = {"<": (True, False), "|": (False, False), "=": (False, True), ">": (True, True)}
"""Whether what follows a marker is of our side, and of theirs."""


def _sides(lines: Sequence[_Line]) -> tuple[list[_Line], list[_Line]]:
    """The file as either side has it; what git joined by itself is on both."""
    ours: list[_Line] = []
    theirs: list[_Line] = []
    mine = other = True
    for line in lines:
        marker = _MARKER.match(line[1])
        if marker is not None:
            mine, other = _INTO[marker[1][0]]
            continue
        if mine:
            ours.append(line)
        if other:
            theirs.append(line)
    return ours, theirs


def _refusal(code: Code, file: str, line: int, message: str, hint: str = "") -> InputError:
    column = 1 if line else 0
    return InputError([code.at(Position(file, line, column), message, hint or code.hint)])


class _Reader:
    """Reads the lines of a lock and collects everything that is wrong with them."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._found: list[Diagnostic] = []

    def read(self, lines: Sequence[_Line], *, whole: bool) -> Lock:
        """``whole`` is false for one side of a conflict, in which lines of both may be mixed."""
        if not lines:
            raise _refusal(codes.LOCK_TRUNCATED, self._file, 0, "the lock is empty")
        head = self._head(lines[0])
        entries: dict[tuple[str, str], LockedProfile] = {}
        for number, text in lines[1:]:
            entry = self._entry(number, text)
            if entry is None:
                continue
            if entry.key in entries:
                self._say(codes.LOCK_EDITED, number, f"the profile {entry.id!r} is there twice")
            entries[entry.key] = entry
        if whole and not self._found:
            content = digest_of([seal_of(text) for _, text in lines[1:]])
            if head["profiles"] != len(entries) or head["content"] != content:
                self._say(
                    codes.LOCK_TRUNCATED,
                    lines[-1][0],
                    f"the lock holds {len(entries)} profiles, and was written with others: "
                    f"its first line speaks of {head['profiles']}",
                )
        if self._found:
            raise InputError(self._found)
        return Lock(
            as_of=date.fromisoformat(head["as_of"]),
            engine=head["engine"],
            rulebook=head["rulebook"],
            inputs=head["inputs"],
            reach=head["reach"],
            entries=entries,
            written=seal_of(lines[0][1]),
        )

    def _say(self, code: Code, number: int, message: str, text: str = "") -> None:
        position = Position(self._file, number, 1, text[:120])
        self._found.append(code.at(position, message, code.hint))

    def _value(self, number: int, text: str) -> dict[str, Any] | None:
        try:
            value = unsealed(text)
        except ValueError:
            self._say(codes.LOCK_TRUNCATED, number, "the line is cut off or is not JSON", text)
            return None
        if value is None:
            self._say(codes.LOCK_EDITED, number, "the line was changed by hand", text)
        return value

    def _head(self, line: _Line) -> dict[str, Any]:
        number, text = line
        newer = re.match(r'\{"assay_lock": (\d{1,9})\b', text)
        if newer is None:
            raise _refusal(codes.LOCK_NOT_READ, self._file, number, "this is not a lock of assay")
        if int(newer[1]) > FORMAT:
            raise _refusal(
                codes.LOCK_NEWER,
                self._file,
                number,
                f"the lock has the form {newer[1]}, and this assay reads up to {FORMAT}",
            )
        value = self._value(number, text)
        if value is None:
            raise InputError(self._found)
        return value

    def _entry(self, number: int, text: str) -> LockedProfile | None:
        value = self._value(number, text)
        if value is None:
            return None
        try:
            return _profile(value)
        except (KeyError, TypeError, AttributeError, IndexError):
            self._say(codes.LOCK_NOT_READ, number, "the line is not that of a profile", text)
            return None


def _profile(value: dict[str, Any]) -> LockedProfile:
    return LockedProfile(
        id=value["id"],
        audience=value["audience"],
        kind=value["kind"],
        scores={name: LockedScore(**score) for name, score in value["scores"].items()},
        horizon=value["horizon"],
        until=value["until"],
        published=value["published"],
        watch=tuple(LockedWatch(**w) for w in value["watch"]),
        inputs=Grounding(
            own=value["own"],
            claims={i: LockedClaim(*c) for i, c in value["claims"].items()},
            sources={i: LockedSource(*s) for i, s in value["sources"].items()},
            publishers=value["publishers"],
            edges=value["edges"],
            reach=value["reach"],
        ),
    )


def differing(ours: Lock, theirs: Lock) -> Iterator[tuple[tuple[str, str], str]]:
    """Each (profile and audience, scorer) whose score is not the same in both locks."""
    for key in sorted(ours.entries.keys() | theirs.entries.keys()):
        mine, other = ours.entries.get(key), theirs.entries.get(key)
        a = mine.scores if mine else {}
        b = other.scores if other else {}
        for scorer in dict.fromkeys([*a, *b]):
            left, right = a.get(scorer), b.get(scorer)
            if _graded(left) != _graded(right):
                yield key, scorer


def _graded(score: LockedScore | None) -> tuple[int | None, str | None] | None:
    return None if score is None else (score.points, score.band)
