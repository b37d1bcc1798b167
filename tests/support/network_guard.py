"""Keeps tests off the network: an audit hook that lets through loopback and Unix sockets and nothing else.

An audit hook sees what patched functions miss (C extensions, `connect_ex`, `sendto`), and it cannot be undone by
accident. What was refused is also remembered, because code under test is made to survive whatever a socket raises.
"""

from __future__ import annotations

import ipaddress
import socket
import sys
from typing import Any

_LOOK_UPS = frozenset({"socket.getaddrinfo", "socket.gethostbyname"})
_CONNECTS = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_LOOPBACK_NAMES = frozenset({"", "localhost", "ip6-localhost"})


class NetworkBlockedError(RuntimeError):
    """A test reached for a host that is not this machine."""


class NetworkGuard:
    """Refuses every address but this machine's own while `closed`; `refused` lists what was asked for."""

    def __init__(self) -> None:
        self.closed = True
        self.refused: list[str] = []

    def install(self) -> None:
        """From now on, and until the process ends: an audit hook cannot be taken out."""
        sys.addaudithook(self._hear)

    def take_refused(self) -> list[str]:
        """What was refused since this was last asked."""
        taken, self.refused = self.refused, []
        return taken

    def _hear(self, name: str, arguments: tuple[Any, ...]) -> None:
        if not self.closed:
            return
        if name in _LOOK_UPS:
            self._check(arguments[0])
        elif name in _CONNECTS and arguments[0].family != getattr(socket, "AF_UNIX", None) and arguments[1]:
            self._check(arguments[1][0] if isinstance(arguments[1], tuple) else arguments[1])

    def _check(self, host: str | bytes | None) -> None:
        name = host.decode("idna") if isinstance(host, bytes) else host or ""
        if name in _LOOPBACK_NAMES or _is_loopback(name):
            return
        if name.endswith(".invalid"):  # promised to exist nowhere, so the answer is known without asking
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        self.refused.append(name)
        raise NetworkBlockedError(f"a test reached for the network: {name}. Serve it on loopback, or play a cassette.")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False
