"""Completion of names in the shell, from the files of the workspace.

The files are searched line by line and not parsed: completion runs at every press of the key, and
has to work in a workspace with errors.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

import click

from assay.errors import AssayError

if TYPE_CHECKING:
    from assay.workspace.paths import Workspace

Names = Callable[["Workspace", click.Context, str], Iterable[str]]
Completer = Callable[[click.Context, click.Parameter, str], list[str]]


def _completer(names: Names) -> Completer:
    """Complete with ``names``, or with none if there is no workspace or it cannot be read."""

    def complete(context: click.Context, _param: click.Parameter, typed: str) -> list[str]:
        try:
            found = set(names(context.obj.workspace(), context, typed))
        except (AssayError, OSError):
            return []
        return sorted(name for name in found if name.startswith(typed))

    return complete


@_completer
def profiles(workspace: Workspace, _context: click.Context, _typed: str) -> Iterable[str]:
    """Complete ids of institutions and events."""
    return _ids(workspace, *_PROFILES)


@_completer
def sources(workspace: Workspace, _context: click.Context, _typed: str) -> Iterable[str]:
    """Complete ids of sources."""
    return _ids(workspace, b"source")


@_completer
def publishers(workspace: Workspace, _context: click.Context, _typed: str) -> Iterable[str]:
    """Complete ids of publishers."""
    return _ids(workspace, b"publisher")


@_completer
def claims(workspace: Workspace, _context: click.Context, typed: str) -> Iterable[str]:
    """Complete ids of profiles, and after ``PROFILE#`` those of its claims."""
    profile, sign, _ = typed.partition("#")
    if not sign:
        return _ids(workspace, *_PROFILES)
    return (
        f"{profile}#{claim}"
        for kind, id_, text in _documents(str(workspace.profiles_dir))
        if kind in _PROFILES and id_ == profile
        for claim in _claims_in(text)
    )


@_completer
def rules(workspace: Workspace, _context: click.Context, _typed: str) -> Iterable[str]:
    """Complete ids of rules."""
    return (rule for scorer in _scorers(workspace) for rule in scorer.rules)


@_completer
def scorers(workspace: Workspace, _context: click.Context, _typed: str) -> Iterable[str]:
    """Complete names of the scorers of profiles."""
    return (s.name for s in _scorers(workspace) if s.on == "profile")


@_completer
def causes(workspace: Workspace, _context: click.Context, _typed: str) -> Iterable[str]:
    """Complete rules, sources and profiles for ``plan --because``."""
    yield from _ids(workspace, *_PROFILES, b"source")
    for scorer in _scorers(workspace):
        for rule in scorer.rules:
            yield f"{scorer.on}.{scorer.name}.{rule}"


@_completer
def settings(workspace: Workspace, _context: click.Context, _typed: str) -> Iterable[str]:
    """Complete amounts of rules for ``plan --set`` and ``--sweep``."""
    for scorer in _scorers(workspace):
        for rule, keys in scorer.rules.items():
            for key in keys:
                yield f"{scorer.on}.{scorer.name}.{rule}.{key}="


@_completer
def grades(workspace: Workspace, context: click.Context, _typed: str) -> Iterable[str]:
    """Complete grades: those of ``--scorer`` if it is given, otherwise of every scale."""
    scorer = context.params.get("scorer")
    scales = {s.scale for s in _scorers(workspace) if s.on == "profile" and s.name == scorer}
    for text in _sections(workspace, "scales"):
        parts = _SCALE.split(text)
        for scale, bands in zip(parts[1::2], parts[2::2], strict=True):
            if not scales or scale in scales:
                yield from _GRADE.findall(bands)


@_completer
def audiences(workspace: Workspace, _context: click.Context, _typed: str) -> Iterable[str]:
    """Complete audiences of the rulebook."""
    for text in _sections(workspace, "audiences"):
        listed = re.sub(r"#.*", "", text)
        yield from _RULE.findall(listed) or _WORD.findall(listed)


# Documents -----------------------------------------------------------------------------------

_PROFILES = (b"institution", b"event")
# A pattern that begins with a line feed is five times faster than multiline mode.
_KEY = re.compile(rb"""\n(?:(id|kind):[ ]*["']?([^\s"'#]+)|---)""")
_CLAIMS = re.compile(rb"\nclaims:(.*?)(?=\n[a-z]|$)", re.DOTALL)
_CLAIM_ID = re.compile(rb"""\n([ ]*)- (?:\{ *)?id:[ ]*["']?([^\s"'#,}]+)""")


