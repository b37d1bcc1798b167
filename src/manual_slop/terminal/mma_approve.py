"""`manual-slop mma approve`: the plan gate, which only a person opens, for exactly what they were shown."""

from __future__ import annotations

from typing import Annotated

import typer

from manual_slop.conductor.approving import Proposal, proposal
from manual_slop.conductor.approving import approve as let_pass
from manual_slop.store.store import Store
from manual_slop.terminal.exit_codes import DONE, REFUSED
from manual_slop.terminal.json_lines import document
from manual_slop.terminal.mma_common import FolderOption, JsonOption, TrackArgument, ask, can_ask, open_ground, who
from manual_slop.terminal.mma_show import proposal_fields, proposal_view
from manual_slop.terminal.screen import say, screen
from manual_slop.terminal.sessions_store import opened
from manual_slop.values.errors import ConfigError

_SHORTEST_DIGEST = 12


def approve(
    track: TrackArgument,
    folder: FolderOption = None,
    yes_plan: Annotated[bool, typer.Option("--yes-plan", help="Approve without asking, whatever it says.")] = False,
    digest: Annotated[
        str, typer.Option(metavar="HEX", help="Approve without asking just what has this digest, as shown before.")
    ] = "",
    json: JsonOption = False,
) -> int:
    """Show a track's plan with a forecast, and let it pass when you say so. A later edit wants a new approval."""
    ground = open_ground(folder)
    with opened() as store:
        one = proposal(store, ground.workspace, track)
        if not json:
            say(screen().out, proposal_view(store, ground, one, whole=True))
        if one.approved:
            screen().note("it is approved already")
        elif _agreed(one, yes_plan, digest):
            open_gate(store, one, "--yes-plan" if yes_plan and not digest else "")
        if json:
            screen().put(document({"type": "track", **proposal_fields(one)}))
        return DONE if one.approved else REFUSED


def open_gate(store: Store, one: Proposal, loud: str) -> None:
    """Open the gate; `loud` is the option by which nobody looked."""
    if loud:
        screen().note(f"{loud}: THE PLAN GATE OF {one.track.id} IS OPENED WITHOUT A PERSON LOOKING", "warn")
    let_pass(store, one, f"{who()} ({loud})" if loud else who())
    screen().note(f"approved {one.track.id} {one.digest[:12]}: manual-slop mma run {one.track.id}", "good")


def _agreed(one: Proposal, yes: bool, digest: str) -> bool:
    if digest:
        if len(digest) < _SHORTEST_DIGEST or not one.digest.startswith(digest.lower()):
            raise ConfigError(f"the plan has the digest {one.digest[:12]}, not {digest[:64]}: look at it again")
        return True
    if yes:
        return True
    if not can_ask():
        raise ConfigError(f"nobody can be asked here: --digest {one.digest[:12]} approves what was shown")
    return ask(f"let this plan pass? {len(one.track.tickets)} tickets")
