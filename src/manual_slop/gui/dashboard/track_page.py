"""A track at a time: how far it is, what it cost, its tickets as a table, a graph or by what their workers say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from imgui_bundle import ImVec2, imgui
from imgui_bundle.immapp import icons_fontawesome_6 as icons

from manual_slop.app.planning import MERGE, PLAN
from manual_slop.app.track_view import TicketView, TrackView
from manual_slop.gui.context import App
from manual_slop.gui.dashboard.command import command
from manual_slop.gui.dashboard.gate_sheet import show_gate
from manual_slop.gui.dashboard.goal_box import draw_goal
from manual_slop.gui.dashboard.run_options import draw_more
from manual_slop.gui.dashboard.signs import SIGNS, ticket_colour, track_colour
from manual_slop.gui.dashboard.ticket_card import LEAST, draw_card
from manual_slop.gui.dashboard.ticket_graph import draw_graph
from manual_slop.gui.dashboard.view import Shown, View, lowered
from manual_slop.gui.dashboard.workers import draw_workers
from manual_slop.gui.legible import legible
from manual_slop.gui.tables import Column, cell, figure_cell, grid
from manual_slop.gui.theme import S
from manual_slop.gui.widgets import beside, chip, empty, hint, primary, put, quiet
from manual_slop.gui.wording import short_cost
from manual_slop.money.what_if import add_up
from manual_slop.values.usage import CostSum

_GRAPH = 170.0  # pixels: in less no name of a ticket can be read
_PLACES: tuple[Shown, ...] = ("tickets", "graph", "workers")
_COLUMNS = (
    Column("Ticket", 4.6, key=lambda one: one.id),
    Column("State", 1.5, key=lambda one: one.status),
    Column("Model", 2.2, key=lambda one: one.model),
    Column("Tries", 0.9, right=True, key=lambda one: one.attempts, tip="How often it was begun"),
    Column("Cost", 1.7, right=True, key=lambda one: one.cost.usd),
)


@dataclass(frozen=True, slots=True)
class Summary:
    """A track counted once."""

    track: TrackView
    states: Counter[str]
    cost: CostSum


def draw_tracks(app: App, view: View) -> None:
    """A goal to plan, and the chosen track; or what to do where there is none."""
    draw_goal(app, view)
    track = view.track_shown(app)
    if track is None:
        empty(
            app,
            "No track yet",
            "A track is a goal cut into tickets that workers take on, each in a copy of its own. Type a goal above, or"
            ' run `manual-slop mma plan "goal"`: nothing is worked on before you have approved the plan.',
        )
        return
    view.track = track.id
    _head(app, view, track)
    chosen = next((ticket for ticket in track.tickets if ticket.id == view.ticket), None)
    room = max(72.0, imgui.get_content_region_avail().y - (LEAST * app.scale + S if chosen else 0.0) - 4)
    if view.shown == "graph":
        draw_graph(app, view, track, max(_GRAPH * app.scale, room))
    elif view.shown == "workers":
        draw_workers(app, view, track, room)
    elif not track.tickets:
        empty(app, "No ticket yet", "The tech lead has not cut this track into tickets.")
    else:
        grid(
            app,
            "ticket rows",
            _COLUMNS,
            track.tickets,
            lambda ticket: _row(app, view, ticket),
            revision=track,
            height=room,
        )
    if chosen:
        draw_card(app, view, track, chosen)


def _head(app: App, view: View, track: TrackView) -> None:
    """Which track, its state, its buttons, and how to look at it."""
    palette, summary = app.palette, _summary(app, track)
    imgui.set_next_item_width(min(240 * app.scale, 0.4 * imgui.get_content_region_avail().x))
    if imgui.begin_combo("##track", legible(track.title)):
        for merged in (False, True):
            _choices(app, view, track, merged=merged)
        imgui.end_combo()
    hint(f"{track.id}: {legible(track.title)}")
    beside(S)
    engine = app.controller.tracks
    buttons: tuple[tuple[str, str, bool, Callable[[], None]], ...] = (
        (icons.ICON_FA_PLAY, "Start it, or go on with it", _may_start(track),
         lambda: engine.start(track.id) if engine else None),
        (icons.ICON_FA_PAUSE, "Begin nothing new; what runs goes on to its end", track.status == "running",
         lambda: engine.pause(track.id) if engine else None),
        (icons.ICON_FA_STOP, "End what runs; what was written stays", track.status in ("running", "paused"),
         lambda: engine.stop(track.id) if engine else None),
    )  # fmt: skip
    for sign, tip, allowed, do in buttons:
        command(app, sign, tip, allowed, do)
        beside(S)
    _gate(app, track)
    lowered(app, 4)
    chip(app, track.status, track_colour(palette, track.status))
    done = summary.states["done"] + summary.states["skipped"]
    words = f"{done:,} of {len(track.tickets):,} done   {short_cost(summary.cost)}"
    put(app, words, palette.soft, "mono")
    hint("\n".join(f"{count:>5}  {name}: {SIGNS[name][2]}" for name, count in summary.states.items()))  # type: ignore[index]
    for place in _PLACES:
        beside(S)
        if quiet(app, place, colour=palette.accent if place == view.shown else palette.faint):
            view.shown = place
    draw_more(app, view, track, begins=_may_start(track) and not track.running)


def _choices(app: App, view: View, chosen: TrackView, *, merged: bool) -> None:
    """The tracks that may be looked at; those that are merged stand below the others."""
    tracks = [one for one in app.state.tracks.tracks if (one.status == "merged") is merged]
    if merged and tracks:
        imgui.separator_text("merged")
    for one in tracks:
        if imgui.selectable(f"{legible(one.title)}##{one.id}", one is chosen)[0]:
            view.track, view.ticket, view.zoom = one.id, "", 0.0


def _may_start(track: TrackView) -> bool:
    return track.status not in ("running", "mergeable", "merged") and (track.approved or track.status != "planned")


def _gate(app: App, track: TrackView) -> None:
    """The gate that the track stands before."""
    if track.status in ("planned", "approved"):
        label, tip, table = f"{icons.ICON_FA_SHIELD_HALVED}  Plan…", "Read its plan and let it pass", PLAN
    elif track.status == "mergeable":
        label, tip, table = f"{icons.ICON_FA_CODE_MERGE}  Merge…", "See what it changes, and merge it", MERGE
    else:
        return
    open_it = primary(app, label) if not (track.approved and table == PLAN) else imgui.button(label)
    hint(tip)
    if open_it:
        show_gate(app, table, track.id)
    beside(S)


def _summary(app: App, track: TrackView) -> Summary:
    """Counted again only when the track is another."""
    known: Summary | None = app.memo.get("track summary")
    if known is None or known.track is not track:
        states = Counter(str(ticket.status) for ticket in track.tickets)
        known = Summary(track, states, add_up(ticket.cost for ticket in track.tickets))
        app.memo["track summary"] = known
    return known


def _row(app: App, view: View, ticket: TicketView) -> None:
    palette = app.palette
    colour = ticket_colour(palette, ticket.status)
    imgui.table_next_column()
    flags = imgui.SelectableFlags_.span_all_columns
    if imgui.selectable(f"##{ticket.id}", ticket.id == view.ticket, flags, ImVec2(0, 0))[0]:
        view.ticket = "" if ticket.id == view.ticket else ticket.id
    if ticket.reason:
        hint(legible(ticket.reason))
    beside(0)
    put(app, SIGNS[ticket.status][0], colour)
    beside(S)
    put(app, f"{ticket.id}  {legible(ticket.title)}", palette.text)
    cell(app, ticket.status, colour)
    model = ticket.model.rpartition("/")[2]
    cell(app, model or "–", "" if model else palette.faint, mono=True, tip=ticket.model)
    figure_cell(app, f"{ticket.attempts}" if ticket.attempts else "–", "" if ticket.attempts else palette.faint)
    figure_cell(app, short_cost(ticket.cost), palette.warn if ticket.cost.unpriced else "", str(ticket.cost))
