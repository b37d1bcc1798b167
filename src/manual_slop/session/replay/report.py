"""Replays a session of the store: the state from its log, then every turn that can run again, offline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from manual_slop.providers.config import Config, load_config
from manual_slop.session.replay.compare import state_drift, turn_drift
from manual_slop.session.replay.drift import Drift
from manual_slop.session.replay.recorded import RecordedTurn, recorded_turns
from manual_slop.session.replay.rerun import replay_access, run_again, signs_in_by_itself
from manual_slop.session.replay.tools import readers_of
from manual_slop.session.transcript import fold
from manual_slop.values.wire import WireCall

if TYPE_CHECKING:
    from manual_slop.providers.access import Access
    from manual_slop.store.store import Store
    from manual_slop.tools.registry import ToolBox

_ASIDE = frozenset({"compaction", "title"})  # calls that the program made for itself


@dataclass(frozen=True, slots=True)
class TurnReport:
    """A turn: its provider calls, how many tool results were played, how many readers ran again to compare.

    `skipped` says why it did not run again, empty where it did.
    """

    number: int
    turn_id: str
    calls: int
    tools: int = 0
    read: int = 0
    skipped: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What a replay found. `project` is the folder that was read, empty where there was none to read."""

    session_id: str
    messages: int
    project: str
    turns: tuple[TurnReport, ...]
    drifts: tuple[Drift, ...]

    @property
    def same(self) -> bool:
        """Whether nothing differs in what could be compared."""
        return not self.drifts


def replay(store: Store, session_id: str, project: Path | None = None, config: Config | None = None) -> Report:
    """Replay a session; `project` is its folder where that is another now. Nothing is sent and nothing is changed.

    Raises `StoreError`, and `ConfigError` for settings that cannot be read.
    """
    events = [envelope.event for envelope in store.envelopes(session_id)]
    rebuilt = fold(events)
    drifts = list(state_drift(rebuilt, store.summary(session_id)))
    calls = store.wire.calls(session_id)
    access = replay_access(load_config() if config is None else config, calls)
    folder = project or Path(rebuilt.described.project if rebuilt.described else "")
    readers = readers_of(folder) if folder.is_absolute() or project else None
    turns = []
    for turn in recorded_turns(events):
        report, found = _replayed(turn, _of_turn(turn, calls), access, readers)
        turns.append(report)
        drifts += found
    return Report(session_id, len(rebuilt.messages), str(readers.root) if readers else "", tuple(turns), tuple(drifts))


def _of_turn(turn: RecordedTurn, calls: Sequence[WireCall]) -> list[WireCall]:
    """The provider calls of a turn that went over the wire, without those that the program made for itself."""
    aside = {entry.call_id for entry in turn.entries if entry.purpose in _ASIDE}
    return [call for call in calls if call.turn_id == turn.id and call.call_id not in aside and call.request]


def _replayed(
    turn: RecordedTurn, calls: Sequence[WireCall], access: Access, readers: ToolBox | None
) -> tuple[TurnReport, list[Drift]]:
    skipped = _why_not(turn, calls, access)
    if skipped:
        return TurnReport(turn.number, turn.id, len(calls), skipped=skipped), []
    run = run_again(turn, calls, access, readers)
    if run.problem:
        return TurnReport(turn.number, turn.id, len(calls), skipped=run.problem), []
    read = len(run.tools.read) if run.tools else 0
    report = TurnReport(turn.number, turn.id, len(calls), len(turn.uses), read)
    return report, list(turn_drift(turn, calls, run))


def _why_not(turn: RecordedTurn, calls: Sequence[WireCall], access: Access) -> str:
    """Why a turn cannot run again; empty where it can."""
    known = {call.call_id for call in calls}
    made = [entry for entry in turn.entries if entry.purpose not in _ASIDE and entry.call_id]
    lost = sum(entry.call_id not in known for entry in made)
    model = calls[0].asked.model if calls else ""
    reasons = {
        "it was interrupted and has no end": turn.ending is None,
        "the conversation was compacted while it went on": turn.rewritten,
        f"{lost} of its {len(made)} calls are not in the wire log": bool(lost),
        "nothing was sent": turn.prompt is None or not calls,
        "an answer was too large to be kept whole": any(call.response and call.response.missing for call in calls),
        f"{model.partition('/')[0]} is not asked without signing in there first": signs_in_by_itself(access, model),
    }
    return next((reason for reason, holds in reasons.items() if holds), "")
