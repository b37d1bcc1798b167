"""`manual-slop rehearsal`: the built-in provider as a server for other programs."""

from __future__ import annotations

from manual_slop.rehearsal.server import RehearsalServer, serve_forever
from manual_slop.terminal.screen import screen

_EXAMPLE = """\
curl {base}/chat/completions -H 'content-type: application/json' \\
  -d '{{"model": "demo", "messages": [{{"role": "user", "content": "what is 12*7?"}}]}}'
Any key will do; GET {base}/models lists what there is. Ctrl-C stops it."""


def serve(port: int) -> None:
    """Serve until Ctrl-C. Raises `ConfigError` for a port that cannot be had."""
    serve_forever(port, _announce)


def _announce(server: RehearsalServer) -> None:
    screen().put(server.base_url)
    screen().note(_EXAMPLE.format(base=server.base_url))
