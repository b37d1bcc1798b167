"""Money, for people who use the library: what a model costs, and what a call to it cost."""

from __future__ import annotations

from manual_slop.money import Rates, billed, combine, retirement_note
from manual_slop.money import price as price_at
from manual_slop.providers.config import Config, load_config
from manual_slop.providers.model_strings import split_model
from manual_slop.providers.price_sources import PriceBook, PriceIssue, price_book, prices_in_force
from manual_slop.providers.registry import Registry
from manual_slop.values.errors import ProviderError
from manual_slop.values.usage import Cost, CostSum, RateLine, Usage, format_usd, total

__all__ = [
    "Cost",
    "CostSum",
    "PriceBook",
    "PriceIssue",
    "RateLine",
    "Rates",
    "Usage",
    "billed",
    "combine",
    "format_usd",
    "price",
    "price_at",
    "price_book",
    "prices_in_force",
    "rates",
    "retirement_note",
    "total",
]


def price(model: str, usage: Usage, *, config: Config | None = None) -> Cost:
    """What `usage` of a model comes to at the prices in force; `usd` is `None` when nobody knows a price.

    `model` is `provider/name` or an alias. `config` is `config.toml` unless told; raises `ConfigError` if that cannot
    be read, and nothing else.
    """
    return price_at(usage, rates(model, config=config))


def rates(model: str, *, config: Config | None = None) -> Rates | None:
    """USD per million tokens of a model (`provider/name` or an alias), or `None` when no price is known.

    A name without a provider is OpenAI's if OpenAI has such a model, and otherwise nobody's.
    """
    config = load_config() if config is None else config
    provider, prefix, name = _place(model, config)
    return prices_in_force(config).rates(provider, prefix, name)


def _place(model: str, config: Config) -> tuple[str, str, str]:
    """The provider of a model, litellm's prefix for it, and the model's name there."""
    try:
        provider, name = split_model(model, config.aliases, {})
    except ProviderError:
        provider, slash, name = model.partition("/")
        provider, name = (provider, name) if slash else ("openai", model)
    try:
        row = Registry(config).provider(provider)
    except ProviderError:
        return provider, provider, name
    return row.name, row.litellm, name
