"""Where a model belongs, without the key that is needed to talk to it: enough to say what it can do and costs."""

from __future__ import annotations

from manual_slop.providers.access import Access
from manual_slop.providers.model_strings import split_model, unknown_provider
from manual_slop.providers.registry import Route, is_builtin
from manual_slop.providers.rows import Provider, builtin_names, other_prefixes


def place(access: Access, model: str) -> Route:
    """The keyless route to a model string or alias. Raises `ProviderError` for one that makes no sense."""
    registry = access.registry
    known = {name: registry.provider(name) for name in registry.names()}
    prefix, name = split_model(model, access.config.aliases, known)
    if prefix not in {*known, *builtin_names(), *other_prefixes(), *access.config.unusable}:
        raise unknown_provider(prefix, name, [*known, *other_prefixes()])
    return place_within(access, registry.provider(prefix), name)


def place_within(access: Access, row: Provider, name: str) -> Route:
    """The keyless route to one of a provider's models."""
    custom = row.name in access.config.vendors and not is_builtin(row.name)
    local = row.local and not name.endswith(("-cloud", ":cloud"))  # Ollama takes these to paid servers
    return Route(f"{row.name}/{name}", row, name, f"{row.litellm}/{name}", local=local, custom=custom)
