"""What things cost: rates, bills and their sums, as pure functions; whoever reads files does so elsewhere."""

from __future__ import annotations

from manual_slop.money.prices import billed, combine, price
from manual_slop.money.rates import Rates, Tier, plain, retirement_note, undated

__all__ = ["Rates", "Tier", "billed", "combine", "plain", "price", "retirement_note", "undated"]
