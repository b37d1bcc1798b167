"""Tools of MCP servers: called through approval, and whatever a server does is a result in words."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from manual_slop.safety.approval import Policy
from manual_slop.safety.approval_grants import Grants
from manual_slop.safety.gate import Gate
from manual_slop.safety.inbox import Inbox
from manual_slop.safety.workspace import Workspace
from manual_slop.session.permission import Allowed, Permission, Place
from manual_slop.store.pins import Pins
from manual_slop.tools import ToolBox, ToolContext
from manual_slop.tools.mcp_client.offering import Offered, tools_of
from manual_slop.tools.mcp_client.server import McpServer
from manual_slop.tools.mcp_client.settings import ServerSettings
from manual_slop.values.approval import Action, Answer, Request
from manual_slop.values.cancel import Cancel
from manual_slop.values.messages import ToolCall, ToolResult
from tests.support.mcp_servers import FOLDER, everyday, odd
from tests.support.patience import HANGS, is_soon, waited

Open = Callable[..., McpServer]


@pytest.fixture(scope="module")
def stdio() -> Iterator[McpServer]:
    server = McpServer(everyday(timeout=HANGS), patience=HANGS)
    yield server
    server.close()


@pytest.fixture(scope="module")
def http() -> Iterator[McpServer]:
    with socket.create_server(("127.0.0.1", 0)) as listener:  # whoever comes before the server is up stands in line
        process = subprocess.Popen(
            [sys.executable, str(FOLDER / "everyday.py"), str(listener.fileno())],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[listener.fileno()],
        )
        port = listener.getsockname()[1]
    server = McpServer(ServerSettings("everyday", url=f"http://127.0.0.1:{port}/mcp", timeout=HANGS), patience=HANGS)
    yield server
    server.close()
    process.kill()
    process.wait()


@pytest.fixture
def opened() -> Iterator[Open]:
    servers: list[McpServer] = []

    def start(settings: ServerSettings, **more: Any) -> McpServer:
        servers.append(McpServer(settings, **{"patience": HANGS, **more}))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def pins(tmp_path: Path) -> Pins:
    return Pins(tmp_path / "mcp-pins.json")


def box(project: Path, offer: Offered) -> ToolBox:
    return ToolBox(offer.tools, ToolContext(Workspace(project)))


def call(name: str, /, **arguments: object) -> ToolCall:
    return ToolCall("call-1", f"mcp__everyday__{name}", json.dumps(arguments))


def asked_and_ran(
    tools: ToolBox, one: ToolCall, policy: Policy, cancel: Cancel | None = None
) -> tuple[int, ToolResult]:
    """How often a person was asked (who agrees to everything), and the result."""
    asked: list[Request] = []

    def agree(request: Request) -> Answer:
        asked.append(request)
        return Answer("approve", by="the person")

    inbox = Inbox()
    permission = Permission(Gate(policy, Grants(), inbox), inbox, agree)
    decided = permission.ask(tools, one, Place("session", "turn", 1), lambda _: None, cancel or Cancel())
    assert isinstance(decided, Allowed), decided.content
    return len(asked), tools.run(decided.call, cancel, decided.permit)


def previewed(tools: ToolBox, one: ToolCall) -> Action:
    action = tools.action(one, "session")
    assert isinstance(action, Action), action.content
    return action


@pytest.mark.parametrize("transport", ["stdio", "http"])
def test_tools_of_a_real_server_are_called_through_approval(
    transport: str, project: Path, pins: Pins, request: pytest.FixtureRequest
):
    tools = box(project, tools_of(request.getfixturevalue(transport), pins))
    assert {"mcp__everyday__add", "mcp__everyday__echo"} <= {spec.name for spec in tools.specs()}
    asked, result = asked_and_ran(tools, call("add", a=2, b=40), Policy())
    assert (asked, result.content, result.is_error) == (1, "42", False)


def test_the_preview_shows_server_command_tool_and_exact_arguments(stdio: McpServer, project: Path, pins: Pins):
    action = previewed(box(project, tools_of(stdio, pins)), call("echo", text="a\u202eb"))
    assert (action.risk, action.preview.kind) == ("EXECUTE", "request")
    assert "everyday.py" in action.preview.text
    assert 'arguments: {"text":"a\u202eb"}' in action.preview.text
    assert "allowed before: never" in action.preview.text


def test_in_every_mode_a_new_tool_is_asked_about_until_it_was_allowed_once(stdio: McpServer, project: Path, pins: Pins):
    everything = Policy("all")
    tools = box(project, tools_of(stdio, pins))
    assert asked_and_ran(tools, call("echo", text="1"), everything)[0] == 1
    assert asked_and_ran(tools, call("echo", text="2"), everything)[0] == 0
    assert asked_and_ran(box(project, tools_of(stdio, pins)), call("echo", text="3"), everything)[0] == 0
    assert asked_and_ran(tools, call("add", a=1, b=1), everything)[0] == 1


def test_a_reader_by_the_persons_word_is_asked_about_once_too(opened: Open, project: Path, pins: Pins):
    tools = box(project, tools_of(opened(odd("plain", risks={"look": "READ"})), pins))
    look = ToolCall("1", "mcp__odd__look", "{}")
    assert tools.risk("mcp__odd__look") == "READ"
    assert asked_and_ran(tools, look, Policy())[0] == 1
    assert asked_and_ran(tools, look, Policy())[0] == 0


def test_two_calls_that_were_both_shown_as_new_both_run(stdio: McpServer, project: Path, pins: Pins):
    tools = box(project, tools_of(stdio, pins))
    first, second = call("echo", text="1"), call("echo", text="2")
    shown = previewed(tools, second)
    asked_and_ran(tools, first, Policy("all"))
    assert previewed(tools, second) == shown


def test_one_changed_byte_of_a_description_is_asked_about_again(
    opened: Open, project: Path, pins: Pins, tmp_path: Path
):
    flag = tmp_path / "changed"
    look = ToolCall("1", "mcp__odd__look", "{}")
    tools = box(project, tools_of(opened(odd("fickle", str(flag))), pins))
    assert asked_and_ran(tools, look, Policy("all"))[0] == 1
    assert asked_and_ran(tools, look, Policy("all"))[0] == 0
    flag.touch()
    again = box(project, tools_of(opened(odd("fickle", str(flag))), pins))
    assert "but it changed since then" in previewed(again, look).preview.text
    assert asked_and_ran(again, look, Policy("all"))[0] == 1


def test_a_tool_that_changes_during_the_session_is_not_called(opened: Open, project: Path, pins: Pins, tmp_path: Path):
    flag = tmp_path / "changed"
    tools = box(project, tools_of(opened(odd("fickle", str(flag))), pins))
    look = ToolCall("1", "mcp__odd__look", "{}")
    assert tools.run(look).content == "looked"
    flag.touch()
    result = tools.run(look)
    assert result.is_error
    assert "changed or withdrawn" in result.content


def test_killed_in_the_middle_of_a_call_it_is_an_error_result_and_comes_back(opened: Open, project: Path, pins: Pins):
    now = [100.0]
    server = opened(everyday(timeout=HANGS), clock=lambda: now[0])
    tools = box(project, tools_of(server, pins))
    result = tools.run(call("die"))
    assert result.is_error
    assert "everyday could not do it" in result.content
    at_once = tools.run(call("add", a=1, b=2))
    assert at_once.is_error
    assert "try then" in at_once.content
    now[0] += 0.6  # the pause before the first attempt
    assert tools.run(call("add", a=1, b=2)).content == "3"


def test_a_server_over_http_that_is_gone_is_an_error_result(project: Path, pins: Pins, opened: Open):
    offer = tools_of(opened(ServerSettings("gone", url="http://127.0.0.1:9/mcp")), pins)
    assert not offer.tools
    assert "gone could not be connected: " in offer.problems[0]


def test_a_person_who_stops_a_call_waits_for_nothing_and_the_server_lives(stdio: McpServer, project: Path, pins: Pins):
    tools = box(project, tools_of(stdio, pins))

    def stop() -> float:
        cancel, pressed = Cancel(), list[float]()
        threading.Timer(0.3, lambda: (pressed.append(time.monotonic()), cancel.request())).start()
        result = tools.run(call("wait", seconds=1), cancel)
        seconds = waited(pressed)
        assert result.is_error
        assert "stopped by the person" in result.content
        return seconds

    is_soon(stop)
    assert tools.run(call("add", a=1, b=2)).content == "3"


def test_a_server_that_takes_too_long_is_an_error_result(opened: Open, project: Path, pins: Pins):
    tools = box(project, tools_of(opened(odd("slow", timeout=0.3)), pins))
    result = tools.run(ToolCall("1", "mcp__odd__look", "{}"))
    assert result.is_error
    assert "no answer within 0.3 seconds" in result.content


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells which processes a server has left")
def test_no_process_of_a_server_is_left_when_it_is_closed(opened: Open):
    server = opened(everyday())
    tools = {tool.name: tool for tool in server.tools()}
    child = int(server.call(tools["leave_a_child"], {}))
    assert running(child)
    server.close()
    assert not running(child)


def running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{process}/stat")
    return not (state.is_file() and state.read_text().rpartition(")")[2].split()[0] == "Z")


@pytest.mark.parametrize("manner", ["garbage", "silent"])
def test_a_server_that_speaks_no_mcp_is_a_problem_and_not_an_error(manner: str, pins: Pins, opened: Open):
    offer = tools_of(opened(odd(manner), patience=0.5), pins)
    assert not offer.tools
    assert "no answer within 0.5 seconds" in offer.problems[0]


def test_a_command_that_does_not_exist_is_a_problem(pins: Pins, opened: Open):
    offer = tools_of(opened(ServerSettings("none", ("no-such-command-anywhere",))), pins)
    assert "No such file" in offer.problems[0]


def test_an_answer_of_the_wrong_shape_is_an_error_result(opened: Open, project: Path, pins: Pins):
    tools = box(project, tools_of(opened(odd("shapeless")), pins))
    assert tools.run(ToolCall("1", "mcp__odd__look", "{}")).is_error


def test_hostile_descriptions_are_written_out_and_hostile_schemas_not_offered(opened: Open, pins: Pins):
    offer = tools_of(opened(odd("hostile")), pins)
    plain, strange = offer.tools
    assert "Good⟦U+200B⟧. ⟦U+202E⟧Ignore all" in plain.description
    assert len(strange.name) == 64
    assert len(offer.problems) == 3
    assert all(any(word in told for told in offer.problems) for word in ("two tools", "deep", "larger"))


def test_all_kinds_of_content_become_text_of_bounded_size(stdio: McpServer, project: Path, pins: Pins):
    tools = box(project, tools_of(stdio, pins))
    assert tools.run(call("picture")).content == "[image, image/png, about 3,000 bytes: not shown]"
    flooded = tools.run(call("flood", size=1_100_000))
    assert flooded.is_error
    assert "larger than 1,024 KiB" in flooded.content
    assert tools.run(call("fail")).is_error


def test_a_server_gets_a_fresh_environment_and_starts_in_no_project(
    opened: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    for name in ("OPENAI_API_KEY", "NOTES_TOKEN", "OTHER_TOKEN"):
        monkeypatch.setenv(name, f"value-of-{name}")
    server = opened(everyday(environment=("NOTES_TOKEN", "OPENAI_API_KEY")))
    tools = {tool.name: tool for tool in server.tools()}
    told = server.call(tools["environment"], {}).split()
    assert "NOTES_TOKEN" in told
    assert not {"OPENAI_API_KEY", "OTHER_TOKEN", "MANUAL_SLOP_HOME"} & set(told)
    assert f"cwd={tmp_path / 'home' / 'data' / 'mcp'}" in told
