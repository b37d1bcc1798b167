"""What had been spent by when, one key's share on top of the other's."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from imgui_bundle import ImVec2, imgui, implot

from manual_slop.app.figures import Figures
from manual_slop.app.timeline import Curve
from manual_slop.gui.context import App
from manual_slop.gui.dashboard.view import View, hues, key_name
from manual_slop.gui.theme import rgb
from manual_slop.gui.widgets import put
from manual_slop.values.usage import format_usd

_SMALLEST, _LARGEST = 168.0, 420.0
_PLOT = (
    implot.Flags_.no_legend
    | implot.Flags_.no_menus
    | implot.Flags_.no_box_select
    | implot.Flags_.no_mouse_text
    | implot.Flags_.no_inputs
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Arrays:
    """A curve as implot wants it, in buffers of doubles: `edges` begins with the line at 0."""

    curve: Curve
    times: Any
    edges: tuple[Any, ...]


def draw_chart(app: App, view: View, figures: Figures) -> None:
    """The picture, as high as there is room, in the colours of the table; nothing where there is nothing to see."""
    curve = figures.curves[view.by]
    if len(curve.times) < 2 or not curve.edges or not curve.edges[-1][-1]:
        return
    arrays = _arrays(app, curve)
    height = min(_LARGEST * app.scale, max(_SMALLEST * app.scale, imgui.get_content_region_avail().y - 4))
    with_colours = _push_colours(app)
    if implot.begin_plot("##spent", ImVec2(-1, height), _PLOT):
        _axes(curve)
        names = [key_name(view.by, key) for key in curve.keys]
        colours = hues(app.palette, view.by, curve.keys)
        for index, (name, colour) in enumerate(zip(names, colours, strict=True)):
            spec = implot.Spec(fill_color=rgb(colour), fill_alpha=0.55, line_color=rgb(colour), line_weight=1.5)
            implot.plot_shaded(name, arrays.times, arrays.edges[index], arrays.edges[index + 1], spec)
            implot.plot_line(name, arrays.times, arrays.edges[index + 1], spec)
        if implot.is_plot_hovered():
            _tell(app, curve, names, implot.get_plot_mouse_pos().x)
        implot.end_plot()
    implot.pop_style_color(with_colours)


def _axes(curve: Curve) -> None:
    quiet = implot.AxisFlags_.no_highlight
    style = implot.get_style()
    style.use_local_time = style.use24_hour_clock = style.use_iso8601 = True
    implot.setup_axes("", "", quiet, quiet)
    implot.setup_axis_scale(implot.ImAxis_.x1, implot.Scale_.time)
    implot.setup_axis_format(implot.ImAxis_.y1, "$%g")
    first, last = curve.times[0], curve.times[-1]
    implot.setup_axes_limits(first, last + (last - first) * 0.02, 0, curve.edges[-1][-1] * 1.12, implot.Cond_.always)


def _push_colours(app: App) -> int:
    palette = app.palette
    slots = {
        implot.Col_.frame_bg: rgb(palette.panel, 0.0),
        implot.Col_.plot_bg: rgb(palette.raised),
        implot.Col_.plot_border: rgb(palette.line, 0.0),
        implot.Col_.axis_grid: rgb(palette.line, 0.6),
        implot.Col_.axis_text: rgb(palette.faint),
    }
    for slot, colour in slots.items():
        implot.push_style_color(slot, colour)
    return len(slots)


def _arrays(app: App, curve: Curve) -> Arrays:
    """Made once a curve."""
    known: Arrays | None = app.memo.get("cost curve")
    if known is None or known.curve is not curve:
        zero = array("d", bytes(8 * len(curve.times)))
        edges = (zero, *(array("d", edge) for edge in curve.edges))
        known = app.memo["cost curve"] = Arrays(curve, array("d", curve.times), edges)
    return known


def _tell(app: App, curve: Curve, names: list[str], at: float) -> None:
    """What had been spent by the moment under the pointer."""
    index = min(len(curve.times) - 1, bisect_left(curve.times, at))
    if not imgui.begin_tooltip():
        return
    moment = datetime.fromtimestamp(curve.times[index], UTC).astimezone()
    put(app, f"until {moment:%Y-%m-%d %H:%M:%S}", app.palette.faint)
    below = 0.0
    for name, edge in zip(names, curve.edges, strict=True):
        put(app, f"{_usd(edge[index] - below):>10}  {name}", app.palette.soft, "mono")
        below = edge[index]
    put(app, f"{_usd(below):>10}  together", app.palette.text, "mono")
    imgui.end_tooltip()


def _usd(amount: float) -> str:
    return format_usd(Decimal(f"{amount:.9f}"))
