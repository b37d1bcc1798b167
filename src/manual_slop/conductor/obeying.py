"""What a person's commands do to a track and to what is under way. Pure, like the engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from manual_slop.conductor.engine import Scene
from manual_slop.conductor.settling import after_choice
from manual_slop.values.tickets import Priority
from manual_slop.values.track_commands import CommandKind, TrackCommand
from manual_slop.values.track_events import GateClosed, TicketChanged, TicketSet, TrackChanged, TrackEvent

_PRIORITIES: Mapping[str, Priority] = {"high": "high", "normal": "normal", "low": "low"}
_OVER = frozenset({"mergeable", "failed", "stopped", "merged"})


@dataclass(frozen=True, slots=True)
class Obeyed:
    """What a command does: events, then tickets whose work is to end and why. `outcome` tells the person.

    `stopping` says that the whole run is to end, and why; `wakes` that providers are to be tried again at once.
    """

    outcome: str
    events: tuple[TrackEvent, ...] = ()
    stop: tuple[tuple[str, str], ...] = ()
    stopping: str = ""
    wakes: bool = False


def obey(scene: Scene, command: TrackCommand) -> Obeyed:
    """What a command does now. One that makes no sense does nothing, and its outcome begins with `no: `."""
    if command.kind in _OF_TRACKS:
        return _OF_TRACKS[command.kind](scene, command)
    if command.ticket not in scene.track.tickets:
        return Obeyed(f"no: there is no ticket {command.ticket}")
    done = _OF_TICKETS[command.kind](scene, command)
    if scene.track.status in _OVER and any(isinstance(event, TicketChanged) for event in done.events):
        return replace(done, events=(*done.events, *_reopened(command)))
    return done


def _reopened(command: TrackCommand) -> tuple[TrackEvent, ...]:
    why = f"{command.ticket} was changed: `mma run` goes on"
    return (TrackChanged("stopped", why, command.by), GateClosed("merge", why))


def _pause(scene: Scene, command: TrackCommand) -> Obeyed:
    if scene.track.status == "paused":
        return Obeyed("it is paused already")
    busy = len(scene.desk.tasks)
    goes_on = f"; {busy} under way go on to their end" if busy else ""
    return Obeyed(f"paused: nothing new begins{goes_on}", (TrackChanged("paused", "by a person", command.by),))


def _resume(scene: Scene, command: TrackCommand) -> Obeyed:
    return Obeyed("it goes on", (TrackChanged("running", "", command.by),), wakes=True)


def _stop(scene: Scene, command: TrackCommand) -> Obeyed:
    why = f"stopped by {command.by or 'a person'}"
    stops = tuple((name, why) for name in scene.desk.tasks)
    told = TrackChanged("stopped", why, command.by)
    return Obeyed(f"stopping: {len(stops)} under way are being ended", (told,), stops, stopping=why)


def _kill(scene: Scene, command: TrackCommand) -> Obeyed:
    if command.ticket not in scene.desk.tasks:
        return Obeyed(f"no: {command.ticket} is not being worked on")
    return Obeyed(f"{command.ticket} is being ended", stop=((command.ticket, _ended(command)),))


def _retry(scene: Scene, command: TrackCommand) -> Obeyed:
    state = scene.state(command.ticket)
    if command.ticket in scene.desk.tasks and state.status in ("running", "review"):
        return Obeyed(f"no: {command.ticket} is being worked on; kill it first")
    if state.status == "done":
        return Obeyed(f"no: {command.ticket} is done, and on the track's branch")
    if state.blocked_by == "dependency" and state.status == "blocked":
        return Obeyed(f"no: {command.ticket} waits for others ({state.reason}): retry those")
    again = TicketChanged(command.ticket, "todo", "to be done again", _by(command))
    return Obeyed(f"{command.ticket} is to be done again", (again,), wakes=True)


def _keep(scene: Scene, command: TrackCommand) -> Obeyed:
    if scene.state(command.ticket).status != "unknown":
        return Obeyed(f"no: {command.ticket} is not unknown: its work is not in question")
    return Obeyed(f"the work of {command.ticket} is kept and reviewed", (_chosen(scene, command),))


def _skip(scene: Scene, command: TrackCommand) -> Obeyed:
    if scene.state(command.ticket).status == "done":
        return Obeyed(f"no: {command.ticket} is done")
    if scene.state(command.ticket).status == "running":
        return Obeyed(f"no: {command.ticket} is being worked on; kill it first")
    return Obeyed(f"{command.ticket} is left out; what depends on it goes on", (_chosen(scene, command),))


def _block(scene: Scene, command: TrackCommand) -> Obeyed:
    status = scene.state(command.ticket).status
    if status in ("done", "skipped", "running"):
        return Obeyed(f"no: {command.ticket} is {status}")
    why = command.value or "a person holds it back"
    return Obeyed(
        f"{command.ticket} is blocked, and what depends on it",
        (TicketChanged(command.ticket, "blocked", why, _by(command), "person"),),
    )


def _unblock(scene: Scene, command: TrackCommand) -> Obeyed:
    state = scene.state(command.ticket)
    if state.status != "blocked":
        return Obeyed(f"no: {command.ticket} is not blocked")
    if state.blocked_by == "dependency":
        return Obeyed(f"no: {command.ticket} waits for others: {state.reason}")
    return Obeyed(f"{command.ticket} may go on", (TicketChanged(command.ticket, "todo", "", _by(command)),))


def _model(scene: Scene, command: TrackCommand) -> Obeyed:
    ticket = scene.track.tickets[command.ticket]
    told = TicketSet(command.ticket, command.value, ticket.priority, _by(command))
    return Obeyed(
        f"{command.ticket} goes to {command.value or 'the model of its tier'} from its next attempt on", (told,)
    )


def _priority(scene: Scene, command: TrackCommand) -> Obeyed:
    chosen = _PRIORITIES.get(command.value)
    if chosen is None:
        return Obeyed("no: a priority is high, normal or low")
    ticket = scene.track.tickets[command.ticket]
    told = TicketSet(command.ticket, ticket.model, chosen, _by(command))
    return Obeyed(f"the priority of {command.ticket} is {chosen}", (told,))


def _chosen(scene: Scene, command: TrackCommand) -> TicketChanged:
    return after_choice(scene, command.ticket, "keep" if command.kind == "keep" else "skip", _by(command))


def _ended(command: TrackCommand) -> str:
    return f"ended by {command.by or 'a person'}"


def _by(command: TrackCommand) -> str:
    return command.by or "a person"


_Obey = Callable[[Scene, TrackCommand], Obeyed]
_OF_TRACKS: Mapping[CommandKind, _Obey] = {"pause": _pause, "resume": _resume, "stop": _stop}
_OF_TICKETS: Mapping[CommandKind, _Obey] = {
    "kill": _kill,
    "retry": _retry,
    "keep": _keep,
    "skip": _skip,
    "block": _block,
    "unblock": _unblock,
    "model": _model,
    "priority": _priority,
}
