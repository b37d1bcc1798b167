"""Every panel with nothing, with much and with far too much to show; one that fails leaves the others alive."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from imgui_bundle import imgui

from manual_slop.app.app_state import AppState
from manual_slop.gui.context import App
from manual_slop.gui.palette import PALETTES
from manual_slop.gui.panel_list import BELOW, PANELS, Panel
from tests.support.gui import Person, draw, use
from tests.support.windows import make_busy, make_enormous


def nothing(_state: AppState) -> None:
    """As when it is opened for the first time."""


@pytest.mark.parametrize("fill", [nothing, make_busy, make_enormous])
def test_every_panel_can_be_looked_at(app: App, fill: Callable[[AppState], None]):
    fill(app.state)

    def scene(person: Person) -> None:
        for panel in PANELS:
            person.opens(panel.title)
            person.waits(3)

    use(app, scene)


@pytest.mark.parametrize("theme", PALETTES)
@pytest.mark.parametrize("size", [(1280, 800), (2560, 1440), (320, 200)])
def test_a_busy_window_is_drawn_in_every_theme_and_size(app: App, theme, size):
    make_busy(app.state)
    app.theme = theme
    draw(app, size=size)


def leaves_open(_app: App) -> None:
    """Begins much and ends nothing of it."""
    imgui.begin_child("left open")
    imgui.push_id("left open")
    imgui.begin_group()


def ends_too_much(_app: App) -> None:
    imgui.end_child()


def raises(_app: App) -> None:
    imgui.begin_child("half")
    raise LookupError("no such thing")


@pytest.mark.parametrize("broken", [leaves_open, ends_too_much, raises])
def test_a_panel_that_fails_says_so_and_the_others_live(app: App, broken: Callable[[App], None]):
    good = [True]

    def fails_at_first(app: App) -> None:
        if good[0]:
            broken(app)
        else:
            imgui.text("all is well again")

    panel = Panel("Extra", BELOW, fails_at_first)
    read = []

    def scene(person: Person) -> None:
        person.opens("Extra")
        person.waits_until(lambda: app.boundaries["Extra"].trouble)
        read.append(person.reads())
        good[0] = False
        person.clicks("//Extra/Retry")
        person.waits_until(lambda: not app.boundaries["Extra"].trouble)
        person.waits(3)
        read.append(person.reads())

    use(app, scene, panels=(*PANELS, panel), expects_trouble=True)
    assert "This panel has a problem; the others go on." in read[0]
    assert "Nothing said yet" in read[0]
    assert "all is well again" in read[1]
    assert not any(one.trouble for one in app.boundaries.values())
