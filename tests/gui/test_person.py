"""What a person does at the window, from a prompt to its bill."""

from __future__ import annotations

from manual_slop.app.items import Answered
from manual_slop.gui.context import App
from tests.support.gui import Person, draw, use


def test_an_empty_window_says_what_to_do(app: App):
    assert "Nothing said yet" in draw(app).text


def test_what_is_typed_is_sent_and_answered(app: App):
    def scene(person: Person) -> None:
        person.writes("//Discussion/**/##draft", "what does this project do?")
        person.presses("Ctrl+Enter")
        person.waits_until(lambda: app.state.conversation.running)
        person.waits_until(lambda: not app.state.conversation.running)

    use(app, scene)
    answers = [item for item in app.state.conversation.items if isinstance(item, Answered)]
    assert "Teapot" in answers[-1].text.text
