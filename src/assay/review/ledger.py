"""``reviews.jsonl`` read: decisions in the order they follow one another, and what is broken.

Lines are only ever added. Each names the decisions it follows, so their order in the file does
not matter and two branches are joined by keeping the lines of both.
"""

from __future__ import annotations

import heapq
import json
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, NoReturn

from pydantic import ValidationError

from assay.characters import all_without_unsafe
from assay.diagnostics import ledger_codes as codes
from assay.diagnostics.diagnostic import Code, Diagnostic, Position, has_errors
from assay.errors import InputError, UsageError
from assay.model.identity import Identity
from assay.review.decisions import FORMAT, Decision, Subject, content_digest

_MARKERS = ("<<<<<<<", "=======", ">>>>>>>", "|||||||")
_SHOWN = 120


@dataclass(frozen=True)
class Ledger:
    """The decisions of a ledger, each after those that it follows.

    ``broken_end`` holds the bytes of a last line that was cut off; ``unended`` says that the last
    line is whole but lacks its end of line.
    """

    decisions: tuple[Decision, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    broken_end: bytes = b""
    unended: bool = False
    by_id: dict[str, Decision] = field(default_factory=dict, repr=False, compare=False)
    lines: dict[str, int] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def heads(self) -> tuple[str, ...]:
        """Ids of the decisions that no other one follows."""
        followed = {f for d in self.decisions for f in d.follows}
        return tuple(sorted(d.id for d in self.decisions if d.id not in followed))

    @cached_property
    def revoked(self) -> frozenset[str]:
        """Ids of the decisions that were taken back, and not by a decision taken back itself."""
        revoked: set[str] = set()
        for decision in reversed(self.decisions):
            if decision.kind == "undo" and decision.of and decision.id not in revoked:
                revoked.add(decision.of)
        return frozenset(revoked)

    @cached_property
    def in_force(self) -> tuple[Decision, ...]:
        """The decisions that stand, oldest first; what revokes is not among them."""
        return tuple(d for d in self.decisions if d.kind != "undo" and d.id not in self.revoked)

    def until(self, as_of: date) -> Ledger:
        """The decisions that count on a day; later ones do not exist on it."""
        return replace(self, decisions=tuple(d for d in self.decisions if d.since <= as_of))

    def followed_by(self, heads: Iterable[str]) -> Ledger:
        """The decisions with these ids, and those that they follow, directly or not."""
        known = {head for head in heads if head in self.by_id}
        for head in tuple(known):
            known |= self.before(self.by_id[head])
        return replace(self, decisions=tuple(d for d in self.decisions if d.id in known))

    def reviewed(self, as_of: date, audiences: Container[str | None]) -> dict[str, date]:
        """Return by profile id the day of its newest review, an accepted or overridden item.

        Only reviews of scores for ``audiences`` count; None stands for the most public one.
        """
        days: dict[str, date] = {}
        for decision in self.until(as_of).in_force:
            if decision.kind in ("accept", "override"):
                for subject in decision.subjects:
                    if subject.audience not in audiences:
                        continue
                    days[subject.profile] = max(decision.since, days.get(subject.profile, date.min))
        return days

    def find(self, prefix: str) -> Decision:
        """The decision whose id starts so; ``UsageError`` where none or several do."""
        found = [d for d in self.decisions if d.id.startswith(prefix)] if prefix else []
        if len(found) == 1:
            return found[0]
        if found:
            raise UsageError(f"{len(found)} decisions start with {prefix!r}; write more of the id")
        raise UsageError(
            f"there is no decision {prefix!r} in the ledger; 'assay review show ID' lists those "
            "of a profile"
        )

    def before(self, decision: Decision) -> set[str]:
        """Ids of all decisions that a decision follows, directly or not."""
        seen: set[str] = set()
        pending = list(decision.follows)
        while pending:
            at = pending.pop()
            if at not in seen and at in self.by_id:
                seen.add(at)
                pending += self.by_id[at].follows
        return seen


def with_current_ids(ledger: Ledger, identity: Identity) -> Ledger:
    """Return a ledger whose decisions name everything by its current id.

    The decisions keep their own ids, which are digests of their lines with the ids of their day.
    """
    if identity.unchanged:
        return ledger
    decisions = tuple(_with_current_ids(d, identity) for d in ledger.decisions)
    return replace(ledger, decisions=decisions, by_id={d.id: d for d in decisions})


def _with_current_ids(decision: Decision, identity: Identity) -> Decision:
    changed: dict[str, Any] = {"subjects": tuple(_current(s, identity) for s in decision.subjects)}
    if decision.outcome is not None:
        publishers = tuple(identity.now("publisher", p) for p in decision.outcome.publishers)
        changed["outcome"] = decision.outcome.model_copy(update={"publishers": publishers})
    return decision.model_copy(update=changed)


def _current(subject: Subject, identity: Identity) -> Subject:
    profile, claim, scorer = identity.now("profile", subject.profile), subject.claim, subject.scorer
    if claim is not None:
        profile, _, claim = identity.now("claim", f"{subject.profile}#{claim}").partition("#")
    if scorer is not None:
        scorer = identity.now_of_scorer(scorer)
    return subject.model_copy(update={"profile": profile, "claim": claim, "scorer": scorer})


def read_ledger(path: Path, identity: Identity | None = None) -> Ledger:
    """The ledger at ``path``, with everything that is wrong with it; nothing is raised.

    With an ``identity`` its decisions have current ids.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return Ledger()
    except OSError as error:
        what = error.strerror or str(error)
        return Ledger(diagnostics=(_say(codes.LEDGER_NOT_READ, path.name, 0, what),))
    ledger = parse_ledger(data, path.name)
    return ledger if identity is None else with_current_ids(ledger, identity)


def require_ledger(path: Path, identity: Identity | None = None) -> Ledger:
    """The same; raises ``InputError`` where a line of it cannot be relied on."""
    ledger = read_ledger(path, identity)
    if has_errors(ledger.diagnostics):
        raise InputError(ledger.diagnostics)
    return ledger


def missing_decisions(ledger: Ledger, recorded: Sequence[str], file: str) -> Iterator[Diagnostic]:
    """Yield the recorded decisions that are no longer in a ledger."""
    for decision in recorded:
        if decision not in ledger.by_id:
            message = f"the decision {decision[:8]} was here at the last apply, and is missing"
            yield _say(codes.LEDGER_SHORTENED, file, 0, message)


def parse_ledger(data: bytes, file: str) -> Ledger:
    """The ledger that ``data`` holds; ``file`` is its name in diagnostics."""
    lines = data.split(b"\n")
    end = lines.pop()
    reader = _Reader(file)
    for number, line in enumerate(lines, 1):
        reader.take(number, line)
    broken, unended = b"", False
    if end.strip():
        unended = _is_whole(end)
        if unended:
            reader.take(len(lines) + 1, end)
        else:
            broken = end
            message = f"the last line is cut off after {len(end)} bytes; it does not count"
            reader.say(codes.LEDGER_BROKEN_END, len(lines) + 1, message, end)
    reader.find_dangling()
    return Ledger(
        tuple(_ordered(reader.decisions)),
        tuple(reader.found),
        broken,
        unended,
        reader.decisions,
        reader.lines,
    )


def _is_whole(line: bytes) -> bool:
    try:
        value = _object(line)
    except ValueError:
        return False
    return value.get("id") == content_digest(value)


class _Reader:
    """Reads line after line, and keeps what is wrong with each."""

    def __init__(self, file: str) -> None:
        self._file = file
        self.decisions: dict[str, Decision] = {}
        self.lines: dict[str, int] = {}
        self.found: list[Diagnostic] = []

    def say(self, code: Code, line: int, message: str, text: bytes = b"") -> None:
        self.found.append(_say(code, self._file, line, message, text))

    def take(self, number: int, line: bytes) -> None:
        text = line.strip()
        if not text:
            return
        if text[:7].decode("ascii", "replace") in _MARKERS:
            self.say(codes.LEDGER_CONFLICT, number, "git left a conflict marker here", text)
            return
        try:
            value = _object(text)
        except ValueError as error:
            self.say(codes.LEDGER_NOT_READ, number, f"the line is not a decision: {error}", text)
            return
        decision = self._decision(number, value, text)
        if decision is not None:
            self.decisions.setdefault(decision.id, decision)
            self.lines.setdefault(decision.id, number)

    def _decision(self, number: int, value: dict[str, Any], text: bytes) -> Decision | None:
        version = value.get("v")
        if isinstance(version, int) and version > FORMAT:
            message = f"the line has the form {version}, and this assay reads up to {FORMAT}"
            self.say(codes.LEDGER_NEWER, number, message, text)
            return None
        if value.get("id") != content_digest(value):
            message = "the line was changed after it was written: its id is not that of its content"
            self.say(codes.LEDGER_CHANGED, number, message, text)
            return None
        try:
            # Lines are never changed, so that older ones may have what is refused today.
            return Decision.model_validate(all_without_unsafe(value))
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            place = ".".join(str(p) for p in first["loc"])
            message = f"the line is not a decision: {place}: {first['msg']}"
            self.say(codes.LEDGER_NOT_READ, number, message, text)
            return None

    def find_dangling(self) -> None:
        for decision in self.decisions.values():
            for named in dict.fromkeys(
                [*decision.follows, *([decision.of] if decision.of else [])]
            ):
                if named not in self.decisions:
                    self.say(
                        codes.LEDGER_DANGLING,
                        self.lines[decision.id],
                        f"the decision {decision.short} goes back to {named[:8]}, which is not "
                        "in the ledger",
                        decision.line.encode(),
                    )


def _object(line: bytes) -> dict[str, Any]:
    """The JSON object on a line. Raises ``ValueError`` for anything else."""
    try:
        value = json.loads(line, object_pairs_hook=_unique, parse_constant=_no_constant)
    except RecursionError:
        raise ValueError("nested too deep") from None
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({key for key, _ in pairs}) != len(pairs):
        raise ValueError("a key stands twice")
    return dict(pairs)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")


def _ordered(decisions: dict[str, Decision]) -> Iterator[Decision]:
    """Each decision after those it goes back to; among equals by date, then id."""
    waits = {
        i: {n for n in (*d.follows, d.of) if n is not None and n in decisions}
        for i, d in decisions.items()
    }
    followers: dict[str, list[str]] = {}
    for i, named in waits.items():
        for n in named:
            followers.setdefault(n, []).append(i)
    ready = [(decisions[i].date, i) for i, named in waits.items() if not named]
    heapq.heapify(ready)
    while ready:
        _, at = heapq.heappop(ready)
        yield decisions[at]
        for i in followers.get(at, ()):
            waits[i].discard(at)
            if not waits[i]:
                heapq.heappush(ready, (decisions[i].date, i))


def _say(code: Code, file: str, line: int, message: str, text: bytes = b"") -> Diagnostic:
    shown = text[:_SHOWN].decode("utf-8", "replace")
    excerpt = "".join(c if c.isprintable() else "\ufffd" for c in shown)
    return code.at(Position(file, line, 1 if line else 0, excerpt), message, code.hint)
