"""Plain documents into models, one document at a time."""

from __future__ import annotations

from typing import Any, NamedTuple

from pydantic import BaseModel, ValidationError

from assay.diagnostics import SOURCE, Diagnostic, Subject, ValueLocation
from assay.diagnostics import document_codes as codes
from assay.documents.suggest import did_you_mean
from assay.documents.yaml_reader import describe, scalar_text
from assay.loading.messages import findings_of, places_of
from assay.loading.readable import readable_document
from assay.model.evidence import Publisher, Source
from assay.model.profile import Event, Institution
from assay.model.rulebook import Rulebook

Document = Institution | Event | Source | Publisher

KINDS: dict[str, type[Document]] = {
    "institution": Institution,
    "event": Event,
    "source": Source,
    "publisher": Publisher,
}

_FINDING_LIMIT = 50


class Validated(NamedTuple):
    """One document, or why it is none.

    ``id`` and ``kind`` are kept even of a document with mistakes, so that references to it are
    not reported as dangling on top; ``readable`` is what can be made of it all the same.
    """

    subject: Subject
    kind: str | None
    id: str | None
    model: Document | None
    findings: tuple[Diagnostic, ...] = ()
    readable: Document | None = None


def validate_document(data: dict[str, Any], subject: Subject) -> Validated:
    """The model that the document's ``kind`` names, or findings in its place."""
    kind, given_id = data.get("kind"), data.get("id")
    id_ = given_id if isinstance(given_id, str) else None
    if not isinstance(kind, str) or kind not in KINDS:
        return Validated(subject, None, id_, None, (_no_kind(data, kind, subject),))
    model = KINDS[kind]
    try:
        return Validated(subject, kind, id_, model.model_validate(data))
    except ValidationError as error:
        places = set(places_of(error.errors(include_url=False, include_input=False), data))
        found = _findings(error, data, model, subject)
        readable = readable_document(model, data, places)
        return Validated(subject, kind, id_, None, found, readable)


def validate_rulebook(
    data: dict[str, Any],
) -> tuple[Rulebook | None, tuple[Diagnostic, ...]]:
    """The rulebook, or None and what is wrong with its form."""
    try:
        return Rulebook.model_validate(data), ()
    except ValidationError as error:
        return None, _findings(error, data, Rulebook, None)


def _findings(
    error: ValidationError, data: dict[str, Any], model: type[BaseModel], subject: Subject | None
) -> tuple[Diagnostic, ...]:
    errors = error.errors(include_url=False, include_input=False)
    found = findings_of(errors[:_FINDING_LIMIT], data, model, subject)
    if len(errors) > _FINDING_LIMIT:
        more = len(errors) - _FINDING_LIMIT
        message = f"{more} more mistakes in this document are not listed"
        found.append(codes.TOO_MANY_MISTAKES.at(ValueLocation((), subject), message))
    return tuple(found)


def _no_kind(data: dict[str, Any], kind: object, subject: Subject) -> Diagnostic:
    if "kind" not in data:
        return codes.MISSING_KIND.at(
            ValueLocation((), subject),
            "the document does not say what kind it is",
            "add 'kind: …' with one of " + ", ".join(KINDS),
        )
    if isinstance(kind, str):
        return codes.UNKNOWN_KIND.at(
            ValueLocation(("kind",), subject),
            f"there is no kind {kind[:60]!r}",
            did_you_mean(kind, KINDS),
        )
    parsed = scalar_text(kind) if isinstance(kind, (bool, int, float)) else ""
    return codes.UNKNOWN_KIND.at(
        ValueLocation(("kind",), subject, parsed=parsed),
        f"'kind' is {describe(kind, SOURCE)}",
        "possible here: " + ", ".join(KINDS),
    )
