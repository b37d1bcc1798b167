"""Where panels stand and which are open, while the window is."""

from __future__ import annotations

from imgui_bundle import hello_imgui

from manual_slop.gui.panel_list import PANELS


def focus(title: str) -> None:
    """Bring a panel to the front, and open it if it was closed."""
    window = _window(title)
    if window is not None:
        window.is_visible = True
        window.focus_window_at_next_frame = True


def is_open(title: str) -> bool:
    """Whether the panel is among the tabs."""
    window = _window(title)
    return window is not None and window.is_visible


def reset_layout() -> None:
    """All panels open and where they stood at first."""
    docking = hello_imgui.get_runner_params().docking_params
    for window in docking.dockable_windows:
        window.is_visible = True
    docking.layout_reset = True


def _window(title: str) -> hello_imgui.DockableWindow | None:
    label = next((panel.label for panel in PANELS if panel.title == title), title)
    return hello_imgui.get_runner_params().docking_params.dockable_window_of_name(label)
