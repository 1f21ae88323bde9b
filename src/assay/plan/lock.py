"""``grades.lock``: the grades in force, with digests of everything that they were computed from.

The lock is lines of JSON, one per profile and audience, so that git merges it by profile. Each
line ends with a digest of its content, so that an edit is noticed.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from assay.characters import all_without_unsafe, unsafe_character
from assay.diagnostics import lock_codes as codes
from assay.diagnostics.diagnostic import Code, Diagnostic, Position
from assay.errors import InputError
from assay.model.rulebook import Rulebook

FORMAT = 3
"""Version of the file format; a lock of a newer one is refused."""


@dataclass(frozen=True, slots=True)
class LockedOverride:
    """The decision that set a band, and the computed band and grade; None if it was not rated."""

    decision: str
    band: str | None
    grade: str | None


@dataclass(frozen=True, slots=True)
class LockedScore:
    """An applied score, in thousandths (None: not rated), and the band in force.

    ``grounds`` is the digest of the steps and the evidence of this score. With an ``override``,
    the band is not the computed one.
    """

    points: int | None
    coverage: int
    band: str | None = None
    grade: str | None = None
    grounds: str = ""
    override: LockedOverride | None = None


@dataclass(frozen=True, slots=True)
class LockedWatch:
    """A watch item: the id of the rule, or the text of an analyst."""

    rule: str | None
    text: str | None


@dataclass(frozen=True, slots=True)
class LockedClaim:
    """The digest and the wording of a claim."""

    digest: str
    text: str


@dataclass(frozen=True, slots=True)
class LockedSource:
    """The digest of a source, and the date of its retraction."""

    digest: str
    retracted: str | None = None


@dataclass(frozen=True, slots=True)
class InputDigests:
    """Digests of everything that the scores of a profile were computed from.

    ``own`` covers its fields other than claims and dependencies, ``edges`` by peer the
    dependencies declared on either side, ``reach`` all profiles it reaches or is reached by.
    """

    own: str
    claims: Mapping[str, LockedClaim]
    sources: Mapping[str, LockedSource]
    publishers: Mapping[str, str]
    edges: Mapping[str, str]
    reach: str


@dataclass(frozen=True, slots=True)
class LockedHorizon:
    """The horizon of a profile: its word, ``closed`` or None; the dates, and what is next.

    ``next`` has the precision of the document, ``subject`` is its reason and its subject.
    ``review_by`` is None for a profile without a review.
    """

    word: str | None
    next: str | None = None
    subject: str | None = None
    review_by: str | None = None


@dataclass(frozen=True, slots=True)
class LockedProfile:
    """The applied state of a profile for one audience."""

    id: str
    audience: str
    kind: str
    scores: Mapping[str, LockedScore]
    horizon: LockedHorizon
    published: bool
    watch: tuple[LockedWatch, ...]
    inputs: InputDigests

    @property
    def key(self) -> tuple[str, str]:
        return (self.id, self.audience)


@dataclass(frozen=True)
class Lock:
    """The state recorded by the last apply.

    ``engine`` is the scoring version; in format 1 it is a text, the version of assay.
    ``rulebook`` is the canonical JSON of the rulebook. ``inputs`` and ``reach`` are digests of all
    documents and of all reach. ``decisions`` are the last ones of the ledger at the time of the
    apply, those that no other one follows. ``entries`` are by (profile id, audience).
    ``file_digest`` is the digest of the file that the lock was read from.
    """

    as_of: date
    engine: int | str
    rulebook: Mapping[str, Any]
    inputs: str
    reach: str
    entries: Mapping[tuple[str, str], LockedProfile] = field(default_factory=dict)
    decisions: tuple[str, ...] = ()
    format: int = FORMAT
    file_digest: str = field(default="", compare=False)

    @property
    def digest(self) -> str:
        """The digest of the whole lock, 12 hexadecimal digits."""
        return self.file_digest or line_digest(_lines(self)[0])

    def profile(self, profile_id: str, audience: str) -> LockedProfile | None:
        return self.entries.get((profile_id, audience))


class ConflictedLock(InputError):
    """A lock with conflict markers of git, because two branches both applied.

    ``ours`` and ``theirs`` are the locks of the two sides.
    """

    def __init__(self, diagnostic: Diagnostic, ours: Lock, theirs: Lock) -> None:
        super().__init__([diagnostic])
        self.ours = ours
        self.theirs = theirs


def canonical_rulebook(rulebook: Rulebook) -> dict[str, Any]:
    """Return the rulebook as plain data, defaults included."""
    return rulebook.model_dump(mode="json", by_alias=True)


def differing(ours: Lock, theirs: Lock) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield each ((profile id, audience), scorer) whose score or band differs."""
    for key in sorted(ours.entries.keys() | theirs.entries.keys()):
        mine, other = ours.entries.get(key), theirs.entries.get(key)
        a = mine.scores if mine else {}
        b = other.scores if other else {}
        for scorer in dict.fromkeys([*a, *b]):
            left, right = a.get(scorer), b.get(scorer)
            if (left and _held(left)) != (right and _held(right)):
                yield key, scorer


