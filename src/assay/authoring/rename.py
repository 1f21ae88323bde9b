"""Changes of identity: renaming, merging and removing documents and claims.

Nothing that was recorded is rewritten: the former id stays in the document, and readers of the
lock, the history and the decisions follow it.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assay.authoring.new import checked_id, first_free, require_no_former_id
from assay.diagnostics.suggest import unknown
from assay.errors import UsageError
from assay.model.identity import Kind, full_reference, references, rewritten
from assay.workspace.discover import BULK
from assay.workspace.edits import Edit, commit
from assay.workspace.load import Loaded, require
from assay.workspace.rule_cases import case_files
from assay.yaml.edit import rewrite, without_documents
from assay.yaml.reader import read_yaml

Data = dict[str, Any]
_Change = Callable[[Kind, str], str]


@dataclass(frozen=True, slots=True)
class Preview:
    """An edit that was not written yet, with what it leaves out.

    ``moved`` has the former path of a file by its new one.
    """

    edit: Edit
    notes: tuple[str, ...] = ()
    moved: Mapping[Path, Path] = field(default_factory=dict)

    @property
    def files(self) -> list[str]:
        return sorted(self.edit.files)

    def diff(self) -> Iterator[str]:
        """Yield the lines of a unified diff of all files."""
        relative = self.edit.loaded.workspace.relative
        for path, data in sorted(self.edit.contents.items()):
            if path in self.moved.values():
                continue
            before = self.moved.get(path, path)
            yield from difflib.unified_diff(
                self.edit.before[before].decode("utf-8").splitlines(),
                (data or b"").decode("utf-8").splitlines(),
                f"a/{relative(before)}",
                "/dev/null" if data is None else f"b/{relative(path)}",
                lineterm="",
            )

    def carry_out(self) -> None:
        """Write all files or none. Raises ``InputError`` if the result would have errors."""
        commit(self.edit)


@dataclass
class _Documents:
    """The documents of a workspace as plain data, while they are edited."""

    loaded: Loaded
    data: dict[tuple[str, int], Data] = field(default_factory=dict)
    removed: set[tuple[str, int]] = field(default_factory=set)

    def __post_init__(self) -> None:
        require(self.loaded)
        rules = {f.file for f in self.loaded.rules.files} if self.loaded.rules else set()
        self.data = {
            (name, number): data
            for name, file in self.loaded.files.items()
            if name not in rules
            for number, data in file.readable()
        }
        self._before = deepcopy(self.data)

    def place(self, document_id: str) -> tuple[str, int]:
        """Return the file and number of a document; ``UsageError`` if there is none."""
        subject = self.loaded.subjects.get(document_id)
        if subject is None:
            message = unknown("document", document_id, self.loaded.subjects)
            raise UsageError(f"{message}")
        return subject.file, subject.document

    def rewrite(self, change: Callable[[str], _Change]) -> None:
        """Change ids in every document; ``change`` gets the id of the document."""
        for place, data in self.data.items():
            self.data[place] = rewritten(data["kind"], data, change(data["id"]))

    def edit(self, moved: Mapping[str, str] | None = None, notes: Sequence[str] = ()) -> Preview:
        """Return the edit; a file with one document named after a ``moved`` id is renamed too."""
        changed: dict[str, dict[int, Data]] = {}
        for (name, number), data in self.data.items():
            if data != self._before[name, number]:
                changed.setdefault(name, {})[number] = data
        edit = Edit(self.loaded)
        renamed: dict[Path, Path] = {}
        root = self.loaded.workspace.root
        for name in dict.fromkeys([*changed, *(file for file, _ in sorted(self.removed))]):
            path = root / name
            if path.suffix in BULK:
                raise UsageError(
                    f"cannot edit {name}: only YAML files are edited; change what generates the "
                    "file"
                )
            documents = changed.get(name, {})
            data_ = rewrite(edit[path], name, documents) if documents else edit[path]
            gone = {number for file, number in self.removed if file == name}
            left = without_documents(data_, name, gone) if gone else data_
            target = path
            alone = sum(file == name for file, _ in self.data) == 1
            if alone and moved and path.stem in moved:
                target = path.with_name(f"{moved[path.stem]}{path.suffix}")
            if target != path and not target.exists():
                edit[path] = None
                renamed[target] = path
                path = target
            edit[path] = left or None
        return Preview(edit, tuple(notes), renamed)


# Rename ------------------------------------------------------------------------------------


def rename(loaded: Loaded, old: str, new: str) -> Preview:
    """Give a document, a claim (``profile#claim``) or a rule (``on.scorer.rule``) another id.

    All references change with it. Raises ``UsageError`` if there is no such id or the new one is
    taken.
    """
    if "#" in old:
        return _rename_claim(loaded, old, new)
    if "." in old:
        return _rename_rule(loaded, old, new)
    documents = _Documents(loaded)
    place = documents.place(old)
    kind = _kind(documents.data[place]["kind"])
    _require_free(loaded, new)
    require_no_former_id(loaded, new, old)

    def change(_owner: str) -> _Change:
        def changed(of: Kind, id_: str) -> str:
            if of == "claim" and id_.startswith(f"{old}#"):
                return new + id_.removeprefix(old)
            return new if of == kind and id_ == old else id_

        return changed

    documents.rewrite(change)
    documents.data[place] = _with_former(documents.data[place], old)
    return documents.edit({old: new})


def _kind(word: str) -> Kind:
    kinds: dict[str, Kind] = {"source": "source", "publisher": "publisher"}
    return kinds.get(word, "profile")


def _require_free(loaded: Loaded, new: str) -> None:
    if checked_id(new) in loaded.subjects:
        raise UsageError(f"the id {new!r} is taken, in {loaded.subjects[new].file}")


def _with_former(data: Data, old: str) -> Data:
    """Return the data of what was renamed with its former id, which follows its id."""
    former = list(data.get("formerly", ()))
    if old not in former:
        former.append(old)
    made: Data = {}
    for key, value in data.items():
        made[key] = former if key == "formerly" else value
        if key == "id" and "formerly" not in data:
            made["formerly"] = former
    return made


def _rename_claim(loaded: Loaded, old: str, new: str) -> Preview:
    documents = _Documents(loaded)
    profile, _, claim = old.partition("#")
    place, number = _claim(documents, old)
    new = checked_id(new.removeprefix(f"{profile}#"))
    claims = documents.data[place]["claims"]
    if any(c["id"] == new for c in claims):
        raise UsageError(f"{profile!r} already has a claim {new!r}")

    def change(owner: str) -> _Change:
        def changed(of: Kind, id_: str) -> str:
            if of != "claim" or full_reference(owner, id_) != old:
                return id_
            return id_.removesuffix(claim) + new

        return changed

    documents.rewrite(change)
    claims = documents.data[place]["claims"]
    claims[number] = _with_former(claims[number], claim)
    return documents.edit()


def _claim(documents: _Documents, reference: str) -> tuple[tuple[str, int], int]:
    """Return the place of a claim's profile and the number of the claim."""
    profile, _, claim = reference.partition("#")
    place = documents.place(profile)
    ids = [c["id"] for c in documents.data[place].get("claims", ())]
    if claim not in ids:
        raise UsageError(f"{profile}: {unknown('claim', claim, ids)}")
    return place, ids.index(claim)


_SECTIONS = {
    "profile": "profile",
    "factors": "factor",
    "dependents": "dependent",
    "claims": "claim",
    "corroborations": "corroboration",
    "citations": "citation",
}
"""The sections of expectations in rule tests, each with the subject of its scorers."""


def _rename_rule(loaded: Loaded, old: str, new: str) -> Preview:
    require(loaded)
    scorer_key, _, rule_id = old.rpartition(".")
    on, _, scorer_name = scorer_key.partition(".")
    rulebook = loaded.rulebook
    assert rulebook is not None
    scorer = next((s for s in rulebook.scorers if s.key == scorer_key), None)
    known = [f"{s.key}.{r.id}" for s in rulebook.scorers for r in s.rules]
    if scorer is None or old not in known:
        raise UsageError(unknown("rule", old, known))
    new = checked_id(new.removeprefix(f"{scorer_key}."))
    if any(r.id == new for r in scorer.rules):
        raise UsageError(f"{scorer_key!r} already has a rule {new!r}")
    edit = Edit(loaded)
    for file in loaded.rules.files if loaded.rules else ():
        for number, data in file.readable():
            made = deepcopy(data)
            for entry in made.get("scorers", ()):
                if (entry["on"], entry["name"]) != (on, scorer_name):
                    continue
                for i, rule in enumerate(entry.get("rules", ())):
                    if rule.get("replaces") == rule_id:
                        rule["replaces"] = new
                    if rule["id"] == rule_id:
                        entry["rules"][i] = _with_former({**rule, "id": new}, rule_id)
            if made != data:
                path = loaded.workspace.root / file.file
                edit[path] = rewrite(edit[path], file.file, {number: made})
    for path in case_files(loaded.workspace):
        name = loaded.workspace.relative(path)
        documents = {
            number: made
            for number, data in read_yaml(edit[path], name).readable()
            if (made := _with_rule(data, on, scorer_name, rule_id, new)) != data
        }
        if documents:
            edit[path] = rewrite(edit[path], name, documents)
    return Preview(edit)


def _with_rule(value: Any, on: str, scorer: str, old: str, new: str, section: str = "") -> Any:
    """Return data of rule tests in which the expectations of a scorer name another rule."""
    if isinstance(value, list):
        return [_with_rule(item, on, scorer, old, new, section) for item in value]
    if not isinstance(value, dict):
        return value
    made = {}
    for key, item in value.items():
        if key == scorer and _SECTIONS.get(section) == on and isinstance(item, dict):
            made[key] = {
                k: [new if i == old else i for i in v] if k in _RULE_LISTS else v
                for k, v in item.items()
            }
        else:
            inside = key if key in _SECTIONS else section
            made[key] = _with_rule(item, on, scorer, old, new, inside)
    return made


_RULE_LISTS = ("fired", "not_fired", "unknown")


# Merge -------------------------------------------------------------------------------------

_ONE_OF_BOTH = ("kind", "audience", "status", "embargo")
"""Fields that must be equal: a merge decides neither what is shown nor to which readers."""

_JOINED = (
    *("aliases", "topics", "depends_on", "affects", "gaps", "watch", "signals", "corrections"),
    *("cites", "same_as", "not_same_as"),
)
_OF_ITS_OWN = ("title", "reviewed", "ingested", "extra")
_HANDLED = (
    *("id", "name", "formerly", "merged", "claims", "factors", "basis", "summary", "identifiers"),
    *_JOINED,
)


def merge(loaded: Loaded, gone: str, into: str) -> Preview:
    """Move everything of a profile or source into another one of its kind, and remove it.

    Raises ``UsageError`` if they are not of one kind, or differ in what only an analyst can
    decide.
    """
    documents = _Documents(loaded)
    if gone == into:
        raise UsageError(f"{gone!r} cannot be merged into itself")
    places = documents.place(gone), documents.place(into)
    source, target = (documents.data[p] for p in places)
    if source["kind"] == "publisher" or target["kind"] == "publisher":
        raise UsageError("publishers are not merged; change the publisher of each source")
    if (source["kind"] == "source") != (target["kind"] == "source"):
        raise UsageError(
            f"{gone!r} and {into!r} are of the kinds {source['kind']} and {target['kind']}; merge "
            "two profiles or two sources"
        )
    for name in _ONE_OF_BOTH:
        if source.get(name) != target.get(name):
            raise UsageError(
                f"{gone!r} and {into!r} differ in {name!r}: {source.get(name) or 'none'} and "
                f"{target.get(name) or 'none'}; make them equal first"
            )
    profiles = source["kind"] != "source"
    ids = _new_claim_ids(source, target) if profiles else {}
    kind = _kind(source["kind"])

    def change(owner: str) -> _Change:
        def changed(of: Kind, id_: str) -> str:
            if of == "claim":
                owner_, _, claim = full_reference(owner, id_).partition("#")
                if owner_ != gone:
                    return id_
                return ids[claim] if owner in (gone, into) else f"{into}#{ids[claim]}"
            return into if of == kind and id_ == gone else id_

        return changed

    documents.rewrite(change)
    notes: list[str] = []
    source, target = documents.data.pop(places[0]), dict(documents.data[places[1]])
    for name in _JOINED:
        present = target.get(name, [])
        if new := [item for item in source.get(name, ()) if item not in present]:
            target[name] = [*present, *new]
    if profiles:
        _merge_profile(source, target, gone, ids, notes)
    for name, value in source.items():
        if name in _HANDLED or target.get(name) == value:
            continue
        if name in target or name in _OF_ITS_OWN:
            notes.append(f"left out: {name} of {gone}: {value}")
        else:
            target[name] = value
    merged = {**target.pop("merged", {}), gone: list(source.get("formerly", ()))}
    target["merged"] = {**merged, **source.get("merged", {})}
    documents.data[places[1]] = target
    documents.removed.add(places[0])
    for place, data in documents.data.items():
        documents.data[place] = _without_repetitions(data, into, notes)
    return documents.edit(notes=notes)


def _new_claim_ids(source: Data, target: Data) -> dict[str, str]:
    taken = {c["id"] for c in target.get("claims", ())}
    ids: dict[str, str] = {}
    for claim in source.get("claims", ()):
        ids[claim["id"]] = first_free(claim["id"], taken)
        taken.add(ids[claim["id"]])
    return ids


def _merge_profile(
    source: Data, target: Data, gone: str, ids: Mapping[str, str], notes: list[str]
) -> None:
    """Add the claims, factors, names and identifiers of the source to the target."""
    former = {new: old for old, new in ids.items()}
    moved = []
    for claim in source.get("claims", ()):
        earlier = [full_reference(gone, f) for f in claim.get("formerly", ())]
        names = {"id": claim["id"], "formerly": [*earlier, f"{gone}#{former[claim['id']]}"]}
        moved.append({**names, **{k: v for k, v in claim.items() if k not in names}})
    rated = {f["factor"] for f in target.get("factors", ())}
    factors = []
    for factor in source.get("factors", ()):
        if factor["factor"] in rated:
            notes.append(f"left out: factor {factor['factor']} of {gone}: {factor['is']}")
        else:
            factors.append(factor)
    for name, items in (("claims", moved), ("factors", factors)):
        if items:
            target[name] = [*target.get(name, ()), *items]
    if source["name"] not in (target["name"], *target.get("aliases", ())):
        target["aliases"] = [*target.get("aliases", ()), source["name"]]
    if "summary" in source and "summary" in target:
        notes.append(f"left out: summary of {gone}")
    elif "summary" in source:
        target["summary"] = source["summary"]
    basis = {n: c for n, c in source.get("basis", {}).items() if n not in target and n in source}
    if basis:
        target["basis"] = {**basis, **target.get("basis", {})}
    known = target.get("identifiers", {})
    for name, value in source.get("identifiers", {}).items():
        if known.get(name, value) != value:
            raise UsageError(
                f"{gone!r} and {target['id']!r} differ in their {name}: {value} and {known[name]}"
            )
        target["identifiers"] = {**target.get("identifiers", {}), name: value}


def _without_repetitions(data: Data, into: str, notes: list[str]) -> Data:
    """Return a document that neither refers to itself nor to the merged document twice."""
    made = deepcopy(data)
    own = made["id"] == into
    for name in ("cites", "same_as", "not_same_as", "speaks_for"):
        if name in made:
            made[name] = [i for i in dict.fromkeys(made[name]) if not (own and i == into)]
    if own and made.get("revises") == into:
        del made["revises"]
    for name in ("depends_on", "affects"):
        if name in made:
            made[name] = list(_edges_once(name, made, into, notes))
    for claim in made.get("claims", ()):
        if "sources" in claim:
            where = f"{made['id']}#{claim['id']}"
            claim["sources"] = list(_cited_once(claim["sources"], into, where, notes))
    emptied = [k for k, v in made.items() if v == [] and data[k] != []]
    return {k: v for k, v in made.items() if k not in emptied}


def _edges_once(name: str, data: Data, into: str, notes: list[str]) -> Iterator[Data]:
    seen: list[Data] = []
    for edge in data[name]:
        if data["id"] == into == edge["on"]:
            notes.append(f"left out: {name} between the two")
            continue
        same = [e for e in seen if _ends(e) == _ends(edge)]
        if not same:
            seen.append(edge)
            yield edge
        elif same[0] != edge:
            notes.append(f"left out: second {name} on {edge['on']} of {data['id']}")


def _cited_once(sources: list[Any], into: str, where: str, notes: list[str]) -> Iterator[Any]:
    first = None
    for citation in sources:
        if into != (citation["id"] if isinstance(citation, dict) else citation):
            yield citation
        elif first is None:
            first = citation
            yield citation
        elif citation != first:
            notes.append(f"left out: second citation of {into} in {where}")


def _ends(edge: Data) -> tuple[Any, ...]:
    return tuple(edge.get(k) for k in ("on", "relation", "valid_from", "valid_until"))


# Remove ------------------------------------------------------------------------------------


def remove(loaded: Loaded, id_: str) -> Preview:
    """Remove a document or a claim that nothing refers to.

    Raises ``UsageError`` with the list of references if there are some.
    """
    documents = _Documents(loaded)
    place, number = (documents.place(id_), None) if "#" not in id_ else _claim(documents, id_)
    found = list(_referring(documents, id_))
    if found:
        shown = "".join(f"\n  {line}" for line in found)
        raise UsageError(f"{id_!r} is referred to; change these places first:{shown}")
    if number is None:
        del documents.data[place]
        documents.removed.add(place)
    else:
        data = documents.data[place]
        left = [c for i, c in enumerate(data["claims"]) if i != number]
        documents.data[place] = {**data, "claims": left}
        if not left:
            del documents.data[place]["claims"]
    return documents.edit()


def _referring(documents: _Documents, id_: str) -> Iterator[str]:
    """Yield the places of other documents, or of the claim's profile, that refer to something."""
    for data in documents.data.values():
        owner = data["id"]
        for path, kind, target in references(data["kind"], data):
            if kind == "claim":
                full = full_reference(owner, target)
                is_own = len(path) == 3 and path[0] == "claims" and path[2] == "id"
                hit = full == id_ or (full.startswith(f"{id_}#") and owner != id_)
                hit = hit and not is_own
            else:
                hit = target == id_ and owner != id_
            if hit:
                position = documents.loaded.locate(owner, path)
                yield f"{position.file}:{position.line}: {target}"
