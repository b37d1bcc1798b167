"""`manual-slop mma init` and `mma plan`: a goal becomes tracks and tickets in the project's folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from manual_slop.conductor.approving import Proposal, keep
from manual_slop.conductor.plan_files import SPEC, TRACKS, open_project, set_up, track_ids
from manual_slop.conductor.planner import NoPlan, Planned, Planner, Progress
from manual_slop.terminal.exit_codes import DONE, UNEXPECTED, exit_code
from manual_slop.terminal.json_lines import document
from manual_slop.terminal.mma_approve import open_gate
from manual_slop.terminal.mma_common import FolderOption, Ground, JsonOption, ModelOption, TierOption, open_ground
from manual_slop.terminal.mma_progress import PlanView
from manual_slop.terminal.mma_show import proposal_fields, proposal_view
from manual_slop.terminal.prompt_input import read_prompt
from manual_slop.terminal.screen import say, screen
from manual_slop.terminal.sessions_store import opened
from manual_slop.terminal.turn_loop import Tell, run_turn
from manual_slop.terminal.visible import one_line
from manual_slop.values.cancel import Cancel
from manual_slop.values.events import Notice, TurnFailed, TurnFinished


def init(folder: FolderOption = None) -> None:
    """Make the folder in which a project keeps its tracks."""
    made = set_up(open_project(folder or Path.cwd()))
    screen().note(f"made {TRACKS}/" if made else f"{TRACKS}/ is there already")


def plan(
    goal: Annotated[str | None, typer.Argument(metavar="GOAL|-", help="What you want; - reads it from stdin.")] = None,
    folder: FolderOption = None,
    model: ModelOption = None,
    tier: TierOption = None,
    yes_plan: Annotated[bool, typer.Option("--yes-plan", help="Open the plan gate without anybody looking.")] = False,
    json: JsonOption = False,
) -> int:
    """Divide a goal into tracks and tickets: tiers 1 and 2. Nothing is changed but conductor/tracks.

    `mma approve TRACK` lets a plan pass, `mma edit TRACK` changes it. With --json the last line holds the tracks.
    """
    wanted = read_prompt(goal)
    ground = open_ground(folder, model, tier or ())
    with opened() as store:
        known = store.tracks.list()
    taken = frozenset({*(one.id for one in known), *track_ids(ground.workspace)})
    planning = _Planning(ground, taken, frozenset(one.epic for one in known), wanted)
    code = run_turn(planning.work, PlanView(screen(), json=json))
    if planning.planned is None:
        return _nothing(planning.refused, json) if planning.refused else code
    return _end(ground, planning.planned, yes_plan, json)


class _Planning:
    """The work of the command, done on a thread of its own."""

    def __init__(self, ground: Ground, taken: frozenset[str], epics: frozenset[str], goal: str) -> None:
        self._ground = ground
        self._taken = taken
        self._epics = epics
        self._goal = goal
        self.planned: Planned | None = None
        self.refused: NoPlan | None = None

    def work(self, tell: Tell, cancel: Cancel) -> None:
        def progress(step: Progress) -> None:
            about = f" ({step.track})" if step.track else ""
            tell(Notice(f"tier {step.tier}{about}, {self._ground.tiers[step.tier].model}: {step.words}"))

        planner = Planner(
            self._ground.workspace,
            self._ground.tiers,
            self._ground.access,
            taken=self._taken,
            epics=self._epics,
            # One turn of several: its end is not the end of the planning.
            on_event=lambda event: None if isinstance(event, TurnFinished | TurnFailed) else tell(event),
            cancel=cancel,
            tell=progress,
        )
        try:
            self.planned = planner.plan(self._goal)
        except NoPlan as refused:
            self.refused = refused


def _end(ground: Ground, planned: Planned, yes: bool, json: bool) -> int:
    """Write what came, tell the store, show it."""
    with opened() as store:
        proposals = keep(store, ground.workspace, planned)
        for one in proposals:
            if not json:
                say(screen().out, proposal_view(store, ground, one))
            if yes and one.track.tickets:
                open_gate(store, one, "--yes-plan")
    if json:
        screen().put(document(_fields(planned, proposals)))
    _tell_failures(planned)
    if planned.error is not None:
        return exit_code(planned.error)
    return UNEXPECTED if planned.failed else DONE


def _tell_failures(planned: Planned) -> None:
    for track_id, why in planned.failed.items():
        screen().note(f"✗ {track_id}: {one_line(why, 2000)}", "bad")
        screen().note(f"→ its {SPEC} and what came of its plan are in {TRACKS}/{track_id}/: plan.json is yours")


def _fields(planned: Planned, proposals: Sequence[Proposal]) -> dict[str, Any]:
    tracks = [{**proposal_fields(one), "problem": planned.failed.get(one.track.id, "")} for one in proposals]
    return {"type": "plan", "epic": planned.epic, "tracks": tracks, "sessions": planned.sessions}


def _nothing(refused: NoPlan, json: bool) -> int:
    if json:
        error = {"kind": "plan", "message": str(refused), "session_id": refused.session_id}
        screen().put(document({"type": "plan", "tracks": [], "error": error, "said": refused.said}))
    else:
        screen().note(f"✗ {one_line(str(refused), 2000)}", "bad")
        screen().note(f"→ all of its answers: manual-slop sessions show {refused.session_id[:8]}", "name")
    return UNEXPECTED
