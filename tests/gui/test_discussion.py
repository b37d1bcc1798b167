"""What a person does with what was said: edits it, asks another model, forks, copies, attaches, looks at the price."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from imgui_bundle import imgui
from imgui_bundle.immapp import icons_fontawesome_6 as icons
from PIL import Image as Picture

from manual_slop.app.attaching import SCREENS
from manual_slop.app.items import Answered, Said, ToolUse
from manual_slop.gui.approval_desk import desk_of
from manual_slop.gui.context import App
from manual_slop.gui.message_actions import known_models
from manual_slop.gui.tool_view import head_chips
from manual_slop.terminal.probes import red_picture
from manual_slop.values.events import MessageAdded, MessageFinished, TextDelta, TurnFinished, TurnStarted
from manual_slop.values.messages import Image, Message, Reasoning, Text, user
from manual_slop.values.usage import Usage
from tests.support.gui import Person, use, window_like
from tests.support.stories import LISTED

BOX = "//Discussion/**/##draft"


def say(person: Person, prompt: str) -> None:
    """Type it, send it, wait for the end of the turn."""
    person.writes(BOX, prompt)
    person.presses("Ctrl+Enter")
    person.waits_until(lambda: person.app.state.conversation.running, "the prompt to be sent")
    over(person)


def over(person: Person) -> None:
    """Wait for the end of the turn."""
    person.waits_until(lambda: not person.app.state.conversation.running, "the end of the turn")
    person.waits(4)


def said(app: App) -> list[str]:
    return [item.text for item in app.state.conversation.items if isinstance(item, Said)]


def chooses(person: Person, entry: str, which: int = 0) -> None:
    """Open the menu of a message (the first, unless told which) and take an entry of it."""
    person.ctx.mouse_move(f"//Discussion/**/$${which}/{icons.ICON_FA_ELLIPSIS}##actions")
    person.clicks(f"//Discussion/**/$${which}/{icons.ICON_FA_ELLIPSIS}##actions")
    person.waits()
    person.clicks(f"//$FOCUSED/{entry}")
    person.waits()


def other_conversation(person: Person, before: str) -> None:
    person.waits_until(lambda: person.app.state.current != before, "the branch to come into view")
    over(person)


def test_an_edited_message_is_sent_in_a_branch_and_the_first_conversation_stays(app: App):
    def scene(person: Person) -> None:
        say(person, "hello there")
        before = app.state.current
        chooses(person, "Edit and send again…")
        assert app.state.draft.text == "hello there"
        person.writes(BOX, "hello, teapot")
        person.presses("Ctrl+Enter")
        other_conversation(person, before)
        person.waits_until(lambda: said(app) == ["hello, teapot"])
        over(person)
        assert [item.text for item in app.state.conversations[before].items if isinstance(item, Said)] == [
            "hello there"
        ]

    use(app, scene)
    assert isinstance(app.state.conversation.items[-1], Answered)


def test_an_edit_that_is_cancelled_leaves_the_message_as_it_was(app: App):
    def scene(person: Person) -> None:
        say(person, "hello there")
        before = app.state.current
        chooses(person, "Edit and send again…")
        person.clicks("//Discussion/**/Cancel##edit")
        person.waits()
        assert (app.state.draft.text, app.state.draft.instead_of, app.state.current) == ("", -1, before)

    use(app, scene)


def test_another_model_of_those_that_are_listed_is_asked_the_same_in_a_branch(app: App):
    def scene(person: Person) -> None:
        say(person, "hello there")
        before = app.state.current
        person.waits_until(lambda: "rehearsal/obedient" in known_models(app), "the list of models")
        chooses(person, "Ask again with")
        person.clicks(f"{window_like('##Menu')}/rehearsal\\/obedient")
        other_conversation(person, before)
        person.waits_until(lambda: said(app) == ["hello there"])
        over(person)

    use(app, scene)
    answer = next(item for item in app.state.conversation.items if isinstance(item, Answered))
    assert answer.model == "rehearsal/obedient"


def test_a_fork_goes_on_with_what_was_said_until_there(app: App):
    def scene(person: Person) -> None:
        say(person, "hello there")
        say(person, "and again")
        before = app.state.current
        chooses(person, "Fork from here", 1)
        other_conversation(person, before)
        assert said(app) == ["hello there"]
        assert len(app.state.conversations[before].items) == 4
        say(person, "something else")

    use(app, scene, size=(1280, 1600))
    assert said(app) == ["hello there", "something else"]


def test_what_follows_can_be_left_out_in_a_branch_and_is_not_deleted(app: App):
    def scene(person: Person) -> None:
        say(person, "hello there")
        say(person, "a slip")
        before = app.state.current
        chooses(person, "Go on without this and what follows", 2)
        other_conversation(person, before)
        assert said(app) == ["hello there"]
        assert "a slip" in [item.text for item in app.state.conversations[before].items if isinstance(item, Said)]

    use(app, scene)


def test_a_message_and_its_code_are_copied(app: App):
    code, copied = "print('tea')", []

    def scene(person: Person) -> None:
        arrives(app, f"Look:\n\n```python\n{code}\n```\n", "Let me think about tea.")
        person.waits(4)
        chooses(person, "Copy", 1)
        copied.append(imgui.get_clipboard_text())
        chooses(person, "Copy code", 1)
        copied.append(imgui.get_clipboard_text())

    use(app, scene)
    assert copied == [f"Look:\n\n```python\n{code}\n```\n", code]


def test_thoughts_are_folded_until_somebody_wants_to_read_them(app: App):
    seen: list[bool] = []

    def scene(person: Person) -> None:
        arrives(app, "Tea is ready.", "Let me think about tea, slowly.")
        person.waits(4)
        seen.append("slowly" in person.reads())
        person.clicks(f"//Discussion/**/{icons.ICON_FA_CHEVRON_RIGHT}  Thoughts, about 5 words##thoughts")
        person.waits(4)
        seen.append("slowly" in person.reads())

    use(app, scene)
    assert seen == [False, True]


def test_earlier_prompts_come_back_with_the_arrow_keys(app: App):
    seen: list[str] = []

    def scene(person: Person) -> None:
        say(person, "first")
        say(person, "second")
        person.clicks(BOX)
        for key in ("Up", "Up", "Down", "Down"):
            person.presses(key)
            person.waits()
            seen.append(app.state.draft.text)

    use(app, scene)
    assert seen == ["second", "first", "second", ""]


def test_each_conversation_has_a_draft_of_its_own(app: App):
    def scene(person: Person) -> None:
        first = app.state.current
        person.writes(BOX, "half a thought")
        app.controller.new_conversation()
        person.waits()
        assert app.state.draft.text == ""
        app.controller.show(first)
        person.waits()

    use(app, scene)
    assert app.state.draft.text == "half a thought"


def test_a_path_that_is_written_into_the_box_is_attached(app: App, tmp_path: Path):
    def scene(person: Person) -> None:
        person.writes(BOX, str(tmp_path / "project" / "README.md"))
        person.waits()
        person.clicks(f"//Discussion/**/{icons.ICON_FA_PAPERCLIP}  Attach this file")
        person.waits_until(lambda: app.state.draft.files, "the file")
        person.writes(BOX, "what is this?")
        person.presses("Ctrl+Enter")
        over(person)

    use(app, scene)
    assert "Teapot brews tea on a schedule." in said(app)[0]
    assert not app.state.draft.files


def test_an_attached_picture_is_shown_small_with_its_size_and_can_be_taken_away(app: App):
    read = []

    def scene(person: Person) -> None:
        app.controller.attaching.picture(red_picture())
        person.waits_until(lambda: app.state.draft.images, "the picture")
        read.append(person.reads())
        person.clicks(f"//Discussion/**/{icons.ICON_FA_XMARK}##remove")
        person.waits()

    use(app, scene)
    assert "64×64" in read[0]
    assert not app.state.draft.images


def test_what_a_prompt_may_cost_is_said_before_it_goes_for_this_model_and_for_others(app: App):
    read = []

    def scene(person: Person) -> None:
        app.controller.choose_model("openai/gpt-4o")
        app.state.conversations["other"] = type(app.state.conversation)("", "openai/gpt-4o-mini")
        person.writes(BOX, "how does one brew tea? " * 40)
        person.waits_until(lambda: len(app.state.fetched("forecast", app.state.current).value or ()) > 1)
        person.waits()
        read.append(person.reads())

    use(app, scene, size=(1920, 1000))
    assert "tokens   $" in read[0]
    assert "on gpt-4o-mini $" in read[0]


def test_a_picture_of_the_screen_is_offered_where_there_is_one_and_else_it_is_said_what_to_do(
    app: App, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("DISPLAY", raising=False)

    def scene(person: Person) -> None:
        person.clicks(f"//Discussion/**/{icons.ICON_FA_CAMERA}##screenshot")
        person.waits_until(lambda: app.state.toasts, "a word")

    use(app, scene)
    assert "attach the file" in app.state.toasts[-1][1].text


def a_screen() -> Image:
    """White, with a blue quarter at the lower right."""
    picture = Picture.new("RGB", (1600, 900), "white")
    picture.paste("blue", (800, 450, 1600, 900))
    held = io.BytesIO()
    picture.save(held, "PNG")
    return Image("image/png", held.getvalue(), 1600, 900)


def shows_a_screen(person: Person) -> imgui.test_engine.TestItemInfo:
    app = person.app
    app.state.fetched(SCREENS).value = (a_screen(),)
    app.memo["screenshot"] = "asked"
    person.sees_item("//Screenshot/##screen")
    return person.ctx.item_info("//Screenshot/##screen")


def goes_to(person: Person, item: imgui.test_engine.TestItemInfo, across: float, down: float) -> None:
    """Move the mouse to a place of the screen, as parts of its width and height."""
    low, size = item.rect_full.min, item.rect_full.get_size()
    person.ctx.mouse_move_to_pos(imgui.ImVec2(low.x + across * size.x, low.y + down * size.y))


@pytest.mark.parametrize("by", ["two clicks", "a drag"])
def test_a_part_of_a_screen_is_picked_with_the_mouse_and_attached(app: App, by: str):
    def scene(person: Person) -> None:
        screen = shows_a_screen(person)
        goes_to(person, screen, 0.9, 0.9)
        person.ctx.mouse_down()
        if by == "two clicks":
            person.ctx.mouse_up()
            person.waits(4)
            assert not app.state.draft.images
        goes_to(person, screen, 0.6, 0.7)
        if by == "two clicks":
            person.ctx.mouse_down()
        person.ctx.mouse_up()
        person.waits_until(lambda: app.state.draft.images, "the picture")
        person.waits_until(lambda: not person.ctx.item_exists("//Screenshot/##screen"), "the popup to close")

    use(app, scene)
    (attached,) = app.state.draft.images
    assert abs(attached.width - 480) < 5
    assert abs(attached.height - 180) < 5
    assert Picture.open(io.BytesIO(attached.data)).convert("RGB").getcolors() == [
        (attached.width * attached.height, (0, 0, 255))
    ]


def test_all_of_a_screen_is_attached_with_one_button(app: App):
    def scene(person: Person) -> None:
        shows_a_screen(person)
        person.clicks("//Screenshot/Attach all of it")
        person.waits_until(lambda: app.state.draft.images, "the picture")

    use(app, scene)
    assert [(one.width, one.height) for one in app.state.draft.images] == [(1600, 900)]


def arrives(app: App, text: str, thoughts: str) -> None:
    """A prompt and its answer."""
    source, model = app.state.current, "rehearsal/demo"
    message = Message("assistant", (Reasoning(thoughts), Text(text)), model)
    for event in (
        TurnStarted("t", "s", model),
        MessageAdded(user("tell me")),
        TextDelta(text),
        MessageFinished(message, "stop"),
        TurnFinished(text, "stop", model, Usage(10, 10), LISTED, 1, "s"),
    ):
        app.controller.post(source, event)


def test_the_card_of_a_tool_says_its_risk_who_approved_it_what_it_changed_and_how_long_it_took(app: App):
    cards: list[str] = []

    def scene(person: Person) -> None:
        person.writes(BOX, "write the file tea.txt with the text: hot")
        person.presses("Ctrl+Enter")
        person.waits_until(lambda: app.state.waiting, "the question")
        person.opens("Approvals")
        desk = desk_of(app)
        person.waits_until(lambda: (seen := desk.reviews.get(desk.chosen)) and seen.ended and seen.frames > 40)
        person.presses("A")
        over(person)
        person.opens("Discussion")
        cards.append(person.reads())

    use(app, scene)
    used = next(item for item in app.state.conversation.items if isinstance(item, ToolUse))
    assert used.answer is not None
    assert head_chips(used) == ("WRITE", "done", f"approved by {used.answer.by}")
    for shown in ("write_file", "tea.txt", "hot", f"{used.seconds:.1f} s" if used.seconds >= 0.05 else ""):
        assert shown in cards[0]
