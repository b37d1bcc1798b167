"""`manual-slop mma status`: which tracks there are, and where one and its tickets stand, also while it goes on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from manual_slop.conductor.duty import watcher_of
from manual_slop.conductor.standing import standing
from manual_slop.store.store import Store
from manual_slop.terminal.exit_codes import CANCELLED, DONE
from manual_slop.terminal.interrupts import stopping
from manual_slop.terminal.json_lines import document
from manual_slop.terminal.live_region import LiveRegion
from manual_slop.terminal.mma_tables import summary_fields, track_fields, track_table, tracks_table
from manual_slop.terminal.screen import say, screen
from manual_slop.terminal.sessions_store import opened
from manual_slop.values.cancel import Cancel

_BETWEEN_LOOKS = 0.25  # seconds


def status_command(
    track: Annotated[str | None, typer.Argument(metavar="TRACK", help="A track's id; without one, a list.")] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Keep showing it until its run ends, or Ctrl-C.")] = False,
    everywhere: Annotated[bool, typer.Option("--all", help="The tracks of all projects.")] = False,
    json: Annotated[bool, typer.Option("--json", help="For programs: JSON instead of text.")] = False,
) -> int:
    """Show where tracks and their tickets stand, and what they cost."""
    with opened() as store:
        if track is None:
            return _list(store, None if everywhere else str(Path.cwd().resolve()), json)
        if json:
            screen().put(document(track_fields(standing(store, track)), indent=2))
            return DONE
        if watch:
            return _watch(store, track)
        say(screen().out, track_table(standing(store, track), screen().out.width))
        return DONE


def _list(store: Store, project: str | None, json: bool) -> int:
    tracks = store.tracks.list(project)
    if json:
        screen().put(document({"type": "tracks", "tracks": [summary_fields(one) for one in tracks]}, indent=2))
    elif tracks:
        say(screen().out, tracks_table(tracks))
    else:
        screen().note('no tracks here: `manual-slop mma plan "GOAL"` makes some')
    return DONE


def _watch(store: Store, track: str) -> int:
    """Draw it again whenever something was written."""
    region, cancel = LiveRegion(screen().out), Cancel()
    changed = [True]
    forget = watcher_of(store).listen(lambda: changed.append(True))
    try:
        with stopping(cancel):
            while True:
                changed.clear()
                found = standing(store, track)
                table = track_table(found, screen().out.width)
                if not found.summary.running or not region.active:
                    region.show(None)
                    say(screen().out, table)
                    return DONE
                region.show(table)
                while not changed:
                    if cancel.wait(_BETWEEN_LOOKS):
                        return CANCELLED
    finally:
        forget()
