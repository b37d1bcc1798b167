"""`manual-slop mma show`: the tracks of a project, or one track with its tickets as a tree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.text import Text

from manual_slop.conductor.approving import Proposal, proposal, state_of
from manual_slop.conductor.plan_files import open_project, read_track, track_ids
from manual_slop.conductor.plan_json import PlanError, tickets_json
from manual_slop.conductor.ticket_dag import TicketDag
from manual_slop.store.store import Store
from manual_slop.terminal.json_lines import document
from manual_slop.terminal.mma_common import FolderOption, Ground, JsonOption, open_ground
from manual_slop.terminal.mma_forecast import forecast_lines
from manual_slop.terminal.screen import say, screen
from manual_slop.terminal.sessions_store import opened
from manual_slop.terminal.tables import grid
from manual_slop.terminal.visible import one_line, visible
from manual_slop.values.tickets import Ticket, TicketState

_STYLES: Mapping[str, str] = {
    "done": "good",
    "failed": "bad",
    "blocked": "warn",
    "unknown": "warn",
    "skipped": "dim",
    "running": "name",
}


def show(
    track: Annotated[str | None, typer.Argument(metavar="[TRACK]", help="One track; else a list of them.")] = None,
    folder: FolderOption = None,
    spec: Annotated[bool, typer.Option("--spec", help="Also its spec, and the tickets' briefs in full.")] = False,
    json: JsonOption = False,
) -> None:
    """Show the project's tracks, or a track's plan: tickets, what they wait for, what they may change, a forecast."""
    if track is None:
        _list(folder, json)
        return
    ground = open_ground(folder)
    with opened() as store:
        one = proposal(store, ground.workspace, track)
        if json:
            screen().put(document({"type": "track", **proposal_fields(one)}))
        else:
            say(screen().out, proposal_view(store, ground, one, whole=spec))


def proposal_fields(one: Proposal) -> dict[str, Any]:
    """A track as JSON has it: the plan of its files, and where its tickets stand."""
    track, states = one.track, one.state.states
    tickets = [
        {**fields, "status": states.get(fields["id"], TicketState()).status} for fields in tickets_json(track.tickets)
    ]
    about = {"id": track.id, "title": track.title, "goal": track.goal, "epic": track.epic, "spec": track.spec}
    return {**about, "digest": one.digest, "approved": one.approved, "status": one.state.status, "tickets": tickets}


def proposal_view(store: Store, ground: Ground, one: Proposal, *, whole: bool = False) -> RenderableType:
    """A plan for a person: head, tickets as a tree, table, forecast, warnings."""
    track = one.track
    gate = "approved" if one.approved else "waits for approval"
    head = Text.assemble(
        (one_line(track.id), "name"), f"  {one_line(track.title)}  ", (f"{gate}, {one.digest[:12]}", "dim")
    )
    parts: list[RenderableType] = ["", head]
    if whole:
        parts += ["", Text(visible(track.spec), "none")]
    dag = TicketDag(track.tickets)
    parts += ["", *tree_lines(dag, one.state.states), "", tickets_table(track.tickets)]
    if whole:
        parts += [line for ticket in track.tickets for line in _in_full(ticket)]
    parts += [Text(f"! {one_line(fault.message, 500)}", "warn") for fault in dag.faults()]
    path = dag.critical_path()
    if len(path) > 1:
        parts.append(Text(f"longest chain: {' → '.join(path)}", "dim"))
    parts += [Text(line, "dim") for line in forecast_lines(store, ground, one)]
    return Group(*parts)


def _in_full(ticket: Ticket) -> Iterator[Text]:
    """All of a ticket, nothing of it cut: what is approved has to have been seen."""
    yield Text(f"\n{ticket.id}  {one_line(ticket.title, 300)}", "name")
    yield Text(visible(ticket.brief))
    lists = {"files": ticket.files, "symbols": ticket.symbols, "must hold": ticket.acceptance}
    for name, words in lists.items():
        yield from (Text(f"  {name}: {visible(one)}") for one in words)
    if ticket.model:
        yield Text(f"  model: {visible(ticket.model)}")


def tree_lines(dag: TicketDag, states: dict[str, TicketState]) -> Iterator[Text]:
    """The graph as a tree: each ticket once, below the one it waits for last; others it waits for are named."""
    place = {name: at for at, name in enumerate(dag.topological())}
    above = {
        name: max((one for one in dag.by_id[name].depends_on), key=place.__getitem__, default="") for name in place
    }
    below: dict[str, list[str]] = {}
    for name in place:
        below.setdefault(above[name], []).append(name)
    yield from _branches(dag, states, below, "", "")


def _branches(
    dag: TicketDag, states: dict[str, TicketState], below: dict[str, list[str]], root: str, indent: str
) -> Iterator[Text]:
    waiting = [(name, indent, last) for name, last in _with_last(below.get(root, []))]
    while waiting:
        name, before, last = waiting.pop(0)
        status = states.get(name, TicketState()).status
        line = Text(f"{before}{'└─' if last else '├─'} ", "dim").append(name, _STYLES.get(status, "none"))
        line.append(f"  {one_line(dag.by_id[name].title)}", "none")
        others = [one for one in dag.by_id[name].depends_on if name not in below.get(one, [])]
        notes = [status] * (status != "todo") + ([f"also after {', '.join(others)}"] if others else [])
        yield line.append(f"  ({'; '.join(notes)})" if notes else "", "dim")
        deeper = before + ("   " if last else "│  ")
        waiting[:0] = [(child, deeper, end) for child, end in _with_last(below.get(name, []))]


def _with_last(names: Sequence[str]) -> list[tuple[str, bool]]:
    return [(name, at == len(names)) for at, name in enumerate(names, 1)]


def tickets_table(tickets: Sequence[Ticket]) -> RenderableType:
    """A line a ticket: what it may change and what must hold."""
    table = grid("ticket", "priority", "files", "must hold", "model")
    table.columns[0].no_wrap = True
    for one in tickets:
        files, held = (one_line(", ".join(some), 300) for some in (one.files, one.acceptance))
        table.add_row(one.id, one.priority, files or "any", held or "–", one_line(one.model) or "–")
    return table


def _list(folder: Path | None, json: bool) -> None:
    workspace = open_project(folder or Path.cwd())
    rows = []
    with opened() as store:
        for track_id in track_ids(workspace):
            state = state_of(store, track_id)
            try:
                track = read_track(workspace, track_id)
                title, count = track.title, len(track.tickets)
            except PlanError as error:
                title, count = str(error).splitlines()[0], 0
            done = sum(one.status == "done" for one in state.states.values())
            rows.append({"id": track_id, "title": title, "status": state.status, "tickets": count, "done": done})
    if json:
        screen().put(document({"type": "tracks", "tracks": rows}))
    elif not rows:
        screen().note('there are no tracks here: manual-slop mma plan "what you want"')
    else:
        table = grid("track", "status", "done", "title", numbers=("done",))
        for row in rows:
            table.add_row(
                str(row["id"]), str(row["status"]), f"{row['done']}/{row['tickets']}", one_line(str(row["title"]))
            )
        say(screen().out, table)
