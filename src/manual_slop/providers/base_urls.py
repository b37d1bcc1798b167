"""Base URLs as people write them, made safe to send a key to."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

_LONGEST = 2048


def clean_base_url(text: str) -> str:
    """The URL without a closing slash. Raises `ValueError` that says what is wrong, never quoting a password."""
    if not text.isascii() or not text.isprintable() or " " in text or len(text) > _LONGEST:
        raise ValueError("must be a URL of plain characters, without spaces")
    try:
        parts = urlsplit(text)
        port_is_right = parts.port is None or parts.port > 0
    except ValueError:
        parts, port_is_right = urlsplit(""), False
    if parts.scheme not in ("http", "https") or not parts.hostname or not port_is_right:
        raise ValueError('must look like "https://api.example.com/v1"')
    if parts.username is not None or parts.password is not None:
        raise ValueError("must not hold a user name or password: give them as headers instead")
    if parts.query or parts.fragment:
        raise ValueError("must end with the path: no ? or #")
    return text.rstrip("/")


def is_loopback(url: str) -> bool:
    """Whether the URL points at this very computer."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def ollama_base_url(host: str) -> str:
    """What `OLLAMA_HOST` means to a client: `0.0.0.0` and `box:8080` are as right there as a whole URL."""
    url = clean_base_url(host if "://" in host else f"http://{host}")
    parts = urlsplit(url)
    name = "127.0.0.1" if parts.hostname in ("0.0.0.0", "::") else parts.hostname or ""  # noqa: S104 compared, not bound
    shown = f"[{name}]" if ":" in name else name
    standard = 443 if parts.scheme == "https" else 80
    port = parts.port or (standard if "://" in host else 11434)
    return f"{parts.scheme}://{shown}:{port}{parts.path}"
