"""What a shell is told when a command ends."""

from __future__ import annotations

from collections.abc import Mapping

from manual_slop.values.errors import ConfigError, ErrorKind, ProviderError

DONE = 0
UNEXPECTED = 1
USAGE = 2
REFUSED = 8
DIFFERENT = 9
CANCELLED = 130

MEANINGS: Mapping[int, str] = {
    DONE: "done",
    UNEXPECTED: "unexpected",
    USAGE: "usage or configuration",
    3: "no key, or not accepted",
    4: "quota, balance or budget used up",
    5: "rate limit",
    6: "network, timeout, server trouble",
    7: "request refused (too long, content, unknown model …)",
    REFUSED: "refused, nothing was changed",
    DIFFERENT: "`sessions replay` found differences",
    CANCELLED: "stopped (Ctrl-C)",
}


_OF_KIND: Mapping[ErrorKind, int] = {
    "auth": 3,
    "quota": 4,
    "balance": 4,
    "budget": 4,
    "rate_limit": 5,
    "network": 6,
    "timeout": 6,
    "server": 6,
    "bad_request": 7,
    "context_length": 7,
    "content_policy": 7,
    "not_found": 7,
    "cancelled": CANCELLED,
    "unknown": UNEXPECTED,
}


def exit_code(error: ProviderError | ConfigError) -> int:
    """The exit code that stands for an error."""
    return USAGE if isinstance(error, ConfigError) else _OF_KIND[error.kind]
