"""The accumulator: pieces of answers as real providers cut them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manual_slop.providers.sse import BrokenStream
from manual_slop.providers.stream import Accumulator, read_openai_chunk
from manual_slop.values.events import Event, ReasoningDelta, TextDelta, ToolCallDelta
from manual_slop.values.messages import Message, ToolCall


def collect(*deltas: dict[str, Any]) -> tuple[Message, list[Event]]:
    events: list[Event] = []
    into = Accumulator(events.append)
    for delta in deltas:
        read_openai_chunk({"choices": [{"index": 0, "delta": delta}]}, into)
    return into.message("acme/m1", "acme"), events


def piece(index: int | None, call_id: str | None, name: str | None, arguments: Any) -> dict[str, Any]:
    call: dict[str, Any] = {"function": {"name": name, "arguments": arguments}}
    if index is not None:
        call["index"] = index
    if call_id is not None:
        call["id"] = call_id
    return {"tool_calls": [call]}


def arguments_of(message: Message) -> list[tuple[str, str]]:
    return [(call.name, call.arguments) for call in message.tool_calls]


def test_text_deltas_joined_are_the_message() -> None:
    message, events = collect(
        {"role": "assistant", "content": ""}, {"content": "Hel"}, {"content": None}, {"content": "lo"}
    )

    assert message.text == "Hello"
    assert events == [TextDelta("Hel"), TextDelta("lo")]


def test_parallel_calls_are_told_apart_by_their_index() -> None:
    message, _ = collect(
        piece(0, "a", "read", ""),
        piece(1, "b", "list", ""),
        piece(0, None, None, '{"x"'),
        piece(1, None, None, "{}"),
        piece(0, None, None, ": 1}"),
    )

    assert arguments_of(message) == [("read", '{"x": 1}'), ("list", "{}")]


def test_a_new_id_at_an_index_starts_a_new_call() -> None:
    message, _ = collect(piece(0, "a", "weather", "{}"), piece(0, "b", "search", "{}"))

    assert arguments_of(message) == [("weather", "{}"), ("search", "{}")]


def test_a_name_repeated_in_every_piece_is_taken_once() -> None:
    message, _ = collect(piece(0, "a", "llm_version", "{"), piece(0, "a", "llm_version", "}"))

    assert arguments_of(message) == [("llm_version", "{}")]


def test_calls_without_an_index_follow_each_other() -> None:
    message, _ = collect(
        piece(None, "a", "read", '{"p"'),
        piece(None, "a", None, ":1}"),
        piece(None, "b", "list", "{}"),
        piece(None, None, "grep", "{}"),
    )

    assert arguments_of(message) == [("read", '{"p":1}'), ("list", "{}"), ("grep", "{}")]


def test_arguments_that_come_as_an_object_become_json() -> None:
    message, _ = collect(piece(0, "a", "read", {"path": "x"}))

    assert arguments_of(message) == [("read", '{"path": "x"}')]


def test_a_call_without_an_id_gets_one_of_its_own() -> None:
    message, _ = collect(piece(0, None, "read", "{}"), piece(1, None, "list", "{}"))

    first, second = (call.id for call in message.tool_calls)
    assert first
    assert first != second


def test_deltas_of_a_call_carry_its_id_and_name_and_join_to_its_arguments() -> None:
    _, events = collect(piece(0, "a", None, '{"x'), piece(0, None, "read", '": '), piece(0, None, None, "1}"))

    deltas = [event for event in events if isinstance(event, ToolCallDelta)]
    assert {(delta.id, delta.name) for delta in deltas} == {("a", "read")}
    assert "".join(delta.arguments for delta in deltas) == '{"x": 1}'


def test_reasoning_is_kept_apart_from_the_answer_under_any_of_its_names() -> None:
    message, events = collect({"reasoning_content": "hm"}, {"reasoning": " so"}, {"content": "yes"})

    assert (message.reasoning, message.text) == ("hm so", "yes")
    assert events[0] == ReasoningDelta("hm")


def test_content_as_a_list_of_parts_is_read() -> None:
    message, _ = collect(
        {
            "content": [
                {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]},
                {"type": "text", "text": "ok"},
            ]
        }
    )

    assert (message.reasoning, message.text) == ("hm", "ok")


def test_a_refusal_is_what_the_model_said() -> None:
    assert collect({"refusal": "I will not."})[0].text == "I will not."


def test_only_the_first_of_several_choices_counts() -> None:
    into = Accumulator(lambda event: None)
    for index in (0, 1):
        read_openai_chunk({"choices": [{"index": index, "delta": {"content": str(index)}}]}, into)

    assert into.text == "0"


def test_empty_choices_and_missing_deltas_say_nothing() -> None:
    into = Accumulator(lambda event: None)
    for odd in ({}, {"choices": []}, {"choices": None}, {"choices": [{"index": 0}]}, {"choices": [{"delta": None}]}):
        read_openai_chunk(odd, into)

    assert into.is_empty


def test_an_interrupted_message_holds_no_call() -> None:
    into = Accumulator(lambda event: None)
    into.add_text("I will ")
    into.add_tool_piece(0, "a", "delete", '{"path": "/"')

    message = into.message("acme/m1", "acme", interrupted=True)

    assert message.interrupted
    assert not message.tool_calls


def test_calls_of_the_provider_itself_are_dropped() -> None:
    into = Accumulator(lambda event: None)
    into.add_tool_piece(0, "srv", "web_search", "{}")
    into.add_tool_piece(1, "ours", "read", "{}")
    into.drop_calls({"srv"})

    assert into.message("m", "p").tool_calls == (ToolCall("ours", "read", "{}"),)


@given(st.lists(st.tuples(st.sampled_from(["content", "reasoning_content"]), st.text(max_size=5)), max_size=20))
def test_whatever_is_streamed_the_deltas_join_to_the_message(pieces: list[tuple[str, str]]) -> None:
    message, events = collect(*({kind: text} for kind, text in pieces))

    assert "".join(event.text for event in events if isinstance(event, TextDelta)) == message.text
    assert "".join(event.text for event in events if isinstance(event, ReasoningDelta)) == message.reasoning


@pytest.mark.parametrize(
    "chunk",
    [
        {"choices": "no"},
        {"choices": ["no"]},
        {"choices": [{"delta": "no"}]},
        {"choices": [{"delta": {"tool_calls": "no"}}]},
        {"choices": [{"delta": {"tool_calls": ["no"]}}]},
        {"choices": [{"delta": {"tool_calls": [{"function": 3}]}}]},
        {"choices": [{"delta": {"tool_calls": [{"function": {"name": ["run"]}}]}}]},
        {"choices": [{"delta": {"refusal": 5}}]},
        {"choices": [{"delta": {"content": {"a": 1}}}]},
        {"choices": [{"delta": {"content": [{"text": 5}]}}]},
        {"choices": [{"delta": {"content": [{"type": "thinking", "thinking": 5}]}}]},
    ],
)
def test_what_is_not_of_the_protocols_shape_breaks_the_stream_and_says_nothing(chunk: dict[str, Any]) -> None:
    events: list[Event] = []
    into = Accumulator(events.append)
    with pytest.raises(BrokenStream, match="not what the protocol says"):
        read_openai_chunk(chunk, into)
    assert into.message("m", "p").parts == ()
    assert events == []


def test_a_call_with_an_odd_index_or_id_is_still_one() -> None:
    message, _ = collect({"tool_calls": [{"index": "0", "id": 7, "function": {"name": "list", "arguments": "{}"}}]})
    assert [(call.id, call.name) for call in message.tool_calls] == [("7", "list")]
