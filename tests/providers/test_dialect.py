"""Our messages in the words of each provider, and what is echoed to whom."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from manual_slop.providers.dialect import Translator, estimate_tokens, tools
from manual_slop.providers.quirks import anthropic, openai
from manual_slop.values.messages import Image, Message, Opaque, Reasoning, Text, ToolCall, ToolResult, system, user
from manual_slop.values.tools import ToolSpec

PIECES = [
    {"type": "thinking", "thinking": "let me "},
    {"type": "thinking", "thinking": "see"},
    {"type": "thinking", "thinking": "", "signature": "SIG"},
    {"type": "redacted_thinking", "data": "XYZ"},
]
BLOCKS = [
    {"type": "thinking", "thinking": "let me see", "signature": "SIG"},
    {"type": "redacted_thinking", "data": "XYZ"},
]


def thought(provider: str, **fields: Any) -> Message:
    """An assistant's message with thoughts, made by `provider`, that calls a tool."""
    parts = (Reasoning("let me see", Opaque(provider, fields)), Text("I look."), ToolCall("call_1", "read", "{}"))
    return Message("assistant", parts, model=f"{provider}/m")


def conversation(assistant: Message) -> list[Message]:
    return [system("Be kind."), user("hi"), assistant, Message("tool", (ToolResult("call_1", "text"),))]


def test_a_conversation_is_told_in_order() -> None:
    wire = Translator("openai", "openai").messages(conversation(thought("openai")))

    assert wire == [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": "hi"},
        {
            "role": "assistant",
            "content": "I look.",
            "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "read", "arguments": "{}"}}],
        },
        {"role": "tool", "tool_call_id": "call_1", "content": "text"},
    ]


def test_anthropic_gets_its_thinking_blocks_back_whole() -> None:
    wire = Translator("anthropic", "anthropic").messages(conversation(thought("anthropic", thinking_pieces=PIECES)))

    assert wire[2]["thinking_blocks"] == BLOCKS


def test_deepseek_gets_its_thoughts_back_within_the_tool_loop_only() -> None:
    said = conversation(thought("deepseek"))
    translator = Translator("deepseek", "deepseek")

    assert translator.messages(said)[2]["reasoning_content"] == "let me see"
    assert "reasoning_content" not in translator.messages([*said, user("and now?")])[2]


def test_gemini_gets_its_signed_call_ids_back() -> None:
    call = ToolCall("call_9__thought__c2ln", "read", "{}")
    said = [user("hi"), Message("assistant", (call,), model="gemini/m"), Message("tool", (ToolResult(call.id, "x"),))]

    own = Translator("gemini", "gemini").messages(said)
    foreign = Translator("openai", "openai").messages(said)

    assert own[1]["tool_calls"][0]["id"] == own[2]["tool_call_id"] == "call_9__thought__c2ln"
    assert foreign[1]["tool_calls"][0]["id"] == foreign[2]["tool_call_id"] == "call_9"


@pytest.mark.parametrize("target", ["openai", "deepseek", "openrouter", "gemini", "mistral"])
def test_nobody_is_sent_what_another_provider_thought(target: str) -> None:
    wire = Translator(target, target).messages(conversation(thought("anthropic", thinking_pieces=PIECES)))

    assert set(wire[2]) == {"role", "content", "tool_calls"}


def test_a_vendor_of_ones_own_that_speaks_anthropics_protocol_is_echoed_too() -> None:
    wire = Translator("acme", "anthropic").messages(conversation(thought("acme", thinking_pieces=PIECES)))

    assert wire[2]["thinking_blocks"] == BLOCKS


def test_pictures_become_data_uris() -> None:
    wire = Translator("openai", "openai").messages([user("what is it?", (Image("image/png", b"PNG"),))])

    encoded = base64.b64encode(b"PNG").decode()
    assert wire[0]["content"] == [
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{encoded}"}},
        {"type": "text", "text": "what is it?"},
    ]


def test_an_interrupted_message_says_so() -> None:
    said = [user("hi"), Message("assistant", (Text("I was ab"),), model="openai/m", interrupted=True), user("go on")]

    assert Translator("openai", "openai").messages(said)[1]["content"] == "I was ab [interrupted]"


def test_a_message_with_nothing_in_it_is_not_sent() -> None:
    assert Translator("openai", "openai").messages([user("hi"), Message("assistant", ())]) == [
        {"role": "user", "content": "hi"}
    ]


