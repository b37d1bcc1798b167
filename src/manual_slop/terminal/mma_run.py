"""`manual-slop mma run | resume`: works on a track here, or in a program of its own; shows it and asks what it asks."""

from __future__ import annotations

import sys
import threading
from contextlib import closing
from typing import Annotated, get_args

import typer
from rich.text import Text

from manual_slop.conductor.detaching import start_run
from manual_slop.conductor.duty import watcher_of
from manual_slop.conductor.git import GitFailed
from manual_slop.conductor.run_setup import Wishes, run_track
from manual_slop.conductor.shadow import without_git
from manual_slop.conductor.standing import standing
from manual_slop.conductor.telling import tell
from manual_slop.conductor.tiers import read_tier_models
from manual_slop.safety.approval import Mode
from manual_slop.safety.shared_inbox import SharedInbox
from manual_slop.store.errors import StoreError
from manual_slop.store.store import Store
from manual_slop.terminal.approval_prompt import ApprovalPrompt
from manual_slop.terminal.exit_codes import CANCELLED, DONE, UNEXPECTED
from manual_slop.terminal.interrupts import stopping
from manual_slop.terminal.json_lines import document, event_fields
from manual_slop.terminal.live_region import LiveRegion
from manual_slop.terminal.mma_common import JsonOption, TierOption, TrackArgument, who
from manual_slop.terminal.mma_tables import track_fields, track_table
from manual_slop.terminal.mma_tell import say_to
from manual_slop.terminal.screen import screen
from manual_slop.terminal.sessions_store import opened
from manual_slop.terminal.visible import one_line
from manual_slop.terminal.wording import approval_words
from manual_slop.values.cancel import Cancel
from manual_slop.values.errors import ConfigError
from manual_slop.values.tickets import MOST_WORKERS, Unknown
from manual_slop.values.track_commands import TrackCommand
from manual_slop.values.track_events import TicketChanged, TrackEvent

StepOption = Annotated[bool, typer.Option("--step", help="Ask before each worker begins.")]
DetachOption = Annotated[
    bool, typer.Option("--detach", help="Work in a program of its own, and come back when it has begun.")
]
WorkersOption = Annotated[
    int | None, typer.Option(metavar="N", min=1, max=MOST_WORKERS, help="The most workers at once.")
]
ApproveOption = Annotated[str, typer.Option(metavar="ask|edits|never|all", help="What workers do without your yes.")]
BudgetOption = Annotated[str, typer.Option(metavar="USD|Ntok", help="The most this run may spend.")]
UnknownOption = Annotated[
    str, typer.Option(metavar="ask|retry|keep|skip", help="What becomes of tickets whose program ended.")
]
_BETWEEN_LOOKS = 0.1  # seconds


def run_command(
    track: TrackArgument,
    step: StepOption = False,
    detach: DetachOption = False,
    workers: WorkersOption = None,
    tier: TierOption = None,
    approve: ApproveOption = "edits",
    budget: BudgetOption = "",
    unknown: UnknownOption = "ask",
    yes_plan: Annotated[bool, typer.Option("--yes-plan", help="Work on a plan that nobody has approved.")] = False,
    json: JsonOption = False,
) -> int:
    """Have workers do a track's tickets, each reviewed and put on the track's branch; your own files stay as they are.

    Ctrl-C stops it and keeps what was done; `mma resume` goes on.
    """
    wishes = Wishes(
        step=step,
        workers=workers,
        unknown=_unknown(unknown),
        models=read_tier_models(tier or ()),
        mode=_mode(approve),
        budget=budget,
        yes_plan=yes_plan,
        by=who(),
    )
    if yes_plan:
        screen().note("--yes-plan: THE PLAN GATE IS OPENED WITHOUT A PERSON LOOKING", "warn")
    if detach:
        return _start(track, wishes)
    with opened() as store:
        return _Show(store, track, json).run(wishes)


def resume_command(
    track: TrackArgument,
    unknown: UnknownOption = "ask",
    step: StepOption = False,
    workers: WorkersOption = None,
    tier: TierOption = None,
    approve: ApproveOption = "edits",
    budget: BudgetOption = "",
    detach: DetachOption = False,
    json: JsonOption = False,
) -> int:
    """Go on with a track that was paused, stopped or interrupted: what is done stays done."""
    with opened() as store:
        running = store.tracks.summary(track).running
    if running:
        return say_to(track, TrackCommand("resume", by=who()), json)
    return run_command(track, step, detach, workers, tier, approve, budget, unknown, False, json)


