"""What each key of `config.toml` may hold: one small function a kind of value, and the tables that say which."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from manual_slop.providers.base_urls import clean_base_url
from manual_slop.providers.rows import builtin_providers, other_prefixes

Check = Callable[[Any], Any]

_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_LONGEST_WAIT = 24 * 60 * 60


class Wrong(Exception):
    """A value that may not stand where it stands; the words continue "providers.acme.api_base …"."""


def near_miss(word: str, known: Iterable[str]) -> str:
    """`": did you mean api_base?"`, or nothing when no known word resembles it."""
    import difflib

    found = difflib.get_close_matches(word, list(known), 1)
    return f": did you mean {found[0]}?" if found else ""


def as_text(value: Any) -> str:
    """A text of printable characters that is not empty."""
    if not isinstance(value, str):
        raise Wrong("must be a text in quotes")
    if not value.strip() or not value.isprintable():
        raise Wrong("must not be empty or hold line breaks and control characters")
    return value


def as_name(name: str) -> str:
    """A name usable before or instead of the slash of a model string."""
    if not _NAME.fullmatch(name):
        raise Wrong("is no name: use a-z, 0-9, _ . and -, beginning with a letter or digit")
    return name


def as_table(value: Any) -> Mapping[str, Any]:
    """A table."""
    if not isinstance(value, dict):
        raise Wrong("must be a table")
    return value


def as_truth(value: Any) -> bool:
    """`true` or `false`."""
    if not isinstance(value, bool):
        raise Wrong("must be true or false")
    return value


def as_seconds(value: Any) -> float:
    """A positive number of seconds, at most a day."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Wrong("must be a number of seconds")
    if not math.isfinite(value) or not 0 < value <= _LONGEST_WAIT:
        raise Wrong(f"must be more than 0 and at most {_LONGEST_WAIT} seconds")
    return float(value)


def as_protocol(value: Any) -> str:
    """A prefix that litellm knows."""
    known = {row.litellm for row in builtin_providers().values()} | set(other_prefixes())
    if as_text(value) not in known:
        raise Wrong(f"is no protocol that litellm speaks{near_miss(value, known)}")
    return str(value)


def as_base_url(value: Any) -> str:
    """An http or https URL."""
    reason = ""
    try:
        return clean_base_url(as_text(value))
    except ValueError as error:
        reason = str(error)
    raise Wrong(reason)


def as_variable(value: Any) -> str:
    """The name of an environment variable."""
    if not _VARIABLE.fullmatch(as_text(value)):
        raise Wrong("must be the name of an environment variable, not a key")
    return str(value)


def as_headers(value: Any) -> Mapping[str, str]:
    """Header names and values fit to be sent; `env:NAME` stands for an environment variable."""
    headers = as_table(value)
    for name, content in headers.items():
        if not _HEADER.fullmatch(name):
            raise Wrong("has a header name with characters that HTTP does not allow")
        if not as_text(content).isascii():
            raise Wrong(f"{name} must be plain characters")
        if content.startswith("env:"):
            as_variable(content.removeprefix("env:"))
    return MappingProxyType(dict(headers))


def as_model_names(value: Any) -> tuple[str, ...]:
    """A list of names."""
    if not isinstance(value, list):
        raise Wrong('must be a list of names: ["m1", "m2"]')
    return tuple(as_text(name) for name in value)


def as_price_tables(value: Any) -> Mapping[str, Mapping[str, Any]]:
    """Tables of prices by model name."""
    return MappingProxyType({name: MappingProxyType(dict(as_table(rates))) for name, rates in as_table(value).items()})


ROOMS = ("approval", "shell", "projects", "mcp", "web_search", "context", "sessions", "budgets", "prices")
"""Tables that other rooms read and check."""
TOP_CHECKS: Mapping[str, Check] = MappingProxyType(
    {
        "default_model": as_text,
        **dict.fromkeys(("aliases", "providers", "timeouts", *ROOMS), as_table),
    }
)
TIMEOUT_CHECKS: Mapping[str, Check] = MappingProxyType(
    dict.fromkeys(("connect", "first_token", "between_chunks", "total"), as_seconds)
)
OVERRIDE_CHECKS: Mapping[str, Check] = MappingProxyType(
    {"api_base": as_base_url, "api_key_env": as_variable, "api_key_required": as_truth, "headers": as_headers}
)
VENDOR_CHECKS: Mapping[str, Check] = MappingProxyType(
    {
        **OVERRIDE_CHECKS,
        "litellm": as_protocol,
        "default_model": as_text,
        "models": as_model_names,
        "prices": as_price_tables,
        "local": as_truth,
    }
)
