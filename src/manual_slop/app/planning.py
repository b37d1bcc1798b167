"""Plans goals behind the window, and brings what stands at the gates of tracks before the person, who opens them."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from manual_slop.app.app_state import AppState
from manual_slop.app.background import Background
from manual_slop.app.choices import Choices
from manual_slop.app.conducting import BY, Conducting
from manual_slop.app.gates import GateSheet, merge_sheet, plan_sheet
from manual_slop.app.news import Loaded, News
from manual_slop.app.track_watch import CALLS
from manual_slop.values.cancel import Cancel
from manual_slop.values.errors import ConfigError
from manual_slop.values.events import Event, ReasoningDelta, TextDelta
from manual_slop.values.ledger import UsageRecorded
from manual_slop.values.usage import CostSum, total

if TYPE_CHECKING:
    from manual_slop.conductor.planner import Planned, Progress
    from manual_slop.store.store import Store

PLANNED, STEPS, PLAN, MERGE = "planned", "planning steps", "plan sheet", "merge sheet"
"""Tables of `AppState.loaded`: ids of the tracks planned last, how it goes on, and `GateSheet`s by track."""
_BETWEEN = 0.1  # seconds between two looks at what streams


@dataclass(frozen=True, slots=True)
class Steps:
    """How planning goes on: what the tiers began, how many characters they have written, and what that cost."""

    lines: tuple[str, ...] = ()
    written: int = 0
    cost: CostSum = field(default_factory=CostSum)


class Planning:
    """One goal at a time; gates of any number of tracks."""

    def __init__(self, state: AppState, choices: Choices, background: Background, conducting: Conducting) -> None:
        self._state = state
        self._choices = choices
        self._background = background
        self._conducting = conducting
        self._cancel = Cancel()

    @property
    def at_work(self) -> bool:
        """Whether a goal is being planned."""
        return self._state.fetched(PLANNED).loading

    def plan(self, goal: str) -> None:
        """Divide a goal into tracks and tickets; nothing is changed but `conductor/tracks` of the project."""
        if self.at_work:
            return
        self._cancel = cancel = Cancel()
        self._state.loaded.pop(STEPS, None)
        self._background.load(PLANNED, "", lambda: self._plan(goal, cancel))

    def stop(self) -> None:
        """Plan no further; what has come so far of the conversations is kept."""
        self._cancel.request()

    def show_plan(self, track: str) -> None:
        """Read a track's plan from its files; `PLAN` under its id has the `GateSheet`."""
        self._again(PLAN, track)
        self._background.load(PLAN, track, lambda: self._plan_sheet(track))

    def show_merge(self, track: str) -> None:
        """Make a merge ready and run its tests; `MERGE` under the track's id has the `GateSheet`."""
        self._again(MERGE, track)
        self._background.load(MERGE, track, lambda: self._merge_sheet(track))

    def write_plan(self, shown: GateSheet, text: str) -> None:
        """Put `text` in the place of the plan.json that was shown; what cannot be used stays out, and why is said."""

        def write(store: Store) -> str:
            from manual_slop.conductor.approving import tell
            from manual_slop.conductor.plan_files import (
                open_project,
                plan_from_text,
                plan_text,
                read_track,
                write_track,
            )

            workspace = open_project(store.tracks.summary(shown.track).project)
            before = read_track(workspace, shown.track)
            if plan_text(before) != shown.source:
                return f"no: the plan of {shown.track} was changed meanwhile by somebody else: theirs stays"
            after = plan_from_text(text, before)
            write_track(workspace, after)
            tell(store, workspace, after)
            return ""

        self._conducting.order(shown.track, write)
        self._background.do(f"track {shown.track}", lambda: self._reread(shown.track))

    def _reread(self, track: str) -> None:
        """On the lane of the track, after the plan was written."""
        try:
            self._background.post("", Loaded(PLAN, track, self._plan_sheet(track)))
        except Exception as error:  # noqa: BLE001  # whatever cannot be read is told in the sheet
            self._background.post("", Loaded(PLAN, track, None, str(error)))

    def open_gate(self, shown: GateSheet) -> None:
        """The person says yes to exactly what they were shown; a merge is done at once."""
        self._conducting.order(shown.track, lambda store: self._opened(store, shown))

    def take_up(self, news: News) -> None:
        """What news mean for plans."""
        match news.what:
            case Loaded(what="planned", error=error) if error:
                self._background.say(error, "bad")
            case Loaded(what="planned", value=tuple() as tracks):
                count = len(tracks)
                self._background.say(f"planned: {count} track{'s' * (count != 1)}, to be approved", "good")
                self._conducting.look()

    def _again(self, what: str, track: str) -> None:
        fetched = self._state.fetched(what, track)
        if not fetched.loading:
            fetched.value, fetched.error = None, ""

    def _plan(self, goal: str, cancel: Cancel) -> tuple[str, ...]:
        from manual_slop import ai_client
        from manual_slop.conductor.approving import keep
        from manual_slop.conductor.plan_files import open_project, track_ids
        from manual_slop.conductor.planner import NoPlan, Planner
        from manual_slop.store.shared import shared_store

        project = self._choices.project
        if project is None:
            raise ConfigError("open a project folder first: tracks are kept there")
        workspace, store, ear = open_project(project), shared_store(), _Ear(self._background)
        known = store.tracks.list()
        planner = Planner(
            workspace,
            self._conducting.tiers(),
            ai_client.new_access(),
            taken={*(one.id for one in known), *track_ids(workspace)},
            epics={one.epic for one in known},
            on_event=ear.hear,
            cancel=cancel,
            tell=ear.step,
        )
        problem = ""
        try:
            planned = planner.plan(goal)
        except NoPlan as refused:
            problem = str(refused)
        if problem:
            raise ConfigError(problem)
        keep(store, workspace, planned)
        self._tell_failures(planned)
        return tuple(one.id for one in planned.tracks)

    def _tell_failures(self, planned: Planned) -> None:
        for track, why in planned.failed.items():
            self._background.say(f"{track} has no tickets: {why}", "bad")

    def _plan_sheet(self, track: str) -> GateSheet:
        from manual_slop import ai_client
        from manual_slop.conductor.approving import proposal
        from manual_slop.conductor.plan_files import open_project
        from manual_slop.store.shared import shared_store

        store = shared_store()
        workspace = open_project(store.tracks.summary(track).project)
        one = proposal(store, workspace, track)
        return plan_sheet(store, workspace, ai_client.new_access(), self._conducting.tiers(), one)

    def _merge_sheet(self, track: str) -> GateSheet:
        from manual_slop.conductor.git import GitFailed
        from manual_slop.conductor.merge_gate import merge_gate
        from manual_slop.conductor.merging import MergeRefused
        from manual_slop.store.shared import shared_store

        problem = ""
        try:
            with merge_gate(shared_store(), track) as gate:
                if gate.mended == "merged":
                    raise MergeRefused("the merge had got through before: nothing is left to do")
                return merge_sheet(gate, gate.offer())
        except (MergeRefused, GitFailed) as error:
            problem = str(error)
        raise ConfigError(problem)

    def _opened(self, store: Store, shown: GateSheet) -> str:
        from manual_slop import multi_agent_conductor as conductor

        if shown.gate == "plan":
            conductor.approve(shown.track, shown.digest, BY, store.tracks.summary(shown.track).project)
            return ""
        merged = conductor.merge(shown.track, shown.digest, BY)
        return f"merged into {merged.onto} as {merged.commit[:10]}"


class _Ear:
    """Tells the window how planning goes on, not more often than it can show. Called from any thread."""

    def __init__(self, background: Background) -> None:
        self._background = background
        self._steps = Steps()
        self._calls: list[UsageRecorded] = []
        self._told = 0.0

    def step(self, progress: Progress) -> None:
        """A tier begins something."""
        about = f" ({progress.track})" if progress.track else ""
        line = f"tier {progress.tier}{about} {progress.words}"
        self._tell(Steps((*self._steps.lines, line), self._steps.written, self._steps.cost))

    def hear(self, event: Event) -> None:
        """Something happens in a conversation of a planning tier."""
        before = self._steps
        if isinstance(event, UsageRecorded):
            self._calls.append(event)
            self._background.post("", Loaded(CALLS, "", (event,)))
            self._tell(Steps(before.lines, before.written, total(one.cost for one in self._calls)))
        elif isinstance(event, TextDelta | ReasoningDelta):
            self._steps = Steps(before.lines, before.written + len(event.text), before.cost)
            if time.monotonic() - self._told > _BETWEEN:
                self._tell(self._steps)

    def _tell(self, steps: Steps) -> None:
        self._steps, self._told = steps, time.monotonic()
        self._background.post("", Loaded(STEPS, "", steps))
