"""Which model is asked when nobody named one, and why that one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from manual_slop.providers.config import Config
from manual_slop.providers.credentials import Credentials, find_key
from manual_slop.providers.registry import Registry

if TYPE_CHECKING:
    from manual_slop.providers.local_servers import LocalServer

REHEARSAL = "rehearsal/demo"


def default_model(
    config: Config,
    registry: Registry,
    credentials: Credentials,
    local: Callable[[], tuple[LocalServer, ...]] | None = None,
) -> tuple[str, str]:
    """A model string, and a sentence that says why: `config.toml`, a key, a local server, else the rehearsal.

    `local` (the usual ports, unless told) is asked only when neither the configuration nor a key decides. Raises
    `ConfigError` for a key in the environment that cannot be one.
    """
    if config.default_model:
        return config.default_model, f"{config.path} names it as default_model."
    for name in registry.names():
        provider = registry.provider(name)
        key = find_key(provider, None, credentials) if provider.default_model and provider.needs_key else None
        if key is not None:
            model = f"{provider.name}/{provider.default_model}"
            return model, f"{provider.title} is the first provider with a key ({key.origin})."
    for server in (local or _local_servers)():
        if server.models:
            return (
                f"{server.provider}/{server.models[0]}",
                f"{server.provider} runs at {server.base_url}; no key is set.",
            )
    return REHEARSAL, "No key is set and no local server runs: this is the built-in, scripted model."


def _local_servers() -> tuple[LocalServer, ...]:
    from manual_slop.providers.local_servers import find_local_servers  # 5 ms: only where nothing else decides

    return find_local_servers()