def test_history_is_translated_once() -> None:
    translator, said = Translator("openai", "openai"), [user("hi"), Message("assistant", (Text("there"),))]

    first, second = translator.messages(said), translator.messages([*said, user("again")])

    assert first[0] is second[0]
    assert first[1] is second[1]


def test_what_was_said_instead_is_what_goes_out() -> None:
    translator, hi, there = Translator("openai", "openai"), user("hi"), Message("assistant", (Text("there"),))

    translator.messages([hi, there, user("again")])
    other = translator.messages([hi, there, user("once more")])
    shorter = translator.messages([hi])
    joined = translator.messages([hi, user("you")])
    again = translator.messages([hi, user("all")])

    assert [said["content"] for said in other] == ["hi", "there", "once more"]
    assert [said["content"] for said in shorter] == ["hi"]
    assert [said["content"] for said in joined] == ["hi\n\nyou"]
    assert [said["content"] for said in again] == ["hi\n\nall"]


def test_a_person_who_speaks_twice_is_told_as_one() -> None:
    picture = Image("image/png", b"x")

    (words,) = Translator("openai", "openai").messages([user("a summary"), user("a prompt")])
    (seen,) = Translator("openai", "openai").messages([user("a summary"), user("a prompt", (picture,))])

    assert words == {"role": "user", "content": "a summary\n\na prompt"}
    assert [part["type"] for part in seen["content"]] == ["text", "image_url", "text"]


def test_messages_taken_back_are_forgotten() -> None:
    translator = Translator("openai", "openai")
    for turn in range(200):
        translator.messages([user(str(turn))])

    assert len(translator._known) < 50


def test_cache_breakpoints_stand_on_tools_instructions_and_the_newest_input() -> None:
    messages = Translator("anthropic", "anthropic").messages(conversation(thought("anthropic")))
    shared = list(messages)
    offered = tools([ToolSpec("read", "reads", {"type": "object"}), ToolSpec("list", "lists", {"type": "object"})])

    anthropic.cache_prefix(messages, offered)

    marked = [message["role"] for message in messages if "cache_control" in str(message)]
    assert marked == ["system", "tool"]
    assert ["cache_control" in tool for tool in offered] == [False, True]
    assert "cache_control" not in str(shared)


@pytest.mark.parametrize(
    ("name", "role"), [("o1", "developer"), ("o3-mini", "developer"), ("gpt-4o", "system"), ("gpt-5", "system")]
)
def test_the_o_series_is_instructed_as_developers_do(name: str, role: str) -> None:
    assert openai.system_role(name) == role


def test_what_a_reasoning_model_refuses_is_left_out_or_translated() -> None:
    params = {"temperature": 0.2, "max_tokens": 5, "reasoning_effort": "low", "parallel_tool_calls": False}

    kept, refused = openai.without_refused("o3-mini", params)

    assert kept == {"max_completion_tokens": 5, "reasoning_effort": "low"}
    assert refused == ("temperature", "parallel_tool_calls")


def test_other_models_keep_all_their_parameters() -> None:
    params = {"temperature": 0.2, "max_tokens": 5}

    assert openai.without_refused("gpt-4o", params) == (params, ())


def test_an_estimate_grows_with_what_is_sent() -> None:
    translator = Translator("openai", "openai")
    short = estimate_tokens(translator.messages([user("x" * 400)]), [])
    with_picture = estimate_tokens(translator.messages([user("x" * 400, (Image("image/png", b"P"),))]), [])

    assert short == 100
    assert with_picture > short + 500


@pytest.mark.parametrize("written", ['{"city": "', "[1]", "NaN", '{"a": 1, "a": 2}', "\ud800"])
def test_arguments_that_are_no_object_are_shown_in_one(written: str) -> None:
    said = [user("hi"), Message("assistant", (ToolCall("c", "read", written),), model="openai/m")]

    sent = Translator("openai", "openai").messages(said)[1]["tool_calls"][0]["function"]["arguments"]

    assert json.loads(sent) == {"unreadable_arguments": written}


@pytest.mark.parametrize("written", ["", "  ", "{}"])
def test_no_arguments_are_an_empty_object(written: str) -> None:
    said = [user("hi"), Message("assistant", (ToolCall("c", "read", written),), model="openai/m")]

    assert Translator("openai", "openai").messages(said)[1]["tool_calls"][0]["function"]["arguments"] == "{}"
