"""What `manual-slop doctor` finds about money: the map in use, prices that have aged, and the limits that are set."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from manual_slop.money.limits import KEYS, limit_words
from manual_slop.providers.access import Access
from manual_slop.providers.model_map import model_map
from manual_slop.providers.places import place
from manual_slop.providers.price_settings import price_settings
from manual_slop.session.budgets import budget_rules
from manual_slop.terminal.finding import Finding
from manual_slop.values.errors import ConfigError, ProviderError


def money_findings(access: Access, models: Iterable[str]) -> Iterator[Finding]:
    """`models` are those that somebody means to use; a limit that cannot be read stands in the way of every call."""
    known = model_map()
    days = price_settings(access.config).stale_after_days
    if known.fetched is None:
        yield Finding("prices", "note", f"{known.name}, undated; price files count as old after {days} days")
    else:
        yield Finding("prices", "good", f"{known.name}; `manual-slop price --back` takes it back")
    for model in models:
        try:
            old = access.price_age(place(access, model))
        except ProviderError:
            continue
        if old:
            yield Finding("prices", "warn", old)
    yield from _budgets(access)


def _budgets(access: Access) -> Iterator[Finding]:
    try:
        rules = budget_rules(access.config)
    except ConfigError as error:
        yield Finding("budgets", "bad", str(error))
        return
    for name in KEYS:
        limit = getattr(rules, name)
        if limit is not None:
            yield Finding("budgets", "note", f"{name}: {limit_words(limit)}")
