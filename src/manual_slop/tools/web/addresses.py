"""Which URLs and addresses a model may reach: those of the public internet, and nothing of this network."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import quote, urlsplit

from manual_slop.safety.path_rules import show
from manual_slop.tools.declaration import ToolError

Resolve = Callable[[str, int], Sequence[str]]
"""The addresses of a host, for a port. Raises `OSError`."""

_LONGEST = 4000
_NAT64 = 0x0064_FF9B << 64  # 64:ff9b::/96 without its last 32 bits, which are an IPv4 address
_PORTS: Mapping[str, int] = MappingProxyType({"http": 80, "https": 443})


@dataclass(frozen=True, slots=True)
class Place:
    """Where a URL leads. `target` is the path and query as they are sent."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def authority(self) -> str:
        """Host and, where it is not the usual one, port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if _PORTS[self.scheme] == self.port else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}{self.target}"


def place_of(url: str) -> Place:
    """Where `url` leads. Raises `ToolError` for what is no plain http or https URL."""
    if len(url) > _LONGEST:
        raise ToolError(f"the URL is longer than {_LONGEST:,} characters")
    if any(char <= " " or char in "\\\x7f" for char in url):
        raise ToolError("a URL has no spaces, line breaks or backslashes: write them as %20, %0A, %5C")
    try:
        parts = urlsplit(url)
        port = parts.port
        host = (parts.hostname or "").rstrip(".").encode("idna").decode()
    except ValueError:  # also what the idna codec raises
        raise ToolError(f"`{show(url)}` is no URL") from None
    usual = _PORTS.get(parts.scheme)
    if usual is None or not host:
        raise ToolError(f"only http://… and https://… can be fetched, not `{show(url)}`")
    if parts.username is not None or parts.password is not None:
        raise ToolError("a URL with a user name or password in it is not fetched")
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = quote(parts.query, safe="/?%:@!$&'()*+,;=~-._")
    return Place(parts.scheme, host, usual if port is None else port, f"{path}?{query}" if query else path)


def is_public(address: str) -> bool:
    """Whether an address is one of the public internet, also where it stands inside another one."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.teredo is not None or ip.is_site_local:
            return False
        within = ip.ipv4_mapped or ip.sixtofour
        if int(ip) >> 32 == _NAT64:
            within = ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)
        if within is not None:
            return is_public(str(within))
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified or ip.is_loopback)


def refuse_inward(place: Place) -> None:
    """Raises `ToolError` where the host is written as an address that is not public, without asking anybody."""
    try:
        inward = not is_public(place.host)
    except ValueError:  # a name
        return
    if inward:
        raise ToolError(f"{place.host} is no address of the public internet: it is not fetched")


def looked_up(host: str, port: int) -> tuple[str, ...]:
    """The addresses that the system knows for a host. Raises `OSError`."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))


def checked_addresses(place: Place, resolve: Resolve, allowed: Callable[[str], bool]) -> Sequence[str]:
    """The addresses of a place, each one allowed. One that is not speaks against all. Raises `ToolError`."""
    try:
        found = resolve(place.host, place.port)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ToolError(f"{place.host} was not found: {reason}") from None
    inward = [address for address in found if not allowed(address)]
    if inward or not found:
        told = f"{inward[0]}, which is no address of the public internet" if inward else "nowhere"
        raise ToolError(f"{place.host} leads to {told}: it is not fetched")
    return found
