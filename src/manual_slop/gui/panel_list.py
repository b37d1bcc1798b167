"""The panels there are, and where each stands when the window is opened for the first time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from manual_slop.gui.context import App
from manual_slop.gui.panels import (
    ai_settings,
    approvals,
    context,
    dashboard,
    diagnostics,
    discussion,
    log,
    sessions,
    tool_log,
    wire_log,
)

CENTRE, RIGHT, BELOW = "MainDockSpace", "Right", "Below"


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel: its title, where it stands at first, and what draws it. `badge` may add a word to its title now."""

    title: str
    space: str
    draw: Callable[[App], None]
    badge: Callable[[App], str] | None = None

    @property
    def label(self) -> str:
        """What ImGui knows it by; after ### where the title changes."""
        return f"{self.title}###{self.title}" if self.badge else self.title


PANELS: tuple[Panel, ...] = (
    Panel(discussion.TITLE, CENTRE, discussion.draw),
    Panel(ai_settings.TITLE, RIGHT, ai_settings.draw),
    Panel(dashboard.TITLE, RIGHT, dashboard.draw),
    Panel(sessions.TITLE, RIGHT, sessions.draw),
    Panel(context.TITLE, RIGHT, context.draw),
    Panel(wire_log.TITLE, RIGHT, wire_log.draw),
    Panel(approvals.TITLE, BELOW, approvals.draw, approvals.badge),
    Panel(tool_log.TITLE, BELOW, tool_log.draw),
    Panel(log.TITLE, BELOW, log.draw),
    Panel(diagnostics.TITLE, BELOW, diagnostics.draw),
)
