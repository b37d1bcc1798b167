"""Buttons that tell the conductor what to do."""

from __future__ import annotations

from collections.abc import Callable

from imgui_bundle import imgui

from manual_slop.gui.context import App

_NO_ENGINE = "No conductor is attached to this window: `manual-slop mma run` works on a track."


def command(app: App, label: str, tip: str, allowed: bool, do: Callable[[], None]) -> None:
    """A button that is there also while it can do nothing, and says why."""
    absent = app.controller.tracks is None
    imgui.begin_disabled(absent or not allowed)
    if imgui.button(f"{label}##{tip}"):
        do()
    imgui.end_disabled()
    if imgui.is_item_hovered(imgui.HoveredFlags_.allow_when_disabled | imgui.HoveredFlags_.delay_normal):
        imgui.set_tooltip(f"{tip}.\n{_NO_ENGINE}" if absent else tip if allowed else f"{tip}: not as it stands now")
