"""Holds a turn that ran again against its record: requests, answers, tools, counts and prices."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from manual_slop.session.replay.drift import Drift, changed, difference
from manual_slop.session.replay.recorded import RecordedTurn
from manual_slop.session.replay.requests import request_differences
from manual_slop.session.replay.rerun import Rerun, pairs
from manual_slop.session.transcript import Transcript
from manual_slop.store.sessions_table import SessionSummary
from manual_slop.values.events import MessageFinished, TurnFailed, TurnFinished
from manual_slop.values.ledger import UsageRecorded
from manual_slop.values.messages import Image, Reasoning, Text, ToolCall, ToolResult
from manual_slop.values.usage import Cost
from manual_slop.values.wire import WireCall


def state_drift(rebuilt: Transcript, stored: SessionSummary) -> Iterator[Drift]:
    """Where the state that the log leads to is not what a list of sessions shows."""
    described = rebuilt.described
    state = {
        "turns": (stored.turns, rebuilt.turns),
        "calls": (stored.calls, len(rebuilt.entries)),
        "cost": (str(stored.cost), str(rebuilt.cost)),
        "project": (stored.project, described.project if described else ""),
    }
    for where, (shown, true) in state.items():
        if shown != true:
            yield Drift(0, "state", where, f"the list shows {shown}, the log leads to {true}")


def turn_drift(turn: RecordedTurn, calls: Sequence[WireCall], run: Rerun) -> Iterator[Drift]:
    """Every difference between a turn and its rerun."""
    yield from _request_drift(turn, calls, run)
    yield from _answer_drift(turn, run)
    yield from _tool_drift(turn, run)
    yield from _count_drift(turn, calls, run)
    yield from _price_drift(turn, calls, run)


def _request_drift(turn: RecordedTurn, calls: Sequence[WireCall], run: Rerun) -> Iterator[Drift]:
    renamed = run.tools.renamed if run.tools else {}
    for at, (then, now) in enumerate(zip(calls, run.calls, strict=False), 1):
        if then.request is None or now.request is None:
            continue
        for where, text in request_differences(then.request, now.request, renamed):
            yield Drift(turn.number, "request", f"call {at}, {where}", text)


def _answer_drift(turn: RecordedTurn, run: Rerun) -> Iterator[Drift]:
    renamed = run.tools.renamed if run.tools else {}
    for at, (then, now) in enumerate(pairs(turn, run), 1):
        if then is None or now is None:
            yield Drift(turn.number, "answer", f"answer {at}", "only now" if then is None else "only then")
            continue
        before, after = _readable(then, {}), _readable(now, renamed)
        if before != after:
            yield Drift(turn.number, "answer", f"answer {at}", difference(before, after))
    endings = _ending(turn.ending), _ending(run.ending)
    if endings[0] != endings[1]:
        yield Drift(turn.number, "answer", "ending", changed(*endings))


def _tool_drift(turn: RecordedTurn, run: Rerun) -> Iterator[Drift]:
    if run.tools is None:
        return
    for use, now in run.tools.read:
        if use.result.content != now.content:
            where = f"{use.call.name} {use.call.arguments}"
            yield Drift(turn.number, "tool", where, difference(use.result.content, now.content))
    for call in run.tools.unknown:
        yield Drift(turn.number, "tool", f"{call.name} {call.arguments}", "called only now: not run")
    if run.tools.left:
        yield Drift(turn.number, "tool", "results", f"{run.tools.left} recorded, and not asked for now")


def _count_drift(turn: RecordedTurn, calls: Sequence[WireCall], run: Rerun) -> Iterator[Drift]:
    if run.asked > len(calls):
        yield Drift(turn.number, "calls", "missing", f"{run.asked} questions now, {len(calls)} answers recorded")
    if run.left:
        yield Drift(turn.number, "calls", "left over", f"{run.left} of {len(calls)} recorded answers not asked for now")


def _price_drift(turn: RecordedTurn, calls: Sequence[WireCall], run: Rerun) -> Iterator[Drift]:
    then, now = ({entry.call_id: entry for entry in entries} for entries in (turn.entries, run.entries))
    for at, (recorded, again) in enumerate(zip(calls, run.calls, strict=False), 1):
        one, other = then.get(recorded.call_id), now.get(again.call_id)
        if one is None or other is None:
            continue
        if one.usage != other.usage:
            yield Drift(turn.number, "answer", f"call {at}, usage", changed(_usage(one), _usage(other)))
        elif _money(one.cost) != _money(other.cost):
            yield Drift(turn.number, "price", f"call {at}", changed(_money(one.cost), _money(other.cost)))


def _readable(answer: MessageFinished, renamed: dict[str, str]) -> str:
    """An answer as lines of text, with the names its calls had then."""
    parts = "\n".join(_part(part, renamed) for part in answer.message.parts)
    return f"{parts}\n[{answer.stop_reason}{', interrupted' if answer.message.interrupted else ''}]"


def _part(part: Text | Image | Reasoning | ToolCall | ToolResult, renamed: dict[str, str]) -> str:
    match part:
        case Text():
            return part.text
        case Reasoning():
            opaque: Any = dict(part.opaque.fields) if part.opaque else None
            return f"(thinks) {part.text}\n{json.dumps(opaque, sort_keys=True, default=str)}"
        case ToolCall():
            return f"(calls) {renamed.get(part.id, part.id)} {part.name} {part.arguments}"
        case _:
            return f"({type(part).__name__})"


def _ending(ending: TurnFinished | TurnFailed | None) -> str:
    if isinstance(ending, TurnFinished):
        return f"finished: {ending.stop_reason}"
    if isinstance(ending, TurnFailed):
        # To the replay a budget that ran out is a person who stops the turn there.
        return f"failed: {'cancelled' if ending.error.kind == 'budget' else ending.error.kind}"
    return "no end"


def _usage(entry: UsageRecorded) -> str:
    usage = entry.usage
    return f"{usage.input_tokens:,} in, {usage.output_tokens:,} out, {usage.cache_read_tokens:,} cached"


def _money(cost: Cost) -> str:
    return "unpriced" if cost.usd is None else f"${cost.usd} ({cost.basis})"
