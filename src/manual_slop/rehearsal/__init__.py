"""The built-in provider: an OpenAI-shaped server on loopback, and behind it a scripted model that says so."""

from __future__ import annotations

from manual_slop.rehearsal.server import RehearsalServer, serve_forever, shared_server, start

__all__ = ["RehearsalServer", "serve_forever", "shared_server", "start"]
