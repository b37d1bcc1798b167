"""One ticket, chosen in the table or the graph: where it stands, why, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import get_args

from imgui_bundle import ImVec2, imgui
from imgui_bundle.immapp import icons_fontawesome_6 as icons

from manual_slop.app.track_view import TicketView, TrackCommands, TrackView
from manual_slop.gui.context import App
from manual_slop.gui.dashboard.command import command
from manual_slop.gui.dashboard.model_picker import pick_one
from manual_slop.gui.dashboard.signs import SIGNS, ticket_colour
from manual_slop.gui.dashboard.view import View, lowered
from manual_slop.gui.dashboard.workers import last_lines
from manual_slop.gui.legible import legible
from manual_slop.gui.theme import S, rgb
from manual_slop.gui.widgets import beside, chip, hint, put, put_wrapped, quiet, to_the_right
from manual_slop.gui.wording import short_cost
from manual_slop.values.tickets import Priority

LEAST = 176.0
"""How high the card is at least, in pixels at a scale of 1."""

_AGAIN = frozenset({"failed", "blocked", "skipped", "unknown", "done"})
_SKIPPED = frozenset({"todo", "ready", "failed", "blocked", "unknown"})
_AT_WORK = frozenset({"running", "review"})
_HELD = frozenset({"todo", "ready"})
_PRIORITIES: tuple[Priority, ...] = get_args(Priority)


def draw_card(app: App, view: View, track: TrackView, ticket: TicketView) -> None:
    """A raised card that takes the rest of the page, and is never so low that it hides its buttons."""
    imgui.push_style_color(imgui.Col_.child_bg, rgb(app.palette.raised))
    high = max(LEAST * app.scale, imgui.get_content_region_avail().y)
    imgui.begin_child("ticket", ImVec2(0, high), imgui.ChildFlags_.always_use_window_padding)
    _title(app, view, ticket)
    _facts(app, view, track, ticket)
    _commands(app, view, track, ticket)
    if view.asks == ticket.id:
        _why(app, view, track, ticket)
    if ticket.reason:
        put_wrapped(app, legible(ticket.reason), ticket_colour(app.palette, ticket.status))
    if ticket.tail:
        put_wrapped(app, last_lines(ticket.tail), app.palette.faint, "mono")
    imgui.end_child()
    imgui.pop_style_color()


def _title(app: App, view: View, ticket: TicketView) -> None:
    chip(app, ticket.status, ticket_colour(app.palette, ticket.status))
    hint(SIGNS[ticket.status][2])
    beside(S)
    lowered(app, 2)
    put(app, f"{ticket.id}  {legible(ticket.title)}", app.palette.text, "strong")
    hint(legible(ticket.title))
    to_the_right(28 * app.scale)
    if quiet(app, icons.ICON_FA_XMARK, "Close"):
        view.ticket = ""


def _facts(app: App, view: View, track: TrackView, ticket: TicketView) -> None:
    palette = app.palette
    tries = f"{ticket.attempts} {'try' if ticket.attempts == 1 else 'tries'}"
    put(app, f"{tries}   {short_cost(ticket.cost)}", palette.soft, "mono")
    hint(str(ticket.cost) if ticket.cost.calls else "It has cost nothing yet")
    if ticket.depends_on:
        beside(S)
        put(app, "after", palette.faint)
    standing = {one.id: one.status for one in track.tickets} if ticket.depends_on else {}
    for name in ticket.depends_on[:6]:
        beside(S)
        status = standing.get(name)
        colour = ticket_colour(palette, status) if status else palette.bad
        put(app, f"{SIGNS[status][0] if status else '?'} {name}", colour)
        if imgui.is_item_clicked() and status:
            view.ticket = name
        hint(status or "There is no such ticket")
    if len(ticket.depends_on) > 6:
        beside(S)
        put(app, f"and {len(ticket.depends_on) - 6} more", palette.faint)


def _commands(app: App, view: View, track: TrackView, ticket: TicketView) -> None:
    engine, status = app.controller.tracks, ticket.status

    def order(do: Callable[[TrackCommands], None]) -> Callable[[], None]:
        return lambda: do(engine) if engine else None

    if status == "unknown":
        keep = order(lambda to: to.keep(track.id, ticket.id))
        command(app, f"{icons.ICON_FA_CHECK}  Keep", "Take its work as it is, and have it reviewed", True, keep)
        beside(S)
    again, skip = f"{icons.ICON_FA_ROTATE_LEFT}  Retry", f"{icons.ICON_FA_FORWARD}  Skip"
    command(app, again, "Do it again", status in _AGAIN, order(lambda to: to.retry(track.id, ticket.id)))
    beside(S)
    command(app, skip, "Go on as if it were done", status in _SKIPPED, order(lambda to: to.skip(track.id, ticket.id)))
    beside(S)
    if status == "blocked":
        free = order(lambda to: to.unblock(track.id, ticket.id))
        command(app, f"{icons.ICON_FA_LOCK_OPEN}  Unblock", "Let it be worked on again", True, free)
    elif status in _AT_WORK:
        kill = order(lambda to: to.kill(track.id, ticket.id))
        command(app, f"{icons.ICON_FA_STOP}  End", "End its worker now; what it wrote stays on its branch", True, kill)
    else:
        tip = "Hold it back, and what depends on it"
        command(app, f"{icons.ICON_FA_BAN}  Block…", tip, status in _HELD, lambda: _ask(view, ticket))
    beside(S)
    if engine is None:
        put(app, ticket.model or "the model of its tier", app.palette.faint, "mono")
        return
    if status in _HELD:
        _priority(app, engine, track, ticket)
    picked = pick_one(app, "ticket model", ticket.model)
    if picked != ticket.model:
        engine.use_model(track.id, ticket.id, picked)


def _priority(app: App, engine: TrackCommands, track: TrackView, ticket: TicketView) -> None:
    imgui.set_next_item_width(92 * app.scale)
    at = _PRIORITIES.index(ticket.priority)
    changed, at = imgui.combo("##priority", at, list(_PRIORITIES))
    hint("Those of high priority begin before others that may begin")
    if changed and _PRIORITIES[at] != ticket.priority:
        engine.set_priority(track.id, ticket.id, _PRIORITIES[at])
    beside(S)


def _ask(view: View, ticket: TicketView) -> None:
    view.asks, view.reason = ticket.id, ""


def _why(app: App, view: View, track: TrackView, ticket: TicketView) -> None:
    """Nothing is held back without a word why."""
    engine = app.controller.tracks
    imgui.set_next_item_width(-150 * app.scale)
    entered, view.reason = imgui.input_text_with_hint(
        "##why", "why is it held back?", view.reason, imgui.InputTextFlags_.enter_returns_true
    )
    beside(S)
    if (imgui.button("Block") or entered) and view.reason.strip() and engine:
        engine.block(track.id, ticket.id, view.reason.strip())
        view.asks = ""
    beside(S)
    if imgui.button("Not"):
        view.asks = ""
