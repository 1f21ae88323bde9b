"""Rulebooks in several files: merging the files of ``include``, and reading invalid ones.

Splitting a rulebook does not change its meaning: mappings are merged, lists concatenated, and each
message names the file that contains the value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Set
from copy import deepcopy
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from assay.diagnostics import document_codes as codes
from assay.diagnostics.diagnostic import SOURCE, Diagnostic, Subject, ValueLocation, has_errors
from assay.diagnostics.suggest import did_you_mean
from assay.model.rulebook import Rulebook
from assay.workspace.discover import SUFFIXES, ParsedFiles, read_file
from assay.workspace.paths import Workspace, resolved
from assay.workspace.validate import places_of
from assay.yaml.reader import YamlFile, scalar_text
from assay.yaml.source_map import ValuePath, value_at

_LISTS = ("facts", "scorers", "watch", "changes")
_MAPPINGS = ("parameters", "scales")
_FILE_LIMIT = 200


@dataclass
class Assembled:
    """Merged data of a rulebook, with the file of each part.

    ``places`` maps the first two steps of a path to a file and the path in it.
    """

    data: dict[str, Any]
    files: list[YamlFile]
    places: dict[ValuePath, tuple[Subject, ValuePath]] = field(default_factory=dict)
    findings: list[Diagnostic] = field(default_factory=list)

    def place(self, path: ValuePath) -> tuple[Subject, ValuePath]:
        """Return the file of a value in the merged data, and its path there."""
        found = self.places.get(path[:2])
        if found is None:
            return Subject(self.files[0].file), path
        return found[0], (*found[1], *path[2:])

    def placed(self, diagnostic: Diagnostic) -> Diagnostic:
        """Move a diagnostic about the merged data to its file."""
        return replace(diagnostic, location=self.in_file(diagnostic.value))

    def in_file(self, location: ValueLocation) -> ValueLocation:
        """Move a location in the merged data to its file; leave others unchanged."""
        if location.subject is not None:
            return location
        subject, path = self.place(location.path)
        return replace(location, subject=subject, path=path)

    @property
    def unreadable(self) -> bool:
        return any(has_errors(f.diagnostics) for f in self.files) or bool(self.findings)


def assemble(
    workspace: Workspace, contents: Mapping[Path, bytes], parsed: ParsedFiles
) -> Assembled:
    """Read ``rules.yaml`` and all files that it includes."""
    main = read_file(workspace, workspace.rules_path, contents, parsed)
    assembled = Assembled(_first(main), [main])
    if not isinstance(assembled.data.get("include"), list):
        return assembled
    assembled.data = dict(assembled.data)
    assembly = _Assembly(workspace, contents, parsed, assembled)
    assembly.include(main, workspace.rules_path, (main.file,))
    return assembled


def _first(file: YamlFile) -> dict[str, Any]:
    if has_errors(file.diagnostics):
        return {}
    data: dict[str, Any] = next((d for d in file.documents if d is not None), {})
    return data


class _Assembly:
    def __init__(
        self,
        workspace: Workspace,
        contents: Mapping[Path, bytes],
        parsed: ParsedFiles,
        assembled: Assembled,
    ) -> None:
        self._workspace = workspace
        self._contents = contents
        self._parsed = parsed
        self._assembled = assembled
        self._full = False

    def include(self, file: YamlFile, path: Path, chain: tuple[str, ...]) -> None:
        """Add the files that a file includes; ``chain`` are the files that include it."""
        subject = Subject(file.file)
        listed = _first(file).get("include", [])
        if file is self._assembled.files[0]:
            self._assembled.data.pop("include", None)
        for index, name in enumerate(listed if isinstance(listed, list) else [listed]):
            problem = self._add(name, path, chain)
            if problem is not None:
                parsed = scalar_text(name) if isinstance(name, (bool, int, float)) else ""
                location = ValueLocation(("include", index), subject, parsed=parsed)
                self._assembled.findings.append(codes.BAD_INCLUDE.at(location, *problem))
            if self._full:
                return

    def _add(self, name: object, beside: Path, chain: tuple[str, ...]) -> tuple[str, str] | None:
        """Add one file, or return the message and the hint of its problem."""
        if not isinstance(name, str) or not name.endswith(SUFFIXES):
            shown = SOURCE if isinstance(name, (bool, int, float)) else repr(name)
            return f"{shown} is not the name of a YAML file", "include: [rules/evidence.yaml]"
        try:
            target = resolved(beside.parent / name)
        except (OSError, ValueError):
            return f"invalid path {name!r}", "include: [rules/evidence.yaml]"
        if not target.is_relative_to(self._workspace.root):
            return f"{name!r} is outside the workspace", "copy the file into the workspace"
        relative = self._workspace.relative(target)
        if relative in chain:
            cycle = " → ".join((*chain[chain.index(relative) :], relative))
            return f"'include' forms a cycle: {cycle}", "remove one of these includes"
        if any(f.file == relative for f in self._assembled.files):
            return f"{name!r} is included twice", "list it once"
        if target not in self._contents and not target.is_file():
            there = [p.name for p in target.parent.glob("*") if p.suffix in SUFFIXES]
            return f"file {name!r} not found", did_you_mean(target.name, sorted(there))
        if len(self._assembled.files) >= _FILE_LIMIT:
            self._full = True
            return f"more than {_FILE_LIMIT} files are included", "merge some of them"
        file = read_file(self._workspace, target, self._contents, self._parsed)
        self._assembled.files.append(file)
        self._join(file)
        self.include(file, target, (*chain, relative))
        return None

    def _join(self, file: YamlFile) -> None:
        subject = Subject(file.file)
        for key, value in _first(file).items():
            if key == "include":
                continue
            if key in _LISTS and isinstance(value, list):
                there = list(self._assembled.data.get(key) or [])
                for index in range(len(value)):
                    self._assembled.places[key, len(there) + index] = (subject, (key, index))
                self._assembled.data[key] = there + value
            elif key in _MAPPINGS and isinstance(value, dict):
                self._join_mapping(key, value, subject)
            else:
                self._assembled.findings.append(
                    codes.BAD_INCLUDE.at(
                        ValueLocation((key,), subject, at_key=True),
                        f"unknown key {key!r} in an included file",
                        f"use {', '.join((*_LISTS, *_MAPPINGS))} or include",
                    )
                )

    def _join_mapping(self, key: str, value: dict[str, Any], subject: Subject) -> None:
        there = dict(self._assembled.data.get(key) or {})
        for name, item in value.items():
            if name in there:
                first = self._assembled.place((key, name))[0].file
                self._assembled.findings.append(
                    codes.BAD_INCLUDE.at(
                        ValueLocation((key, name), subject, at_key=True),
                        f"duplicate key {name!r}, first set in {first}",
                        "keep one of the two",
                    )
                )
                continue
            self._assembled.places[key, name] = (subject, (key, name))
            there[name] = item
        self._assembled.data[key] = there


_DEFINING = frozenset(("facts", "scorers", "parameters"))
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_SCORER = {"name": "left_out", "on": "claim"}
_RULE = {"id": "left-out", "when": "true", "add": 0.0, "because": "left out"}
_STAND_INS: dict[str, dict[str, Any]] = {
    "scorers": _SCORER,
    "facts": {"name": "left_out", "on": "claim", "expr": "true"},
    "watch": {"id": "left-out", "when": "false", "text": "left out"},
    "changes": {"id": "left-out", "text": "left out", "effort": 1, "action": "recheck"},
}


class Partial(NamedTuple):
    """Rulebook without its invalid parts.

    ``incomplete`` are the first two steps of the path to each omitted part. ``missing`` are the
    names of facts, scorers and parameters that are undefined only because of that; the sections
    in ``unreadable`` have further names that cannot be read.
    """

    rulebook: Rulebook
    incomplete: frozenset[ValuePath]
    missing: frozenset[str]
    unreadable: frozenset[str]


def valid_part(data: dict[str, Any]) -> Partial | None:
    """Return the valid part of a rulebook; None if there is none."""
    valid = deepcopy(data)
    wrong: set[ValuePath] = set()
    for repair in (_without, _stood_in, _without_section):
        places = _wrong_places(valid)
        wrong.update(places)
        for place in places:
            repair(valid, place)
    if _wrong_places(valid):
        return None
    incomplete = frozenset(place[:2] for place in wrong)
    defining = {place[:2] for place in wrong if place[2:3] != ("rules",)}
    return Partial(Rulebook.model_validate(valid), incomplete, *_missing(data, defining))


def _missing(data: dict[str, Any], wrong: Set[ValuePath]) -> tuple[frozenset[str], frozenset[str]]:
    """Return the names defined at invalid places, and the sections with an unreadable one."""
    names: set[str] = set()
    unreadable: set[str] = set()
    for place in wrong:
        section = str(place[0]) if place else ""
        if section not in Rulebook.model_fields:
            unreadable |= _DEFINING  # the key may be one of these, misspelt
        elif section in _DEFINING:
            name = place[-1] if section == "parameters" else value_at(data, (*place, "name"))
            if len(place) == 2 and isinstance(name, str) and _NAME.fullmatch(name):
                names.add(name)
            else:
                unreadable.add(section)
    return frozenset(names), frozenset(unreadable)


def _wrong_places(data: dict[str, Any]) -> list[ValuePath]:
    try:
        Rulebook.model_validate(data)
    except ValidationError as error:
        return places_of(error.errors(include_url=False, include_input=False), data)
    return []


def _without(data: dict[str, Any], path: ValuePath) -> None:
    around = value_at(data, path[:-1])
    if path and isinstance(around, dict):
        around.pop(path[-1], None)


def _stood_in(data: dict[str, Any], path: ValuePath) -> None:
    """Replace an item of a list by one without effect."""
    if len(path) < 2 or path[0] not in _STAND_INS:
        return
    of_rule = path[0] == "scorers" and path[2:3] == ("rules",) and len(path) > 3
    place, stand_in = (path[:4], _RULE) if of_rule else (path[:2], _STAND_INS[str(path[0])])
    listed = value_at(data, place[:-1])
    if isinstance(listed, list) and isinstance(place[-1], int):
        listed[place[-1]] = stand_in | _texts(listed[place[-1]], stand_in)


def _texts(item: object, stand_in: dict[str, Any]) -> dict[str, str]:
    """Return the item's own expression and sentence, where the stand-in has one."""
    if not isinstance(item, dict):
        return {}
    own = {key: item.get(key) for key in ("when", "because") if key in stand_in}
    return {key: value for key, value in own.items() if isinstance(value, str) and value.strip()}


def _without_section(data: dict[str, Any], path: ValuePath) -> None:
    """Remove a whole section of the rulebook."""
    if path:
        data.pop(str(path[0]), None)
