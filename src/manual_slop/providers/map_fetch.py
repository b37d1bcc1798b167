"""Fetches a newer cost map over the network: only when a person asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from manual_slop.providers.map_file import LARGEST, MapRefused

if TYPE_CHECKING:
    import httpx

_PATIENCE = 60.0  # seconds between two pieces


def fetch_map(url: str) -> bytes:
    """What is at a URL. Raises `MapRefused` for anything but an answer of a sane size."""
    import httpx  # 60 ms: only here

    reason = ""
    try:
        with httpx.stream("GET", url, timeout=_PATIENCE, follow_redirects=False) as response:
            if response.status_code != 200:
                raise MapRefused(f"{url} answers HTTP {response.status_code}")
            return _bounded(response)
    except httpx.HTTPError as error:
        reason = f"{url} cannot be reached: {type(error).__name__}: {error}"
    except httpx.InvalidURL as error:
        reason = f"{url} is no URL: {error}"
    raise MapRefused(reason)


def _bounded(response: httpx.Response) -> bytes:
    data = bytearray()
    for piece in response.iter_bytes():
        data += piece
        if len(data) > LARGEST:
            raise MapRefused(f"it is larger than {LARGEST // 1024 // 1024} MB")
    return bytes(data)