class _Show:
    """One run in this program: worked on in a thread, shown and asked about in this one."""

    def __init__(self, store: Store, track: str, json: bool) -> None:
        self._store = store
        self._track = track
        self._json = json
        self._over = threading.Event()
        self._end: str | BaseException = ""
        self._changed = threading.Event()
        self._region = LiveRegion(screen().err)
        summary = store.tracks.summary(track)
        self._last = summary.events
        if without_git(summary.project):
            screen().note(f"{one_line(summary.project)} is no git repository: workers get copies of it all the same")

    def run(self, wishes: Wishes) -> int:
        """Show it until it is over; the exit code. Raises what `run_track` does, as `ConfigError`."""
        thread = threading.Thread(target=self._work, args=(wishes,), name="run")
        cancel = Cancel()
        cancel.on_request(lambda: threading.Thread(target=self._stop, daemon=True).start())
        forget = watcher_of(self._store).listen(self._changed.set)
        with closing(SharedInbox(self._store.inbox, watcher_of(self._store), self._track)) as inbox, stopping(cancel):
            thread.start()
            try:
                self._follow(inbox, cancel)
            finally:
                forget()
                thread.join()
        return self._told(cancel)

    def _work(self, wishes: Wishes) -> None:
        try:
            self._end = run_track(self._store, self._track, wishes)
        except BaseException as error:  # noqa: BLE001  # it is raised again in the thread that shows it
            self._end = error
        finally:
            self._over.set()
            self._changed.set()

    def _follow(self, inbox: SharedInbox, cancel: Cancel) -> None:
        ask = ApprovalPrompt(screen(), inbox) if sys.stdin.isatty() and not self._json else None
        told: set[str] = set()
        while not self._over.is_set():
            if self._changed.wait(_BETWEEN_LOOKS):
                self._changed.clear()
                self._show()
            waiting = inbox.pending()
            if waiting and ask is not None and not cancel.requested:
                self._region.show(None)
                ask(waiting[0])
            for request in waiting:
                if ask is None and not self._json and request.id not in told:
                    told.add(request.id)
                    screen().note(f"{approval_words(request)}; `manual-slop mma inbox` answers it", "warn")

    def _stop(self) -> None:
        tell(self._store, self._track, TrackCommand("stop", by=who()))

    def _show(self) -> None:
        for entry in self._store.tracks.events(self._track, self._last):
            self._last = entry.number
            if self._json:
                screen().put(document({**event_fields(entry.event), "track": self._track}))  # type: ignore[arg-type]
            elif words := _words(entry.event):
                self._region.print(Text(*words))
        if self._region.active and not self._json:
            self._region.show(track_table(standing(self._store, self._track), screen().err.width))

    def _told(self, cancel: Cancel) -> int:
        self._show()
        self._region.show(None)
        if isinstance(self._end, GitFailed | StoreError):
            raise ConfigError(str(self._end))
        if isinstance(self._end, BaseException):
            raise self._end
        found = standing(self._store, self._track)
        if self._json:
            screen().put(document({**track_fields(found), "type": "run_ended", "why": self._end}))
        else:
            screen().note(f"{self._end}: {found.state.reason}", "good" if found.state.status == "mergeable" else "warn")
            if found.state.status == "mergeable":
                screen().note(f"`manual-slop mma merge {self._track}` shows what it changes, and merges it")
        if cancel.requested:
            return CANCELLED
        return DONE if found.state.status == "mergeable" else UNEXPECTED


def _words(event: TrackEvent) -> tuple[str, str] | None:
    """What is told of an event, and how it looks."""
    if not isinstance(event, TicketChanged):
        return None
    style = {"done": "good", "failed": "bad", "blocked": "warn", "unknown": "warn"}.get(event.status, "dim")
    attempt = f" (attempt {event.attempt}, {one_line(event.model)})" if event.status == "running" else ""
    reason = f": {one_line(event.reason, 200)}" if event.reason else ""
    return f"{one_line(event.ticket)} {event.status}{attempt}{reason}", style


def _start(track: str, wishes: Wishes) -> int:
    """Begin the run in a program of its own."""
    with opened() as store:
        number, log = start_run(store, track, wishes)
    screen().note(f"track {track} is worked on by process {number}; what it says is in {log}", "good")
    screen().note(f"`manual-slop mma status {track} --watch` shows it, `mma inbox` answers what it asks")
    return DONE


def _unknown(word: str) -> Unknown:
    for known in get_args(Unknown):
        if known == word:
            return known  # type: ignore[no-any-return]
    raise ConfigError(f"--unknown takes {', '.join(get_args(Unknown))}, not “{word}”")


def _mode(word: str) -> Mode:
    for known in get_args(Mode):
        if known == word:
            return known  # type: ignore[no-any-return]
    raise ConfigError(f"--approve takes {', '.join(get_args(Mode))}, not “{word}”")
