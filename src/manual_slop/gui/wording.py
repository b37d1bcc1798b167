"""Figures as people read them: times that passed, tokens, sizes."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from manual_slop.values.usage import CostSum, format_usd

_STEPS = ((60, "s"), (60, "min"), (24, "h"), (365, "d"))


def ago(at: datetime, now: datetime) -> str:
    """`now`, `12 min`, `3 h`, `5 d`; from a year on the date."""
    amount = (now - at).total_seconds()
    if amount < 10:
        return "now"
    for most, unit in _STEPS:
        if amount < most:
            return f"{amount:.0f} {unit}"
        amount /= most
    return f"{at.astimezone():%Y-%m-%d}"


def seconds(amount: float) -> str:
    """`340 ms`, `2.4 s`, `3 min 05 s`."""
    if amount < 1:
        return f"{1000 * amount:.0f} ms"
    return f"{amount:.1f} s" if amount < 60 else f"{amount // 60:.0f} min {amount % 60:02.0f} s"


def size(count: float) -> str:
    """`12 kB`, `3.4 MB`."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000 or unit == "GB":
            break
        count /= 1000
    return f"{count:.0f} {unit}" if unit in ("B", "kB") else f"{count:.1f} {unit}"


def usd_change(usd: Decimal, percent: Decimal | None) -> str:
    """`−$0.12 (−40 %)`: with its sign, so that dearer and cheaper are told apart."""
    sign = "−" if usd < 0 else "+" if usd > 0 else "±"
    part = "" if percent is None else f" ({sign}{abs(percent):.0f} %)"
    return f"{sign}{format_usd(abs(usd))}{part}"


def short_cost(cost: CostSum) -> str:
    """Short enough for a narrow column: `$0.12`, `≥ $0.12`, `unpriced`, `local`, `–` where there were no calls."""
    if not cost.calls or cost.local == cost.calls:
        return "local" if cost.calls else "–"
    return "unpriced" if cost.unpriced == cost.calls else f"{'≥ ' if cost.unpriced else ''}{format_usd(cost.usd)}"


def tokens(count: int) -> str:
    """`9,321`, from a hundred thousand on `321k` and `9.57M`."""
    if count < 100_000:
        return f"{count:,}"
    return f"{count / 1e3:.0f}k" if count < 999_500 else f"{count / 1e6:.2f}M"
