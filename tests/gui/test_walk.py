"""One afternoon of a person at the window, from the first click to the day after a crash, without a display.

WALK_PICTURES=/tmp/walk pytest tests/gui/test_walk.py      also takes a picture of every step (that takes EGL)
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from imgui_bundle import imgui

from manual_slop.app.items import Answered, Remark, Said, ToolUse
from manual_slop.app.recorded import SESSIONS
from manual_slop.app_controller import AppController
from manual_slop.gui.approval_desk import desk_of
from manual_slop.gui.context import App
from manual_slop.terminal.demo import make_project
from tests.support.doomed_window import kill_one_that_streams
from tests.support.gui import Person, use, window_like
from tests.support.pictures import png

PICTURES = os.environ.get("WALK_PICTURES", "")
LAST_WORDS = "what does this project do?"


def test_a_person_finds_their_way_from_the_first_click_to_the_day_after_a_crash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = make_project(tmp_path)
    copied_picture(tmp_path / "bin", png(320, 200, (220, 20, 20)), monkeypatch)
    app = App(AppController(project))

    def walk(person: Person) -> None:
        chooses_rehearsal(person)
        asks_and_watches_it_stream(person)
        approves_an_edited_command(person)
        refuses_another_with_a_reason(person)
        sees_the_diff(person, project)
        sees_the_cost_and_its_basis(person)
        pastes_a_picture(person)
        stops_an_answer(person)
        tries_a_model_without_a_key(person)
        kill_one_that_streams(project, LAST_WORDS)
        goes_on_with_what_was_killed(person)

    try:
        use(app, walk, size=(1440, 900), pictures=Path(PICTURES) if PICTURES else None)
    finally:
        app.controller.close()


def chooses_rehearsal(person: Person) -> None:
    person.takes("01-first-look")
    chooses(person, "rehearsal", "rehearsal/demo")
    person.takes("02-rehearsal-is-chosen")


def asks_and_watches_it_stream(person: Person) -> None:
    person.writes("//Discussion/**/##draft", "what does this project do?")
    person.takes("03-a-prompt")
    person.presses("Ctrl+Enter")
    person.waits_until(lambda: any(len(one.text) for one in answers(person.app)), "a first word")
    person.takes("04-it-comes")
    over(person)
    person.takes("05-it-has-answered")
    assert "Teapot" in answers(person.app)[-1].text.text


def approves_an_edited_command(person: Person) -> None:
    asks(person, "run `echo hot`")
    person.takes("06-a-command-waits")
    person.clicks("//Approvals/**/\uf304  Edit  E")
    person.waits(4)
    field = person.ctx.item_info("//Approvals/**/##command").rect_full
    assert field.max.x - field.min.x > 300, "there is room to write"
    person.writes("//Approvals/**/##command", "echo lukewarm")
    person.takes("07-it-is-edited")
    before = desk_of(person.app).chosen
    person.clicks("//Approvals/**/\uf06e  Show what it would do")
    person.waits_until(lambda: desk_of(person.app).chosen not in ("", before), "the edited command")
    approves(person, "08-as-it-would-run")
    over(person)
    used = tools(person.app)[-1]
    assert used.result is not None
    assert "lukewarm" in used.result.content
    assert "hot" not in used.result.content.replace("lukewarm", "")


def refuses_another_with_a_reason(person: Person) -> None:
    asks(person, "run `rm -r tests`")
    person.clicks("//Approvals/**/\uf00d  Refuse  R")
    person.waits(3)
    person.types("I want to keep them")
    person.takes("09-refused-with-a-reason")
    person.presses("Enter")
    over(person)
    used = tools(person.app)[-1]
    assert used.state == "refused"
    assert used.result is not None
    assert "I want to keep them" in used.result.content


def sees_the_diff(person: Person, project: Path) -> None:
    asks(person, 'replace "self.cups > 4" with "self.cups >= 4" in teapot.py')
    approves(person, "10-a-change-waits")
    over(person)
    person.takes("11-the-change-is-made")
    assert "self.cups >= 4" in (project / "teapot.py").read_text("utf-8")
    assert tools(person.app)[-1].request is not None


def sees_the_cost_and_its_basis(person: Person) -> None:
    person.opens("Discussion")
    seen = pointed_at(person, "local")
    person.takes("12-what-it-cost-and-why")
    assert "local" in seen
    person.opens("MMA Dashboard")
    person.takes("13-dashboard")
    assert "local, no charge" in person.reads()


def pastes_a_picture(person: Person) -> None:
    imgui.set_clipboard_text("")
    person.clicks("//Discussion/**/##draft")
    person.presses("Ctrl+V")
    person.waits_until(lambda: person.app.state.draft.images, "the picture")
    person.types("what is in this picture?")
    person.takes("14-a-picture-is-pasted")
    person.presses("Ctrl+Enter")
    person.waits_until(lambda: person.app.state.conversation.running, "the picture to be sent")
    over(person)
    person.takes("15-it-is-described")
    described = answers(person.app)[-1].text.text
    assert "320 × 200" in described
    assert "red" in described


def stops_an_answer(person: Person) -> None:
    chooses(person, "rehearsal", "rehearsal/slow")
    person.writes("//Discussion/**/##draft", "what can you do?")
    person.presses("Ctrl+Enter")
    person.waits_until(lambda: any(one.streaming and len(one.text) for one in answers(person.app)), "a first word")
    person.clicks("//Discussion/**/\uf04d  Stop")
    over(person)
    person.takes("16-it-is-stopped")
    assert answers(person.app)[-1].stop_reason == "interrupted"


def tries_a_model_without_a_key(person: Person) -> None:
    chooses(person, "openai", "openai/gpt-4o-mini")
    person.writes("//Discussion/**/##draft", "hello")
    person.presses("Ctrl+Enter")
    person.waits_until(lambda: errors(person.app), "the advice")
    over(person)
    person.takes("17-no-key")
    assert "OPENAI_API_KEY" in errors(person.app)[-1]


def goes_on_with_what_was_killed(person: Person) -> None:
    app = person.app
    person.opens("Sessions")
    person.clicks("//Sessions/**/\uf021##refresh")
    person.waits_until(lambda: any(one.interrupted for one in app.state.fetched(SESSIONS).value or ()), "the list")
    killed = next(one for one in app.state.fetched(SESSIONS).value if one.interrupted)
    person.clicks(f"//Sessions/**/##{killed.id}")
    person.takes("18-a-session-that-was-killed")
    person.clicks("//Sessions/**/\uf04b  Open")
    person.waits_until(lambda: app.state.conversation.session_id == killed.id, "what was said there")
    person.takes("19-what-had-come")
    [said] = [item.text for item in app.state.conversation.items if isinstance(item, Said)]
    assert said == LAST_WORDS
    assert answers(app)[-1].text.text
    chooses(person, "rehearsal", "rehearsal/demo")
    person.writes("//Discussion/**/##draft", "what is 6 * 7?")
    person.presses("Ctrl+Enter")
    person.waits_until(lambda: app.state.conversation.running, "the prompt to be sent")
    over(person)
    person.takes("20-it-goes-on")
    assert "42" in answers(app)[-1].text.text


def copied_picture(folder: Path, picture: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Programs that hand out the clipboard, as they do on a desktop where a picture was copied."""
    folder.mkdir()
    (folder / "copied.png").write_bytes(picture)
    for name in ("xclip", "wl-paste"):
        program = folder / name
        program.write_text(f"#!/bin/sh\nexec cat '{folder}/copied.png'\n", "utf-8")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def chooses(person: Person, provider: str, model: str) -> None:
    """Click a provider, look for one of its models, click that."""
    person.opens("AI Settings")
    person.clicks("//AI Settings/settings/Model/##provider")
    person.clicks(f"//##Combo_00/**/###{provider}")
    person.waits_until(lambda: person.app.state.fetched("offers", provider).value, "its models")
    person.writes("//AI Settings/**/##search", model.partition("/")[2])
    person.clicks("//AI Settings/**/##" + model.replace("/", "\\/"))
    person.waits_until(lambda: person.app.state.conversation.model == model, model)


