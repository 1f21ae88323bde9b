"""Documents from the web, for those who ask: slowly, within limits, and only where welcome."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote, unquote, urljoin, urlsplit

from assay import __version__
from assay.ingest.addresses import IpAddress, Refused, Target, is_public, target
from assay.ingest.document import SIZE_LIMIT

AGENT = "assay"
_HEADERS = {
    "User-Agent": f"{AGENT}/{__version__} (reads single documents for a person)",
    "Accept": "text/html, application/xhtml+xml, application/xml;q=0.9, text/*;q=0.9, "
    "application/json;q=0.9, */*;q=0.1",
    "Accept-Encoding": "gzip, deflate",
}
_MOVED = (301, 302, 303, 307, 308)
_CHUNK = 65_536
_MEDIA = re.compile(
    r"text/.+|application/(?:.+\+)?(?:xml|json|yaml)|application/(?:mbox|rtf|x-yaml|octet-stream)"
    r"|message/rfc822"
)
_SUFFIXES = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "application/json": ".json",
    "application/feed+json": ".json",
    "application/stix+json": ".json",
    "text/markdown": ".md",
    "text/plain": ".txt",
    "message/rfc822": ".eml",
    "application/mbox": ".mbox",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What a fetch may take: seconds, bytes after unpacking, and steps from address to address.

    ``wait`` is how long the same machine is left alone between two requests, unless its
    robots.txt asks for more; ``longest_wait`` is the most that is waited for that.
    """

    connect: float = 10.0
    read: float = 20.0
    whole: float = 60.0
    size: int = SIZE_LIMIT
    robots_size: int = 500_000
    redirects: int = 5
    wait: float = 1.0
    longest_wait: float = 30.0


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address gave: ``address`` is the one it came from in the end."""

    address: str
    name: str
    data: bytes
    charset: str | None


@dataclass
class Fetcher:
    """Fetches documents one after the other; raises ``Refused`` with the reason where it does not.

    ``allowed`` says which machines may be asked. ``clock`` and ``pause`` measure and spend time.
    """

    limits: Limits = field(default_factory=Limits)
    allowed: Callable[[IpAddress], bool] = is_public
    clock: Callable[[], float] = time.monotonic
    pause: Callable[[float], None] = time.sleep
    _robots: dict[str, Any] = field(default_factory=dict)
    _last: dict[str, float] = field(default_factory=dict)

    def fetch(self, address: str) -> Fetched:
        """The document at an address, after as many redirects as the limits allow."""
        until = self.clock() + self.limits.whole
        for _ in range(self.limits.redirects + 1):
            goal = target(address, self.allowed)
            self._ask_leave(goal, address, until)
            answer = self._request(goal)
            try:
                moved = self._moved(answer, address)
                if moved is None:
                    return self._document(answer, address, until)
            finally:
                answer.close()
            address = moved
        raise Refused(f"it leads on more than {self.limits.redirects} times")

    def _moved(self, answer: Any, address: str) -> str | None:
        """Where the answer leads on to; None where it does not."""
        if answer.status not in _MOVED:
            return None
        where: str | None = answer.headers.get("Location")
        if not where:
            raise Refused(f"the server answers {answer.status} and does not say where to")
        return urljoin(address, where)

    def _document(self, answer: Any, address: str, until: float) -> Fetched:
        if answer.status != 200:
            raise Refused(f"the server answers {answer.status} {answer.reason or ''}".rstrip())
        media, charset = _media(answer.headers.get("Content-Type", ""))
        if media and not _MEDIA.fullmatch(media):
            raise Refused(f"it is {media}, which is none of the forms that are read")
        data = self._body(answer, self.limits.size, until)
        return Fetched(address, _name(address, media), data, charset)

    def _body(self, answer: Any, limit: int, until: float) -> bytes:
        said = answer.headers.get("Content-Length", "")
        if said.isdigit() and int(said) > limit:
            raise Refused(f"it has {int(said):,} bytes; at most {limit:,} are read")
        data = bytearray()
        errors = import_module("urllib3.exceptions")
        try:
            while chunk := answer.read(_CHUNK, decode_content=True):
                data += chunk
                if len(data) > limit:
                    raise Refused(f"it has more than {limit:,} bytes")
                if self.clock() > until:
                    raise Refused(f"it takes more than {self.limits.whole:g} seconds")
        except errors.HTTPError as error:
            raise Refused(f"the answer breaks off: {_said(error)}") from None
        return bytes(data)

    def _request(self, goal: Target) -> Any:
        """The head of the answer, from the very machine that was allowed."""
        urllib3 = _urllib3()
        timeout = urllib3.Timeout(connect=self.limits.connect, read=self.limits.read)
        if goal.scheme == "https":
            pool = urllib3.HTTPSConnectionPool(
                goal.ip,
                goal.port,
                timeout=timeout,
                cert_reqs="CERT_REQUIRED",
                server_hostname=goal.host,
                assert_hostname=goal.host,
            )
        else:
            pool = urllib3.HTTPConnectionPool(goal.ip, goal.port, timeout=timeout)
        try:
            return pool.urlopen(
                "GET",
                quote(goal.path, safe="/%?&=+:;,@!$'()*~#[]"),
                headers={"Host": goal.netloc, **_HEADERS},
                redirect=False,
                retries=False,
                preload_content=False,
                assert_same_host=False,
            )
        except import_module("urllib3.exceptions").HTTPError as error:
            raise Refused(f"{goal.host} cannot be reached: {_said(error)}") from None

    def _ask_leave(self, goal: Target, address: str, until: float) -> None:
        """Read the machine's robots.txt once, and wait as long as it asks for."""
        if goal.origin not in self._robots:
            self._robots[goal.origin] = self._rules(goal, until)
        rules = self._robots[goal.origin]
        wait = self.limits.wait
        if rules is not None:
            if not rules.can_fetch(address, AGENT):
                raise Refused(f"the robots.txt of {goal.host} asks not to fetch it")
            wait = max(wait, min(rules.crawl_delay(AGENT) or 0, self.limits.longest_wait))
        since = self._last.get(goal.origin)
        if since is not None and (left := since + wait - self.clock()) > 0:
            self.pause(left)
        self._last[goal.origin] = self.clock()

    def _rules(self, goal: Target, until: float) -> Any:
        """What a machine asks of programs (RFC 9309); None where it asks nothing.

        Where it cannot be asked, nothing is fetched from it.
        """
        address = f"{goal.origin}/robots.txt"
        for _ in range(self.limits.redirects + 1):
            answer = self._request(target(address, self.allowed))
            try:
                moved = self._moved(answer, address)
                if moved is None:
                    if answer.status >= 500:
                        raise Refused(
                            f"the server answers {answer.status} for {address}, so nobody knows "
                            "whether it may be fetched"
                        )
                    if answer.status >= 400:
                        return None
                    text = self._body(answer, self.limits.robots_size, until)
                    return _protego().parse(text.decode("utf-8", "replace"))
            finally:
                answer.close()
            address = moved
        return None


def _media(header: str) -> tuple[str, str | None]:
    """The media type and the charset of a Content-Type."""
    media = header.partition(";")[0].strip().lower()
    charset = re.search(r"charset\s*=\s*[\"']?([\w.:-]+)", header, re.IGNORECASE)
    return media, charset[1].lower() if charset else None


def _name(address: str, media: str) -> str:
    """The address as the name of a document, with an ending that says what it is."""
    parts = urlsplit(address)
    path = PurePosixPath(unquote(parts.path) or "/")
    name = f"{parts.hostname}{path}".rstrip("/")
    suffix = _SUFFIXES.get(media, "")
    return name if path.suffix or not suffix else f"{name}{suffix}"


def _said(error: Exception) -> str:
    """The last words of an error that wraps others."""
    text = str(error.args[-1] if error.args else error)
    return text.rpartition(": ")[2] or type(error).__name__


def _urllib3() -> Any:
    try:
        return import_module("urllib3")
    except ImportError:
        raise Refused("to fetch, install assay[ingest]") from None


def _protego() -> Any:
    try:
        return import_module("protego").Protego
    except ImportError:
        raise Refused("to fetch, install assay[ingest]") from None
