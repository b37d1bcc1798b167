"""A turn from prompt to reply, against a scripted model behind a real server."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from manual_slop.providers.access import Access
from manual_slop.providers.exchange import Timeouts
from manual_slop.providers.retry import RetryPolicy
from manual_slop.safety.workspace import Workspace
from manual_slop.session.session import Session
from manual_slop.session.turn import Reply
from manual_slop.tools.declaration import ToolContext
from manual_slop.tools.registry import ToolBox, built_in_tools
from manual_slop.values.cancel import Cancel
from manual_slop.values.errors import ConfigError, ProviderError
from manual_slop.values.events import (
    Event,
    MessageAdded,
    MessageFinished,
    Notice,
    Retrying,
    SessionDescribed,
    TextDelta,
    ToolFinished,
    ToolStarted,
    TurnFailed,
    TurnFinished,
    TurnStarted,
)
from manual_slop.values.ledger import UsageRecorded
from manual_slop.values.messages import Image, ToolResult
from tests.support.patience import is_soon, waited
from tests.support.scripted_server import Scripted, ScriptedServer, calls, chunk, fails, says, whole

AT_ONCE = RetryPolicy(attempts=3, first_wait=0.0)


class Talk:
    """A session with a scripted model, and everything it told."""

    def __init__(self, server: ScriptedServer, model: str = "openai/gpt-4o", project: Path | None = None) -> None:
        self.server = server
        self.events: list[Event] = []
        toolbox = ToolBox(built_in_tools(), ToolContext(Workspace(project))) if project else None
        self.session = Session(
            Access(), model, system_prompt="Be kind.", toolbox=toolbox, on_event=self.events.append, retries=AT_ONCE
        )

    def say(self, prompt: str = "hi", **more: Any) -> Reply:
        given = {"api_base": f"{self.server.url}/v1", "api_key": "sk-canary-session-1", **more}
        return self.session.send(prompt, **given)

    def told(self, kind: type[Any]) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]

    def roles(self) -> list[str]:
        return [message.role for message in self.session.messages]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "README.md").write_text("# Pear\n\nA pear peeler.\n", "utf-8")
    return folder


def test_a_prompt_is_answered_and_priced() -> None:
    with ScriptedServer([says("Hel", "lo")]) as server:
        talk = Talk(server)
        reply = talk.say()

    assert str(reply) == "Hello"
    assert (reply.usage.input_tokens, reply.usage.output_tokens, reply.usage.estimated) == (10, 5, False)
    assert reply.cost.usd == Decimal("0.000075")
    assert reply.cost.basis == "override"
    assert server.seen[0].body["messages"] == [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": "hi"},
    ]
    assert server.seen[0].body["stream_options"] == {"include_usage": True}


def test_events_begin_and_end_once_and_the_deltas_are_the_text() -> None:
    with ScriptedServer([says("a", "b", "c")]) as server:
        talk = Talk(server)
        talk.say()

    assert [type(event) for event in talk.events[:3]] == [SessionDescribed, TurnStarted, MessageAdded]
    assert isinstance(talk.events[-1], TurnFinished)
    assert "".join(event.text for event in talk.told(TextDelta)) == "abc" == talk.events[-1].text
    assert len(talk.told(MessageFinished)) == len(talk.told(UsageRecorded)) == 1


def test_a_conversation_goes_on() -> None:
    with ScriptedServer([says("one"), says("two")]) as server:
        talk = Talk(server)
        talk.say("first")
        talk.say("second")

    assert [message["content"] for message in server.seen[1].body["messages"]] == ["Be kind.", "first", "one", "second"]


def test_tools_run_and_their_results_go_back_in_call_order(project: Path) -> None:
    wanted = calls(("read_file", {"path": "README.md"}), ("list_directory", {"path": "."}))
    with ScriptedServer([wanted, says("It peels pears.")]) as server:
        talk = Talk(server, project=project)
        reply = talk.say("what is it?")

    assert (reply.text, reply.rounds) == ("It peels pears.", 2)
    assert talk.roles() == ["user", "assistant", "tool", "assistant"]
    sent = server.seen[1].body["messages"]
    assert [message.get("tool_call_id") for message in sent[-2:]] == ["call_0_read_file", "call_1_list_directory"]
    assert "pear peeler" in sent[-2]["content"]
    assert len(talk.told(ToolStarted)) == len(talk.told(ToolFinished)) == 2
    assert [event.purpose for event in talk.told(UsageRecorded)] == ["chat", "tool round"]
    assert reply.usage.input_tokens == 20


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("fly", "{}", "no tool"),
        ("read_file", '{"path": "a", "path": "b"}', "path"),
        ("read_file", '{"path": NaN}', ""),
        ("read_file", '{"path": "RE', ""),
        ("read_file", "[" * 5000, ""),
        ("read_file", '{"paht": "README.md"}', "path"),
    ],
)
def test_a_bad_call_is_answered_with_an_error_the_model_can_read(
    project: Path, name: str, arguments: str, said: str
) -> None:
    with ScriptedServer([calls((name, arguments)), says("I see.")]) as server:
        talk = Talk(server, project=project)
        assert talk.say().text == "I see."

    result: ToolResult = talk.told(ToolFinished)[0].result
    assert result.is_error
    assert said in result.content


def test_calls_of_an_answer_that_was_cut_short_do_not_run(project: Path) -> None:
    with ScriptedServer([calls(("read_file", '{"path": "README.md"}'), finish="length"), says("ok")]) as server:
        talk = Talk(server, project=project)
        reply = talk.say()
        talk.say("go on")

    assert reply.stop_reason == "length"
    assert talk.told(ToolStarted) == []
    assert server.seen[1].body["messages"][3]["role"] == "tool"


def test_a_stream_that_is_cut_keeps_its_text_and_runs_nothing(project: Path) -> None:
    cut = Scripted(
        [
            chunk({"content": "I will look"}),
            chunk({"tool_calls": [{"index": 0, "id": "c", "function": {"name": "read_file", "arguments": "{}"}}]}),
        ],
        cut=True,
    )
    with ScriptedServer([cut, says("again")]) as server:
        talk = Talk(server, project=project)
        with pytest.raises(ProviderError) as caught:
            talk.say()
        assert talk.say("again?").text == "again"

    assert caught.value.kind == "network"
    assert caught.value.partial == "I will look"
    assert talk.told(ToolStarted) == []
    assert talk.session.messages[1].interrupted
    assert talk.told(UsageRecorded)[0].purpose == "interrupted"
    assert talk.told(UsageRecorded)[0].cost.basis == "estimated"
    assert len(server.seen) == 2


def test_a_failed_prompt_may_be_said_again() -> None:
    with ScriptedServer([fails(401, "bad key"), says("hello")]) as server:
        talk = Talk(server)
        with pytest.raises(ProviderError):
            talk.say()
        assert talk.roles() == []
        assert talk.say().text == "hello"

    assert isinstance(talk.told(TurnFailed)[0].error, ProviderError)


def test_what_may_pass_is_tried_again_and_said() -> None:
    with ScriptedServer([fails(503), fails(429, retry_after="0"), says("hello")]) as server:
        talk = Talk(server)
        assert talk.say().text == "hello"

    assert [event.error.kind for event in talk.told(Retrying)] == ["server", "rate_limit"]
    assert [(entry.purpose, entry.error) for entry in talk.told(UsageRecorded)] == [
        ("chat", "server"),
        ("retry", "rate_limit"),
        ("retry", ""),
    ]


@pytest.mark.parametrize(("status", "code"), [(401, None), (429, "insufficient_quota"), (402, None), (404, None)])
def test_what_will_not_pass_is_asked_once(status: int, code: str | None) -> None:
    with ScriptedServer([fails(status, code=code)]) as server:
        with pytest.raises(ProviderError):
            Talk(server).say()
        assert len(server.seen) == 1


@pytest.mark.parametrize(
    "reply", [Scripted([], hold_before=True), Scripted([chunk({"content": "Hel"})], hold_after=True)]
)
def test_a_cancel_is_answered_within_a_tenth_of_a_second_and_keeps_what_arrived(reply: Scripted) -> None:
    is_soon(lambda: _cancelled(reply), 0.1)


def _cancelled(reply: Scripted) -> float:
    with ScriptedServer([reply]) as server:
        talk, cancel, pressed = Talk(server), Cancel(), list[float]()
        arrived = threading.Event()

        def hear(event: Event) -> None:
            talk.events.append(event)
            arrived.set()

        talk.session.on_event = hear

        def press() -> None:
            server.asked.acquire()
            if reply.pieces:
                while not talk.told(TextDelta):
                    arrived.wait(1)
            pressed.append(time.monotonic())
            cancel.request()

        thread = threading.Thread(target=press)
        thread.start()
        with pytest.raises(ProviderError) as caught:
            talk.say(cancel=cancel)
        seconds = waited(pressed)
        thread.join()

    assert caught.value.kind == "cancelled"
    assert caught.value.partial == ("Hel" if reply.pieces else "")
    assert [event.purpose for event in talk.told(UsageRecorded)] == ["cancelled"]
    assert talk.told(UsageRecorded)[0].cost.basis == "estimated"
    assert isinstance(talk.events[-1], TurnFailed)
    return seconds


def test_patience_with_the_first_token_runs_out() -> None:
    with ScriptedServer([Scripted([], hold_before=True)]) as server:
        talk = Talk(server)
        talk.session.timeouts = Timeouts(first_token=0.05)
        talk.session.retries = RetryPolicy(attempts=1)
        with pytest.raises(ProviderError, match="first token") as caught:
            talk.say()

    assert caught.value.kind == "timeout"


def test_a_model_that_goes_in_circles_is_stopped(project: Path) -> None:
    with ScriptedServer([calls(("list_directory", {"path": "."}))]) as server:
        talk = Talk(server, project=project)
        reply = talk.say()

    assert reply.stop_reason == "loop"
    assert reply.rounds == 3
    assert "same call" in talk.told(Notice)[-1].text


def test_rounds_are_capped(project: Path) -> None:
    script = [calls(("read_file", {"path": "README.md", "start_line": line})) for line in range(1, 9)]
    with ScriptedServer(script) as server:
        talk = Talk(server, project=project)
        talk.session.max_rounds = 4
        reply = talk.say()

    assert (reply.stop_reason, reply.rounds, len(server.seen)) == ("max_rounds", 4, 4)


def test_a_model_without_vision_refuses_pictures_before_the_call() -> None:
    with ScriptedServer([says("hm")]) as server:
        for model in ("openai/o3-mini", "deepseek/deepseek-chat"):
            with pytest.raises(ProviderError, match="cannot see") as caught:
                Talk(server, model).say(images=[Image("image/png", b"PNG")])
            assert caught.value.kind == "bad_request"
        assert server.seen == []


def test_a_reasoning_model_gets_only_what_it_takes() -> None:
    with ScriptedServer([says("hm")]) as server:
        talk = Talk(server, "openai/o3-mini")
        talk.say(temperature=0.3, max_tokens=99, reasoning_effort="low")

    body = server.seen[0].body
    assert body["messages"][0]["role"] == "developer"
    assert (body["max_completion_tokens"], body["reasoning_effort"]) == (99, "low")
    assert not {"temperature", "max_tokens"} & set(body)
    assert any("temperature" in event.text for event in talk.told(Notice))
    assert any("retired" in event.text for event in talk.told(Notice))


def test_an_unknown_parameter_is_refused_with_the_nearest_one() -> None:
    with ScriptedServer([says("hm")]) as server:
        with pytest.raises(ProviderError, match="temprature") as caught:
            Talk(server).say(temprature=1)
        assert "temperature" in caught.value.advice
        assert server.seen == []


def test_without_a_key_nothing_is_sent() -> None:
    with ScriptedServer([says("hm")]) as server:
        talk = Talk(server, "anthropic/claude-sonnet-4-5")
        with pytest.raises(ProviderError) as caught:
            talk.session.send("hi")
        assert caught.value.kind == "auth"
        assert server.seen == []


def test_another_vendor_takes_over_the_conversation() -> None:
    thinks = Scripted(
        [
            chunk({"reasoning_content": "secret thought"}),
            chunk({"content": "one"}),
            chunk({}, "stop"),
            b"data: [DONE]\n\n",
        ]
    )
    with ScriptedServer([thinks, says("two")]) as server:
        talk = Talk(server, "deepseek/deepseek-reasoner")
        talk.say("first")
        talk.say("second", model="openai/gpt-4o")

    assert "secret thought" not in str(server.seen[1].body)
    assert [message["content"] for message in server.seen[1].body["messages"]] == ["Be kind.", "first", "one", "second"]


def test_usage_nobody_told_is_estimated_and_says_so() -> None:
    with ScriptedServer([says("hello there", usage=None)]) as server:
        reply = Talk(server).say("x" * 400)

    assert reply.usage.estimated
    assert reply.usage.input_tokens >= 100
    assert reply.cost.basis == "estimated"


def test_an_answer_in_one_piece_works_too(project: Path) -> None:
    answer = {
        "id": "c1",
        "object": "chat.completion",
        "created": 1,
        "model": "gpt-4o-2024-08-06",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "whole"}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 3, "completion_tokens": 1, "total_tokens": 4},
    }
    with ScriptedServer([whole(answer)]) as server:
        reply = Talk(server, project=project).say(stream=False)

    assert (reply.text, reply.usage.total_tokens) == ("whole", 4)
    assert not server.seen[0].body.get("stream")


def test_half_a_character_is_refused_before_anything_is_sent() -> None:
    with ScriptedServer([says("hm")]) as server:
        with pytest.raises(ProviderError, match="half a character") as caught:
            Talk(server).say("broken \ud83d here")
        assert caught.value.kind == "bad_request"
        assert server.seen == []


def test_what_was_cancelled_before_it_left_cost_nothing() -> None:
    cancel = Cancel()
    cancel.request()
    with ScriptedServer([says("hm")]) as server:
        talk = Talk(server)
        with pytest.raises(ProviderError):
            talk.say("x" * 4000, cancel=cancel)
        assert server.seen == []

    assert talk.told(UsageRecorded) == []


def test_a_listener_that_breaks_ends_the_turn_and_leaves_the_session_usable() -> None:
    def breaks(event: Event) -> None:
        if isinstance(event, TextDelta):
            raise KeyboardInterrupt

    with ScriptedServer([says("a"), says("b")]) as server:
        talk = Talk(server)
        with pytest.raises(KeyboardInterrupt):
            talk.say(on_event=breaks)
        assert talk.say().text == "b"


def test_sessions_share_nothing_and_do_not_wait_for_each_other() -> None:
    with ScriptedServer([Scripted([], hold_before=True)]) as slow, ScriptedServer([says("quick")]) as fast:
        waiting, cancel = Talk(slow), Cancel()
        thread = threading.Thread(target=lambda: _swallow(lambda: waiting.say(cancel=cancel)))
        thread.start()
        slow.asked.acquire()
        assert Talk(fast).say().text == "quick"
        cancel.request()
        thread.join()


def test_settings_that_stand_in_the_way_are_said_before_anything_begins(tmp_path: Path) -> None:
    config = tmp_path / "home" / "config"
    config.mkdir(parents=True)
    (config / "credentials.toml").write_text('[openai]\napi_key = "sk-canary-1234567890"\n', "utf-8")
    (config / "credentials.toml").chmod(0o644)
    events: list[Event] = []
    with pytest.raises(ConfigError, match="chmod 600"):
        Session(Access(), "openai/gpt-4o", on_event=events.append).send("hi")
    assert events == []


def test_resetting_forgets() -> None:
    with ScriptedServer([says("one"), says("two")]) as server:
        talk = Talk(server)
        talk.say("first")
        talk.session.reset()
        talk.say("second")

    assert [message["content"] for message in server.seen[1].body["messages"]] == ["Be kind.", "second"]


def _swallow(work: Callable[[], object]) -> None:
    with contextlib.suppress(ProviderError):
        work()