def asks(person: Person, prompt: str) -> None:
    """Say it, and go to what waits then."""
    person.writes("//Discussion/**/##draft", prompt)
    person.presses("Ctrl+Enter")
    person.waits_until(lambda: person.app.state.waiting, "the question")
    person.opens("Approvals")
    person.waits(3)


def approves(person: Person, name: str) -> None:
    """Read it to its end, then click."""
    desk = desk_of(person.app)
    person.waits_until(lambda: desk.chosen in desk.reviews and desk.reviews[desk.chosen].frames > 40)
    if not desk.reviews[desk.chosen].ended:
        person.ctx.scroll_to_bottom(window_like(f"what it does{desk.chosen}"))
        person.waits_until(lambda: desk.reviews[desk.chosen].ended, "its end")
    person.takes(name)
    person.clicks("//Approvals/**/\uf00c  Approve  A")


def pointed_at(person: Person, words: str) -> str:
    """Rest the pointer here and there in the discussion until a note with these words comes up; the note."""
    window = person.ctx.get_window_by_ref("//Discussion")
    across = window.pos.x + 0.4 * window.size.x
    for down in range(40, int(window.size.y) - 160, 6):
        person.ctx.mouse_move_to_pos(imgui.ImVec2(across, window.pos.y + down))
        person.waits(2)
        shown = [one for one in imgui.get_current_context().windows if "##Tooltip" in one.name and one.active]
        if shown and words in (text := person.reads()):
            return text
    raise AssertionError(f"no note says {words!r}")


def over(person: Person) -> None:
    person.waits_until(lambda: not person.app.state.conversation.running, "the end of the turn")


def answers(app: App) -> list[Answered]:
    return [item for item in app.state.conversation.items if isinstance(item, Answered)]


def tools(app: App) -> list[ToolUse]:
    return [item for item in app.state.conversation.items if isinstance(item, ToolUse)]


def errors(app: App) -> list[str]:
    return [
        f"{item.text} {item.error.advice}"
        for item in app.state.conversation.items
        if isinstance(item, Remark) and item.error
    ]
