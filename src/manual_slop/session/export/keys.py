"""The last look at an export, for keys in whatever spelling."""

from __future__ import annotations

from contextlib import suppress

from manual_slop.providers.access import Access
from manual_slop.values.errors import ConfigError, ProviderError
from manual_slop.values.secrets import redactor


def learn_keys(access: Access) -> None:
    """Load every key there is, in the environment or in `credentials.toml`, so that each can be found."""
    for name in access.registry.names():
        with suppress(ConfigError, ProviderError):
            access.registry.key(access.registry.provider(name))


def without_keys(text: str) -> tuple[str, int]:
    """The text with keys taken out, and how many those were."""
    return redactor.redact(text), len(redactor.spans(text))
