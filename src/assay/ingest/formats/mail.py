"""Mail: a message, or a mailbox of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_string, policy
from email.message import EmailMessage
from email.utils import parseaddr

from assay.ingest.claims import figure_claims
from assay.ingest.dates import written_date
from assay.ingest.document import Document, UnreadableDocument, one_line
from assay.ingest.items import DraftProfile, Format, Item, Items
from assay.ingest.plain import passages, plain

_HEADER = re.compile(r"(?:[A-Za-z][A-Za-z0-9-]*:[^\n]*\n(?:[ \t]+[^\n]*\n)*){3,}\n")
_NEEDED = re.compile(r"^(?:From|Subject|Message-ID|Received):", re.MULTILINE | re.IGNORECASE)
_PARTS = re.compile(r"^Content-Type:\s*multipart/", re.MULTILINE | re.IGNORECASE)
_MOST_PARTS = 100
_BETWEEN = re.compile(r"(?:\A|\n\n)From \S+[^\n]*\d{4}[^\n]*\n")


def _recognise(document: Document) -> str | None:
    if _BETWEEN.match(document.text):
        return "it is a mailbox: messages start with a 'From ' line"
    head = _HEADER.match(document.text)
    if head and len({m.lower() for m in _NEEDED.findall(head[0])}) >= 2:
        return "it starts with the header of a mail"
    return None


def _read(document: Document) -> Items:
    found: dict[str, Item] = {}
    notes: list[str] = []
    for number, text in enumerate(_messages(document.text), 1):
        try:
            item = _message(text, number)
        except UnreadableDocument as error:
            notes.append(f"message {number}: {error}")
            continue
        found.setdefault(item.key, item)
    if not found:
        raise UnreadableDocument("; ".join(notes[:3]))
    return Items(tuple(found.values()), tuple(notes))


def _messages(text: str) -> Iterator[str]:
    starts = list(_BETWEEN.finditer(text))
    if not starts:
        yield text
    for here, following in zip(starts, [*starts[1:], None], strict=False):
        yield text[here.end() : following.start() if following else len(text)]


def _message(text: str, number: int) -> Item:
    if len(_PARTS.findall(text)) > _MOST_PARTS:
        raise UnreadableDocument("it has more parts within parts than any mail")
    message = message_from_string(text, policy=policy.default)
    assert isinstance(message, EmailMessage)
    title = one_line(str(message.get("Subject", ""))) or f"Message {number}"
    name, address = parseaddr(str(message.get("From", "")))
    day = written_date(re.sub(r"\s*\([^)]*\)", "", str(message.get("Date", ""))))
    words = _body(message)
    found = passages(words)
    claims = figure_claims(found)
    # Answers have the subject of what they answer, so that alone says too little.
    unnamed = f"{title.casefold()}|{day or ''}|{address.casefold()}"
    given = {"title": title, "published": day, "publisher": name or address}
    return Item(
        key=f"mail:{one_line(str(message.get('Message-ID', ''))) or unnamed}",
        title=title[:300],
        published=day,
        publisher=one_line(name) or address or None,
        domain=address.partition("@")[2] or None,
        passages="\n".join(p.text for p in found),
        where={k: f"message {number}" for k, v in given.items() if v},
        drafts=(DraftProfile("event", title[:300], claims),) if claims else (),
    )


def _body(message: EmailMessage) -> str:
    part = message.get_body(("plain", "html"))
    if part is None:
        return ""
    try:
        content = part.get_content()
    except (LookupError, UnicodeDecodeError, KeyError):
        return ""
    if not isinstance(content, str):
        return ""
    return plain(content) if part.get_content_subtype() == "html" else content


FORMAT = Format("mail", _recognise, _read)
