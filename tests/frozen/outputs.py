"""The JSON that the frozen commands print, as lines that a golden file can hold.

``python -m tests.frozen.outputs`` records the golden files again, and what the scores of the
present ``SCORING_VERSION`` are; it refuses other scores with the number that was recorded.
"""

from __future__ import annotations

import io
import json
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any

import yaml
from tests.frozen import workspaces
from tests.package import SCORING_VERSION, Session, explanation_json, run

HERE = Path(__file__).parent
VERSIONS = HERE / "scoring_versions.yaml"
NOON = datetime(2026, 1, 16, 12, tzinfo=UTC)

FREE_TEXT = frozenset({"because", "change", "label", "summary", "text"})
"""Keys of sentences, which may be worded differently; a ``summary`` of numbers is not one."""
DIGESTS = frozenset({"base", "engine", "inputs", "rulebook"})
"""Keys at the top of a document that identify its inputs, and change with the form of a lock."""


@dataclass(frozen=True)
class Renamed:
    """The table of renamed words, from new to old."""

    keys: Mapping[str, str]
    values: Mapping[str, str]
    added: frozenset[str]

    @classmethod
    def read(cls, path: Path) -> Renamed:
        """Read the table; raises ``ValueError`` if two old words have one new word."""
        table = yaml.safe_load(path.read_text(encoding="utf-8"))
        return cls(_inverse(table["keys"]), _inverse(table["values"]), frozenset(table["added"]))

    def old(self, value: Any) -> Any:
        """Translate what is printed today into the words of the golden files."""
        if isinstance(value, dict):
            return {
                self.keys.get(k, k): self.old(v) for k, v in value.items() if k not in self.added
            }
        if isinstance(value, list):
            return [self.old(v) for v in value]
        if not isinstance(value, str):
            return value
        if value in self.values:
            return self.values[value]
        parts = re.split(r"([.#@])", value)
        return "".join(self.values.get(part, part) for part in parts)


def _inverse(table: Mapping[str, str]) -> dict[str, str]:
    inverse = {new: old for old, new in table.items()}
    if len(inverse) < len(table):
        raise ValueError("two old words have the same new word")
    return inverse


def frozen(value: Any) -> Any:
    """Leave out sentences, which may change."""
    if isinstance(value, list):
        return [frozen(v) for v in value]
    if not isinstance(value, dict):
        return value
    return {k: frozen(v) for k, v in value.items() if k not in FREE_TEXT or isinstance(v, dict)}


