"""Which models a provider offers: asked of its endpoint, remembered for a day, or read from litellm's map."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from manual_slop.providers.registry import Registry, is_builtin
from manual_slop.providers.rows import Provider
from manual_slop.values import paths
from manual_slop.values.errors import ConfigError, ProviderError
from manual_slop.values.secrets import Secret

if TYPE_CHECKING:
    import httpx

Source = Literal["endpoint", "map", "config"]

FRESH_FOR = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class ModelListed:
    """A model as its provider calls it, and the model string to ask for it with."""

    id: str
    model: str


@dataclass(frozen=True, slots=True)
class ModelList:
    """What a provider offers, and how we know.

    `source` is its own `endpoint`, litellm's bundled `map`, or the person's `config`; `fetched_at` (UTC) when the
    endpoint said so; `note` why it is not fresh from the endpoint, empty when it is.
    """

    provider: str
    models: tuple[ModelListed, ...]
    source: Source
    fetched_at: datetime | None = None
    note: str = ""

    def age(self, now: datetime) -> timedelta | None:
        """How old the endpoint's answer is."""
        return None if self.fetched_at is None else now - self.fetched_at


def list_models(
    provider: str,
    *,
    registry: Registry,
    refresh: bool = False,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    cache_dir: Path | None = None,
    transport: httpx.BaseTransport | None = None,
) -> ModelList:
    """The chat models of a provider.

    Its endpoint's answer, at most a day old; else, with a note that says why, an older answer, the names in
    `config.toml`, or those in litellm's map that are not retired. With `refresh` the endpoint is asked whatever we
    remember, and what goes wrong is raised: `ProviderError`, or `ConfigError` for a credentials file. An unknown
    provider's `ProviderError` is always raised.
    """
    from manual_slop.providers.model_endpoint import fetch_names  # 5 ms that sending does without
    from manual_slop.providers.model_list_cache import ModelListCache

    row = registry.provider(provider)
    base = registry.base_url(row)
    if row.discovery == "map" or not base:
        return _without_endpoint(row, registry, now(), "no endpoint of it lists chat models")
    cache = ModelListCache(cache_dir or paths.data_dir() / "cache" / "models")
    # What a server on this computer offers changes by the hand that asks, and asking it costs nothing.
    remembered = None if row.local else cache.read(row.name, base)
    if remembered and not refresh and timedelta() <= now() - remembered.fetched_at < FRESH_FOR:
        return _listed(row, remembered.names, "endpoint", remembered.fetched_at)
    try:
        names = fetch_names(row, base, _key(row, registry, base), registry.headers(row), transport)
    except (ProviderError, ConfigError) as error:
        if refresh:
            raise
        why = f"asking it failed ({error.kind}): {error}" if isinstance(error, ProviderError) else str(error)
    else:
        fetched_at = now()
        cache.write(row.name, base, names, fetched_at)
        return _listed(row, names, "endpoint", fetched_at)
    if remembered:
        return _listed(row, remembered.names, "endpoint", remembered.fetched_at, f"an older answer, for {why}")
    return _without_endpoint(row, registry, now(), why)


def _key(row: Provider, registry: Registry, base: str) -> Secret | None:
    # OpenRouter's list is public.
    return registry.key(row) if row.discovery == "openrouter" else registry.required_key(row, base)


def _without_endpoint(row: Provider, registry: Registry, now: datetime, why: str) -> ModelList:
    vendor = registry.vendor(row.name)
    if vendor is not None and vendor.models:
        return _listed(row, vendor.models, "config", note=f"from config.toml: {why}")
    if vendor is not None and not is_builtin(row.name):
        return _listed(row, (), "config", note=f"no models in config.toml: {why}")
    from manual_slop.providers.model_map import model_map

    known = model_map()
    retired = {name: known.capabilities(row.litellm, name).retires for name in known.chat_models(row.litellm)}
    names = [name for name, day in retired.items() if day is None or day > now.date()]
    return _listed(row, names, "map", note=f"from litellm's bundled map: {why}")


def _listed(
    row: Provider, names: Sequence[str], source: Source, fetched_at: datetime | None = None, note: str = ""
) -> ModelList:
    models = tuple(ModelListed(name, f"{row.name}/{name}") for name in names)
    return ModelList(row.name, models, source, fetched_at, note)
