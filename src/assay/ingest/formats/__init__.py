"""The forms that documents arrive in: one module each, tried in the order of :data:`FORMATS`."""

from __future__ import annotations

from assay.ingest.document import Document
from assay.ingest.formats import (
    article,
    feeds,
    html_page,
    institution_page,
    link_digest,
    mail,
    news_item,
    signals_digest,
    stix,
)
from assay.ingest.items import Format

FORMATS: tuple[Format, ...] = (
    signals_digest.FORMAT,
    stix.FORMAT,
    feeds.FORMAT,
    html_page.FORMAT,
    mail.FORMAT,
    news_item.FORMAT,
    institution_page.FORMAT,
    link_digest.FORMAT,
    article.FORMAT,
)
"""From the most particular form to the most general: the first that recognises a document."""


def recognise(document: Document) -> tuple[Format, str] | None:
    """The format a document is in and the reason, or None where none fits."""
    for form in FORMATS:
        reason = form.recognise(document)
        if reason is not None:
            return form, reason
    return None
