"""Tracks and their tickets."""

from __future__ import annotations

from manual_slop.gui.context import App
from manual_slop.gui.dashboard.view import View
from manual_slop.gui.widgets import empty


def draw_tracks(app: App, _view: View) -> None:
    """What to do first."""
    if not app.state.tracks.tracks:
        empty(app, "No track yet", 'A track is a goal cut into tickets: `manual-slop mma plan "goal"` makes one.')
