"""What a person does at the window, from a prompt to its bill: with the scripted model, over real HTTP."""

from __future__ import annotations

from pathlib import Path

from imgui_bundle import imgui

from manual_slop.app.items import Answered, Remark, ToolUse
from manual_slop.gui.context import App
from tests.support.gui import Person, draw, use

CANARY = "sk-canary-of-the-window"


def say(person: Person, prompt: str) -> None:
    """Type it and send it."""
    person.writes("//Discussion/**/##draft", prompt)
    person.presses("Ctrl+Enter")
    person.waits_until(lambda: person.app.state.conversation.running, "the prompt to be sent")


def over(person: Person) -> None:
    """Wait for the end of the turn."""
    person.waits_until(lambda: not person.app.state.conversation.running, "the end of the turn")


def answers(app: App) -> list[str]:
    return [item.text.text for item in app.state.conversation.items if isinstance(item, Answered)]


def tools(app: App) -> list[ToolUse]:
    return [item for item in app.state.conversation.items if isinstance(item, ToolUse)]


def test_an_empty_window_says_what_to_do(app: App):
    assert "Nothing said yet" in draw(app).text


def test_what_is_typed_is_sent_and_answered_and_the_cost_says_its_basis(app: App):
    read = []

    def scene(person: Person) -> None:
        say(person, "what does this project do?")
        over(person)
        person.opens("MMA Dashboard")
        read.append(person.reads())

    use(app, scene)
    assert "Teapot" in answers(app)[-1]
    assert "local, no charge" in read[0]


def test_a_refused_change_does_not_happen_and_the_model_reads_why(app: App, tmp_path: Path):
    def scene(person: Person) -> None:
        say(person, "write the file tea.txt with the text: hot")
        person.waits_until(lambda: app.state.waiting, "the question")
        person.opens("Approvals")
        person.clicks("//Approvals/**/\uf00d  Refuse  R")
        person.waits(3)
        person.types("not in this project")
        person.presses("Enter")
        over(person)

    use(app, scene)
    [used] = tools(app)
    assert used.state == "refused"
    assert used.result is not None
    assert "not in this project" in used.result.content
    assert not (tmp_path / "project" / "tea.txt").exists()


def test_a_model_without_a_key_is_told_with_what_to_do(app: App):
    def scene(person: Person) -> None:
        app.controller.choose_model("openai/gpt-4o")
        say(person, "hello")
        over(person)

    use(app, scene)
    error = next(item.error for item in app.state.conversation.items if isinstance(item, Remark) and item.error)
    assert error.kind == "auth"
    assert "OPENAI_API_KEY" in error.advice


def test_an_answer_is_stopped_by_its_key(app: App):
    def scene(person: Person) -> None:
        app.controller.choose_model("rehearsal/slow")
        say(person, "what can you do?")
        person.waits_until(lambda: answers(app) and answers(app)[-1], "its first words")
        person.presses("Ctrl+.")
        over(person)

    use(app, scene)
    assert [item.stop_reason for item in app.state.conversation.items if isinstance(item, Answered)] == ["interrupted"]


def test_no_key_is_in_the_text_or_the_clipboard(app: App, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", CANARY)
    (Path(app.controller.project) / "notes.txt").write_text(f"the key is {CANARY}\n", "utf-8")
    read = []

    def scene(person: Person) -> None:
        app.controller.warm_up()
        say(person, "read the file notes.txt")
        over(person)
        for panel in app.boundaries:
            person.opens(panel)
            read.append(person.reads())
        read.append(imgui.get_clipboard_text())

    use(app, scene)
    assert tools(app)
    assert not [text for text in read if CANARY in text]
