"""Refusals in OpenAI's own shape and wording."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

_JSON_NAMES: Mapping[type, str] = {
    str: "a string",
    bool: "a boolean",
    int: "an integer",
    float: "a decimal",
    list: "an array",
}
_LONGEST_ECHO = 80


class RequestError(Exception):
    """A request is answered with an error: `status` and OpenAI's `{"error": {...}}` body."""

    def __init__(
        self,
        message: str,
        param: str | None = None,
        code: str | None = None,
        *,
        status: int = 400,
        type: str = "invalid_request_error",  # noqa: A002 - the wire's own name
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = dict(headers or {})
        self.body = {"error": {"message": message, "type": type, "param": param, "code": code}}


def missing(param: str) -> RequestError:
    """Something required is not there."""
    return RequestError(f"Missing required parameter: '{param}'.", param, "missing_required_parameter")


def wrong_type(param: str, expected: str, value: Any) -> RequestError:
    """A value of another JSON type than `expected` (`a string` …)."""
    got = "null" if value is None else _JSON_NAMES.get(type(value), "an object")
    return RequestError(
        f"Invalid type for '{param}': expected {expected}, but got {got} instead.", param, "invalid_type"
    )


def wrong_value(param: str, value: Any, allowed: Iterable[str]) -> RequestError:
    """A value outside the list of `allowed` ones."""
    names = ", ".join(f"'{name}'" for name in allowed)
    return RequestError(f"Invalid value: '{shorten(value)}'. Supported values are: {names}.", param, "invalid_value")


def unsupported(param: str, hint: str) -> RequestError:
    """Something OpenAI knows and this server does not do; `hint` says what to do instead."""
    return RequestError(f"Unsupported parameter: '{param}': {hint}", param, "unsupported_parameter")


def shorten(value: Any) -> str:
    """A value as it may stand in a message: hostile input is echoed neither at length nor as broken Unicode."""
    text = str(value)[: _LONGEST_ECHO + 1].encode("utf-8", "replace").decode()
    return text if len(text) <= _LONGEST_ECHO else text[:_LONGEST_ECHO] + "…"
