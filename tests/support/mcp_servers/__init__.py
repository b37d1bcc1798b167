"""MCP servers for tests: one of the official package's making, and one that misbehaves."""

from __future__ import annotations

import sys
from pathlib import Path

from manual_slop.tools.mcp_client.settings import ServerSettings

FOLDER = Path(__file__).parent


def everyday(**more: object) -> ServerSettings:
    """The well-behaved one, over standard input and output."""
    return ServerSettings("everyday", (sys.executable, str(FOLDER / "everyday.py")), **more)  # type: ignore[arg-type]


def odd(*manner: str, **more: object) -> ServerSettings:
    """The one that misbehaves."""
    return ServerSettings("odd", (sys.executable, "-S", str(FOLDER / "odd.py"), *manner), **more)  # type: ignore[arg-type]
