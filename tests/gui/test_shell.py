"""The frame around the panels: menus, the palette of commands, themes, badges, what is remembered."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from imgui_bundle import imgui
from imgui_bundle.immapp import icons_fontawesome_6 as icons

from manual_slop.app.app_state import apply
from manual_slop.app.news import News, Toast
from manual_slop.app.settings import Settings, read_settings, write_settings
from manual_slop.gui.commands import COMMANDS, MENUS, find
from manual_slop.gui.context import App
from manual_slop.gui.keys import chord
from manual_slop.gui.remembered import remembered_window
from tests.support.gui import Person, draw, use


def test_a_command_is_found_by_its_words_and_done(app: App):
    def scene(person: Person) -> None:
        person.presses("Ctrl+Shift+P")
        person.waits_until(lambda: app.popup == "palette")
        person.waits()
        person.types("light")
        person.presses("Enter")
        person.waits_until(lambda: not app.popup)

    use(app, scene)
    assert app.theme == "light"


def test_what_the_model_changed_is_taken_back_by_a_command(app: App):
    def scene(person: Person) -> None:
        assert not find("undo turn").enabled(app)
        app.state.conversation.session_id = "session-1"
        person.presses("Ctrl+Shift+P")
        person.waits_until(lambda: app.popup == "palette")
        person.waits()
        person.types("changes of the last turn")
        person.presses("Enter")
        person.waits_until(lambda: "there is nothing to undo" in [line.text for line in app.state.log])

    use(app, scene)


def test_every_command_is_in_a_menu_and_no_two_share_a_key_or_a_name():
    assert {command.menu for command in COMMANDS} == set(MENUS)
    keys = [chord(command.keys) for command in COMMANDS if command.keys]
    assert len(keys) == len(set(keys))
    names = [command.id for command in COMMANDS]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("popup", ["palette", "keys", "about", "folder"])
def test_what_the_window_asks_goes_away_with_escape(app: App, popup: str):
    def scene(person: Person) -> None:
        app.popup = popup
        person.waits(4)
        person.presses("Escape")
        person.waits_until(lambda: not app.popup)

    use(app, scene)


def test_all_keys_are_listed_on_one_page(app: App):
    app.popup = "keys"
    text = draw(app).text
    assert all(command.keys in text and command.title in text for command in COMMANDS)


def test_a_panel_is_shown_with_its_key(app: App):
    def scene(person: Person) -> None:
        command = find("show approvals")
        person.presses(command.keys)
        person.waits(3)
        assert "Nothing waits for you" in person.reads()

    use(app, scene)


def test_menus_do_what_their_lines_say(app: App):
    def scene(person: Person) -> None:
        person.ctx.menu_click("//##MainMenuBar/View/High contrast theme")
        person.waits()
        person.ctx.menu_click("//##MainMenuBar/View/Larger")
        person.waits()

    use(app, scene)
    assert (app.theme, app.scale) == ("contrast", 1.1)


def test_theme_size_model_and_project_are_remembered(app: App, tmp_path: Path):
    def scene(person: Person) -> None:
        app.theme = "light"
        app.controller.choose_model("openai/gpt-4o")
        person.waits(3)

    use(app, scene)
    app.controller.close()
    again = remembered_window()
    assert (again.theme, again.controller.model) == ("light", "openai/gpt-4o")
    assert again.controller.project == tmp_path / "project"
    again.controller.close()


def test_another_folder_is_opened_when_it_is_there(app: App, tmp_path: Path):
    other = tmp_path / "other"
    other.mkdir()

    def scene(person: Person) -> None:
        person.presses("Ctrl+O")
        person.waits(3)
        person.writes("//Open project folder/##folder", str(tmp_path / "missing"))
        person.clicks("//Open project folder/Open")
        person.waits_until(lambda: "there is no" in person.reads())
        person.writes("//Open project folder/##folder", str(other))
        person.presses("Enter")
        person.waits_until(lambda: not app.popup)

    use(app, scene)
    assert app.controller.project == other


def test_what_waits_is_counted_in_the_title_of_its_panel(app: App):
    def scene(person: Person) -> None:
        app.controller.send("fix the failing test in this project")
        person.waits(3)

    use(app, scene)


def test_settings_survive_a_round_trip_and_keep_what_was_there_before():
    write_settings(Settings(theme="light"))
    write_settings(Settings(theme="contrast", scale=1.5, project="/p"))
    assert read_settings() == (Settings(theme="contrast", scale=1.5, project="/p"), "")


def test_words_that_pass_by_cover_nothing_and_a_long_one_is_cut_at_the_edge(app: App):
    for text in ("it is planned", "a word " * 60 + "and the end"):
        apply(app.state, News("", datetime.now(UTC), Toast(text)))
    text = draw(app).text
    assert "a word a word" in text
    assert " …" in text
    assert "and the end" not in text
    app.state.toasts.pop()
    assert "it is planned" in draw(app).text


def test_a_list_or_a_menu_goes_away_with_escape_and_leaves_what_was_chosen(app: App):
    def scene(person: Person) -> None:
        for opens in (f"//Discussion/**/{icons.ICON_FA_PAPERCLIP}##attach", "//##MainMenuBar##MenuBar/File"):
            person.clicks(opens)
            person.waits_until(listed)
            person.presses("Escape")
            person.waits_until(lambda: not listed())
        assert app.controller.model == "rehearsal/demo"

    def listed() -> int:
        return len(imgui.get_current_context().open_popup_stack)

    use(app, scene)
