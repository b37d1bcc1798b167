"""Finds model servers that run on this computer, when asked to: nothing is probed at import."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from manual_slop.providers.base_urls import is_loopback, ollama_base_url
from manual_slop.providers.credentials import environment
from manual_slop.providers.model_endpoint import models_url
from manual_slop.providers.model_lists import model_names
from manual_slop.providers.rows import Provider, builtin_providers

_LARGEST = 1024 * 1024


@dataclass(frozen=True, slots=True)
class LocalServer:
    """A server that answered, and the names of the chat models it has."""

    provider: str
    base_url: str
    models: tuple[str, ...]


def usual_ports() -> dict[str, int]:
    """The port of each kind of local server, by provider name."""
    return {row.name: row.port for row in builtin_providers().values() if row.port}


def usual_places() -> dict[str, str]:
    """The base URL where each kind of local server is looked for; never one on another computer."""
    return {**_places(usual_ports()), **_ollama_elsewhere()}


def find_local_servers(timeout: float = 0.3, ports: Mapping[str, int] | None = None) -> tuple[LocalServer, ...]:
    """The local servers that answer within `timeout` seconds, in the order of the provider table.

    Asks 127.0.0.1 on their usual `ports` (by provider name), all at once and without any key; Ollama where OLLAMA_HOST
    says, if that is on this computer.
    """
    rows, places = builtin_providers(), usual_places() if ports is None else _places(ports)
    found: dict[str, LocalServer] = {}
    deadline = time.monotonic() + timeout
    threads = [
        threading.Thread(target=_probe, args=(rows[name], base, timeout, found), daemon=True)
        for name, base in places.items()
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    answered = dict(found)  # a thread that is late may still write
    return tuple(answered[name] for name in places if name in answered)


def _places(ports: Mapping[str, int]) -> dict[str, str]:
    rows = builtin_providers()
    return {name: f"http://127.0.0.1:{port}{urlsplit(rows[name].base_url).path}" for name, port in ports.items()}


def _ollama_elsewhere() -> dict[str, str]:
    host = environment("OLLAMA_HOST")
    try:
        base = ollama_base_url(host) if host else ""
    except ValueError:
        return {}
    return {"ollama": base} if is_loopback(base) else {}


def _probe(row: Provider, base_url: str, timeout: float, found: dict[str, LocalServer]) -> None:
    import http.client  # 15 ms: only when servers are looked for

    url = urlsplit(models_url(row, base_url))
    connection = http.client.HTTPConnection(url.hostname or "", url.port, timeout=timeout)
    try:
        connection.request("GET", url.path, headers={"accept": "application/json"})
        response = connection.getresponse()
        if response.status == 200:
            names = model_names(json.loads(response.read(_LARGEST)))
            found[row.name] = LocalServer(row.name, base_url, tuple(names))
    except (OSError, http.client.HTTPException, ValueError, RecursionError):
        return  # nobody there, or somebody else
    finally:
        connection.close()
