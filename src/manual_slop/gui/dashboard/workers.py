"""What the workers of a track are saying now: the end of each one's stream."""

from __future__ import annotations

from imgui_bundle import ImVec2, imgui

from manual_slop.app.track_view import TicketView, TrackView
from manual_slop.gui.context import App
from manual_slop.gui.dashboard.cost_rows import dot
from manual_slop.gui.dashboard.view import View, tier_hue
from manual_slop.gui.legible import legible
from manual_slop.gui.surface import surface
from manual_slop.gui.theme import S
from manual_slop.gui.widgets import beside, empty, hint, put, put_wrapped, space

_AT_WORK = frozenset({"running", "review"})
_MOST, _LINES, _LONGEST = 16, 6, 2_000


def draw_workers(app: App, view: View, track: TrackView, height: float) -> None:
    """A surface for each ticket that somebody is at."""
    at_work = [ticket for ticket in track.tickets if ticket.status in _AT_WORK]
    if not at_work:
        empty(app, "Nobody is at work", "What the workers say while they are at a ticket stands here.")
        return
    imgui.begin_child("at work", ImVec2(0, height))
    for ticket in at_work[:_MOST]:
        with surface(app, edge=tier_hue(app.palette, ticket.tier)):
            _worker(app, view, ticket)
        space(S / 2)
    if len(at_work) > _MOST:
        put(app, f"and {len(at_work) - _MOST} more at work", app.palette.faint)
    imgui.end_child()


def _worker(app: App, view: View, ticket: TicketView) -> None:
    palette = app.palette
    dot(app, tier_hue(palette, ticket.tier))
    put(app, f"{ticket.id}  {legible(ticket.title)}", palette.text, "strong")
    if imgui.is_item_clicked():
        view.ticket = ticket.id
    hint(f"tier {ticket.tier}, {ticket.status}")
    if ticket.model:
        beside(S)
        put(app, ticket.model, palette.faint, "mono")
    tail = last_lines(ticket.tail)
    put_wrapped(app, tail or "nothing said yet", palette.soft if tail else palette.faint, "mono")


def last_lines(text: str) -> str:
    """The end of a text, as much as is shown of it."""
    return "\n".join(legible(text[-_LONGEST:]).rstrip().split("\n")[-_LINES:])
