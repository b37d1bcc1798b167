"""Short words to the person, at the right of the menu bar where they cover nothing, which go away by themselves."""

from __future__ import annotations

from datetime import UTC, datetime

from imgui_bundle import imgui

from manual_slop.app.news import Toast
from manual_slop.gui.context import App
from manual_slop.gui.theme import L, M
from manual_slop.gui.widgets import beside, hint, put, to_the_right

_SECONDS = 6.0


def draw_toasts(app: App) -> None:
    """Within the menu bar: the young ones there is room for, the newest at the right; all of them are in the log."""
    now = datetime.now(UTC)
    young = [toast for at, toast in app.state.toasts if (now - at).total_seconds() < _SECONDS]
    if not young:
        return
    beside(L)
    room = imgui.get_content_region_avail().x - M
    shown = _that_fit(young, room)
    to_the_right(min(room, sum(_width(toast.text) for toast in shown)) + M)
    colours = {"good": app.palette.good, "warn": app.palette.warn, "bad": app.palette.bad}
    for toast in shown:
        put(app, _cut(toast.text, room), colours.get(toast.loudness, app.palette.text))
        hint(toast.text)
        beside(L)


def _that_fit(young: list[Toast], room: float) -> list[Toast]:
    """As many of the newest as go beside each other; always one, cut where it is too long."""
    shown = [young[-1]]
    room -= _width(young[-1].text)
    for toast in reversed(young[:-1]):
        room -= _width(toast.text)
        if room < 0:
            break
        shown.insert(0, toast)
    return shown


def _width(text: str) -> float:
    return imgui.calc_text_size(" ".join(text.split())).x + L


def _cut(text: str, room: float) -> str:
    line = " ".join(text.split())
    if _width(line) <= room:
        return line
    kept = int(len(line) * room / _width(line)) - 2
    return f"{line[: max(8, kept)].rstrip()} …"
