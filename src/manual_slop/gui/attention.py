"""Calls the person back to the window when something begins to wait for them while they are elsewhere."""

from __future__ import annotations

from manual_slop.gui.backends import ask_for_attention
from manual_slop.gui.context import App


def call_when_waiting(app: App) -> None:
    """Once a frame: the desktop marks the window when a request has come and it has no focus."""
    known: frozenset[str] = app.memo.get("called for", frozenset())
    waiting = frozenset(app.state.waiting)
    if waiting - known:
        ask_for_attention()
    app.memo["called for"] = waiting
