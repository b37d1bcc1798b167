"""A program that from here on makes no connection, whatever is asked of it: for runs that must not need one."""

from __future__ import annotations

import sys
from typing import Any

_REACHING_OUT = frozenset({"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"})


def stay_offline() -> None:
    """From now on every attempt to reach a server fails with `PermissionError`, in all threads, until the process ends.

    The interpreter itself sees to it, so it holds for libraries too.
    """
    sys.addaudithook(_refuse)


def _refuse(event: str, _arguments: tuple[Any, ...]) -> None:
    if event in _REACHING_OUT:
        raise PermissionError("this run makes no connections")
