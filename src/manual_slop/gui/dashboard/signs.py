"""What the states of tickets and tracks look like: a sign, a colour and a sentence each."""

from __future__ import annotations

from collections.abc import Mapping

from imgui_bundle.immapp import icons_fontawesome_6 as icons

from manual_slop.app.track_view import Shown
from manual_slop.gui.palette import Palette
from manual_slop.values.tickets import TrackStatus

SIGNS: Mapping[Shown, tuple[str, str, str]] = {
    "todo": (icons.ICON_FA_CIRCLE, "faint", "waits for what it depends on"),
    "ready": (icons.ICON_FA_CIRCLE_DOT, "accent", "may begin: all it depends on is done"),
    "running": (icons.ICON_FA_CIRCLE_PLAY, "accent", "a worker is at it"),
    "review": (icons.ICON_FA_EYE, "tier 4", "QA looks at what was done"),
    "done": (icons.ICON_FA_CIRCLE_CHECK, "good", "done and reviewed"),
    "failed": (icons.ICON_FA_CIRCLE_XMARK, "bad", "given up after all its tries"),
    "blocked": (icons.ICON_FA_BAN, "warn", "held back by a person, or by a ticket it depends on"),
    "skipped": (icons.ICON_FA_FORWARD, "faint", "left out: what depends on it goes on without it"),
    "unknown": (icons.ICON_FA_CIRCLE_QUESTION, "warn", "its program ended in the middle: you say what becomes of it"),
}
"""Sign, name of a colour and meaning, by status."""

_TRACKS: Mapping[TrackStatus, str] = {
    "planned": "soft",
    "approved": "soft",
    "running": "accent",
    "paused": "warn",
    "stopped": "warn",
    "mergeable": "good",
    "merged": "good",
    "failed": "bad",
}


def ticket_colour(palette: Palette, status: Shown) -> str:
    """`RRGGBB` of a ticket's status."""
    return _named(palette, SIGNS[status][1])


def track_colour(palette: Palette, status: TrackStatus) -> str:
    """`RRGGBB` of a track's status."""
    return _named(palette, _TRACKS[status])


def _named(palette: Palette, name: str) -> str:
    if name.startswith("tier "):
        return palette.tiers[int(name[5:]) - 1]
    colour: str = getattr(palette, name)
    return colour
