"""The base of the models that declare the JSON of commands.

Each model declares one printed object: every field states its meaning, type and range once, and
the attribute of the result that fills it if that has another name. ``docs/reference/json.md`` and
``schemas/output.schema.json`` are generated from these models. A command imports its models when
it prints JSON, and pydantic builds only those that are filled.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import (
    AliasChoices,
    AliasGenerator,
    AliasPath,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)

Json = dict[str, Any]


class Output(BaseModel):
    """A printed object, filled from keyword arguments, a mapping or the attributes of a result.

    A field with a default is optional: it is left out if nothing was given for it.
    """

    model_config = ConfigDict(
        from_attributes=True,
        frozen=True,
        defer_build=True,
        # ``from`` is a keyword of Python, so its field is called ``from_``.
        alias_generator=AliasGenerator(serialization_alias=lambda name: name.rstrip("_")),
    )

    def as_json(self) -> Json:
        """Convert to plain values, in the order of the fields."""
        return self.model_dump(mode="json", by_alias=True, exclude_unset=True)


class Pair(Output):
    """An object that results hold as a plain tuple, in the order of the fields."""

    @model_validator(mode="before")
    @classmethod
    def _from_tuple(cls, value: object) -> object:
        if type(value) is tuple:
            return dict(zip(cls.model_fields, value, strict=True))
        return value


def described(meaning: str, source: str = "", **constraints: Any) -> Any:
    """Declare a field by its meaning and, if it differs from the name, the attribute that fills it.

    ``source`` may be a dotted path; the field is null if the last object on the path is None.
    """
    alias: AliasChoices | str | None = source or None
    if "." in source:
        first, *others = source.split(".")
        path = [int(part) if part.isdigit() else part for part in others]
        alias = AliasChoices(AliasPath(first, *path), AliasPath(first, *path[:-1]))
    return Field(description=meaning, validation_alias=alias, **constraints)


def _from_thousandths(value: object) -> object:
    return value / 1000 if isinstance(value, int) else value


def _rounded(value: object) -> object:
    return round(value, 3) if isinstance(value, float) else value


def _or_null(value: object) -> str | None:
    return None if value is None else str(value) or None


# The engine counts in thousandths; JSON has numbers of at most three decimals.
Points = Annotated[float, Field(ge=0, le=1), BeforeValidator(_from_thousandths)]
Amount = Annotated[float, BeforeValidator(_from_thousandths)]
Share = Annotated[float, Field(ge=0, le=1), BeforeValidator(_rounded)]
Count = Annotated[int, Field(ge=0)]
NonEmpty = Annotated[str | None, BeforeValidator(_or_null)]
"""Text, or null instead of an empty one."""
