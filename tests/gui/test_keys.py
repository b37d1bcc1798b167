"""A key that is typed leaves the field only towards the credentials file, whatever a person presses or drags."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from imgui_bundle import hello_imgui, imgui

from manual_slop.app.offers import Offers
from manual_slop.gui.context import App
from manual_slop.values.paths import config_dir
from tests.support.gui import Person, use

KEY = "sk-canary-of-the-field-0123456789"
FIELD = "//AI Settings/**/##key perplexity"


def _ctrl(letter: str) -> Callable[[Person], None]:
    def press(person: Person) -> None:
        person.presses("Ctrl+A")
        person.presses(f"Ctrl+{letter}")

    return press


def _insert(keys: str) -> Callable[[Person], None]:
    def press(person: Person) -> None:
        person.presses("Ctrl+A")
        person.presses(keys)

    return press


def _drag_out(person: Person) -> None:
    person.presses("Ctrl+A")
    middle = person.ctx.item_info("//Discussion/**/##draft").rect_full.get_center()
    person.ctx.item_drag_to_pos(FIELD, middle)
    person.presses("Ctrl+C")


def _double_click(person: Person) -> None:
    person.ctx.item_double_click(FIELD)
    person.presses("Ctrl+C")


def _context_menu(person: Person) -> None:
    person.ctx.item_click(FIELD, imgui.MouseButton_.right)
    person.waits(3)
    popups = [one.name for one in imgui.get_current_context().windows if one.name.startswith("##Popup") and one.active]
    assert not popups, "the field has a menu"
    person.presses("Ctrl+C")


WAYS = {
    "Ctrl+C": _ctrl("C"),
    "Ctrl+X": _ctrl("X"),
    "Ctrl+Insert": _insert("Ctrl+Insert"),
    "Shift+Delete": _insert("Shift+Delete"),
    "a drag": _drag_out,
    "a double click": _double_click,
    "a menu": _context_menu,
}


@pytest.mark.parametrize("way", WAYS)
def test_a_key_cannot_be_copied_out_of_its_field(app: App, way: str) -> None:
    held = []

    def scene(person: Person) -> None:
        app.memo["provider"] = "perplexity"
        person.opens("AI Settings")
        person.waits_until(lambda: isinstance(app.state.fetched("offers", "perplexity").value, Offers))
        person.writes(FIELD, KEY)
        imgui.set_clipboard_text("mine")
        WAYS[way](person)
        person.waits(3)
        held.append(imgui.get_clipboard_text())
        held.append(person.reads())
        held.append(app.state.draft.text)

    use(app, scene)
    assert held[0] == "mine"
    assert not [text for text in held if KEY in text]


def test_no_key_is_in_what_the_window_leaves_on_the_disk(app: App, tmp_path: Path) -> None:
    def scene(person: Person) -> None:
        app.memo["provider"] = "perplexity"
        person.opens("AI Settings")
        person.waits_until(lambda: isinstance(app.state.fetched("offers", "perplexity").value, Offers))
        person.writes(FIELD, KEY)
        person.clicks("//AI Settings/**/Save key")
        person.waits_until((config_dir() / "credentials.toml").exists, "the key to be kept")
        app.controller.send(f"what is in my key {KEY}?")
        person.waits_until(lambda: app.state.conversation.running)
        person.waits_until(lambda: not app.state.conversation.running)
        app.theme = "light"
        person.waits(5)
        hello_imgui.save_user_pref("looked", "yes")
        (tmp_path / "window.ini").write_text(imgui.save_ini_settings_to_memory(), "utf-8")

    use(app, scene)
    app.controller.close()
    kept = [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "credentials.toml"]
    assert any(path.name == "window.toml" for path in kept)
    assert [path for path in kept if KEY.encode() in path.read_bytes()] == []
