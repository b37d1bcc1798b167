"""How the program itself is doing: frames, threads, queue, litellm, store, confinement; to be copied as text."""

from __future__ import annotations

import re
import threading
import time
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from imgui_bundle import ImVec2, imgui, implot
from imgui_bundle.immapp import icons_fontawesome_6 as icons

from manual_slop.app.diagnosing import CHECKED, DIAGNOSIS, Fact
from manual_slop.gui.context import App
from manual_slop.gui.legible import legible
from manual_slop.gui.theme import M, S, rgb
from manual_slop.gui.widgets import beside, hint, put, put_wrapped
from manual_slop.providers.litellm_loader import is_loaded

TITLE = "Diagnostics"

_EACH = 0.5  # seconds between two looks at what changes by itself
_OLD = timedelta(seconds=20)
_NAMES = 24
_WIDE, _NAME = 900.0, 110.0  # pixels: from where on facts stand beside each other, and the room for a name
_PLOT = (
    implot.Flags_.no_legend
    | implot.Flags_.no_menus
    | implot.Flags_.no_box_select
    | implot.Flags_.no_mouse_text
    | implot.Flags_.no_inputs
)  # fmt: skip


def draw(app: App) -> None:
    """The buttons, the last frames as a line, and a table of facts."""
    fetched = app.state.fetched(DIAGNOSIS)
    old = fetched.at is None or datetime.now(UTC) - fetched.at > _OLD
    if old and not fetched.loading and not fetched.error:
        app.controller.diagnosing.look()
    facts = [*_live(app), *(fetched.value or ())]
    _buttons(app, facts)
    if fetched.error:
        put(app, legible(fetched.error), app.palette.bad)
    _frames(app)
    beside_each_other = 2 if imgui.get_content_region_avail().x >= _WIDE * app.scale else 1
    if not imgui.begin_table(f"facts {beside_each_other}", 2 * beside_each_other):
        return
    for _ in range(beside_each_other):
        imgui.table_setup_column("", imgui.TableColumnFlags_.width_fixed, _NAME * app.scale)
        imgui.table_setup_column("", imgui.TableColumnFlags_.width_stretch)
    for fact in facts:
        imgui.table_next_column()
        put(app, fact.name, app.palette.faint)
        hint(fact.tip or fact.topic)
        imgui.table_next_column()
        put_wrapped(app, legible(fact.value), app.palette.text, "mono")
        hint(legible(f"{fact.value}\n{fact.tip}".strip()))
    imgui.end_table()


def _buttons(app: App, facts: Iterable[Fact]) -> None:
    if imgui.button(f"{icons.ICON_FA_COPY}  Copy all"):
        imgui.set_clipboard_text(as_text(facts))
        app.controller.say("copied", "good")
    beside(S)
    if imgui.button(f"{icons.ICON_FA_ARROWS_ROTATE}  Look again"):
        app.controller.diagnosing.look()
    beside(S)
    checked = app.state.fetched(CHECKED)
    imgui.begin_disabled(checked.loading)
    if imgui.button(f"{icons.ICON_FA_STETHOSCOPE}  Check the store"):
        app.controller.diagnosing.check_store()
    imgui.end_disabled()
    hint("Reads all of it, which may take a while where much is kept")
    if not (checked.loading or checked.error or checked.at):
        return
    beside(M)
    imgui.align_text_to_frame_padding()
    if checked.loading:
        put(app, "checking…", app.palette.faint)
    elif checked.error or checked.value:
        put(app, legible(checked.error or checked.value), app.palette.bad)
    else:
        put(app, f"{icons.ICON_FA_CHECK}  the store is whole", app.palette.good)


def as_text(facts: Iterable[Fact]) -> str:
    """A line a fact."""
    return "\n".join(f"{fact.topic:<10}{fact.name:<16}{legible(fact.value)}" for fact in facts)


def _frames(app: App) -> None:
    """The latest frames, and where a sixtieth of a second would be."""
    if len(app.frames.latest) < 2:
        return
    values: Any = array("d", app.frames.latest)
    imgui.push_style_var(imgui.StyleVar_.frame_padding, ImVec2(0, 0))
    implot.push_style_color(implot.Col_.frame_bg, rgb(app.palette.panel))
    implot.push_style_color(implot.Col_.plot_bg, rgb(app.palette.base))
    if implot.begin_plot("##frames", ImVec2(-1, 56 * app.scale), _PLOT | implot.Flags_.no_title):
        none = implot.AxisFlags_.no_decorations
        implot.setup_axes("", "", none, none)
        implot.setup_axes_limits(0, len(values), 0, max(4.0, *values), implot.Cond_.always)
        implot.plot_line("ms", values, spec=implot.Spec(line_color=rgb(app.palette.accent), line_weight=1.2))
        implot.end_plot()
    implot.pop_style_color(2)
    imgui.pop_style_var()
    hint(f"What this program needed for each of the last {len(values)} frames")


def _live(app: App) -> tuple[Fact, ...]:
    """What changes by itself, looked at twice a second."""
    known: tuple[float, tuple[Fact, ...]] | None = app.memo.get("live facts")
    now = time.monotonic()
    if known is None or now - known[0] > _EACH:
        known = app.memo["live facts"] = (now, tuple(_now(app)))
    return known[1]


def _now(app: App) -> Iterator[Fact]:
    median, most, longest = app.frames.figures()
    tip = "Half of the last frames took less, 95 of 100 took less, the longest: only what this program does in one"
    yield Fact("window", "frame", f"{median:.1f} / {most:.1f} / {longest:.1f} ms", f"p50 / p95 / max. {tip}")
    yield Fact("window", "news waiting", f"{app.controller.background.waiting:,}", "Taken in before each frame")
    threads = [thread.name for thread in threading.enumerate()]
    yield Fact("window", "threads", f"{len(threads)}", _named(threads))
    loading = "litellm-warm-up" in threads
    state = "loaded" if is_loaded() else "being loaded" if loading else "not loaded yet"
    yield Fact("models", "litellm is", state, "It takes seconds, so it is loaded behind the first frame")
    running = f"{len(app.state.conversations)}, {app.state.running} at work"
    yield Fact("window", "conversations", running, "Open in this window")
    sizes = f"{len(app.state.tool_log):,} tools, {len(app.state.log):,} words"
    yield Fact("window", "logs", sizes, "Lines that the two logs hold")


def _named(threads: Iterable[str]) -> str:
    """The names, those that differ by a number or an id only once with how many they are."""
    kinds = Counter(re.sub(r"[0-9a-f]{32}", "conversation", name).rstrip("0123456789_-") for name in threads)
    shown = [f"{kind} × {count}" if count > 1 else kind for kind, count in kinds.most_common(_NAMES)]
    return "\n".join(map(legible, shown))
