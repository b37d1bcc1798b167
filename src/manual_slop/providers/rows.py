"""The providers we know, read from `providers.toml`, and those that litellm knows besides."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

Discovery = Literal["openai", "anthropic", "gemini", "ollama", "openrouter", "map"]

_TABLE = Path(__file__).with_name("providers.toml")


@dataclass(frozen=True, slots=True)
class Provider:
    """What there is to know of a provider before talking to it.

    `litellm` is the prefix litellm is asked with; `also` other names it answers to; `wire` the protocol it speaks.
    `key_env` and `base_env` are environment variables, first found first used; `base_url` is where it usually is.
    `discovery` says how its models are listed: `map` means from litellm's bundled map only. `otel` is its name in
    OpenTelemetry. `port` is where a local server of this kind usually listens; `local` that it costs nothing.
    `ambient` says that litellm finds the credentials itself, some of them in the variables `secret_env`.
    `stream_usage`: it knows `stream_options.include_usage`. `cache_control`: models with this in their name take
    cache breakpoints.
    """

    name: str
    title: str
    litellm: str
    also: tuple[str, ...] = ()
    wire: str = "openai"
    key_env: tuple[str, ...] = ()
    base_env: tuple[str, ...] = ()
    secret_env: tuple[str, ...] = ()
    base_url: str = ""
    discovery: Discovery = "map"
    otel: str = ""
    default_model: str = ""
    example: str = ""
    key_url: str = ""
    port: int | None = None
    local: bool = False
    needs_key: bool = True
    needs_base: bool = False
    ambient: bool = False
    stream_usage: bool = False
    cache_control: str = ""

    def takes_cache_control(self, model_name: str) -> bool:
        """Whether prompt cache breakpoints do something for this model of it."""
        return bool(self.cache_control) and self.cache_control in model_name


@functools.cache
def builtin_providers() -> Mapping[str, Provider]:
    """The rows of `providers.toml` by name, in its order."""
    return MappingProxyType({name: _provider(name, row) for name, row in _table().items() if name != "other"})


@functools.cache
def builtin_names() -> Mapping[str, str]:
    """Every name a built-in provider answers to, with the one it is known by."""
    return MappingProxyType({name: row.name for row in builtin_providers().values() for name in (row.name, *row.also)})


@functools.cache
def other_prefixes() -> Mapping[str, Provider]:
    """litellm's chat prefixes that have no row, each as a provider of which only the usual is assumed."""
    other = _table()["other"]
    return MappingProxyType({prefix: _other(prefix, other) for prefix in other["prefixes"]})


def key_variable(name: str) -> str:
    """The environment variable in which a provider of this name would have its key: `ACME_API_KEY`."""
    return _shouted(name) + "_API_KEY"


def _provider(name: str, row: Mapping[str, Any]) -> Provider:
    settings: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
    return Provider(**{"litellm": name, "otel": name, **settings, "name": name})


def _other(prefix: str, other: Mapping[str, Any]) -> Provider:
    ambient = prefix in other["ambient"]
    return Provider(
        prefix,
        prefix,
        prefix,
        key_env=() if ambient else (other["key_env"].get(prefix, key_variable(prefix)),),
        base_env=(_shouted(prefix) + "_API_BASE",),
        otel=prefix,
        needs_key=not ambient and prefix not in other["keyless"],
        needs_base=prefix in other["needs_base"],
        ambient=ambient,
    )


def _shouted(name: str) -> str:
    return name.upper().replace("-", "_").replace(".", "_")


@functools.cache
def _table() -> dict[str, Any]:
    import tomllib

    return tomllib.loads(_TABLE.read_text("utf-8"))
