"""Puts a conversation under the budgets in force: `[budgets]` of `config.toml`, and a limit of its own."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from manual_slop.money.limits import GRAMMAR, parse_limit, read_rules
from manual_slop.providers.config import Config
from manual_slop.values.budget import Budget, Limit, Rules, path_of
from manual_slop.values.errors import ConfigError

if TYPE_CHECKING:
    from manual_slop.session.session import Session
    from manual_slop.store.store import Store

Spendable = str | int | float | Decimal | Limit | Budget
"""A limit in words (`2.00,200000tok`), dollars, a `Limit`, or a whole tree of budgets of somebody's own."""


def budget_rules(config: Config) -> Rules:
    """The limits in `[budgets]`. Raises `ConfigError` for what cannot be read: no limit is dropped silently."""
    reason, line = "", None
    try:
        return read_rules(config.rooms.get("budgets", {}))
    except ValueError as error:
        reason = str(error)
        line = config.lines.get(tuple(reason.split(maxsplit=1)[0].rstrip(":").split(".")))
    raise ConfigError(reason, config.path, line)


def as_limit(budget: str | float | Decimal | Limit) -> Limit:
    """The limit that is meant. Raises `ConfigError` that says how one is written."""
    if isinstance(budget, Limit):
        return budget
    reason = ""
    try:
        return parse_limit(budget if isinstance(budget, str) else f"{Decimal(str(budget)):f}")
    except (ValueError, ArithmeticError):
        reason = f"{budget!r} is no budget: write {GRAMMAR}"
    raise ConfigError(reason)


def put_under_budget(session: Session, budget: Spendable | None, store: Store | None = None) -> None:
    """From now on the session's calls are checked: against `budget`, which is for all of the session, and `[budgets]`.

    `store` is the one that keeps the session; without one, and without any limit, nothing is checked and nothing
    opened. Raises `ConfigError`, and `StoreError` where the store cannot be used.
    """
    if budget is not None and not isinstance(budget, str | int | float | Decimal | Limit):
        session.budget = budget
        return
    rules = budget_rules(session.access.config)
    limit = None if budget is None else as_limit(budget)
    if store is None and limit is None and not rules.any:
        return
    from manual_slop.store.budget_table import BudgetTable  # SQLite: only where there is something to check
    from manual_slop.store.shared import shared_store

    table = BudgetTable((store or shared_store()).database, rules)
    if limit is not None:
        table.set_limit(path_of(session.id, session.origin)[:2], limit)
    session.budget = table
