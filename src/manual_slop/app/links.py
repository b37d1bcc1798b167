"""Links in answers: opened in the person's browser, and only those that a browser is meant for."""

from __future__ import annotations

import webbrowser
from urllib.parse import urlsplit

from manual_slop.values.errors import ConfigError


def open_link(address: str) -> str:
    """Open it; what to tell the person. Raises `ConfigError` for what is no web address."""
    try:
        parts = urlsplit(address)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname or not address.isprintable() or " " in address:
        raise ConfigError(f"not a web address, so it is not opened: {address[:200]!r}")
    if not webbrowser.open_new_tab(address):
        raise ConfigError(f"no browser was found for {address[:200]}")
    return f"opened {parts.hostname} in your browser"