def lines(name: str, folder: Path, renamed: Renamed) -> list[str]:
    """Run the commands in a new workspace at ``folder``, and give a line for each result."""
    return [
        json.dumps(line, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        for line in _Commands(name, folder, renamed).results()
    ]


class _Commands:
    def __init__(self, name: str, folder: Path, renamed: Renamed) -> None:
        self._name, self._folder, self._renamed = name, folder, renamed

    def results(self) -> Iterator[Sequence[Any]]:
        workspaces.write(self._name, self._folder)
        for audience in workspaces.AUDIENCES.get(self._name, ("public",)):
            yield from self._of_profiles("score", audience)
            yield from self._explained(audience)
            yield from self._of_profiles("outlook", audience)
        decisions = ["--reviewer", "Ada", "--format", "json"]
        anyway = ["--allow", "future-date", "--allow", "withdrawals"]
        code, _ = self._call("apply", "--auto-approve", *anyway, *decisions)
        yield ["apply", code]
        if self._name == "overrides":
            yield from self._overridden(decisions)
        yield ["plan", *self._call("plan", "--format", "json", "--detailed-exitcode")]
        workspaces.edit(self._name, self._folder)
        code, plan = self._call("plan", "--format", "json", "--detailed-exitcode")
        changes = plan.pop("changes")
        yield ["plan", code, plan]
        yield from (["plan", "change", change] for change in changes)

    def scores(self) -> Iterator[Sequence[Any]]:
        workspaces.write(self._name, self._folder)
        for audience in workspaces.AUDIENCES.get(self._name, ("public",)):
            yield from self._of_profiles("score", audience)

    def _call(self, *arguments: str) -> tuple[int, Any]:
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = run(["--workspace", str(self._folder), *arguments], lambda: NOON)
        assert out.getvalue(), err.getvalue()
        value = frozen(self._renamed.old(json.loads(out.getvalue())))
        return code, {k: v for k, v in value.items() if k not in DIGESTS}

    def _of_profiles(self, command: str, audience: str) -> Iterator[Sequence[Any]]:
        code, value = self._call("--audience", audience, command, "--format", "json")
        profiles = value.pop("profiles")
        yield [command, audience, code, value]
        yield from ([command, audience, p] for p in profiles)

    def _explained(self, audience: str) -> Iterator[Sequence[Any]]:
        """Explain all profiles at once; one of them as the command prints it, to be the same."""
        desk = Session(self._folder, audience=audience).assessment()
        explained = desk.explain(list(desk.run.profile_rows))
        found = [
            frozen(self._renamed.old(json.loads(json.dumps(explanation_json(e)))))
            for e in explained.values()
        ]
        first = found[0]["id"]
        code, printed = self._call("--audience", audience, "explain", first, "--format", "json")
        assert printed == found[0]
        yield ["explain", audience, code]
        yield from (["explain", audience, _condensed(e)] for e in found)

    def _overridden(self, decisions: Sequence[str]) -> Iterator[Sequence[Any]]:
        """Override grades, some by more than one band; scores and plans do not change by it."""
        for profile, scorer, grade in (
            ("p0", "confidence", "A"),
            ("p1", "confidence", "ab"),
            ("p2", "impact", "High"),
        ):
            given = ("--scorer", scorer, "--grade", grade, "--reason", "A test.")
            code, _ = self._call("review", "override", profile, *given, *decisions)
            yield ["override", profile, scorer, grade, code]
        yield from self._of_profiles("score", "public")


def _condensed(explanation: dict[str, Any]) -> dict[str, Any]:
    """Write out what decided a profile's own scores; hold the rest by digests.

    A digest covers keys, too, after they were translated into the old words.
    """
    scorers = {f"{s['on']}.{s['name']} {s['subject']}": s for s in explanation["scorers"]}
    return {
        **explanation,
        "scorers": {
            key: _own(s) if s["on"] == "profile" else [s["score"], s["coverage"], _digest(s)]
            for key, s in scorers.items()
        },
        **{part: _digest(explanation[part]) for part in ("outlook", "upstream", "downstream")},
    }


def _own(scorer: dict[str, Any]) -> dict[str, Any]:
    decided = [s for s in scorer["steps"] if s["applied"] or s["outcome"] == "unknown"]
    others = [s for s in scorer["steps"] if s not in decided]
    return {**scorer, "steps": decided, "others": _digest(others)}


def _digest(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return blake2b(text.encode(), digest_size=6).hexdigest()


def scores_digest(folder: Path, renamed: Renamed) -> str:
    """Digest of the scores of all generated workspaces, which are made in ``folder``."""
    return _digest(
        [[name, *_Commands(name, folder / name, renamed).scores()] for name in workspaces.GENERATED]
    )


def require_raised(recorded: Mapping[int, str], version: int, digest: str) -> None:
    """Raise ``ValueError`` if the scores are others than those recorded for the version."""
    if recorded.get(version, digest) != digest:
        raise ValueError(
            f"scores differ from those of SCORING_VERSION {version}: raise the number in "
            "assay/scoring/__init__.py, or restore the scores"
        )


def recorded_versions() -> dict[int, str]:
    """Digest of the scores by scoring version."""
    versions: dict[int, str] = yaml.safe_load(VERSIONS.read_text(encoding="utf-8"))
    return versions


def golden(name: str) -> Path:
    """The golden file of a workspace."""
    return HERE / "golden" / f"{name}.jsonl"


def _record() -> None:
    renamed = Renamed({}, {}, frozenset())
    versions = recorded_versions()
    with tempfile.TemporaryDirectory() as folder:
        digest = scores_digest(Path(folder), renamed)
    require_raised(versions, SCORING_VERSION, digest)
    versions[SCORING_VERSION] = digest
    VERSIONS.write_text(yaml.safe_dump(versions), encoding="utf-8")
    for name in workspaces.NAMES:
        with tempfile.TemporaryDirectory() as folder:
            text = "\n".join(lines(name, Path(folder) / "workspace", renamed)) + "\n"
        golden(name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    _record()
