"""What can go wrong, in our own words: one error for providers, one for configuration."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, get_args

ErrorKind = Literal[
    "quota",
    "rate_limit",
    "auth",
    "balance",
    "network",
    "timeout",
    "server",
    "context_length",
    "content_policy",
    "bad_request",
    "not_found",
    "cancelled",
    "budget",
    "unknown",
]
ERROR_KINDS: tuple[ErrorKind, ...] = get_args(ErrorKind)

_RETRYABLE = frozenset({"rate_limit", "network", "timeout", "server"})

_ADVICE: Mapping[ErrorKind, str] = {
    "quota": "Your quota at {provider} is used up: raise its limit on the billing page, or choose another model.",
    "rate_limit": "{provider} asks to slow down: wait a little, or choose another model.",
    "auth": "{provider} did not accept the key: `manual-slop doctor` tells which one is in use and where it came from.",
    "balance": "The account at {provider} has no credit left: top it up, or choose another model.",
    "network": "{provider} could not be reached: check the connection, the proxy and api_base, then try again.",
    "timeout": "{provider} took too long: try again, or raise the limit under [timeouts] in config.toml.",
    "server": "{provider} has a problem of its own: try again in a while, or choose another model.",
    "context_length": "Too long for {model}: start a new conversation, send less, or choose a larger window.",
    "content_policy": "{provider} refused this content: rephrase it, or choose another model.",
    "bad_request": "{provider} did not take the request: the message says why; check the model's parameters.",
    "not_found": "{provider} does not know {model}: `manual-slop models {provider}` lists what it offers.",
    "cancelled": "You stopped it; what had arrived is kept.",
    "budget": "Nothing was sent: raise the limit (--budget, or [budgets] in config.toml), or choose a cheaper model.",
    "unknown": "Something unexpected came from {provider}: try again; if it stays, report it with this message.",
}


class ProviderError(Exception):
    """A provider could not answer. Plain values only: no key, header or foreign object is on it.

    `kind` is one of `ERROR_KINDS`; `status` the true HTTP status where there was one; `retry_after` seconds the
    provider asked to wait; `request_id` the provider's own; `partial` the text that had arrived before it failed.
    """

    def __init__(
        self,
        kind: ErrorKind,
        provider: str,
        model: str,
        message: str,
        *,
        status: int | None = None,
        retry_after: float | None = None,
        request_id: str = "",
        partial: str = "",
        advice: str = "",
    ) -> None:
        super().__init__(message)
        self.kind: ErrorKind = kind
        self.provider = provider
        self.model = model
        self.message = message
        self.status = status
        self.retry_after = retry_after
        self.request_id = request_id
        self.partial = partial
        self._advice = advice
        self._sealed = True

    def __setattr__(self, name: str, value: Any) -> None:
        if not name.startswith("__") and getattr(self, "_sealed", False):
            raise AttributeError(f"ProviderError is read-only: cannot set {name}")
        super().__setattr__(name, value)

    def __str__(self) -> str:
        return self.message

    def __reduce__(self) -> tuple[Any, ...]:
        return (_rebuild, (self.kind, self.provider, self.model, self.message, self.details()))

    @property
    def retryable(self) -> bool:
        """Whether the same request may succeed a little later."""
        return self.kind in _RETRYABLE

    @property
    def advice(self) -> str:
        """One sentence that tells the person what to do."""
        if self._advice:
            return self._advice
        if self.partial and self.retryable:
            return "It broke off in the middle: what had arrived is kept. Say “go on”, or ask again."
        return _ADVICE[self.kind].format(provider=self.provider or "the provider", model=self.model or "the model")

    def details(self) -> dict[str, Any]:
        """The keyword arguments that make an equal error."""
        return {
            "status": self.status,
            "retry_after": self.retry_after,
            "request_id": self.request_id,
            "partial": self.partial,
            "advice": self._advice,
        }

    def with_partial(self, partial: str) -> ProviderError:
        """The same error, knowing what text had arrived."""
        return ProviderError(
            self.kind, self.provider, self.model, self.message, **{**self.details(), "partial": partial}
        )


def _rebuild(kind: ErrorKind, provider: str, model: str, message: str, details: dict[str, Any]) -> ProviderError:
    return ProviderError(kind, provider, model, message, **details)


class ConfigError(Exception):
    """A file or setting of the person's own is wrong; says where and what to do."""

    def __init__(self, message: str, path: Path | None = None, line: int | None = None) -> None:
        where = "" if path is None else f"{path}:{line}: " if line else f"{path}: "
        super().__init__(where + message)
        self.path = path
        self.line = line
