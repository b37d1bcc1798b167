"""The window without a display: drawn frame by frame, or used by a person made of the test engine.

    def test_what_is_typed_is_sent(app):
        def scene(person):
            person.writes("//Discussion/**/##draft", "hello")
            person.presses("Ctrl+Enter")
            person.waits_until(lambda: app.state.conversation.items)
        use(app, scene)

Every run also sees to it that no panel fails and that nothing opens a file or a socket while it draws.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from imgui_bundle import ImVec2, hello_imgui, imgui, immapp  # after the check that it is there
from imgui_bundle.immapp import testing

from manual_slop.gui.backends import without_pixels, without_screen
from manual_slop.gui.context import App
from manual_slop.gui.keys import chord
from manual_slop.gui.panel_list import PANELS, Panel
from manual_slop.gui.window import add_ons, let_go, window_params
from tests.support.gui_watch import Errors, Trouble, guarded, watch, watched
from tests.support.patience import HANGS

Scene = Callable[["Person"], None]

SIZE = (1280, 800)
_NEVER = 1e9  # seconds; the engine would break off a scene that waits for the real world


@dataclass(slots=True)
class Person:
    """Somebody at the window. References are the test engine's: `//Window/**/Label`."""

    ctx: imgui.test_engine.TestContext
    app: App
    woken: threading.Event
    run: Run

    def opens(self, panel: str) -> None:
        """Bring a panel to the front."""
        self._goes_on()
        self.ctx.window_focus(_ref(f"//{panel}"))
        self._went_well(panel)

    def clicks(self, what: str) -> None:
        """Click a thing that is there."""
        self.sees_item(what)
        self.ctx.item_click(_ref(what))
        self._went_well(what)

    def writes(self, where: str, text: str) -> None:
        """Click into a field and type there instead of what it holds."""
        self.sees_item(where)
        self.ctx.item_click(_ref(where))
        self.ctx.key_chars_replace(text)
        self._went_well(where)

    def types(self, text: str) -> None:
        """Type where the focus is."""
        self._goes_on()
        self.ctx.key_chars(text)

    def presses(self, keys: str) -> None:
        """`Ctrl+Shift+P`, `Enter`, `Escape` …"""
        self._goes_on()
        self.ctx.key_press(chord(keys))
        self._went_well(keys)

    def sees_item(self, what: str) -> None:
        """Wait until the thing is there."""
        self.waits_until(lambda: self.ctx.item_exists(_ref(what)), what)

    def waits_until(self, condition: Callable[[], object], what: str = "") -> None:
        """Let frames go by until it is so."""
        until = time.monotonic() + HANGS
        while not condition():
            assert time.monotonic() < until, f"waited in vain {what and f'for {what}'}\n{self.reads()}"
            assert not self.ctx.is_error(), "the person has failed before"
            self._goes_on()
            self.woken.wait(0.02)  # somebody's news, or the next frame
            self.woken.clear()
            self.ctx.yield_()

    def waits(self, frames: int = 2) -> None:
        """Let frames go by."""
        self.ctx.yield_(frames)
        self._goes_on()

    def reads(self) -> str:
        """All text in the window, also rows that are scrolled out of view; not what is painted (chips, markdown)."""
        self.run.wants_text = True
        self.ctx.yield_(3)
        return self.run.text

    def takes(self, name: str) -> None:
        """A picture of the window as it is now, where pictures are wanted."""
        if self.run.pictures is None:
            return
        self.ctx.yield_(4)
        self.run.pictures.mkdir(parents=True, exist_ok=True)
        testing.capture(self.ctx, str(self.run.pictures / f"{name}.png"))

    def _goes_on(self) -> None:
        """The window may have failed meanwhile: then nobody is there any more to wait for."""
        if self.run.errors or self.ctx.abort:
            raise Trouble("the window has failed")

    def _went_well(self, what: str) -> None:
        assert not self.ctx.is_error(), f"cannot do that: {what}"


@dataclass(slots=True)
class Run:
    """One time the window is open: what went wrong, how many frames there were, and the text of a frame on request."""

    app: App
    params: hello_imgui.RunnerParams
    frames: int = 0
    wants_text: bool = False
    text: str = ""
    errors: Errors = field(default_factory=list)
    expects_trouble: bool = False
    pictures: Path | None = None

    def begin_frame(self) -> None:
        """After ImGui's new frame."""
        self.frames += 1
        if self.wants_text:
            imgui.log_to_clipboard(0)

    def end_frame(self) -> None:
        """Before ImGui's rendering."""
        if self.wants_text:
            held = imgui.get_clipboard_text()
            imgui.log_finish()
            self.text, self.wants_text = imgui.get_clipboard_text(), False
            imgui.set_clipboard_text(held)

    def judge(self) -> None:
        """Raise what went wrong."""
        opened = watch.take()
        if self.errors:
            raise self.errors[0]
        if self.expects_trouble:
            return  # to tell of it the sources of the traceback are read
        troubles = {name: one.trouble for name, one in self.app.boundaries.items() if one.trouble}
        assert not troubles, "\n".join(f"{name}:\n{trouble}" for name, trouble in troubles.items())
        assert not opened, f"opened while drawing: {opened[:5]}"


