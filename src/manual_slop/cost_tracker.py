"""Money, for people who use the library: what a model costs, what calls cost, and what others would have cost.

    from manual_slop import cost_tracker

    entries = cost_tracker.ledger()                              # every call that was recorded
    for row in cost_tracker.sum_by(entries, "model"):
        print(row.key, row.cost)                                 # ≥ $1.84 + 3 unpriced calls
    compared = cost_tracker.compare(entries, "tier", ["openai/gpt-4o-mini"])
    print(compared.total.what_if["openai/gpt-4o-mini"], compared.total.difference("openai/gpt-4o-mini"))

`sum_by`, `sum_all`, `compare_at` and `reconcile` are pure functions over entries (`UsageRecorded`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from manual_slop.money import Rates, billed, combine, retirement_note
from manual_slop.money import price as price_at
from manual_slop.money.ledger import Grouping, Row, sum_all, sum_by
from manual_slop.money.provenance import Explanation, explain, explain_entries
from manual_slop.money.reconcile import Drift, reconcile
from manual_slop.money.what_if import Candidate, Compared, Comparison, Hits, tier_matrix
from manual_slop.money.what_if import compare as compare_at
from manual_slop.providers.access import Access
from manual_slop.providers.config import Config, load_config
from manual_slop.providers.model_strings import split_model
from manual_slop.providers.places import place
from manual_slop.providers.price_sources import PriceBook, PriceIssue, price_book, prices_in_force
from manual_slop.providers.registry import Registry
from manual_slop.values.errors import ProviderError
from manual_slop.values.ledger import Origin, UsageRecorded
from manual_slop.values.usage import Cost, CostSum, RateLine, Usage, format_usd, total

__all__ = [
    "Candidate",
    "Compared",
    "Comparison",
    "Cost",
    "CostSum",
    "Drift",
    "Explanation",
    "Origin",
    "PriceBook",
    "PriceIssue",
    "RateLine",
    "Rates",
    "Row",
    "Usage",
    "UsageRecorded",
    "billed",
    "candidates",
    "combine",
    "compare",
    "compare_at",
    "explain",
    "explain_entries",
    "format_usd",
    "ledger",
    "price",
    "price_at",
    "price_book",
    "prices_in_force",
    "rates",
    "reconcile",
    "record",
    "retirement_note",
    "sum_all",
    "sum_by",
    "tier_matrix",
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


def record(entry: UsageRecorded) -> bool:
    """Enter a call in the ledger of this person's store, and count it for its budgets; a call is entered once.

    Sessions that are recorded or have a budget do so themselves: this is for calls made some other way. Returns
    whether it was new. Raises `StoreError`.
    """
    from manual_slop.store import ledger_table  # SQLite: only when it is wanted
    from manual_slop.store.shared import shared_store

    return shared_store().database.write(lambda connection: ledger_table.record(connection, entry))


def ledger(
    session_id: str | None = None, *, since: datetime | None = None, until: datetime | None = None
) -> list[UsageRecorded]:
    """The calls in the order they were made: of a session and those it began, or all; `since` ≤ began < `until`.

    Raises `StoreError`.
    """
    from manual_slop.store.shared import shared_store

    return list(shared_store().ledger(session_id, since, until))


def compare(
    entries: Iterable[UsageRecorded],
    by: Grouping,
    models: Sequence[str],
    *,
    hits: Hits = "same hits",
    config: Config | None = None,
) -> Comparison:
    """What the calls cost, and what they would have cost under each of `models` at the prices in force.

    `hits` says what is assumed of caches: the same hits, or none. Under its own model, with the same hits, a call
    costs what it cost. Raises `ConfigError` if `config.toml` cannot be read, `ProviderError` for an unknown model.
    """
    return compare_at(entries, by, candidates(models, config=config), hits)


def candidates(models: Sequence[str], *, config: Config | None = None) -> list[Candidate]:
    """The models at the prices in force, for `compare_at` and `tier_matrix`. Raises as `compare` does."""
    access = Access(config)
    routes = [place(access, model) for model in models]
    return [Candidate(one.model, access.rates(one), one.local) for one in routes]


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
