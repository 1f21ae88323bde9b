"""The rows of a set of tables as nested maps, with nothing under what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from google.protobuf.timestamp_pb2 import Timestamp

from assay.cel.schema import Field
from tests.oracle_cel import Asked
from tests.package import SPACES, Collection, Space


class Evidence(Protocol):
    """What maps are made from: rows, what they own, and what was computed about them."""

    def values(self, space: str, row: int) -> dict[str, Any]:
        """The columns of a row."""

    def elements(self, space: str, owner: str, row: int) -> list[int]:
        """The rows of ``space`` whose column ``owner`` names the row."""

    def computed(self, on: str, row: int, asked: Asked) -> dict[str, Any]:
        """The scores and facts of a row that are asked for."""


def target(evidence: Evidence, collection: Collection, element: int) -> tuple[str, int]:
    """The row that rules see as the element."""
    if collection.via is None:
        return collection.space, element
    space = SPACES[collection.space].links[collection.via]
    return space, evidence.values(collection.space, element)[f"{collection.via}_row"]


def row_map(evidence: Evidence, on: str, row: int, asked: Asked) -> dict[str, Any]:
    """What is asked of a row, as far as it is known."""
    space = SPACES[on]
    values = evidence.values(on, row)
    made = dict(_present(space.fields, "", values, _today(evidence, on, values), asked))
    for name in asked:
        found = _under(evidence, space, row, name, asked[name])
        if found is not None:
            made[name] = found
    return made | evidence.computed(on, row, asked)


def name_value(evidence: Evidence, on: str, row: int, name: str, asked: Asked) -> Any:
    """What a name means for a rule on the row: the row, a part, a linked row, a collection."""
    if name == on:
        return row_map(evidence, on, row, asked)
    return _under(evidence, SPACES[on], row, name, asked)


def element_map(
    evidence: Evidence, collection: Collection, row: int, asked: Asked
) -> dict[str, Any]:
    """What is asked of an element of a collection."""
    space, place = target(evidence, collection, row)
    made = row_map(evidence, space, place, asked)
    if "peer" in SPACES[space].links:
        made["@peer"] = evidence.values(space, place)["peer_row"]
    return made


def _under(evidence: Evidence, space: Space, row: int, name: str, asked: Asked) -> Any:
    values = evidence.values(space.name, row)
    if name in space.parts:
        today = _today(evidence, space.name, values)
        return dict(_present(space.parts[name], f"{name}.", values, today, asked))
    if name in space.links:
        return row_map(evidence, space.links[name], values[f"{name}_row"], asked)
    collection = space.collection(name)
    if collection is None:
        return None
    rows = evidence.elements(collection.space, collection.owner, row)
    return [element_map(evidence, collection, r, asked) for r in rows]


def _today(evidence: Evidence, on: str, values: Mapping[str, Any]) -> int:
    if on != "profile":
        values = evidence.values("profile", values["profile_row"])
    today: int = values["today"]
    return today


def _present(
    fields: Sequence[Field], prefix: str, values: Mapping[str, Any], today: int, asked: Asked
) -> Iterator[tuple[str, Any]]:
    """The fields that are not missing; ages are counted from their days."""
    for field in fields:
        if field.name not in asked:
            continue
        if field.since is not None:
            day = values[field.since]
            value = None if day is None else today - day
        elif field.upto is not None:
            day = values[field.upto]
            value = None if day is None else day - today
        elif field.day is not None:
            day = values[field.day]
            value = None if day is None else Timestamp(seconds=(day - 719_163) * 86_400)
        else:
            value = values[prefix + field.name]
        if value is not None:
            yield field.name, value
