"""What streams to a sink, joined, is the redacted message."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from manual_slop.values.errors import ProviderError
from manual_slop.values.events import (
    Event,
    MessageFinished,
    Notice,
    ReasoningDelta,
    TextDelta,
    ToolCallDelta,
    TurnFailed,
)
from manual_slop.values.messages import Message, Reasoning, Text, ToolCall
from manual_slop.values.redacted_deltas import RedactedDeltas
from manual_slop.values.secrets import REDACTED, Secret, redactor
from manual_slop.values.usage import UNPRICED, Usage

KEY = "canary-split-over-pieces-1"
WORDS = st.lists(st.sampled_from(["c", "canary-", "split-over-pieces-1", KEY, KEY[:-1], " ", "1"]), max_size=5)


Secret(KEY, "test")


def passed(events: list[Event]) -> list[Event]:
    deltas = RedactedDeltas()
    return [shown for event in events for shown in deltas.of(event)]


def message(thoughts: list[str], text: list[str], arguments: list[str]) -> MessageFinished:
    call = ToolCall("call", "grep", "".join(arguments))
    return MessageFinished(Message("assistant", (Reasoning("".join(thoughts)), Text("".join(text)), call)), "stop")


@given(WORDS, WORDS, WORDS, WORDS)
def test_joined_deltas_are_the_redacted_message(
    thoughts: list[str], text: list[str], arguments: list[str], others: list[str]
):
    calls = [ToolCallDelta(0, "call", "grep", ""), ToolCallDelta(1, "other", "grep", "")]
    pairs = [(0, piece) for piece in arguments] + [(1, piece) for piece in others]
    for index, piece in pairs[::2] + pairs[1::2]:
        calls.append(ToolCallDelta(index, calls[index].id, "grep", piece))
    mixed: list[Event] = [*map(ReasoningDelta, thoughts), *map(TextDelta, text[:1]), *calls, *map(TextDelta, text[1:])]
    given_arguments = ["".join(one.arguments for one in calls if one.index == index) for index in (0, 1)]
    shown = passed([*mixed, message(thoughts, text, arguments)])
    assert isinstance(shown[-1], MessageFinished)
    assert _joined(shown, ReasoningDelta) == redactor.redact("".join(thoughts))
    assert _joined(shown, TextDelta) == redactor.redact("".join(text))
    for index in (0, 1):
        told = [one for one in shown if isinstance(one, ToolCallDelta) and one.index == index]
        assert "".join(one.arguments for one in told) == redactor.redact(given_arguments[index])
        assert {one.id for one in told} == {("call", "other")[index]}


def _joined(events: list[Event], kind: type[ReasoningDelta | TextDelta]) -> str:
    return "".join(event.text for event in events if isinstance(event, kind))


def test_a_piece_that_begins_no_key_is_passed_at_once_and_as_it_is():
    deltas = RedactedDeltas()
    assert list(deltas.of(TextDelta("Hello."))) == [TextDelta("Hello.")]
    assert list(deltas.of(Notice("n"))) == [Notice("n")]
    assert list(deltas.of(TextDelta(" can"))) == [TextDelta(" ")]
    assert list(deltas.of(TextDelta(" I"))) == [TextDelta("can I")]


def test_thoughts_are_complete_before_the_answer_begins():
    assert passed([ReasoningDelta("I can"), TextDelta("Yes.")]) == [
        ReasoningDelta("I "),
        ReasoningDelta("can"),
        TextDelta("Yes."),
    ]


def test_a_call_is_announced_also_when_nothing_of_its_arguments_can_be_shown():
    call = ToolCallDelta(0, "call", "grep", "canary-")
    assert passed([call]) == [ToolCallDelta(0, "call", "grep", "")]
    assert passed([call, ToolCallDelta(0, "call", "grep", "split-over-pieces-1")])[1:] == [
        ToolCallDelta(0, "call", "grep", REDACTED)
    ]


def test_what_waits_comes_before_a_turn_that_fails():
    failed = TurnFailed(ProviderError("network", "p", "p/m", "cut"), Usage(), UNPRICED, "s")
    assert passed([TextDelta("I can"), failed]) == [TextDelta("I "), TextDelta("can"), failed]


def test_arguments_are_redacted_in_the_spelling_of_json():
    quoted = 'canary-"quoted"-in-json'
    Secret(quoted, "test")
    text = json.dumps({"pattern": quoted})
    shown = passed([ToolCallDelta(0, "c", "grep", sign) for sign in text])
    assert "".join(one.arguments for one in shown if isinstance(one, ToolCallDelta)) == f'{{"pattern": "{REDACTED}"}}'
