"""What can be read of a document with mistakes of form, to find the other mistakes in it.

Nothing is validated or converted: only texts, as references are, and what holds them is taken over,
and every item keeps its place.
"""

from __future__ import annotations

from collections.abc import Container
from types import NoneType
from typing import Any, TypeVar, get_args, get_origin

from pydantic import BaseModel

from assay.documents.index import Path
from assay.model.evidence import Citation

UNREADABLE = ""
"""Stands where a text is wanted and none can be read; no text of a valid document is empty."""

_Document = TypeVar("_Document", bound=BaseModel)


def readable_document(
    kind: type[_Document], data: dict[str, Any], wrong: Container[Path]
) -> _Document:
    """What can be read of the data, of which the values at the ``wrong`` places were refused."""
    return _Reader(wrong).model(kind, data, ())


def is_readable(document: BaseModel, path: Path) -> bool:
    """Whether there is a text at a path of what could be read, or the id of a citation."""
    value: Any = document
    for step in path:
        value = getattr(value, str(step)) if isinstance(value, BaseModel) else value[step]
    return bool((value.id if isinstance(value, Citation) else value) != UNREADABLE)


class _Reader:
    def __init__(self, wrong: Container[Path]) -> None:
        self._wrong = wrong

    def model(self, kind: type[_Document], data: object, here: Path) -> _Document:
        if kind is Citation and isinstance(data, str):
            data = {"id": None if here in self._wrong else data}
        given: dict[Any, Any] = data if isinstance(data, dict) else {}
        keys = {field.alias or name: name for name, field in kind.model_fields.items()}
        # Whatever is not there may be meant by a key that nobody knows.
        complete = isinstance(data, dict) and given.keys() <= keys.keys()
        values = {}
        for key, name in keys.items():
            field = kind.model_fields[name]
            if key in given or field.is_required() or not complete:
                values[name] = self._value(field.annotation, given.get(key), (*here, key))
        return kind.model_construct(**values)

    def _value(self, annotation: Any, value: object, here: Path) -> Any:
        if get_origin(annotation) is dict:
            given = value if isinstance(value, dict) else {}
            return {k: self._items(None, listed, (*here, k)) for k, listed in given.items()}
        inner, many = _inside(annotation)
        if many:
            return self._items(inner, value, here)
        return None if inner and value is None else self._item(inner, value, here)

    def _items(self, inner: type[BaseModel] | None, value: object, here: Path) -> tuple[Any, ...]:
        listed = value if isinstance(value, list) else [None]
        return tuple(self._item(inner, item, (*here, i)) for i, item in enumerate(listed))

    def _item(self, inner: type[BaseModel] | None, value: object, here: Path) -> Any:
        if inner is not None:
            return self.model(inner, value, here)
        return value if isinstance(value, str) and here not in self._wrong else UNREADABLE


def _inside(annotation: Any) -> tuple[type[BaseModel] | None, bool]:
    """The model that a type holds, if it does, and whether it holds several."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation, False
    many = get_origin(annotation) is tuple
    for part in get_args(annotation):
        if part is not NoneType:
            model, several = _inside(part)
            if model or several:
                return model, many or several
    return None, many
