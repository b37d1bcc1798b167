"""A recorded session runs again without a provider: the same where nothing changed, and what changed is named."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from manual_slop.providers.access import Access
from manual_slop.providers.config import Config, Vendor
from manual_slop.providers.retry import RetryPolicy
from manual_slop.safety.workspace import Workspace
from manual_slop.session.keeping import keep
from manual_slop.session.replay.drift import Drift
from manual_slop.session.replay.report import Report, replay
from manual_slop.session.session import Session
from manual_slop.store.store import Store
from manual_slop.tools.declaration import ToolContext
from manual_slop.tools.registry import ToolBox, built_in_tools
from manual_slop.values.cancel import Cancel
from manual_slop.values.errors import ProviderError
from manual_slop.values.events import TextDelta, ToolFinished
from manual_slop.values.messages import Image
from manual_slop.values.wire import WireCall
from tests.support.scripted_server import Scripted, ScriptedServer, calls, chunk, fails, says

KEY = "sk-canary-of-replay"
NOTHING = Config(Path("config.toml"))
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20


@pytest.fixture
def store() -> Iterator[Store]:
    opened = Store.open(None)
    yield opened
    opened.close()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "README.md").write_text("# Pear\n\nA pear peeler.\n", "utf-8")
    return folder


class Talk:
    """A recorded session with a scripted model."""

    def __init__(self, store: Store, server: ScriptedServer, project: Path | None = None, model: str = "") -> None:
        toolbox = ToolBox(built_in_tools(), ToolContext(Workspace(project))) if project else None
        self.server = server
        self.session = Session(
            Access(ACME),
            model or "openai/gpt-4o",
            system_prompt="Be kind.",
            toolbox=toolbox,
            retries=RetryPolicy(attempts=3, first_wait=0.0),
        )
        keep(self.session, store)

    def say(self, prompt: str, **more: Any) -> None:
        try:
            self.session.send(prompt, **{"api_base": f"{self.server.url}/v1", "api_key": KEY, **more})
        except ProviderError:
            return


ACME = Config(Path("config.toml"), vendors={"acme": Vendor("acme", api_base="https://acme.example/v1")})


def recorded(store: Store, script: list[Scripted], *prompts: str, project: Path | None = None, **more: Any) -> str:
    """The id of a session in which that was said."""
    with ScriptedServer(script) as server:
        talk = Talk(store, server, project, more.pop("model", ""))
        for prompt in prompts:
            talk.say(prompt, **more)
    return talk.session.id


def found(report: Report) -> list[tuple[str, str]]:
    return [(drift.kind, drift.where) for drift in report.drifts]


def reads() -> list[Scripted]:
    return [calls(("read_file", {"path": "README.md"}), ("list_directory", {})), says("It ", "peels.")]


def test_a_conversation_is_the_same_again(store: Store):
    report = replay(store, recorded(store, [says("Hel", "lo")], "hi", "and you?"), config=NOTHING)
    assert (report.same, report.drifts, report.messages) == (True, (), 4)
    assert [(turn.calls, turn.skipped) for turn in report.turns] == [(1, ""), (1, "")]


def test_tools_that_read_run_again_and_say_the_same(store: Store, project: Path):
    report = replay(store, recorded(store, reads(), "what is it?", project=project), config=NOTHING)
    assert report.drifts == ()
    assert [(turn.calls, turn.tools, turn.read) for turn in report.turns] == [(2, 2, 2)]


def test_a_file_that_changed_is_named_with_its_difference(store: Store, project: Path):
    session_id = recorded(store, reads(), "what is it?", project=project)
    (project / "README.md").write_text("# Pear\n\nA plum peeler.\n", "utf-8")
    report = replay(store, session_id, config=NOTHING)
    assert found(report) == [("tool", 'read_file {"path": "README.md"}')]
    assert "A pear peeler." in report.drifts[0].text
    assert "A plum peeler." in report.drifts[0].text


def test_a_project_that_is_elsewhere_now_is_read_there(store: Store, project: Path, tmp_path: Path):
    session_id = recorded(store, reads(), "what is it?", project=project)
    project.rename(tmp_path / "moved")
    assert [turn.read for turn in replay(store, session_id, config=NOTHING).turns] == [0]
    report = replay(store, session_id, tmp_path / "moved", config=NOTHING)
    assert (report.drifts, report.turns[0].read) == ((), 2)


def test_a_tool_that_does_something_is_never_run(store: Store, project: Path):
    script = [calls(("write_file", {"path": "new.txt", "content": "x"})), says("done")]
    session_id = recorded(store, script, "write", project=project)
    before = sorted(path.name for path in project.rglob("*"))
    report = replay(store, session_id, config=NOTHING)
    assert (report.drifts, report.turns[0].tools, report.turns[0].read) == ((), 1, 0)
    assert sorted(path.name for path in project.rglob("*")) == before


def test_parameters_and_pictures_are_sent_again(store: Store):
    session_id = recorded(
        store, [says("a test")], "what?", images=(Image("image/png", PNG),), temperature=0.5, seed=7, stream=True
    )
    assert replay(store, session_id, config=NOTHING).drifts == ()


def test_a_vendor_that_nobody_here_knows_is_played_all_the_same(store: Store):
    session_id = recorded(store, [says("hi")], "hi", model="acme/m1")
    assert replay(store, session_id, config=NOTHING).drifts == ()


ENDINGS = {
    "tried again": [fails(500), fails(429, "slow", retry_after="0"), says("at last")],
    "refused": [fails(401, "who are you?")],
    "cut": [Scripted([chunk({"content": "half"})], cut=True)],
    "out of room": [says("cut sho", finish="length")],
    "calls broken": [calls(("read_file", '{"path": '), finish="tool_calls"), says("sorry")],
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_every_ending_is_the_same_again(store: Store, ending: str):
    report = replay(store, recorded(store, ENDINGS[ending], "hi"), config=NOTHING)
    assert report.drifts == ()
    assert [turn.skipped for turn in report.turns] == [""]


def test_nobody_waits_for_what_was_recorded(store: Store):
    session_id = recorded(store, [fails(429, "slow", retry_after="0"), says("at last")], "hi")

    def change(call: WireCall) -> WireCall:
        assert call.response is not None
        headers = {**call.response.headers, "retry-after": "50"}
        return dataclasses.replace(call, response=dataclasses.replace(call.response, headers=headers))

    altered(store, session_id, change)
    assert replay(store, session_id, config=NOTHING).drifts == ()


def test_what_a_person_stopped_is_the_same_again(store: Store):
    cancel = Cancel()

    def stop(event: object) -> None:
        if isinstance(event, TextDelta):
            cancel.request()

    held = Scripted([chunk({"content": "half"})], hold_after=True)
    report = replay(store, recorded(store, [held], "hi", cancel=cancel, on_event=stop), config=NOTHING)
    assert report.drifts == ()


def test_what_a_person_stopped_while_a_tool_ran_is_the_same_again(store: Store, project: Path):
    cancel = Cancel()

    def stop(event: object) -> None:
        if isinstance(event, ToolFinished):
            cancel.request()

    session_id = recorded(store, reads(), "hi", project=project, cancel=cancel, on_event=stop)
    report = replay(store, session_id, config=NOTHING)
    assert report.drifts == ()


def altered(store: Store, session_id: str, change: Callable[[WireCall], WireCall]) -> None:
    """The wire log of a session, as another program would have written it."""
    kept = store.wire.calls(session_id)
    store.database.write(lambda connection: connection.execute("DELETE FROM wire"))
    store.wire._bases.clear()
    for call in kept:
        store.wire.keep(change(call)).result()


def test_a_request_that_is_another_today_is_named_by_its_part(store: Store):
    session_id = recorded(store, [says("hi")], "hello there")

    def change(call: WireCall) -> WireCall:
        assert call.request is not None
        body = call.request.body.replace(b"Be kind.", b"Be cruel.")
        return dataclasses.replace(call, request=dataclasses.replace(call.request, body=body))

    altered(store, session_id, change)
    report = replay(store, session_id, config=NOTHING)
    assert found(report) == [("request", "call 1, messages[0].content")]
    assert "Be cruel." in report.drifts[0].text
    assert "Be kind." in report.drifts[0].text


def test_an_answer_that_is_read_differently_today_is_shown(store: Store):
    session_id = recorded(store, [says("yes")], "hi")

    def change(call: WireCall) -> WireCall:
        assert call.response is not None
        body = call.response.body.replace(b'"yes"', b'"no"')
        return dataclasses.replace(call, response=dataclasses.replace(call.response, body=body))

    altered(store, session_id, change)
    report = replay(store, session_id, config=NOTHING)
    assert found(report) == [("answer", "answer 1")]
    assert "-yes" in report.drifts[0].text
    assert "+no" in report.drifts[0].text


def test_a_price_that_is_another_today_is_named(store: Store):
    session_id = recorded(store, [says("hi")], "hi", model="acme/m1")
    dear = Vendor("acme", api_base="https://acme.example/v1", prices={"m1": {"input": 1000, "output": 1000}})
    report = replay(store, session_id, config=Config(Path("config.toml"), vendors={"acme": dear}))
    assert found(report) == [("price", "call 1")]
    assert "unpriced" in report.drifts[0].text


def test_without_its_wire_log_a_turn_is_skipped_and_said_so(store: Store):
    session_id = recorded(store, [says("hi")], "one", "two")
    first = store.wire.calls(session_id)[0].call_id
    store.database.write(lambda connection: connection.execute("DELETE FROM wire WHERE call_id <> ?", (first,)))
    report = replay(store, session_id, config=NOTHING)
    assert [turn.skipped for turn in report.turns] == ["", "1 of its 1 calls are not in the wire log"]
    assert report.same


def test_a_turn_that_never_ended_is_skipped(store: Store):
    session_id = recorded(store, [says("hi")], "one", "two")
    store.database.write(
        lambda connection: connection.execute("DELETE FROM events WHERE number = (SELECT max(number) FROM events)")
    )
    assert replay(store, session_id, config=NOTHING).turns[-1].skipped == "it was interrupted and has no end"


def test_a_list_that_shows_something_else_than_the_log_says_is_told(store: Store):
    session_id = recorded(store, [says("hi")], "one")
    store.database.write(lambda connection: connection.execute("UPDATE sessions SET turns = 5"))
    report = replay(store, session_id, config=NOTHING)
    assert report.drifts == (Drift(0, "state", "turns", "the list shows 5, the log leads to 1"),)


def test_the_wire_log_can_be_switched_off(store: Store):
    with ScriptedServer([says("hi")]) as server:
        session = Session(Access(Config(Path("config.toml"), rooms={"sessions": {"wire_log": False}})), "openai/gpt-4o")
        keep(session, store)
        session.send("hi", api_base=f"{server.url}/v1", api_key=KEY)
    assert store.wire.calls(session.id) == []
    assert len(list(store.envelopes(session.id))) > 3


HOSTILE: dict[str, dict[str, Any]] = {
    "no model": {"model": "", "litellm_model": ""},
    "a model of nobody": {"model": "nobody/m", "litellm_model": "no_such_protocol/m"},
    "a protocol that signs in": {"model": "bedrock/us.m", "litellm_model": "bedrock/us.m"},
    "a file for a server": {"api_base": "file:///etc/passwd"},
    "arguments of ours": {"params": {"model": "x", "on_event": 3, "api_key": "k", "cancel": None, "images": 7}},
    "senseless parameters": {"params": {"temperature": {"a": []}, "max_tokens": "many", "extra_body": 3}},
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_wire_log_that_somebody_made_up_is_no_trouble(store: Store, what: str):
    session_id = recorded(store, [says("hi")], "hi")
    altered(
        store,
        session_id,
        lambda call: dataclasses.replace(call, asked=dataclasses.replace(call.asked, **HOSTILE[what])),
    )
    report = replay(store, session_id, config=NOTHING)
    assert len(report.turns) == 1


BROKEN: dict[str, dict[str, Any]] = {
    "headers": {"headers": {"a\nb": "c\r\nd", "content-length": "7", "transfer-encoding": "chunked"}},
    "encoding": {"headers": {"content-type": "text/event-stream", "content-encoding": "gzip"}},
    "status": {"status": 7},
    "pieces": {"pieces": ((0.0, 0), (0.1, 10**9), (0.2, 3))},
    "body": {"body": b"\x00\xff" * 500},
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_recorded_answer_that_no_server_sent_is_no_trouble(store: Store, what: str):
    session_id = recorded(store, [says("hi")], "hi")

    def change(call: WireCall) -> WireCall:
        assert call.response is not None
        return dataclasses.replace(call, response=dataclasses.replace(call.response, **BROKEN[what]))

    altered(store, session_id, change)
    assert [turn.skipped for turn in replay(store, session_id, config=NOTHING).turns] == [""]


def test_nothing_of_the_key_is_in_what_is_kept(store: Store):
    session_id = recorded(store, [says("your key: ", KEY[:9], KEY[9:])], f"my key is {KEY}")
    kept = store.wire.calls(session_id)
    assert len(kept) == 1
    assert KEY not in repr(kept)
    assert json.loads(kept[0].request.body if kept[0].request else b"{}")["messages"][1]["content"].startswith("my key")
    assert replay(store, session_id, config=NOTHING).drifts == ()
