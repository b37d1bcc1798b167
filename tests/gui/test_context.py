"""The Context panel: how full the window is, making room and taking it back, and the files a model is shown."""

from __future__ import annotations

from pathlib import Path

from manual_slop.app.app_state import apply
from manual_slop.app.context_view import ContextView, Standing
from manual_slop.app.contexts import CONTEXT_VIEW
from manual_slop.app.items import Answered, Remark
from manual_slop.app.news import Loaded, News
from manual_slop.gui.context import App
from manual_slop.session.context_files import ContextFile, Shown
from manual_slop.values.context import ContextMeter, Share
from tests.support.entries import NOON
from tests.support.gui import Person, use

KINDS = (
    "system prompt",
    "files",
    "tools",
    "summary",
    "person",
    "assistant",
    "reasoning",
    "tool results",
    "pictures",
)


def view(app: App) -> ContextView:
    return app.state.fetched(CONTEXT_VIEW, app.state.current).value


def weighed(person: Person) -> None:
    person.waits_until(lambda: view(person.app), "the context")
    person.waits(3)


def say(person: Person, prompt: str) -> None:
    conversation = person.app.state.conversation
    before = len([item for item in conversation.items if isinstance(item, Answered)])
    person.writes("//Discussion/**/##draft", prompt)
    person.presses("Ctrl+Enter")
    person.waits_until(
        lambda: (
            not conversation.running and len([one for one in conversation.items if isinstance(one, Answered)]) > before
        ),
        "the answer",
    )


def test_before_anything_is_said_it_tells_what_a_prompt_would_carry(app: App):
    read = []

    def scene(person: Person) -> None:
        person.opens("Context")
        weighed(person)
        read.append(person.reads())

    use(app, scene)
    assert "of 1,000,000 tokens" in read[0]
    assert "tools  (" in read[0]
    assert "nothing to make room from yet" in read[0]
    assert app.state.conversation.session_id == ""  # looking at it began no session


def test_without_a_model_it_says_what_to_do(app: App):
    app.state.conversation.model = ""

    def scene(person: Person) -> None:
        person.opens("Context")
        assert "No model chosen yet" in person.reads()

    use(app, scene)


def test_a_file_added_before_the_first_prompt_goes_with_it_and_can_be_shown_otherwise(app: App, tmp_path: Path):
    (tmp_path / "project" / "tea.py").write_text("def brew(cups: int) -> int:\n    return cups * 3\n")
    (tmp_path / "project" / "AGENTS.md").write_text("Write in verse.\n")

    def scene(person: Person) -> None:
        person.opens("Context")
        weighed(person)
        assert "AGENTS.md" in person.reads()
        person.writes("//Context/##path", "tea.py")
        person.clicks("//Context/+  Add")
        person.waits_until(lambda: view(app).files, "the file")
        say(person, "hello")
        session = app.controller.sending.sessions[app.state.current]
        assert "return cups * 3" in session.preamble[0].text
        app.controller.contexts.show(app.state.current, "tea.py", "outline")
        person.waits_until(lambda: view(app).files[0].file.mode == "outline", "the outline")
        assert "return cups * 3" not in session.preamble[0].text
        app.controller.contexts.hide(app.state.current, "tea.py")
        person.waits_until(lambda: not view(app).files, "the file to go")

    use(app, scene)


def test_a_file_that_may_hold_keys_is_refused_with_a_reason(app: App, tmp_path: Path):
    (tmp_path / "project" / ".env").write_text("A=1\n")

    def scene(person: Person) -> None:
        person.opens("Context")
        weighed(person)
        app.controller.contexts.show(app.state.current, ".env", "full")
        person.waits_until(lambda: app.state.toasts, "the reason")
        person.waits_until(
            lambda: any("may hold passwords or keys" in line.text for line in app.state.log), "the reason"
        )
        assert not view(app).files

    use(app, scene)


def test_room_is_made_after_a_question_and_taken_back(app: App):
    def scene(person: Person) -> None:
        for number in range(4):
            say(person, f"what does this project do? {number} " + "and consider this as well, please. " * 60)
        person.opens("Context")
        person.waits_until(lambda: view(app) and view(app).fold, "something to fold")
        person.waits(3)
        person.clicks("//Context/\uf066  Make room…")
        person.waits(2)
        assert "at most" in person.reads()
        person.clicks("//Context/**/\uf066  Summarise")
        person.waits_until(lambda: view(app).undoable and not app.state.conversation.running, "the summary")
        folded = view(app).meter.tokens
        person.waits(3)
        person.clicks("//Context/\uf2ea  Undo")
        person.waits_until(lambda: not view(app).undoable, "the messages")
        assert view(app).meter.tokens > folded

    use(app, scene)
    told = [item.text for item in app.state.conversation.items if isinstance(item, Remark)]
    assert any("are now a summary" in text for text in told)


def test_a_summary_that_comes_to_nothing_leaves_the_conversation_free(app: App):
    def scene(person: Person) -> None:
        say(person, "hello")
        app.controller.contexts.fold(app.state.current)
        person.waits_until(lambda: any("nothing to put away" in line.text for line in app.state.log), "the reason")
        assert not app.state.conversation.running
        say(person, "and on we go")

    use(app, scene)


def test_a_full_window_with_many_files_is_drawn(app: App):
    shares = tuple(Share(kind, 20_000, 7) for kind in KINDS)
    files = tuple(
        Shown(ContextFile(f"src/{'deep/' * 20}{number}\u202e.py"), "x", number, "" if number % 3 else "it is gone")
        for number in range(5_000)
    )
    meter = ContextMeter("acme/m1", 180_000, shares, 128_000, "config.toml", 8_192)
    found = ContextView(meter, None, "no", 3, 9, (Standing("AGENTS.md", 90, "cut at 32 KiB", False),), files, True)
    source = app.state.current

    def scene(person: Person) -> None:
        person.opens("Context")
        weighed(person)
        apply(app.state, News("", NOON, Loaded(CONTEXT_VIEW, source, found)))
        person.waits(3)
        assert "180,000" in person.reads()

    use(app, scene)
