"""`manual-slop mma pause | stop | ticket`: tells whoever works on a track what a person wants, and what came of it."""

from __future__ import annotations

from typing import Annotated

import typer

from manual_slop.conductor.telling import tell
from manual_slop.terminal.exit_codes import DONE, REFUSED
from manual_slop.terminal.json_lines import document
from manual_slop.terminal.mma_common import JsonOption, TrackArgument, who
from manual_slop.terminal.screen import screen
from manual_slop.terminal.sessions_store import opened
from manual_slop.terminal.visible import one_line
from manual_slop.values.errors import ConfigError
from manual_slop.values.track_commands import COMMAND_KINDS, TICKET_KINDS, CommandKind, TrackCommand


def pause_command(track: TrackArgument, json: JsonOption = False) -> int:
    """Begin nothing new; what runs goes on to its end."""
    return say_to(track, TrackCommand("pause", by=who()), json)


def stop_command(track: TrackArgument, json: JsonOption = False) -> int:
    """End what runs; its work so far is kept, and `mma resume` goes on."""
    return say_to(track, TrackCommand("stop", by=who()), json)


def ticket_command(
    track: TrackArgument,
    ticket: Annotated[str, typer.Argument(metavar="TICKET", help="The ticket's id.")],
    action: Annotated[
        str, typer.Argument(metavar="retry|keep|skip|block|unblock|model|priority|kill", help="What to do with it.")
    ],
    value: Annotated[
        str, typer.Argument(metavar="[WORDS]", help="The reason of a block, the model, or high|normal|low.")
    ] = "",
    json: JsonOption = False,
) -> int:
    """Do a ticket again, keep the work of one whose program ended, leave it out, hold it back, or end its worker."""
    return say_to(track, TrackCommand(_kind(action), ticket, value, who()), json)


def say_to(track: str, command: TrackCommand, json: bool) -> int:
    """Have it obeyed and tell what came of it; the exit code."""
    with opened() as store:
        outcome = tell(store, track, command)
    refused = outcome.startswith("no: ")
    if json:
        fields = {"type": "command", "track": track, "kind": command.kind, "ticket": command.ticket}
        screen().put(document({**fields, "done": not refused, "outcome": outcome.removeprefix("no: ")}))
    else:
        screen().note(one_line(outcome.removeprefix("no: "), 1000), "warn" if refused else "good")
    return REFUSED if refused else DONE


def _kind(word: str) -> CommandKind:
    for kind in COMMAND_KINDS:
        if kind == word and kind in TICKET_KINDS:
            return kind
    raise ConfigError(f"a ticket takes {', '.join(sorted(TICKET_KINDS))}, not “{word}”")
