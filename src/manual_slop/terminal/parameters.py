"""Model parameters as they are given on a command line: `--param seed=7`, `--temperature 0.2`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from manual_slop.values.errors import ConfigError

_ELSEWHERE: Mapping[str, str] = {
    "api_key": "keys do not belong on a command line: set the provider's variable in the environment",
    "api_base": "--api-base says that",
    "model": "--model says that",
    "images": "--image says that",
    "stream": "--no-stream says that",
    "tools": "--no-tools and --dir say that",
    "prompt": "the prompt has its own place",
    "cancel": "Ctrl-C does that",
    "on_event": "--json shows the events",
}


def read_parameters(pairs: Iterable[str], common: Mapping[str, Any]) -> dict[str, Any]:
    """`name=value` pairs, values as JSON or else as text, and the common ones that were given.

    Raises `ConfigError` for a pair without `=`, for a parameter given twice and for what is no model parameter.
    """
    parameters = {name: value for name, value in common.items() if value is not None}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        name = name.strip().replace("-", "_")
        if not equals or not name.isidentifier():
            raise ConfigError(f"--param {pair!r} must look like name=value, such as --param seed=7")
        if name in _ELSEWHERE:
            raise ConfigError(f"{name} is no model parameter: {_ELSEWHERE[name]}")
        if name in parameters:
            raise ConfigError(f"the parameter {name} is given twice")
        parameters[name] = _value(text)
    return parameters


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
