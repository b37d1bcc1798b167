"""The harness notices what it is there to notice."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from imgui_bundle import imgui

from manual_slop.gui.context import App
from manual_slop.gui.panel_list import BELOW, PANELS, Panel
from tests.support.gui import Person, draw, use


def one_more(drawing: Callable[[App], object]) -> tuple[Panel, ...]:
    """All panels and this one, in front."""
    return (Panel("Extra", BELOW, drawing), *PANELS)


def test_a_panel_that_fails_fails_the_test(app: App):
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        draw(app, panels=one_more(lambda _: 1 / 0))


def test_a_panel_that_opens_a_file_fails_the_test(app: App, tmp_path: Path):
    with pytest.raises(AssertionError, match="opened while drawing"):
        draw(app, panels=one_more(lambda _: (tmp_path / "project/README.md").read_text()))


def test_a_scene_that_looks_for_what_is_not_there_fails_the_test(app: App):
    def scene(person: Person) -> None:
        person.opens("No such panel")

    with pytest.raises(AssertionError, match="No such panel"):
        use(app, scene)


def test_what_fails_in_a_scene_comes_out_of_it(app: App):
    def scene(_person: Person) -> None:
        raise LookupError("nothing there")

    with pytest.raises(LookupError, match="nothing there"):
        use(app, scene)


def test_the_text_of_a_frame_can_be_read_and_the_clipboard_stays(app: App):
    read = []

    def scene(person: Person) -> None:
        imgui.set_clipboard_text("mine")
        read.append(person.reads())
        read.append(imgui.get_clipboard_text())

    use(app, scene)
    assert "rehearsal/demo" in read[0]
    assert read[1] == "mine"


@dataclass
class Clumsy:
    """A part of the window that is well until somebody breaks it."""

    failing: Callable[[], object]
    broken: bool = False

    def __call__(self, *_: object) -> str:
        if self.broken:
            self.failing()
        return ""


@pytest.mark.parametrize("failing", [lambda: 1 / 0, lambda: imgui.push_id("left open")], ids=["raises", "unbalanced"])
@pytest.mark.parametrize("where", ["between frames", "a window of its own"])
def test_a_window_that_fails_while_it_is_used_fails_the_test_at_once_and_the_next_one_is_well(
    app: App, where: str, failing: Callable[[], object]
):
    clumsy, went_on, healthy = Clumsy(failing), [], []

    def scene(person: Person) -> None:
        person.waits()
        clumsy.broken = True
        person.waits_until(lambda: False, "what never comes")
        went_on.append("the scene")

    panels = (Panel("Extra", BELOW, draw=lambda _app: None, badge=clumsy), *PANELS)
    if where == "between frames":
        panels = PANELS
        app.controller.pump = clumsy  # type: ignore[assignment,method-assign]
    with pytest.raises((ZeroDivisionError, RuntimeError), match=r"division by zero|Missing PopID"):
        use(app, scene, lambda _person: went_on.append("the next scene"), panels=panels)
    clumsy.broken = False
    use(app, lambda person: healthy.append(person.reads()))
    assert not went_on
    assert "rehearsal/demo" in healthy[0]


def test_a_look_that_cannot_be_put_on_fails_the_test(app: App):
    def scene(person: Person) -> None:
        app.theme = "nobody's"  # type: ignore[assignment]
        person.waits_until(lambda: False)

    with pytest.raises(KeyError, match="nobody's"):
        use(app, scene)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lists the threads of a process")
def test_the_thread_of_a_scene_is_gone_after_it_whatever_came_of_it(app: App):
    threads: list[int] = []

    def scene(person: Person) -> None:
        threads.append(threading.get_native_id())
        app.theme = "nobody's"  # type: ignore[assignment]
        person.waits_until(lambda: False)

    with pytest.raises(KeyError):
        use(app, scene)
    assert str(threads[0]) not in {entry.name for entry in Path("/proc/self/task").iterdir()}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells which signals are ignored")
def test_a_broken_pipe_is_an_error_and_no_crash_while_a_person_is_there_and_afterwards(app: App):
    told: list[bool] = []
    use(app, lambda _person: told.append(broken_pipes_are_ignored()))
    assert [*told, broken_pipes_are_ignored()] == [True, True]


def broken_pipes_are_ignored() -> bool:
    """As the system sees it: Python does not notice what a library has installed."""
    status = dict(line.split(":\t", 1) for line in Path("/proc/self/status").read_text().splitlines() if ":\t" in line)
    return bool(int(status["SigIgn"], 16) >> (signal.SIGPIPE - 1) & 1)
