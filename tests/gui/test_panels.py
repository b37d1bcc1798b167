"""Every panel with nothing, with much and with far too much to show; one that fails leaves the others alive."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest
from imgui_bundle import imgui

from manual_slop.gui.context import App
from manual_slop.gui.dashboard.view import view_of
from manual_slop.gui.palette import PALETTES
from manual_slop.gui.panel_list import BELOW, PANELS, Panel
from manual_slop.gui.screenshot import settled
from tests.support.full_window import BUSY, ENORMOUS, Much, fill, fill_tables, proofs
from tests.support.gui import Person, draw, use
from tests.support.windows import make_busy


def finds(person: Person, expected: Mapping[str, str]) -> None:
    """Go to each panel and read the words there."""
    assert set(expected) == {panel.title for panel in PANELS}
    for title, words in expected.items():
        person.opens(title)
        person.waits_until(lambda words=words: words in person.reads(), f"{words!r} in {title}")


def opens_all(person: Person) -> None:
    """Until each has found what it wants to know."""
    for panel in PANELS:
        person.opens(panel.title)
        for _ in range(3):  # what is found may have something else be looked for
            person.waits(3)
            person.waits_until(lambda: settled(person.app), "what is asked for")


EMPTY = {
    "Discussion": "Nothing said yet",
    "AI Settings": "models, USD per million tokens",
    "MMA Dashboard": "Nothing spent yet",
    "Sessions": "No session yet",
    "Context": "None yet.",
    "Wire log": "Nothing sent yet",
    "Approvals": "Nothing waits for you",
    "Tool log": "No tool has run yet",
    "Log": "Nothing to report",
    "Diagnostics": "0 tools, 0 words",
}


def test_every_panel_says_what_it_is_for_where_there_is_nothing(app: App):
    use(app, lambda person: finds(person, EMPTY))


@pytest.mark.parametrize("much", [BUSY, ENORMOUS], ids=["busy", "enormous"])
def test_every_panel_can_be_looked_at_with_all_it_has_to_show(app: App, much: Much):
    def scene(person: Person) -> None:
        fill(app, much)
        opens_all(person)
        fill_tables(app, much)
        finds(person, proofs(app, much))
        person.opens("MMA Dashboard")
        for shown in ("tickets", "graph", "workers"):
            view_of(app).turn_to, view_of(app).shown, view_of(app).ticket = "Tracks", shown, "t-3"
            person.waits(6)
            person.waits_until(lambda: f" of {much.tickets:,} done" in person.reads(), "the track")

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


@pytest.mark.parametrize("broken", [leaves_open, ends_too_much, raises])
@pytest.mark.parametrize("panel", PANELS, ids=[panel.title for panel in PANELS])
def test_whichever_panel_fails_it_is_the_only_one(app: App, panel: Panel, broken: Callable[[App], None]):
    make_busy(app.state)

    def fails(app: App) -> None:
        panel.draw(app)
        broken(app)

    panels = tuple(replace(one, draw=fails) if one is panel else one for one in PANELS)

    def scene(person: Person) -> None:
        for one in panels:
            person.opens(one.title)
            person.waits(2)

    use(app, scene, panels=panels, expects_trouble=True)
    assert [name for name, one in app.boundaries.items() if one.trouble] == [panel.title]
