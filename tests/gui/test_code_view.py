"""Code in a discussion is in an editor that shows all of it, also while it grows."""

from __future__ import annotations

from manual_slop.gui.context import App
from manual_slop.values.events import MessageAdded, MessageFinished, TextDelta, TurnStarted
from manual_slop.values.messages import Message, Text, user
from tests.support.gui import Person, use

CODE = "def greet(name: str) -> str:\n\treturn f'你好 {name} \U0001f600'\n\n" * 30


def test_code_that_comes_in_pieces_is_shown_whole(app: App):
    source, answer = app.state.current, f"```python\n{CODE}```\n"
    shown: list[str] = []

    def scene(person: Person) -> None:
        app.controller.post(source, TurnStarted("t", "s", "rehearsal/demo"))
        app.controller.post(source, MessageAdded(user("write it")))
        for at in range(0, len(answer), 61):
            app.controller.post(source, TextDelta(answer[at : at + 61]))
            person.waits(1)
        person.waits()
        shown.append(next(iter(app.memo["code editors"].values())).editor.get_text())
        message = Message("assistant", (Text(answer),), "rehearsal/demo")
        app.controller.post(source, MessageFinished(message, "stop"))
        person.waits()
        shown.append(next(reversed(app.memo["code editors"].values())).editor.get_text())

    use(app, scene)
    assert [text.rstrip("\n") for text in shown] == [CODE.rstrip("\n")] * 2
