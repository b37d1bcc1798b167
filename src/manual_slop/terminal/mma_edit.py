"""`manual-slop mma edit`: a track's plan in the person's editor; what cannot be used does not replace it."""

from __future__ import annotations

import os
from pathlib import Path

from manual_slop.conductor.approving import tell
from manual_slop.conductor.plan_files import open_project, plan_from_text, plan_text, read_track, write_track
from manual_slop.conductor.plan_json import PlanError
from manual_slop.conductor.ticket_dag import TicketDag
from manual_slop.providers.credentials import environment
from manual_slop.safety.shell.editor import edit_text
from manual_slop.safety.shell.errors import ShellError
from manual_slop.terminal.exit_codes import DONE, REFUSED
from manual_slop.terminal.mma_common import FolderOption, TrackArgument, ask, can_ask
from manual_slop.terminal.screen import screen
from manual_slop.terminal.sessions_store import opened
from manual_slop.terminal.visible import one_line, visible
from manual_slop.values.errors import ConfigError


def edit(track: TrackArgument, folder: FolderOption = None) -> int:
    """Open a track's plan.json in your editor ($VISUAL, $EDITOR); it is checked before it takes the old one's place."""
    workspace = open_project(folder or Path.cwd())
    before = read_track(workspace, track)
    text = plan_text(before)
    while True:
        written = _edited(text)
        if written == plan_text(before):
            screen().note("nothing was changed")
            return DONE
        text = written
        try:
            after = plan_from_text(text, before)
            break
        except PlanError as error:
            screen().note(visible(str(error)), "bad")
        if not can_ask() or not ask("edit it again? (no keeps the old plan)"):
            screen().note("the old plan stays", "warn")
            return REFUSED
    if read_track(workspace, track) != before:
        raise ConfigError(f"the plan of {track} was changed meanwhile by somebody else: theirs stays")
    write_track(workspace, after)
    for fault in TicketDag(after.tickets).overlaps():
        screen().note(f"! {one_line(fault.message, 500)}", "warn")
    with opened() as store:
        one = tell(store, workspace, after)
    screen().note(f"changed; it wants approval: manual-slop mma approve {track}" if not one.approved else "changed")
    return DONE


def _edited(text: str) -> str:
    """The text as the person's editor leaves it. Raises `ConfigError`."""
    command = environment("VISUAL") or environment("EDITOR") or ("notepad" if os.name == "nt" else "vi")
    problem = ""
    try:
        return edit_text(text, command, ".json")
    except ShellError as error:
        problem = str(error)
    raise ConfigError(f"{problem}; $EDITOR names another one")
