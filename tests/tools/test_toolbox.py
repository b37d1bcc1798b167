"""The box of tools answers every call, whatever is in it."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manual_slop.safety.workspace import Workspace
from manual_slop.tools import Tool, ToolBox, ToolContext, make_tool
from manual_slop.tools.registry import MAX_RESULT_BYTES, capped
from manual_slop.values.cancel import Cancel
from manual_slop.values.messages import ToolCall, ToolResult
from manual_slop.values.secrets import Secret


def echo(context: ToolContext, text: str = "nothing", times: int = 1) -> str:
    """Say it again.

    Args:
        text: What to say.
        times: How often.
    """
    return text * times


def fail(context: ToolContext, how: str = "plain") -> str:
    """Go wrong.

    Args:
        how: In which way.
    """
    inside = context.workspace.root / "src" / "x.py"
    errors: dict[str, Exception] = {
        "plain": ValueError("a bad value"),
        "silent": RuntimeError(),
        "os": PermissionError(13, "Permission denied", "/home/me/.ssh/id_rsa"),
        "paths": RuntimeError(f"in {inside}: '/home/me/my files/secret' and /etc/shadow, C:\\Users\\me\\x but src/a/b"),
        "memory": MemoryError(),
        "recursion": RecursionError("maximum recursion depth exceeded"),
        "huge": ValueError("x" * 100_000),
    }
    raise errors[how]


ECHO = make_tool(echo, "READ")
FAIL = make_tool(fail, "EXECUTE")


@pytest.fixture
def box(context: ToolContext) -> ToolBox:
    return ToolBox((ECHO, FAIL), context)


def test_a_call_is_answered_under_its_id(box: ToolBox):
    call = ToolCall("call-7", "echo", '{"text": "ha", "times": 3}')
    assert box.run(call) == ToolResult("call-7", "hahaha")


@pytest.mark.parametrize("arguments", ["", "  ", "{}", '{"text": null}'])
def test_arguments_may_be_left_out(box: ToolBox, arguments: str):
    assert box.run(ToolCall("1", "echo", arguments)) == ToolResult("1", "nothing")


@pytest.mark.parametrize(
    ("name", "arguments", "told"),
    [
        ("ecko", "{}", "Error: there is no tool `ecko` (did you mean `echo`?); the tools are `echo`, `fail`"),
        ("\x1b]0;", "{}", "there is no tool `\\x1b]0;`; the tools"),
        ("e" * 5000, "{}", "…"),
        ("echo", "[]", "expected a JSON object"),
        ("echo", "{", "not valid JSON"),
        ("echo", '{"text": "a", "text": "b"}', '"text" stands twice'),
        ("echo", '{"times": NaN}', "NaN is not JSON"),
        ("echo", '{"times": "2"}', '`times`: expected an integer, got "2"'),
        ("echo", '{"txt": "a"}', "did you mean `text`?"),
        ("fail", "{}", "Error: fail failed: ValueError: a bad value"),
        ("fail", '{"how": "silent"}', "fail failed: RuntimeError"),
        ("fail", '{"how": "os"}', "fail failed: Permission denied"),
        ("fail", '{"how": "memory"}', "MemoryError"),
        ("fail", '{"how": "recursion"}', "maximum recursion depth"),
        ("fail", '{"how": "missing"}', "KeyError"),
        ("echo", '{"times": 99999999999999999999}', "echo failed: OverflowError"),
    ],
)
def test_whatever_is_wrong_becomes_words_the_model_can_act_on(box: ToolBox, name: str, arguments: str, told: str):
    result = box.run(ToolCall("1", name, arguments))
    assert result.is_error
    assert result.content.startswith("Error: ")
    assert told in result.content
    assert "Traceback" not in result.content
    assert len(result.content) < 1000


def test_a_failure_names_no_place_outside_the_project(box: ToolBox, project: Path):
    result = box.run(ToolCall("1", "fail", '{"how": "paths"}'))
    assert result.content == "Error: fail failed: RuntimeError: in src/x.py: ‹path› and ‹path›, ‹path› but src/a/b"
    assert str(project) not in result.content


def test_a_loaded_key_never_comes_back_to_the_model(box: ToolBox):
    Secret("sk-canary-0123456789", "a test")
    for arguments in ('{"text": "the key is sk-canary-0123456789."}', '{"txt": "sk-canary-0123456789"}'):
        assert "canary" not in box.run(ToolCall("1", "echo", arguments)).content
    assert "canary" not in box.run(ToolCall("1", "sk-canary-0123456789", "{}")).content


def test_a_key_is_taken_out_before_the_result_is_cut(context: ToolContext):
    Secret("sk-canary-0123456789", "a test")
    box = ToolBox((ECHO,), context, limit=120)
    for before in range(0, 130, 3):
        text = "x" * before + "sk-canary-0123456789" + "y" * 100
        assert "sk-c" not in box.run(ToolCall("1", "echo", json.dumps({"text": text}))).content


def test_a_long_result_is_cut_and_says_so(box: ToolBox):
    result = box.run(ToolCall("1", "echo", '{"text": "eine Zeile mit Ümlaut\\n", "times": 10000}'))
    assert len(result.content.encode()) <= MAX_RESULT_BYTES
    assert result.content.endswith("ask for less at a time]")
    assert "[truncated: 230,000 bytes are more than the 65,536" in result.content
    assert result.content.splitlines()[-2] == "eine Zeile mit Ümlaut"


@given(st.text(st.characters(), max_size=300), st.integers(100, 400))
def test_a_result_is_storable_and_never_longer_than_its_limit(text: str, limit: int):
    data = capped(text, limit).encode("utf-8")
    assert len(data) <= limit


def test_a_box_tells_what_is_in_it(box: ToolBox):
    assert [spec.name for spec in box.specs()] == ["echo", "fail"]
    assert box.specs()[0].parameters["properties"]["times"]["type"] == "integer"
    assert box.risk("fail") == "EXECUTE"
    assert box.risk("rm") is None


def test_two_tools_of_one_name_are_refused(context: ToolContext):
    with pytest.raises(ValueError, match="same name"):
        ToolBox((ECHO, ECHO), context)


def test_a_tool_made_from_a_foreign_schema_is_run_alike(context: ToolContext):
    def forward(context: ToolContext, **arguments: object) -> str:
        return json.dumps(arguments)

    schema = {"type": "object", "properties": {"where": {"type": "string"}}, "required": ["where"]}
    box = ToolBox((Tool("weather", "Tell the weather.", schema, "NETWORK", forward),), context)
    assert box.run(ToolCall("1", "weather", '{"where": "Rom", "unit": "C"}')).content == '{"where": "Rom", "unit": "C"}'
    assert "`where` (a string) is missing" in box.run(ToolCall("1", "weather", "")).content


def test_nothing_begins_after_the_person_stopped_it(project: Path):
    cancel = Cancel()
    cancel.request()
    box = ToolBox((ECHO,), ToolContext(Workspace(project)))
    stopped = ToolResult("1", "Error: stopped before it began", is_error=True)
    assert box.run(ToolCall("1", "echo", "{}"), cancel) == stopped
    assert ToolBox((ECHO,), ToolContext(Workspace(project), cancel)).run(ToolCall("1", "echo", "{}")) == stopped
    assert not box.run(ToolCall("1", "echo", "{}")).is_error


def test_calls_from_many_threads_do_not_mix(box: ToolBox):
    wrong: list[ToolResult] = []

    def ask(number: int) -> None:
        for count in range(50):
            result = box.run(ToolCall(f"{number}-{count}", "echo", json.dumps({"text": f"{number}."})))
            if result != ToolResult(f"{number}-{count}", f"{number}."):
                wrong.append(result)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