def _ids(workspace: Workspace, *kinds: bytes) -> Iterator[str]:
    return (id_ for kind, id_, _ in _documents(str(workspace.profiles_dir)) if kind in kinds)


def _documents(folder: str) -> Iterator[tuple[bytes, str, bytes]]:
    """Yield kind, id and text of every document below a folder."""
    with os.scandir(folder) as entries:
        found = sorted(entries, key=lambda e: e.name)
    for entry in found:
        if entry.name.startswith("."):
            continue
        if entry.is_dir():
            yield from _documents(entry.path)
        elif entry.name.endswith((".yaml", ".yml")):
            with open(entry.path, "rb", buffering=0) as file:  # noqa: PTH123  # twice as fast
                yield from _documents_in(b"\n" + file.read() + b"\n---")


def _documents_in(text: bytes) -> Iterator[tuple[bytes, str, bytes]]:
    start, keys = 0, dict[bytes, bytes]()
    for found in _KEY.finditer(text):
        if found[1]:
            keys.setdefault(found[1], found[2])
            continue
        if len(keys) == 2:
            yield keys[b"kind"], _decoded(keys[b"id"]), text[start : found.start()]
        start, keys = found.end(), {}


def _claims_in(text: bytes) -> Iterator[str]:
    """Yield the ids of a profile's claims; those of their citations are indented further."""
    found = [m for part in _CLAIMS.findall(text) for m in _CLAIM_ID.findall(part)]
    return (_decoded(id_) for indent, id_ in found if indent == found[0][0])


def _decoded(id_: bytes) -> str:
    return id_.decode("utf-8", "replace")


# Rulebook ------------------------------------------------------------------------------------

_TOP_LEVEL = re.compile(r"^(?=[a-z_]+:)", re.MULTILINE)
_WORD = re.compile(r"[\w/.-]+")
_SCALE = re.compile(r"^ +([\w-]+):[ ]*(?:#.*)?$", re.MULTILINE)
_GRADE = re.compile(r"\bgrade:[ ]*[\"']?([^\"'\s,}#]+)")
_SCORER = re.compile(r"^ *- (?=(?:on: *\w+,? *\n? *)?(?:\{ *)?name:)", re.MULTILINE)
_NAME = re.compile(r"\bname:[ ]*[\"']?([\w-]+)")
_ON = re.compile(r"\bon:[ ]*[\"']?(\w+)")
_SCALE_OF = re.compile(r"\bscale:[ ]*[\"']?([\w-]+)")
_ITEM = re.compile(r"(?=- (?:\{ *)?id:)")
_RULE = re.compile(r"- (?:\{ *)?id:[ ]*[\"']?([\w-]+)")
_AMOUNT = re.compile(r"\b(add|multiply|floor|cap):")


class _Scorer(NamedTuple):
    name: str
    on: str
    scale: str | None
    rules: dict[str, list[str]]
    """Keys of the amounts of each rule, by its id."""


def _scorers(workspace: Workspace) -> Iterator[_Scorer]:
    for text in _sections(workspace, "scorers"):
        for part in _SCORER.split(text)[1:]:
            head, *items = _ITEM.split(part)
            name, on, scale = _NAME.search(head), _ON.search(head), _SCALE_OF.search(part)
            if name:
                rules = {m[1]: _AMOUNT.findall(item) for item in items if (m := _RULE.match(item))}
                yield _Scorer(
                    name[1], on[1] if on else "profile", scale[1] if scale else None, rules
                )


def _sections(workspace: Workspace, wanted: str) -> Iterator[str]:
    """Yield the texts under a top-level key of the rulebook and of the files it includes."""
    left, read = ["rules.yaml"], set()
    while left:
        name = left.pop()
        path = workspace.root / name
        if name in read or not path.is_file():
            continue
        read.add(name)
        for section in _TOP_LEVEL.split(path.read_text("utf-8", "replace")):
            key, _, text = section.partition(":")
            if key == wanted:
                yield text
            if key == "include":
                left += [word for word in _WORD.findall(text) if word.endswith((".yaml", ".yml"))]
