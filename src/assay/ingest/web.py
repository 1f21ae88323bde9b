"""What is at web addresses, read like files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from urllib.parse import urlsplit

from assay.evidence.addresses import canonical_address
from assay.ingest.addresses import Refused
from assay.ingest.document import UnreadableDocument, decode
from assay.ingest.fetch import Fetcher
from assay.ingest.items import Items
from assay.ingest.run import Outcome, Read, read_document


def read_addresses(
    addresses: Iterable[str], fetcher: Fetcher, today: date
) -> Iterator[Read | Outcome]:
    """What is at the addresses, fetched one after the other, or why it is not."""
    for address in addresses:
        try:
            fetched = fetcher.fetch(address)
            document = decode(fetched.data, fetched.name, fetched.charset)
        except (Refused, UnreadableDocument) as error:
            yield Outcome(address, "unreadable", reason=str(error))
            continue
        read = read_document(replace(document, accessed=today))
        if isinstance(read, Read):
            read = replace(read, items=_addressed(read.items, fetched.address))
        yield read


def _addressed(items: Items, address: str) -> Items:
    """A page that does not say its address has the one it was fetched from."""
    if len(items.items) != 1 or items.items[0].url:
        return items
    item = items.items[0]
    addressed = replace(
        item,
        key=canonical_address(address),
        url=address,
        domain=item.domain or urlsplit(address).hostname,
        where={**item.where, "url": "where it was fetched from"},
    )
    return replace(items, items=(addressed,))
