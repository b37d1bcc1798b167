"""Tool calls through the official OpenAI client: one, several, streamed, required, forbidden, answered."""

from __future__ import annotations

import json

import openai
import pytest

WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather in a city",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]}},
            "required": ["city", "unit"],
        },
    },
}
ADD = {
    "type": "function",
    "function": {
        "name": "add_numbers",
        "parameters": {
            "type": "object",
            "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
            "required": ["a", "b"],
        },
    },
}
DELETE = {
    "type": "function",
    "function": {
        "name": "delete_file",
        "parameters": {"type": "object", "properties": {"path": {"type": "string"}}, "required": ["path"]},
    },
}


def calls_of(client: openai.OpenAI, question: str, **params) -> list[tuple[str, dict]]:
    reply = client.chat.completions.create(model="demo", messages=[{"role": "user", "content": question}], **params)
    calls = reply.choices[0].message.tool_calls or []
    assert reply.choices[0].finish_reason == ("tool_calls" if calls else "stop")
    return [(call.function.name, json.loads(call.function.arguments)) for call in calls]


def test_a_tool_spoken_of_is_called_with_arguments_from_the_question(client: openai.OpenAI) -> None:
    calls = calls_of(client, "What is the weather in Oslo, in fahrenheit please?", tools=[WEATHER, ADD])
    assert calls == [("get_weather", {"city": "Oslo", "unit": "fahrenheit"})]
    assert calls_of(client, "use add_numbers on 3 and 14", tools=[WEATHER, ADD]) == [("add_numbers", {"a": 3, "b": 14})]


def test_several_cities_are_several_calls_with_different_ids(client: openai.OpenAI) -> None:
    reply = client.chat.completions.create(
        model="demo", messages=[{"role": "user", "content": "Weather in Oslo, Rome and New York?"}], tools=[WEATHER]
    )
    calls = reply.choices[0].message.tool_calls
    assert [json.loads(call.function.arguments)["city"] for call in calls] == ["Oslo", "Rome", "New York"]
    assert len({call.id for call in calls}) == 3


def test_without_parallel_calls_there_is_one(client: openai.OpenAI) -> None:
    calls = calls_of(client, "Weather in Oslo and Rome?", tools=[WEATHER], parallel_tool_calls=False)
    assert [arguments["city"] for _, arguments in calls] == ["Oslo"]


def test_streamed_calls_begin_with_id_and_name_and_their_pieces_join(client: openai.OpenAI) -> None:
    stream = client.chat.completions.create(
        model="demo",
        messages=[{"role": "user", "content": "Weather in Oslo and Rome?"}],
        tools=[WEATHER],
        stream=True,
    )
    joined: dict[int, str] = {}
    for chunk in stream:
        for delta in chunk.choices[0].delta.tool_calls or []:
            if delta.index not in joined:
                assert delta.id
                assert (delta.function.name, delta.function.arguments) == ("get_weather", "")
                joined[delta.index] = ""
            else:
                assert (delta.id, delta.function.name) == (None, None)
                joined[delta.index] += delta.function.arguments
    assert [json.loads(text)["city"] for text in joined.values()] == ["Oslo", "Rome"]


def test_what_the_tools_answer_is_passed_on(client: openai.OpenAI) -> None:
    asked = [{"role": "user", "content": "Weather in Oslo and Rome?"}]
    message = client.chat.completions.create(model="demo", messages=asked, tools=[WEATHER]).choices[0].message
    results = [
        {"role": "tool", "tool_call_id": call.id, "content": f"sunny, {20 + at} degrees"}
        for at, call in enumerate(message.tool_calls)
    ]
    history = [*asked, message.model_dump(exclude_none=True), *results]
    reply = client.chat.completions.create(model="demo", messages=history, tools=[WEATHER]).choices[0]
    assert reply.finish_reason == "stop"
    assert "sunny, 20 degrees" in reply.message.content
    assert '"Rome"' in reply.message.content


def test_tool_choice_none_forbids_required_and_named_demand(client: openai.OpenAI) -> None:
    assert calls_of(client, "Weather in Oslo?", tools=[WEATHER], tool_choice="none") == []
    assert [name for name, _ in calls_of(client, "hello", tools=[ADD, WEATHER], tool_choice="required")] == [
        "add_numbers"
    ]
    named = {"type": "function", "function": {"name": "get_weather"}}
    calls = calls_of(client, "use add_numbers on 3 and 14", tools=[ADD, WEATHER], tool_choice=named)
    assert [name for name, _ in calls] == ["get_weather"]
    assert calls[0][1]["unit"] in ("celsius", "fahrenheit")


def test_allowed_tools_restrict_what_is_called(client: openai.OpenAI) -> None:
    only_add = {"mode": "required", "tools": [{"type": "function", "function": {"name": "add_numbers"}}]}
    choice = {"type": "allowed_tools", "allowed_tools": only_add}
    calls = calls_of(client, "Weather in Oslo?", tools=[WEATHER, ADD], tool_choice=choice)
    assert [name for name, _ in calls] == ["add_numbers"]


def test_a_question_about_something_else_calls_nothing(client: openai.OpenAI) -> None:
    assert calls_of(client, "tell me a joke", tools=[WEATHER, ADD]) == []


def test_a_tool_with_consequences_is_called_only_by_its_full_name(client: openai.OpenAI) -> None:
    assert calls_of(client, "can one delete things?", tools=[DELETE]) == []
    calls = calls_of(client, "call delete_file with path: notes/old.txt", tools=[DELETE])
    assert calls == [("delete_file", {"path": "notes/old.txt"})]


@pytest.mark.parametrize("limit", [1, 4])
def test_a_call_cut_by_the_token_limit_finishes_with_length(client: openai.OpenAI, limit: int) -> None:
    reply = client.chat.completions.create(
        model="demo", messages=[{"role": "user", "content": "Weather in Oslo?"}], tools=[WEATHER], max_tokens=limit
    )
    assert reply.choices[0].finish_reason == "length"
    assert reply.usage.completion_tokens <= limit
