"""What providers offer, gathered for tables and programs: who they are, what their models can do and cost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from manual_slop.money.rates import Rates
from manual_slop.providers.access import Access
from manual_slop.providers.discovery import ModelList
from manual_slop.providers.model_list_cache import ModelListCache
from manual_slop.providers.model_map import ModelFacts, model_map
from manual_slop.providers.places import place_within
from manual_slop.providers.registry import Route
from manual_slop.providers.rows import Provider
from manual_slop.values.errors import ConfigError
from manual_slop.values.paths import data_dir

KeyState = Literal["found", "missing", "not needed", "ambient", "wrong"]


@dataclass(frozen=True, slots=True)
class Offer:
    """A model: what it can do, what it costs, when it goes."""

    model: str
    facts: ModelFacts
    rates: Rates | None
    retires: date | None
    local: bool


@dataclass(frozen=True, slots=True)
class Offers:
    """A provider's models and how we know of them."""

    provider: str
    source: str
    fetched_at: datetime | None
    note: str
    models: tuple[Offer, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """A provider and how we stand with it. `key_note` says where the key is, or what is wrong with it."""

    provider: str
    title: str
    key: KeyState
    key_note: str
    models: int
    models_source: str
    example: str


def offer(access: Access, route: Route) -> Offer:
    """What is known of one model."""
    retires = access.prices.retires(route.provider.name, route.provider.litellm, route.name)
    return Offer(route.model, access.facts(route), access.rates(route), retires, route.local)


def offers(access: Access, listed: ModelList) -> Offers:
    """What is known of all the models of a list."""
    row = access.registry.provider(listed.provider)
    models = tuple(offer(access, place_within(access, row, model.id)) for model in listed.models)
    return Offers(listed.provider, listed.source, listed.fetched_at, listed.note, models)


def standings(access: Access) -> tuple[Standing, ...]:
    """Every provider, those that can be used now first.

    Nobody is asked anything: models are counted as an endpoint listed them last, else as in `config.toml` or the map.
    """
    return tuple(sorted(_standings(access), key=lambda one: one.key == "missing"))


def _standings(access: Access) -> Iterable[Standing]:
    cache = ModelListCache(data_dir() / "cache" / "models")
    for name in access.registry.names():
        row = access.registry.provider(name)
        key, note = _key(access, row)
        count, source = _count(access, row, cache)
        yield Standing(name, row.title, key, note, count, source, row.example)


def _key(access: Access, row: Provider) -> tuple[KeyState, str]:
    try:
        found = access.registry.key(row)
    except ConfigError as error:
        return "wrong", str(error)
    if found is not None:
        return "found", found.origin
    if row.ambient:
        return "ambient", "litellm signs in by itself"
    if not row.needs_key:
        return "not needed", ""
    return "missing", row.key_env[0] if row.key_env else ""


def _count(access: Access, row: Provider, cache: ModelListCache) -> tuple[int, str]:
    vendor = access.registry.vendor(row.name)
    remembered = cache.read(row.name, row.base_url)
    if remembered is not None:
        return len(remembered.names), "endpoint"
    if vendor is not None and vendor.models:
        return len(vendor.models), "config"
    return len(model_map().chat_models(row.litellm)), "map"
