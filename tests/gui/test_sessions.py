"""The recorded sessions in the window: found by their words, gone on with, forked, written out, compared, deleted."""

from __future__ import annotations

from pathlib import Path

from manual_slop.app.items import Answered, Said
from manual_slop.app.recorded import FOUND, LEDGER, SESSIONS
from manual_slop.gui.context import App
from manual_slop.store.sessions_table import SessionSummary
from tests.support.gui import Person, use, window_like

COMPARE, EXPORT, DELETE = "\uf24e  Compare", "\uf56e  Export", "\uf1f8  Delete"


def says(person: Person, prompt: str) -> None:
    """In a new conversation."""
    app = person.app
    app.controller.new_conversation()
    app.controller.send(prompt)
    person.waits_until(lambda: not app.state.conversation.running, "the end of the turn")


def listed(app: App) -> list[SessionSummary]:
    return app.state.fetched(SESSIONS).value or []


def looks_at(person: Person, prompt: str) -> SessionSummary:
    """Go to the panel and click the session that began so."""
    app = person.app
    person.opens("Sessions")
    person.waits_until(lambda: any(one.title == prompt for one in listed(app)), "the list")
    one = next(one for one in listed(app) if one.title == prompt)
    person.clicks(f"//Sessions/**/##{one.id}")
    return one


def test_a_session_is_found_by_a_word_in_it_and_opened_with_a_double_click(app: App):
    def scene(person: Person) -> None:
        says(person, "what is 6 * 7?")
        says(person, "what does this project do?")
        person.opens("Sessions")
        person.writes("//Sessions/**/##search", "Teapot schedule")
        found = app.state.fetched(FOUND, "Teapot schedule")
        person.waits_until(lambda: found.value or app.state.fetched(FOUND, "Teapot schedule").value, "the hits")
        app.controller.new_conversation()
        person.sees_item("//Sessions/**/##hit0")
        person.ctx.item_double_click("//Sessions/**/##hit0")
        person.waits_until(lambda: app.state.conversation.items, "what was said")
        person.writes("//Sessions/**/##search", "nobody ever said so")
        person.waits_until(lambda: "Nothing was found" in person.reads())

    use(app, scene)
    [said] = [item.text for item in app.state.conversation.items if isinstance(item, Said)]
    assert said == "what does this project do?"


def test_a_session_is_opened_and_its_next_prompt_goes_on_with_it(app: App):
    def scene(person: Person) -> None:
        says(person, "what is 6 * 7?")
        app.controller.new_conversation()
        one = looks_at(person, "what is 6 * 7?")
        person.clicks("//Sessions/**/\uf04b  Open")
        person.waits_until(lambda: app.state.conversation.session_id == one.id)
        person.writes("//Discussion/**/##draft", "what is 2 + 3?")
        person.presses("Ctrl+Enter")
        person.waits_until(lambda: app.state.conversation.running, "the prompt to be sent")
        person.waits_until(lambda: not app.state.conversation.running, "the end of the turn")
        person.waits_until(lambda: [one.turns for one in listed(app)] == [2], "the new turn in the list")

    use(app, scene)
    assert "5" in [item.text.text for item in app.state.conversation.items if isinstance(item, Answered)][-1]


def test_a_fork_begins_with_what_was_said_and_leaves_the_session_as_it_was(app: App):
    def scene(person: Person) -> None:
        says(person, "what is 6 * 7?")
        one = looks_at(person, "what is 6 * 7?")
        person.clicks("//Sessions/**/\uf126  Fork")
        person.waits_until(lambda: app.state.conversation.session_id not in ("", one.id), "the fork")
        person.waits_until(lambda: any(other.forked_from == one.id for other in listed(app)), "it in the list")

    use(app, scene)
    assert [item.text for item in app.state.conversation.items if isinstance(item, Said)] == ["what is 6 * 7?"]


def test_a_session_is_written_to_a_file_that_is_named(app: App, tmp_path: Path):
    file = tmp_path / "talk.md"

    def scene(person: Person) -> None:
        says(person, "what is 6 * 7?")
        looks_at(person, "what is 6 * 7?")
        person.clicks(f"//Sessions/**/{EXPORT}")
        person.writes("//Sessions/**/##file", str(file))
        person.presses("Enter")
        person.waits_until(file.exists, "the file")
        person.writes("//Sessions/**/##file", str(tmp_path / "talk.docx"))
        person.clicks("//Sessions/**/Write")
        person.waits_until(lambda: any("has to end with" in toast.text for _, toast in app.state.toasts), "the advice")

    use(app, scene)
    assert "6 * 7" in file.read_text("utf-8")


def test_a_session_is_taken_in_from_a_file(app: App, tmp_path: Path):
    file = tmp_path / "talk.json"

    def scene(person: Person) -> None:
        says(person, "what is 6 * 7?")
        one = looks_at(person, "what is 6 * 7?")
        app.controller.recorded.export(one.id, str(file))
        person.waits_until(file.exists, "the file")
        app.controller.delete_session(one.id)
        person.waits_until(lambda: not listed(app), "that it is gone")
        person.clicks("//Sessions/**/\uf56f##take in")
        person.writes("//$FOCUSED/##file", str(file))
        person.presses("Enter")
        person.waits_until(lambda: [found.id for found in listed(app)] == [one.id], "that it is here")

    use(app, scene)


def test_two_sessions_are_compared_by_what_they_used(app: App):
    read = []

    def scene(person: Person) -> None:
        says(person, "what is 6 * 7?")
        says(person, "what does this project do?")
        one = looks_at(person, "what does this project do?")
        other = next(summary for summary in listed(app) if summary.title == "what is 6 * 7?")
        person.clicks(f"//Sessions/**/{COMPARE}")
        person.clicks(window_like("Sessions/details") + "/##other")
        person.clicks(f"//##Combo_00/**/what is 6 * 7?  {other.id[:6]}##{other.id}")
        person.waits_until(lambda: app.state.fetched(LEDGER, one.id).value, "its bill")
        person.waits_until(lambda: app.state.fetched(LEDGER, other.id).value, "the other one's bill")
        person.waits(4)
        read.append(person.reads())

    use(app, scene)
    assert "The other one:" in read[0]


def test_a_session_is_only_deleted_by_who_says_so_twice(app: App):
    def scene(person: Person) -> None:
        says(person, "what is 6 * 7?")
        one = looks_at(person, "what is 6 * 7?")
        person.clicks(f"//Sessions/**/{DELETE}")
        person.waits(3)
        assert "stays in the ledger" in person.reads()
        person.clicks("//Sessions/**/Keep it")
        person.waits(3)
        assert one.id in [other.id for other in listed(app)]
        person.clicks(f"//Sessions/**/{DELETE}")
        person.clicks("//Sessions/**/Delete for good")
        person.waits_until(lambda: not listed(app), "it to be gone")

    use(app, scene)
    assert not app.state.conversation.items
