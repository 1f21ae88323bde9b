"""Canonical addresses: whether two web addresses lead to one publication."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from urllib.parse import parse_qsl, quote, unquote_to_bytes, urlencode, urlsplit

import idna

from assay.diagnostics import content_codes
from assay.diagnostics.diagnostic import Diagnostic, Subject, ValueLocation
from assay.model.documents import Corpus, Source

# Parameters that record how a reader came to a page, not which page it is.
_TRACKING = re.compile(
    r"(?:utm|pk|mtm|matomo|piwik|hsa|oly_anon|oly_enc|vero)_.*|_openstat|_ga|_gl|_hs(?:enc|mi)"
    r"|__h(?:ssc|stc|sfp)|(?:fb|g|d|y|tw|tt)clid|msclkid|rb_clickid|wickedid|gclsrc|[gw]braid"
    r"|li_fat_id|igsh(?:id)?|mc_[ce]id|mkt_tok|s_cid|cmpid|ncid|ocid|srsltid|ref_(?:src|url)"
    r"|hsctatracking|spm|scm|share_token|smid|sharetype",
    re.IGNORECASE,
)
_AMP_PARAMETERS = frozenset([("amp", ""), ("amp", "1"), ("amp", "true"), ("outputtype", "amp")])
_UNRESERVED = "-._~!$&'()*+,;=:@/"
_PORTS = {"http": 80, "https": 443}


def canonical_address(address: str) -> str:
    """Return a text that all spellings of one address share, for comparison only.

    It ignores scheme, ``www.``, default port, fragment, trailing slash, tracking parameters and
    the order of the others, AMP variants, and different encodings of the same characters.
    """
    address = _without_amp_cache(address.strip())
    if "://" not in address:
        address = f"https://{address}"
    parts = urlsplit(address)
    host = _host(parts.hostname or "")
    try:
        port = parts.port
    except ValueError:
        port = None
    if port is not None and port != _PORTS.get(parts.scheme.lower()):
        host = f"{host}:{port}"
    query = urlencode(
        sorted(
            (name, value)
            for name, value in parse_qsl(parts.query, keep_blank_values=True)
            if not _TRACKING.fullmatch(name)
            and (name.lower(), value.lower()) not in _AMP_PARAMETERS
        )
    )
    # A fragment is a place on the page, except on script-only pages, where it is the path.
    route = f"#{parts.fragment}" if parts.fragment.startswith(("!", "/")) else ""
    return host + _path(parts.path) + (f"?{query}" if query else "") + route


def _host(host: str) -> str:
    host = host.rstrip(".").lower()
    try:
        host = idna.encode(host, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        host = quote(host)
    return re.sub(r"^(?:www\d?|amp)\.(?=[^.]+\.)", "", host)


def _path(path: str) -> str:
    path = quote(unquote_to_bytes(path), safe=_UNRESERVED)
    if path:
        path = posixpath.normpath("/" + path.lstrip("/"))
    path = re.sub(r"/amp$|\.amp(?=(?:\.html?)?$)", "", path)
    return path.rstrip("/")


def _without_amp_cache(address: str) -> str:
    """Return the address of the page itself if this one leads to an AMP cache."""
    found = re.match(
        r"https?://(?:(?:www\.)?google\.[a-z.]+/amp|[a-z0-9-]+\.cdn\.ampproject\.org/[a-z]|"
        r"cdn\.ampproject\.org/[a-z])/(s/)?(.+)",
        address,
        re.IGNORECASE,
    )
    if found is None:
        return address
    return f"{'https' if found[1] else 'http'}://{found[2]}"


# Sources that share an address -------------------------------------------------------------------


def check_addresses(corpus: Corpus, subjects: Mapping[str, Subject]) -> Iterator[Diagnostic]:
    """Warn of sources with one canonical address that no decision joins or distinguishes.

    ``same_as`` and ``revises`` join, also through other sources; ``not_same_as`` with a reason
    distinguishes the two it names.
    """
    by_address: dict[str, list[Source]] = defaultdict(list)
    for source in corpus.sources.values():
        if source.url is not None:
            by_address[canonical_address(source.url)].append(source)
    shared = [sources for sources in by_address.values() if len(sources) > 1]
    if not shared:
        return
    publications = _joined(corpus)
    for sources in shared:
        for source in sources:
            others = [
                other.id
                for other in sources
                if publications.get(other.id, other.id) != publications.get(source.id, source.id)
                and not _distinguished(source, other)
                and not _distinguished(other, source)
            ]
            if others:
                ids = ", ".join(others)
                names = " and ".join(
                    filter(None, [", ".join(map(repr, others[:-1])), repr(others[-1])])
                )
                yield content_codes.SAME_ADDRESS.at(
                    ValueLocation(("url",), subjects[source.id]),
                    f"source {source.id!r} has the same address as {names}",
                    f"add 'same_as: [{ids}]'; or, if they are independent publications, "
                    f"'not_same_as: [{ids}]' and 'not_same_as_reason: …'",
                )


def _distinguished(source: Source, other: Source) -> bool:
    return other.id in source.not_same_as and source.not_same_as_reason is not None


def _joined(corpus: Corpus) -> dict[str, str]:
    """Return the publication of every source that ``same_as`` or ``revises`` joins to others."""
    above: dict[str, str] = {}

    def top(source: str) -> str:
        while (next_ := above.get(source, source)) != source:
            above[source] = above.get(next_, next_)
            source = next_
        return source

    for source in corpus.sources.values():
        for other in (*source.same_as, *filter(None, [source.revises])):
            first, second = sorted((top(source.id), top(other)))
            above[second] = first
    return {source: top(source) for source in above}
