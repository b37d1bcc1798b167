"""Runs one recorded turn again: today's program, the recorded answers through the real readers, no socket, no tool."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from manual_slop.providers.access import Access
from manual_slop.providers.config import Config, Vendor
from manual_slop.providers.exchange import Exchange
from manual_slop.providers.playback import Playback
from manual_slop.providers.registry import Registry
from manual_slop.providers.retry import RetryPolicy
from manual_slop.providers.rows import builtin_providers, other_prefixes
from manual_slop.providers.vendors import CUSTOM_OPENAI
from manual_slop.providers.wire_tap import Tap
from manual_slop.session.params import KNOWN
from manual_slop.session.replay.recorded import RecordedTurn
from manual_slop.session.replay.tools import PlayedTools
from manual_slop.session.session import Session
from manual_slop.tools.registry import ToolBox
from manual_slop.values.cancel import Cancel
from manual_slop.values.errors import ConfigError, ProviderError
from manual_slop.values.events import Event, MessageFinished, TurnFailed, TurnFinished
from manual_slop.values.ledger import UsageRecorded
from manual_slop.values.tools import ToolSpec
from manual_slop.values.wire import WireCall

_NO_KEY = "no-key-in-a-replay"
_ENDED_HERE = frozenset({"cancelled", "budget"})  # not by what came over the wire


@dataclass(slots=True)
class Rerun:
    """What came of a turn when it ran again. `asked` counts the questions to a model, `left` the answers not asked for.

    `problem` says why it could not run at all.
    """

    answers: list[MessageFinished] = field(default_factory=list)
    entries: list[UsageRecorded] = field(default_factory=list)
    ending: TurnFinished | TurnFailed | None = None
    calls: list[WireCall] = field(default_factory=list)
    asked: int = 0
    left: int = 0
    tools: PlayedTools | None = None
    problem: str = ""


class _Listening:
    """Answers the calls of a turn from their record, and notes what today's program asks."""

    def __init__(self, player: Playback, cancel: Cancel, stop_at_end: bool) -> None:
        self.player = player
        self.calls: list[WireCall] = []
        self._cancel = cancel
        self._stop_at_end = stop_at_end

    def begin(self, exchange: Exchange) -> None:
        exchange.tap, exchange.player = Tap(), self.player
        if self._stop_at_end and not self.player.left:  # here somebody stopped it, or a budget did
            self._cancel.request()

    def end(self, call: WireCall) -> None:
        self.calls.append(call)


def replay_access(config: Config, calls: Iterable[WireCall]) -> Access:
    """The person's settings without what has no part in a replay, and with the vendors they do not know.

    No context is compacted, no header is sent: what happened then is what happens.
    """
    bare = dataclasses.replace(config, rooms={})
    known = Registry(bare)
    vendors = {name: dataclasses.replace(vendor, headers={}) for name, vendor in config.vendors.items()}
    for call in calls:
        name, protocol = call.asked.model.partition("/")[0], call.asked.litellm_model.partition("/")[0]
        if name not in vendors and not _is_known(known, name) and protocol in _protocols():
            vendors[name] = Vendor(name, litellm=protocol, api_base=call.asked.api_base)
    return Access(dataclasses.replace(bare, vendors=vendors, unusable={}))


def run_again(turn: RecordedTurn, calls: Sequence[WireCall], access: Access, readers: ToolBox | None) -> Rerun:
    """The turn once more, from the conversation as it stood then. `calls` are its provider calls, at least one."""
    assert turn.prompt is not None
    asked, cancel = calls[0].asked, Cancel()
    stopped = isinstance(turn.ending, TurnFailed) and turn.ending.error.kind in _ENDED_HERE
    listening = _Listening(Playback(calls), cancel, stopped)
    tools = _tools(turn, calls, readers)
    session = Session(
        access,
        asked.model,
        system_prompt=turn.described.system_prompt,
        toolbox=tools,
        retries=RetryPolicy(waits=False),
    )
    session.messages = list(turn.before)
    session.wire = listening
    run = Rerun(tools=tools)
    try:
        session.send(
            turn.prompt.text,
            images=turn.prompt.images,
            on_event=lambda event: _note(event, run),
            cancel=cancel,
            stream=asked.stream,
            api_key=_NO_KEY,
            api_base=asked.api_base or None,
            **{name: value for name, value in asked.params.items() if name in KNOWN},
        )
    except ProviderError:
        pass  # told as an event
    except ConfigError as error:
        run.problem = str(error)
    run.calls = [call for call in listening.calls if call.request is not None]
    run.asked, run.left = listening.player.asked, len(listening.player.left)
    return run


def pairs(turn: RecordedTurn, run: Rerun) -> Iterator[tuple[MessageFinished | None, MessageFinished | None]]:
    """The answers of then and now, side by side, `None` where one has no such answer; those of nothing left out."""
    then = [one for one in turn.answers if one.message.parts]
    now = [one for one in run.answers if one.message.parts]
    yield from zip_longest(then, now)


def _note(event: Event, run: Rerun) -> None:
    match event:
        case MessageFinished():
            run.answers.append(event)
        case UsageRecorded():
            run.entries.append(event)
        case TurnFinished() | TurnFailed():
            run.ending = event


def _tools(turn: RecordedTurn, calls: Sequence[WireCall], readers: ToolBox | None) -> PlayedTools | None:
    described = turn.described
    if not described.tools:
        return None
    foreign = {
        name: ToolSpec(name, words, schema) for call in calls for name, (words, schema) in call.asked.tools.items()
    }
    return PlayedTools(described.tools, foreign, turn.uses, readers, described.project)


def signs_in_by_itself(access: Access, model: str) -> bool:
    """Whether litellm would look for credentials of its own, on this computer or elsewhere, before it asks."""
    try:
        return access.registry.provider(model.partition("/")[0]).ambient
    except ProviderError:
        return False


def _protocols() -> frozenset[str]:
    rows = (*builtin_providers().values(), *other_prefixes().values())
    return frozenset({CUSTOM_OPENAI, *(row.litellm for row in rows)})


def _is_known(registry: Registry, name: str) -> bool:
    try:
        registry.provider(name)
    except ProviderError:
        return False
    return True
