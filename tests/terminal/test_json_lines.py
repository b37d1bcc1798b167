"""Events as JSON Lines."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from typing import get_args

import pytest

from manual_slop.terminal.json_lines import document, event_line, failed_line, plain, snake_case
from manual_slop.values.approval import Action, Preview, Request
from manual_slop.values.errors import ConfigError, ProviderError
from manual_slop.values.events import ApprovalRequested, Event, MessageFinished, TextDelta, TurnFailed
from manual_slop.values.messages import Image, Message, Opaque, Reasoning, Text
from manual_slop.values.secrets import Secret
from manual_slop.values.usage import UNPRICED, Usage
from tests.terminal.doubles import finished

ERROR = ProviderError("auth", "openai", "openai/gpt-4o", "no", status=401, advice="set a key")


def test_the_type_is_the_name_in_snake_case():
    names = [snake_case(event.__name__) for event in get_args(Event)]
    assert {"turn_started", "text_delta", "tool_call_delta", "tool_finished", "usage_recorded"} <= set(names)
    assert json.loads(event_line(TextDelta("x"))) == {"type": "text_delta", "text": "x"}


def test_the_last_line_of_a_turn_has_what_programs_need():
    line = json.loads(event_line(finished("the text")))
    assert line["type"] == "turn_finished"
    assert (line["text"], line["stop_reason"], line["model"], line["rounds"]) == (
        "the text",
        "stop",
        "openai/gpt-4o",
        2,
    )
    assert line["usage"]["cache_read_tokens"] == 128
    assert line["cost"]["usd"] == "0.0012"
    assert line["cost"]["basis"] == "list price"
    assert line["session_id"] == "session"


def test_an_unknown_cost_is_null():
    assert json.loads(event_line(finished(cost=UNPRICED)))["cost"]["usd"] is None


def test_a_failure_says_what_happened_and_what_to_do():
    error = json.loads(event_line(TurnFailed(ERROR, Usage(), UNPRICED, "s")))["error"]
    wanted = {"kind": "auth", "message": "no", "advice": "set a key", "status": 401, "retry_after": None}
    assert wanted.items() <= error.items()
    assert (error["provider"], error["model"]) == ("openai", "openai/gpt-4o")


def test_a_configuration_error_ends_a_turn_like_any_other():
    line = json.loads(failed_line(ConfigError("wrong")))
    assert line["type"] == "turn_failed"
    assert line["error"]["kind"] == "configuration"
    assert line["error"]["message"] == "wrong"
    assert line.keys() == json.loads(event_line(TurnFailed(ERROR, Usage(), UNPRICED, "s"))).keys()
    assert line["error"].keys() == json.loads(event_line(TurnFailed(ERROR, Usage(), UNPRICED, "s")))["error"].keys()


def test_pictures_go_by_size_and_opaque_data_by_name():
    parts = (Image("image/png", b"12345", 3, 2), Reasoning("hm", Opaque("anthropic", {"signature": "xyz"})), Text("t"))
    shown = json.loads(event_line(MessageFinished(Message("assistant", parts), "stop")))["message"]["parts"]
    assert shown[0] == {"type": "image", "media_type": "image/png", "width": 3, "height": 2, "bytes": 5}
    assert shown[1]["opaque"] == {"provider": "anthropic", "fields": ["signature"]}
    assert [part["type"] for part in shown] == ["image", "reasoning", "text"]


def test_no_secret_gets_out():
    secret = Secret("sk-canary-in-json-lines", "test")
    shown = document(
        {"a sk-canary-in-json-lines": ["sk-canary-in-json-lines", secret], "b": TextDelta("sk-canary-in-json-lines")}
    )
    assert "canary" not in shown


@pytest.mark.parametrize("text", ["\ud800", "\x00\x1b", "a\nb\u2028c", "\N{PILE OF POO}"])
def test_any_text_becomes_one_line_of_valid_json(text: str):
    line = event_line(TextDelta(text))
    assert "\n" not in line
    line.encode("utf-8")
    json.loads(line)


def test_numbers_dates_and_odd_floats_have_a_json_form():
    values = {
        "d": Decimal("1E-7"),
        "when": date(2026, 11, 22),
        "span": timedelta(seconds=3),
        "n": float("nan"),
        "b": b"12",
    }
    assert plain(values) == {"d": "0.0000001", "when": "2026-11-22", "span": 3.0, "n": None, "b": {"bytes": 2}}


def test_a_foreign_object_is_refused_rather_than_printed():
    with pytest.raises(TypeError, match="object has no JSON form"):
        plain(object())


def test_a_request_for_approval_has_a_json_form():
    preview = Preview("command", "rm -rf build", ("build",))
    request = Request("r1", Action("s", "c", "run_shell", "EXECUTE", "{}", preview), "it runs a program", 1.5)
    shown = json.loads(event_line(ApprovalRequested(request)))
    assert shown["type"] == "approval_requested"
    assert shown["request"]["action"]["preview"]["text"] == "rm -rf build"