def _held(score: LockedScore) -> object:
    return (score.points, score.band, score.override)


# Writing -----------------------------------------------------------------------------------


def lock_bytes(lock: Lock) -> bytes:
    """Return the content of the lock's file."""
    return ("\n".join(_lines(lock)) + "\n").encode("utf-8")


def _lines(lock: Lock) -> list[str]:
    entries = sorted(lock.entries.values(), key=lambda e: (e.audience, e.id))
    lines = [to_line(_profile_data(e)) for e in entries]
    head = {
        "assay_lock": lock.format,
        "as_of": lock.as_of.isoformat(),
        "engine": lock.engine,
        "inputs": lock.inputs,
        "reach": lock.reach,
        "decisions": list(lock.decisions),
        "profiles": len(lines),
        "content": digest_of([line_digest(line) for line in lines]),
        "rulebook": lock.rulebook,
    }
    return [to_line(head), *lines]


def _profile_data(entry: LockedProfile) -> dict[str, Any]:
    inputs = entry.inputs
    return {
        "id": entry.id,
        "audience": entry.audience,
        "kind": entry.kind,
        "scores": {name: _score_data(score) for name, score in entry.scores.items()},
        "horizon": asdict(entry.horizon),
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


def _score_data(score: LockedScore) -> dict[str, Any]:
    data = asdict(score)
    if score.override is None:
        del data["override"]
    return data


# Reading -----------------------------------------------------------------------------------


CONFLICT_MARKER = re.compile(r"(<{7}|={7}|>{7}|\|{7})(?:\s|$)")
_SIDES_AFTER = {"<": (True, False), "|": (False, False), "=": (False, True), ">": (True, True)}
"""Whether the lines after a marker belong to our side, and to theirs."""

_SHOWN = 120
"""Length of the part of a line that is quoted in a diagnostic."""

_Line = tuple[int, str]


def read_lock(path: Path) -> Lock | None:
    """Read the lock at ``path``; None if it does not exist.

    Raises :class:`ConflictedLock` if it contains conflict markers, and ``InputError`` with every
    line that was truncated or edited, or if a newer version wrote it.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        message = error.strerror or str(error)
        raise InputError([_problem(codes.LOCK_NOT_READ, path.name, 0, message)]) from None
    return parse_lock(data, path.name)


def parse_lock(data: bytes, file: str) -> Lock:
    """Parse the content of a lock; ``file`` is its name in diagnostics. Raises as `read_lock`."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise InputError([_problem(codes.LOCK_NOT_READ, file, 0, "not UTF-8 text")]) from None
    lines = [(n, t) for n, t in enumerate(text.replace("\r\n", "\n").split("\n"), 1) if t]
    first = next((n for n, t in lines if CONFLICT_MARKER.match(t)), None)
    if first is None:
        return _parse(lines, file, whole=True)
    diagnostic = _problem(codes.LOCK_CONFLICT, file, first, "two branches both applied")
    # Git may have joined lines of both sides, so neither side matches its first line.
    ours, theirs = (_parse(side, file, whole=False) for side in _sides(lines))
    raise ConflictedLock(diagnostic, ours, theirs)


def _sides(lines: Sequence[_Line]) -> tuple[list[_Line], list[_Line]]:
    """Split a conflicted file into its two sides; lines outside a conflict belong to both."""
    sides: tuple[list[_Line], list[_Line]] = ([], [])
    belongs = (True, True)
    for line in lines:
        if marker := CONFLICT_MARKER.match(line[1]):
            belongs = _SIDES_AFTER[marker[1][0]]
            continue
        for side, included in zip(sides, belongs, strict=True):
            if included:
                side.append(line)
    return sides


def _parse(lines: Sequence[_Line], file: str, *, whole: bool) -> Lock:
    """Parse the lines of a lock; if ``whole``, they must be those that its first line lists."""
    if not lines:
        raise InputError([_problem(codes.LOCK_TRUNCATED, file, 0, "the lock is empty")])
    head = _parse_head(*lines[0], file)
    found: list[Diagnostic] = []
    entries: dict[tuple[str, str], LockedProfile] = {}
    for number, text in lines[1:]:
        entry = _parse_profile(number, text, file)
        if isinstance(entry, Diagnostic):
            found.append(entry)
            continue
        if entry.key in entries:
            message = f"duplicate profile {entry.id!r}"
            found.append(_problem(codes.LOCK_EDITED, file, number, message))
        entries[entry.key] = entry
    if whole and not found:
        content = digest_of([line_digest(text) for _, text in lines[1:]])
        if head["profiles"] != len(entries) or head["content"] != content:
            message = (
                f"{len(entries)} profiles, not the {head['profiles']} that the first line lists"
            )
            found.append(_problem(codes.LOCK_TRUNCATED, file, lines[-1][0], message))
    if found:
        raise InputError(found)
    return Lock(
        as_of=date.fromisoformat(head["as_of"]),
        engine=head["engine"],
        rulebook=head["rulebook"],
        inputs=head["inputs"],
        reach=head["reach"],
        decisions=tuple(head.get("decisions", ())),
        entries=entries,
        file_digest=line_digest(lines[0][1]),
    )


def _parse_head(number: int, text: str, file: str) -> dict[str, Any]:
    version = re.match(r'\{"assay_lock": (\d{1,9})\b', text)
    if version is None:
        raise InputError([_problem(codes.LOCK_NOT_READ, file, number, "not a lock of assay")])
    if int(version[1]) > FORMAT:
        message = f"lock format {version[1]} is too new; this version of assay reads up to {FORMAT}"
        raise InputError([_problem(codes.LOCK_NEWER, file, number, message)])
    value = _parse_line(number, text, file)
    if isinstance(value, Diagnostic):
        raise InputError([value])
    return value


def _parse_line(number: int, text: str, file: str) -> dict[str, Any] | Diagnostic:
    try:
        value = from_line(text)
    except ValueError:
        message = "the line is truncated or is not JSON"
        return _problem(codes.LOCK_TRUNCATED, file, number, message, text)
    if value is None:
        return _problem(codes.LOCK_EDITED, file, number, "the line was edited by hand", text)
    return value


def _horizon(value: Any) -> LockedHorizon:
    """Read a horizon; that of an older lock is only a word."""
    return LockedHorizon(**value) if isinstance(value, dict) else LockedHorizon(value)


def _score(value: dict[str, Any]) -> LockedScore:
    override = value.pop("override", None)
    return LockedScore(**value, override=LockedOverride(**override) if override else None)


def _parse_profile(number: int, text: str, file: str) -> LockedProfile | Diagnostic:
    value = _parse_line(number, text, file)
    if isinstance(value, Diagnostic):
        return value
    try:
        return LockedProfile(
            id=value["id"],
            audience=value["audience"],
            kind=value["kind"],
            scores={name: _score(score) for name, score in value["scores"].items()},
            horizon=_horizon(value["horizon"]),
            published=value["published"],
            watch=tuple(LockedWatch(w["rule"], w["text"]) for w in value["watch"]),
            inputs=InputDigests(
                own=value["own"],
                claims={i: LockedClaim(*c) for i, c in value["claims"].items()},
                sources={i: LockedSource(*s) for i, s in value["sources"].items()},
                publishers=value["publishers"],
                edges=value["edges"],
                reach=value["reach"],
            ),
        )
    except (KeyError, TypeError, AttributeError, IndexError):
        message = "the line does not describe a profile"
        return _problem(codes.LOCK_NOT_READ, file, number, message, text)


def _problem(code: Code, file: str, line: int, message: str, text: str = "") -> Diagnostic:
    return code.at(Position(file, line, 1 if line else 0, text[:_SHOWN]), message, code.hint)


# Lines with digests ------------------------------------------------------------------------


_MARK = ', "digest": "'
_DIGEST_LENGTH = 12
_TAIL = len(_MARK) + _DIGEST_LENGTH + len('"}')
_CANONICAL = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def digest_of(value: object) -> str:
    """Return a digest of plain data in any key order, 12 hexadecimal digits."""
    return _digest(_CANONICAL.encode(value))


def to_line(value: dict[str, Any]) -> str:
    """Encode a value that is not empty as a line of JSON with its digest at the end."""
    body = json.dumps(value, ensure_ascii=False)
    return f'{body[:-1]}{_MARK}{_digest(body)}"}}'


def from_line(line: str) -> dict[str, Any] | None:
    """Decode a line; None if its digest does not match its content.

    Control characters of texts are removed, because lines of older versions may have some.
    Raises ``ValueError`` if the line is not a JSON object with a digest at its end.
    """
    found = json.loads(line)
    if not isinstance(found, dict) or line[-_TAIL : -_TAIL + len(_MARK)] != _MARK:
        raise ValueError("no digest")
    if _digest(line[:-_TAIL] + "}") != line_digest(line):
        return None
    del found["digest"]
    if unsafe_character(line) is None and "\\u" not in line:
        return found
    cleaned: dict[str, Any] = all_without_unsafe(found)
    return cleaned


def line_digest(line: str) -> str:
    """Return the digest at the end of a line."""
    return line[-_DIGEST_LENGTH - 2 : -2]


def _digest(text: str) -> str:
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_DIGEST_LENGTH // 2)
    return digest.hexdigest()
