"""What the person looks at in the dashboard, and the hue of each thing that costs money."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from imgui_bundle import imgui

from manual_slop.app.figures import Scope, Wanted
from manual_slop.app.track_view import TrackView
from manual_slop.gui.context import App
from manual_slop.gui.palette import Palette
from manual_slop.money.ledger import NOBODY, Grouping
from manual_slop.money.what_if import Hits
from manual_slop.values.tickets import TIER_NAMES

SCOPES: Mapping[Scope, str] = {
    "session": "this session",
    "tracks": "its tracks only",
    "track": "the track in view",
    "everything": "everything ever",
}
GROUPINGS: Mapping[Grouping, str] = {"tier": "by tier", "model": "by model", "purpose": "by purpose"}
DAYS: Mapping[int, str] = {
    0: "at any time",
    1: "today (UTC)",
    7: "last 7 days",
    30: "last 30 days",
    365: "last 365 days",
}

Shown = Literal["tickets", "graph", "workers"]


@dataclass(slots=True)
class View:
    """Kept from frame to frame.

    `words` are those sought among models, `asks` the ticket a reason is typed for, `turn_to` a page to bring to the
    front, `goal` what is typed to be planned, `file` where a report goes. `pan` is where the graph begins on its
    canvas, in pixels; `zoom` 0 stands for as large as fits.
    """

    scope: Scope = "session"
    days: int = 0
    by: Grouping = "tier"
    hits: Hits = "same hits"
    words: str = ""
    track: str = ""
    ticket: str = ""
    shown: Shown = "tickets"
    reason: str = ""
    asks: str = ""
    all_budgets: bool = False
    turn_to: str = ""
    goal: str = ""
    file: str = ""
    pan: tuple[float, float] = (0.0, 0.0)
    zoom: float = 0.0

    def wanted(self, app: App) -> Wanted:
        """The figures that are asked for."""
        models = app.controller.spending.models
        track = self.track_shown(app) if self.scope == "track" else None
        name = track.id if track else ""
        return Wanted(self.scope, app.state.conversation.session_id, self.days, models, self.hits, name)

    def track_shown(self, app: App) -> TrackView | None:
        """The track that was chosen; before that the newest that is not merged, or the newest."""
        tracks = app.state.tracks.tracks
        chosen = next((one for one in tracks if one.id == self.track), None)
        return chosen or next((one for one in tracks if one.status != "merged"), None) or next(iter(tracks), None)


def view_of(app: App) -> View:
    """The one view there is."""
    view: View = app.memo.setdefault("dashboard", View())
    return view


def key_name(by: Grouping, key: str) -> str:
    """`3 worker`, `no tier`, `openai/gpt-4o`."""
    if by != "tier":
        return key
    return f"{key} {TIER_NAMES[key]}" if key in TIER_NAMES else "no tier" if key == NOBODY else key


def tier_hue(palette: Palette, tier: str) -> str:
    """The colour of a tier, the same everywhere; what belongs to none is grey."""
    return palette.tiers[int(tier) - 1] if tier in TIER_NAMES else palette.faint


def hues(palette: Palette, by: Grouping, keys: Sequence[str]) -> list[str]:
    """A colour for each key: tiers have their own, everything else shades of the accent."""
    if by == "tier":
        return [tier_hue(palette, key) for key in keys]
    steps = max(1, len(keys) - 1)
    return [mixed(palette.accent, palette.line, 0.7 * index / steps) for index in range(len(keys))]


def mixed(colour: str, other: str, share: float) -> str:
    """`RRGGBB` with a share of another."""
    pairs = ((int(colour[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (0, 2, 4))
    return "".join(f"{round(one + (two - one) * share):02X}" for one, two in pairs)


def lowered(app: App, by: float) -> None:
    """What comes next on the line stands so many pixels lower, so that it is level with what is higher than it."""
    imgui.set_cursor_pos_y(imgui.get_cursor_pos_y() + by * app.scale)
