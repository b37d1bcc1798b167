"""Conversations of the window are recorded, found, brought back, forked, written to files and deleted."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from manual_slop.app.items import Answered, Remark, Said
from manual_slop.app.recorded import EXPORTED, FOUND, SESSIONS, TAKEN_IN
from manual_slop.app_controller import AppController
from manual_slop.store.shared import shared_store
from manual_slop.values.events import MessageAdded, SessionDescribed, TurnStarted
from manual_slop.values.messages import user
from tests.support.patience import HANGS


class Window:
    """A controller as the window uses it: news are taken in while one waits."""

    def __init__(self, project: Path) -> None:
        self._woken = threading.Event()
        self.controller = AppController(project, wake=self._woken.set)
        self.controller.choose_model("rehearsal/demo")
        self.state = self.controller.state

    def waits_until(self, condition: Callable[[], object]) -> None:
        while not condition():
            assert self._woken.wait(HANGS), "waited in vain"
            self._woken.clear()
            self.controller.pump()

    def says(self, text: str) -> None:
        self.controller.send(text)
        self.waits_until(lambda: not self.state.conversation.running)


@pytest.fixture
def open_window(tmp_path: Path) -> Iterator[Callable[[], Window]]:
    project = tmp_path / "project"
    project.mkdir(exist_ok=True)
    (project / "README.md").write_text("# Teapot\n\nTeapot brews tea on a schedule.\n")
    opened: list[Window] = []

    def another() -> Window:
        opened.append(Window(project))
        return opened[-1]

    yield another
    for one in opened:
        one.controller.close()


def test_a_conversation_goes_on_in_another_window_where_it_ended(open_window: Callable[[], Window]):
    first = open_window()
    first.says("what does this project do?")
    session_id = first.state.conversation.session_id
    shown = [type(item) for item in first.state.conversation.items]
    first.controller.close(HANGS)

    second = open_window()
    second.controller.recorded.resume(session_id)
    second.waits_until(lambda: second.state.conversation.session_id == session_id)
    assert [type(item) for item in second.state.conversation.items] == shown
    second.says("thank you")
    assert [item.text for item in second.state.conversation.items if isinstance(item, Said)][-1] == "thank you"
    assert shared_store().summary(session_id).turns == 2


def test_what_is_open_already_is_only_shown(open_window: Callable[[], Window]):
    window = open_window()
    window.says("hello")
    source, session_id = window.state.current, window.state.conversation.session_id
    window.controller.new_conversation()
    window.controller.recorded.resume(session_id)
    assert window.state.current == source


def test_a_turn_that_was_broken_off_is_shown_as_such(open_window: Callable[[], Window]):
    store, session_id = shared_store(), "b" * 32
    events = [
        SessionDescribed(session_id, "rehearsal/demo"),
        TurnStarted("t", session_id, "rehearsal/demo"),
        MessageAdded(user("tell me more")),
    ]
    store.append(session_id, events)
    store.draft(session_id, "t", "So far I have").result(HANGS)

    window = open_window()
    window.controller.recorded.resume(session_id)
    window.waits_until(lambda: window.state.conversation.session_id == session_id)
    conversation = window.state.conversation
    assert not conversation.running
    answer = next(item for item in conversation.items if isinstance(item, Answered))
    assert (answer.text.text, answer.stop_reason) == ("So far I have", "interrupted")
    assert isinstance(conversation.items[-1], Remark)
    assert store.summary(session_id).events == len(events)


def test_sessions_are_listed_found_forked_and_written(open_window: Callable[[], Window], tmp_path: Path):
    window = open_window()
    recorded, state = window.controller.recorded, window.state
    recorded.refresh()
    window.waits_until(lambda: state.fetched(SESSIONS).value == [])
    window.says("what does this project do?")
    session_id = state.conversation.session_id
    window.waits_until(lambda: [one.turns for one in state.fetched(SESSIONS).value] == [1])
    recorded.search("teapot")
    window.waits_until(lambda: state.fetched(FOUND, "teapot").value)
    recorded.fork(session_id)
    window.waits_until(lambda: state.conversation.session_id not in ("", session_id))
    assert shared_store().summary(state.conversation.session_id).forked_from == session_id
    recorded.export(session_id, str(tmp_path / "s.md"))
    window.waits_until(lambda: state.fetched(EXPORTED, session_id).value)
    assert "Teapot" in (tmp_path / "s.md").read_text()
    recorded.export(session_id, str(tmp_path / "s.md"))
    window.waits_until(lambda: "already there" in state.fetched(EXPORTED, session_id).error)


def test_a_session_from_elsewhere_is_taken_in_once_and_what_is_none_is_refused(
    open_window: Callable[[], Window], tmp_path: Path
):
    window = open_window()
    recorded, state, store = window.controller.recorded, window.state, shared_store()
    window.says("hello")
    session_id, file = state.conversation.session_id, tmp_path / "s.json"
    recorded.export(session_id, str(file))
    window.waits_until(lambda: state.fetched(EXPORTED, session_id).value)
    window.controller.delete_session(session_id)
    window.waits_until(lambda: not store.sessions())
    recorded.take_in(f" {file} ")
    window.waits_until(lambda: state.fetched(TAKEN_IN, f" {file} ").value)
    assert [one.id for one in store.sessions()] == [session_id]
    recorded.take_in(str(file))
    window.waits_until(lambda: "was here already" in " ".join(line.text for line in state.log))
    file.write_text("{}")
    for wrong in (str(file), str(tmp_path / "gone.json")):
        state.fetched(TAKEN_IN, wrong).value = None
        recorded.take_in(wrong)
        window.waits_until(lambda wrong=wrong: state.fetched(TAKEN_IN, wrong).error)
    assert len(store.sessions()) == 1


def test_an_open_session_can_be_deleted_and_leaves_the_window(open_window: Callable[[], Window]):
    window = open_window()
    window.says("hello")
    session_id = window.state.conversation.session_id
    window.controller.delete_session(session_id)
    window.waits_until(lambda: not window.state.conversation.items)
    assert shared_store().sessions() == []
