"""What a person tells the conductor from the window. Each command returns at once and is obeyed behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from manual_slop.app.background import Background
from manual_slop.app.choices import Choices
from manual_slop.app.run_choices import RunChoices
from manual_slop.app.track_view import TrackCommands
from manual_slop.app.track_watch import TrackWatch
from manual_slop.values.approval import Answer, Request
from manual_slop.values.tickets import TIERS, Priority, Tier
from manual_slop.values.track_commands import CommandKind, TrackCommand

if TYPE_CHECKING:
    from manual_slop.conductor.tiers import Tiers
    from manual_slop.store.store import Store

BY = "you"


class Conducting(TrackCommands):
    """The tracks of the project. `run` is how those are worked on that are begun from now on."""

    def __init__(self, choices: Choices, background: Background) -> None:
        self._choices = choices
        self._background = background
        self._models: dict[Tier, str] = {}
        self._watch = TrackWatch(choices, background, self._tier_models)
        self.run = RunChoices()

    def begin(self) -> None:
        """Follow the project's tracks from now on."""
        self._watch.begin()

    def end(self) -> None:
        """Follow them no more. What runs, runs on."""
        self._watch.end()

    def look(self) -> None:
        """Read again where tracks stand."""
        self._watch.look()

    def answer(self, request: Request, answer: Answer) -> bool:
        """Settle what a run asks; False where it does not wait, or not for us."""
        return self._watch.answer(request, answer)

    def start(self, track: str) -> None:
        """Work on it in a program of its own, which our end does not end; or go on with it."""
        run, models = self.run, {tier: one for tier, one in self._models.items() if tier in "34"}

        def begin(store: Store) -> str:
            from manual_slop.conductor.detaching import start_run

            if store.tracks.summary(track).running:
                return self._told(store, track, TrackCommand("resume", by=BY))
            start_run(store, track, run.wishes(models, BY))
            return "it is worked on, also when this window is closed"

        self.order(track, begin)

    def pause(self, track: str) -> None:
        """Begin nothing new; what runs goes on to its end."""
        self._tell(track, "pause")

    def stop(self, track: str) -> None:
        """End what runs."""
        self._tell(track, "stop")

    def use_model(self, track: str, ticket: str, model: str) -> None:
        """Give a ticket a model of its own; empty for that of its tier."""
        self._tell(track, "model", ticket, model)

    def use_tier_model(self, tier: str, model: str) -> None:
        """Give a tier another model, for what is planned and begun from now on; empty for that of the settings."""
        for known in TIERS:
            if known == tier:
                self._models[known] = model
        self._models = {known: one for known, one in self._models.items() if one}
        self.look()

    def set_priority(self, track: str, ticket: str, priority: Priority) -> None:
        """Have it begin before or after others that may begin."""
        self._tell(track, "priority", ticket, priority)

    def report(self, track: str, file: str) -> None:
        """Write all there is to tell of a track to a file; what its name ends with says how (`.md`, `.html`)."""

        def write(store: Store) -> str:
            from manual_slop.conductor.report_file import write_report

            return f"wrote {write_report(store, track, Path(file.strip()).expanduser())}"

        self.order(track, write)

    def kill(self, track: str, ticket: str) -> None:
        """End the worker of a ticket."""
        self._tell(track, "kill", ticket)

    def retry(self, track: str, ticket: str) -> None:
        """Do a ticket again."""
        self._tell(track, "retry", ticket)

    def keep(self, track: str, ticket: str) -> None:
        """Take the work of one whose program ended as it is, and have it reviewed."""
        self._tell(track, "keep", ticket)

    def skip(self, track: str, ticket: str) -> None:
        """Go on as if it were done."""
        self._tell(track, "skip", ticket)

    def block(self, track: str, ticket: str, reason: str) -> None:
        """Hold it back, and what depends on it."""
        self._tell(track, "block", ticket, reason)

    def unblock(self, track: str, ticket: str) -> None:
        """Let a blocked one be worked on again."""
        self._tell(track, "unblock", ticket)

    def order(self, track: str, work: Callable[[Store], str]) -> None:
        """Do something with a track after all that was told before; what it returns is said, `no: ` is a refusal."""

        def obey() -> None:
            from manual_slop.store.shared import shared_store

            try:
                said = work(shared_store())
            except Exception as error:  # noqa: BLE001  # whatever goes wrong is told, and the window goes on
                self._background.say(str(error) or type(error).__name__, "bad")
            else:
                if said:
                    self._background.say(said.removeprefix("no: "), "warn" if said.startswith("no: ") else "good")
            self.look()

        self._background.do(f"track {track}", obey)

    def tiers(self) -> Tiers:
        """The tiers as files and person set them now. Reads files: not for the thread that draws."""
        from manual_slop import ai_client
        from manual_slop.conductor.plan_files import open_project
        from manual_slop.conductor.tiers import load_tiers

        project = self._choices.project
        workspace = open_project(project) if project else None
        return load_tiers(workspace, ai_client.choose_model()[0]).with_models(self._models)

    def _tier_models(self) -> Mapping[str, str]:
        return {tier: one.model for tier, one in self.tiers().by_tier.items()}

    def _tell(self, track: str, kind: CommandKind, ticket: str = "", value: str = "") -> None:
        self.order(track, lambda store: self._told(store, track, TrackCommand(kind, ticket, value, BY)))

    def _told(self, store: Store, track: str, command: TrackCommand) -> str:
        from manual_slop.conductor.telling import tell

        return tell(store, track, command)
