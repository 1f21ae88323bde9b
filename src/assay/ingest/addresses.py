"""Where an address leads: to a machine of the public internet, or to none that is asked."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import idna

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Lookup = Callable[[str, int], Sequence[str]]

_PORTS = {"http": 80, "https": 443}
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class Refused(Exception):
    """An address that is not fetched; the message says why."""


@dataclass(frozen=True, slots=True)
class Target:
    """A request that may be made: ``ip`` was looked up and allowed, and is the one to be asked."""

    scheme: str
    host: str
    port: int
    ip: str
    path: str

    @property
    def origin(self) -> str:
        """Scheme, host and port, as robots.txt is kept for them."""
        return f"{self.scheme}://{self.netloc}"

    @property
    def netloc(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


def look_up(host: str, port: int) -> list[str]:
    """The addresses of a host. Raises ``OSError`` where it has none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(ip: IpAddress) -> bool:
    """Whether an address belongs to the public internet, whatever it is wrapped in."""
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def target(
    address: str,
    allowed: Callable[[IpAddress], bool] = is_public,
    lookup: Lookup = look_up,
) -> Target:
    """The request for a web address. Raises ``Refused`` where it must not be made.

    The name is looked up once and the answer is what is connected to, so a name that means
    another machine a moment later leads nowhere else. One address that is not public among
    several refuses the name.
    """
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise Refused(f"{address[:200]!r} is not a web address") from None
    scheme, name = parts.scheme.lower(), parts.hostname
    if scheme not in _PORTS or not name:
        raise Refused(f"{address[:200]!r} is not an address that starts with http:// or https://")
    if parts.username is not None or parts.password is not None:
        raise Refused("an address with a user name in it is not fetched")
    host = _ascii(name)
    port = port if port is not None else _PORTS[scheme]
    try:
        found = lookup(host, port)
    except (OSError, UnicodeError):
        raise Refused(f"there is no machine with the name {host}") from None
    for ip in found:
        if not allowed(ipaddress.ip_address(ip.partition("%")[0])):
            raise Refused(f"{host} leads to {ip}, which is not an address of the public internet")
    if not found:
        raise Refused(f"there is no machine with the name {host}")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(scheme, host, port, found[0], path)


def _ascii(name: str) -> str:
    """The host as it is asked for; names beyond ASCII in their encoded form."""
    if ":" in name or name.replace(".", "").isdigit():
        return name
    try:
        return idna.encode(name, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        raise Refused(f"{name[:100]!r} is not the name of a machine") from None
