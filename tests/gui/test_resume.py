"""The window begins where it was left: with the conversation that was in view, of the same project."""

from __future__ import annotations

from pathlib import Path

import pytest

from manual_slop.app.drafting import kept_at, write_draft
from manual_slop.app.items import Answered
from manual_slop.app.resuming import LAST
from manual_slop.app.settings import Settings, read_settings
from manual_slop.gui.context import App
from manual_slop.gui.remembered import remembered_window
from manual_slop.store.shared import shared_store
from tests.support.gui import Person, use
from tests.support.patience import HANGS


@pytest.fixture
def left(app: App) -> str:
    """A conversation was had, and the window closed. The session's id."""

    def scene(person: Person) -> None:
        person.writes("//Discussion/**/##draft", "what does this project do?")
        person.presses("Ctrl+Enter")
        person.waits_until(lambda: [one for one in app.state.conversation.items if isinstance(one, Answered)])
        person.waits_until(lambda: not app.state.conversation.running)

    use(app, scene)
    app.controller.close(HANGS)
    assert read_settings()[0].session == app.state.conversation.session_id
    return app.state.conversation.session_id


def reopened(project: Path | None = None, settings: Settings | None = None, *, before: str = "") -> App:
    """Open the window again and wait until it is settled; `before` is typed before the last session is there."""
    again = remembered_window(project, settings)
    again.state.draft.text = before
    pending = again.controller.resuming.pending

    def scene(person: Person) -> None:
        again.controller.warm_up()
        person.waits_until(lambda: again.state.fetched(LAST, pending).at or again.state.fetched(LAST, pending).error)
        person.waits(2)

    use(again, scene)
    again.controller.close(HANGS)
    return again


def test_the_conversation_that_was_in_view_is_back(left: str):
    again = reopened()
    assert again.state.conversation.session_id == left
    assert any(isinstance(item, Answered) for item in again.state.conversation.items)
    assert not again.state.toasts
    assert list(again.state.conversations) == [left]


def test_it_is_not_brought_into_a_window_of_another_project(left: str, tmp_path: Path):
    other = tmp_path / "other"
    other.mkdir()
    again = reopened(other)
    assert again.state.conversation.session_id == ""
    assert again.controller.project == other


def test_one_that_was_deleted_is_no_trouble(left: str):
    shared_store().delete(left)
    again = reopened()
    assert again.state.conversation.session_id == ""
    assert not again.state.toasts


def test_who_has_begun_to_write_stays_where_they_are(left: str):
    again = reopened(before="another thing")
    assert again.state.conversation.session_id == ""
    assert again.state.draft.text == "another thing"


def test_one_that_another_program_goes_on_with_is_left_to_it(left: str):
    shared_store().claim(left)
    assert reopened().state.conversation.session_id == ""


def test_it_is_still_remembered_when_the_window_is_closed_before_it_came(left: str):
    again = remembered_window()

    def scene(person: Person) -> None:
        again.theme = "light"
        person.waits(3)

    again.controller.warm_up = lambda: None  # type: ignore[method-assign]  # closed before anything was looked for
    use(again, scene)
    again.controller.close(HANGS)
    assert (read_settings()[0].theme, read_settings()[0].session) == ("light", left)


def test_what_was_being_written_comes_back_into_the_box_with_the_conversation_and_is_gone_on_with(left: str):
    write_draft(kept_at(left, None), ("and what ", -1))
    again = remembered_window()
    state = again.state

    def scene(person: Person) -> None:
        person.sees_item("//Discussion/**/##draft")
        person.clicks("//Discussion/**/##draft")  # somebody who is quicker than the session
        again.controller.warm_up()
        person.waits_until(lambda: state.draft.text)
        assert state.conversation.session_id == left
        person.waits(3)
        person.presses("End")
        person.types("does it cost?")
        person.waits_until(lambda: state.draft.text == "and what does it cost?")
        person.presses("Ctrl+Enter")
        person.waits_until(lambda: not state.conversation.running and not kept_at(left, None).exists())

    use(again, scene)
    again.controller.close(HANGS)
    assert not kept_at(left, None).exists()
