"""How full the window is and what the next prompt may cost, for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from manual_slop.terminal.tables import grid
from manual_slop.terminal.visible import one_line
from manual_slop.terminal.wording import DOT, cost_words, usage_words
from manual_slop.values.context import ContextMeter, Forecast, Range, Standing
from manual_slop.values.usage import format_usd

if TYPE_CHECKING:
    from manual_slop.session.compaction import Compaction

_BAR = 60
_STYLES: Mapping[Standing, str] = {"unknown": "dim", "fine": "good", "filling": "warn", "full": "bad"}


def context_view(meter: ContextMeter, forecasts: Sequence[Forecast] = ()) -> RenderableType:
    """The meter as a bar and a table, and forecasts for the next prompt below it. Fits 80 columns."""
    lines: list[RenderableType] = [Text(_headline(meter), "name")]
    if meter.room is not None:
        lines.append(_bar(meter))
    lines += ["", _shares(meter), "", Text(_origin(meter), "dim")]
    if forecasts:
        lines += ["", _forecasts(forecasts), "", Text(_judged_by(forecasts), "dim")]
    return Group(*lines)


def context_hint(meter: ContextMeter) -> str:
    """A word at the end of a turn when the window fills up; nothing before."""
    if meter.full is None or meter.standing not in ("filling", "full"):
        return ""
    return f"context {percent(meter.full)} full: /compact makes room"


def compaction_words(done: Compaction) -> str:
    """What was put away, how much room that made, and what it cost."""
    made = f"~{done.before:,} → ~{done.after:,} tokens"
    calls = "" if done.calls == 1 else f"{done.calls} calls"
    parts = (made, usage_words(done.usage), cost_words(done.cost), calls, "/uncompact brings them back")
    return DOT.join(part for part in parts if part)


def percent(part: float) -> str:
    """`83 %`, `0.8 %`, `<0.1 %`."""
    shown = part * 100
    if 0 < shown < 0.1:
        return "<0.1 %"
    return f"{shown:.1f} %" if 0 < shown < 10 else f"{shown:.0f} %"


def _headline(meter: ContextMeter) -> str:
    about = "~" if meter.estimated else ""
    if meter.window is None or meter.full is None:
        taken = f"{about}{meter.tokens:,} tokens, of a window nobody knows"
    else:
        taken = f"{about}{meter.tokens:,} of {meter.window:,} tokens, {percent(meter.full)} of the room for input"
    return f"{one_line(meter.model)}{DOT}{taken}"


def _bar(meter: ContextMeter) -> Text:
    full = min(1.0, meter.full or 0.0)
    cells = max(round(full * _BAR), 1 if meter.tokens else 0)
    return Text.assemble(("█" * cells, _STYLES[meter.standing]), ("░" * (_BAR - cells), "dim"))


def _shares(meter: ContextMeter) -> Table:
    table = grid("what", "tokens", "share", "pieces", numbers=("tokens", "share", "pieces"))
    for share in meter.shares:
        part = percent(share.tokens / max(1, meter.tokens))
        table.add_row(share.kind, f"{share.tokens:,}", part, f"{share.count:,}" if share.count else "")
    if meter.window is not None and meter.room is not None:
        table.add_row("kept for the answer", f"{meter.answer_room:,}", "", "", style="dim")
        table.add_row("free", f"{max(0, meter.room - meter.tokens):,}", "", "", style="dim")
    return table


def _origin(meter: ContextMeter) -> str:
    """How we know."""
    said = []
    if meter.told is None:
        said.append("No provider has counted yet: estimated at four bytes a token.")
    else:
        cached = f", {percent(meter.cached)} of them from its cache" if meter.cached else ""
        by = one_line(meter.told.model)
        said.append(f"{by} counted {meter.told.usage.input_tokens:,} in its last call{cached}.")
        if meter.told.model != meter.model:
            said.append("Another model counts otherwise: all of it is estimated from that.")
        elif meter.estimated:
            said.append("The split, and what changed since, is estimated by that call's ratio.")
        else:
            said.append("The split is estimated.")
    if meter.window is None:
        said.append(f'[context.windows] "{meter.model}" = … in config.toml tells the window.')
    else:
        said.append(f"The window is what {meter.window_source} says.")
    if meter.compact_at is not None:
        said.append(f"Older turns are summarised from {percent(meter.compact_at)} on.")
    return "\n".join(said)


def _forecasts(forecasts: Sequence[Forecast]) -> Table:
    table = grid("next prompt", "in", "out", "cost", "fits", numbers=("in", "out", "cost"))
    for one in forecasts:
        output = "?" if one.output is None else _range(one.output)
        fits = "?" if one.fits is None else "yes" if one.fits else "no"
        style = "bad" if one.fits is False else "none"
        table.add_row(one_line(one.model), _range(one.input), output, _money(one), fits, style=style)
    return table


def _judged_by(forecasts: Sequence[Forecast]) -> str:
    turns = forecasts[0].turns
    if not turns:
        return f"Judged by {forecasts[0].assumption}."
    counted = "1 turn" if turns == 1 else f"{turns} turns"
    return f"Median to 90th percentile, judged by {counted} of this conversation; other models: nothing cached."


def _range(values: Range) -> str:
    return f"~{values.median:,}" if values.median == values.p90 else f"~{values.median:,} – {values.p90:,}"


def _money(one: Forecast) -> str:
    if one.local:
        return "no charge"
    if one.usd is None:
        return "unpriced"
    low, high = (_rounded(usd) for usd in one.usd)
    least = "≥ " if one.output is None else ""
    return f"{least}{low}" if low == high else f"{low} – {high}"


def _rounded(usd: Decimal) -> str:
    """A forecast has no fourth digit."""
    if usd and abs(usd) < 1:
        usd = round(usd, 1 - usd.adjusted())
        return f"${usd:f}"
    return format_usd(usd)