def use(
    app: App,
    *scenes: Scene,
    size: tuple[int, int] = SIZE,
    panels: Sequence[Panel] = PANELS,
    expects_trouble: bool = False,
    pictures: Path | None = None,
) -> Run:
    """Open the window on no display, play the scenes one after the other, close it; raise what went wrong.

    With `pictures` there are true pixels (that takes EGL), and what the scenes take is put into that folder.
    """
    params = _params(app, size, panels)
    run = Run(app, params, expects_trouble=expects_trouble, pictures=pictures)
    woken = threading.Event()
    app.controller.wake = woken.set
    engine = imgui.test_engine
    tests: list[imgui.test_engine.Test] = []
    params.use_imgui_test_engine = True

    def register() -> None:
        running = hello_imgui.get_imgui_test_engine()
        io = engine.get_io(running)
        io.config_run_speed = engine.TestRunSpeed.fast
        io.config_log_to_tty = False
        io.config_fixed_delta_time = 1 / 60
        io.config_watchdog_warning = io.config_watchdog_kill_test = io.config_watchdog_kill_app = _NEVER
        io.config_capture_enabled = pictures is not None
        for index, scene in enumerate(scenes):
            test = engine.register_test(running, "person", f"scene {index}")
            test.test_func = _played(scene, app, woken, run)
            tests.append(test)
            engine.queue_test(running, test)
        _take_back_broken_pipes()

    def after() -> None:
        if tests and engine.is_test_queue_empty(hello_imgui.get_imgui_test_engine()):
            for test in tests:
                if test.output.status != engine.TestStatus.success:
                    run.errors.append(AssertionError(test.output.log.get_text()))
            params.app_shall_exit = True

    params.callbacks.register_tests = register
    _open(run, after)
    return run


def draw(
    app: App,
    frames: int = 4,
    *,
    size: tuple[int, int] = SIZE,
    panels: Sequence[Panel] = PANELS,
    expects_trouble: bool = False,
) -> Run:
    """Open the window on no display for some frames; `Run.text` is what the last one said."""
    params = _params(app, size, panels)
    run = Run(app, params, expects_trouble=expects_trouble)

    def after() -> None:
        run.wants_text = run.frames == frames - 1
        if run.frames >= frames:
            params.app_shall_exit = True

    _open(run, after)
    return run


def window_like(part: str) -> str:
    """The reference of the window, or stretch of one, with this in its name."""
    found = next(one.name for one in imgui.get_current_context().windows if part in one.name)
    return "//" + found.replace("/", "\\/")


def _played(
    scene: Scene, app: App, woken: threading.Event, run: Run
) -> Callable[[imgui.test_engine.TestContext], None]:
    def play(ctx: imgui.test_engine.TestContext) -> None:
        if run.errors:
            return  # there is no window any more that it could be played in
        try:
            scene(Person(ctx, app, woken, run))
        except BaseException as error:  # the engine swallows it
            run.errors.append(error)
            raise

    return play


def _params(app: App, size: tuple[int, int], panels: Sequence[Panel]) -> hello_imgui.RunnerParams:
    params = window_params(app, size, panels)
    params.ini_disable = True
    params.fps_idling.enable_idling = False
    params.fps_idling.vsync_to_monitor = False
    return params


def _open(run: Run, after: Callable[[], None]) -> None:
    params = run.params
    _take_hold(run, after)
    if run.pictures is None:
        without_pixels(params)
    else:
        without_screen()
    try:
        immapp.run(params, add_ons())
    except Exception as error:  # noqa: BLE001  # judged below
        run.errors.append(error)
    finally:
        if imgui.get_current_context() is not None:
            imgui.destroy_context()  # left behind when run() raised: the next window needs a fresh one
        run.app.controller.wake = _nobody
        let_go(params)
    run.judge()


def _take_hold(run: Run, after: Callable[[], None]) -> None:
    """Have everything that the window calls watched; what fails ends the scenes, and they end the window."""
    params, callbacks, errors = run.params, run.params.callbacks, run.errors
    begun, swapped = watched(callbacks.post_new_frame, errors), guarded(callbacks.before_imgui_render, errors)

    def begin() -> None:
        imgui.get_io().display_size = ImVec2(*params.app_window_params.window_geometry.size)
        run.begin_frame()
        begun()

    def end() -> None:
        swapped()
        run.end_frame()
        after()

    callbacks.post_new_frame, callbacks.before_imgui_render = begin, end
    callbacks.pre_new_frame = guarded(callbacks.pre_new_frame, errors)
    callbacks.after_swap = guarded(callbacks.after_swap, errors)
    callbacks.show_menus = watched(callbacks.show_menus, errors, in_bar=True)
    callbacks.show_status = watched(callbacks.show_status, errors)
    callbacks.post_render_dockable_windows = watched(callbacks.post_render_dockable_windows, errors)
    for window in params.docking_params.dockable_windows:
        window.gui_function = watched(window.gui_function, errors)


def _ref(written: str) -> str:
    """A reference as the test engine wants it: panels whose titles change are known by what follows ###."""
    for panel in PANELS:
        if panel.badge and written.startswith(f"//{panel.title}"):
            return f"//###{written.removeprefix('//')}"
    return written


def _take_back_broken_pipes() -> None:
    """The engine has just made itself the handler of crashes, one of which it thinks any thread's broken pipe is."""
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_IGN)  # as Python wants it: then it is an OSError


def _nobody() -> None:
    """There is no window to wake."""
