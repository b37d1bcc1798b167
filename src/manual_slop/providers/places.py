"""Where a model belongs, without the key that is needed to talk to it: enough to say what it can do and costs."""

from __future__ import annotations

from manual_slop.providers.access import Access
from manual_slop.providers.registry import Route
from manual_slop.providers.rows import Provider


def place(access: Access, model: str) -> Route:
    """The keyless route to a model string or alias. Raises `ProviderError` for one that makes no sense."""
    return access.registry.place(model)


def place_within(access: Access, row: Provider, name: str) -> Route:
    """The keyless route to one of a provider's models."""
    return access.registry.placed(row, name)
