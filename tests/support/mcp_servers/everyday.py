"""A server made with the official package: arithmetic, waiting, dying and all kinds of content.

python everyday.py                 over standard input and output
python everyday.py 5               over HTTP on the listening socket with that number
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import uvicorn
from mcp.server.mcpserver import Image, MCPServer

server = MCPServer("everyday")


@server.tool()
def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


@server.tool()
def echo(text: str) -> str:
    """Say it again."""
    return text


@server.tool()
def environment() -> str:
    """The names of the variables it was given, and where it runs."""
    return " ".join([*sorted(os.environ), f"cwd={Path.cwd()}"])


@server.tool()
def wait(seconds: float) -> str:
    """Take a while."""
    time.sleep(seconds)
    return "waited"


@server.tool()
def die() -> str:
    """End the whole server."""
    os._exit(3)


@server.tool()
def fail() -> str:
    """Cannot be done."""
    raise ValueError("there is no such note")


@server.tool()
def flood(size: int) -> str:
    """Say very much."""
    return "x" * size


@server.tool()
def picture() -> Image:
    """Show something."""
    return Image(data=b"\x89PNG" + bytes(2996), format="png")


@server.tool()
def leave_a_child() -> int:
    """Start a process that outlives everything."""
    command = "import time; time.sleep(600)"
    child = subprocess.Popen([sys.executable, "-c", command], start_new_session=True, stdin=subprocess.DEVNULL)
    return child.pid


if __name__ == "__main__":
    if len(sys.argv) > 1:
        application = uvicorn.Config(server.streamable_http_app(), log_level="error")
        uvicorn.Server(application).run(sockets=[socket.socket(fileno=int(sys.argv[1]))])
    else:
        server.run()
