"""The window itself: fonts, theme, docking, status bar, and one frame after the other."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence

from imgui_bundle import hello_imgui, imgui, immapp

from manual_slop.gui.attention import call_when_waiting
from manual_slop.gui.backends import no_display
from manual_slop.gui.boundary import Boundary
from manual_slop.gui.collector import Collector
from manual_slop.gui.context import App
from manual_slop.gui.drops import Drops
from manual_slop.gui.fonts import load_fonts, markdown_options
from manual_slop.gui.menus import draw_menus
from manual_slop.gui.panel_list import BELOW, CENTRE, PANELS, RIGHT, Panel
from manual_slop.gui.popups import draw_popups
from manual_slop.gui.remembered import settings_of
from manual_slop.gui.shortcuts import handle_shortcuts
from manual_slop.gui.status_bar import draw_status_bar
from manual_slop.gui.theme import apply_theme
from manual_slop.gui.toasts import draw_toasts
from manual_slop.values.paths import config_dir

_IDLE_FPS = 1.0


def window_params(
    app: App, size: tuple[int, int] = (1440, 900), panels: Sequence[Panel] = PANELS
) -> hello_imgui.RunnerParams:
    """Everything hello_imgui wants to know of the window. Nothing is opened yet."""
    params = hello_imgui.RunnerParams()
    geometry = params.app_window_params
    geometry.window_title = "Manual Slop"
    geometry.window_geometry.size = size
    geometry.restore_previous_geometry = True
    bars = params.imgui_window_params
    bars.default_imgui_window_type = hello_imgui.DefaultImGuiWindowType.provide_full_screen_dock_space
    bars.show_menu_bar, bars.show_menu_app, bars.show_menu_view = True, False, False
    bars.show_status_bar, bars.show_status_fps = True, False
    bars.remember_theme = False
    params.fps_idling.fps_idle = _IDLE_FPS
    params.ini_folder_type = hello_imgui.IniFolderType.absolute_path
    params.ini_filename = str(config_dir() / "window.ini")
    params.renderer_backend_options.open_gl_options = _plain_gl()
    params.docking_params = _docking(app, panels)
    _listen(params.callbacks, app)
    return params


class NoWindowError(Exception):
    """No window can be opened here; the message says why."""


class Bell:
    """Wakes the window, from any thread, for as long as there is one: afterwards ImGui would fall over nothing."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._silent = False

    def ring(self) -> None:
        """There is something to show."""
        with self._lock:
            if not self._silent:
                hello_imgui.request_refresh()

    def silence(self) -> None:
        """The window is about to go."""
        with self._lock:
            self._silent = True


def open_window(app: App, each_frame: Callable[[], object] | None = None) -> None:
    """Show the window until it is closed. `each_frame` is done before each. Raises `NoWindowError`."""
    reason = no_display()
    if reason:
        raise NoWindowError(reason)
    config_dir().mkdir(mode=0o700, parents=True, exist_ok=True)
    params, collector = window_params(app), Collector()
    shown = _counted(params.callbacks, (collector.keep, each_frame) if each_frame else (collector.keep,))
    bell, drops = Bell(), _drops(app)
    params.callbacks.post_init = drops.listen
    params.callbacks.before_exit = bell.silence
    app.controller.wake = bell.ring
    try:
        immapp.run(params, add_ons(app.controller.open_link))
    except RuntimeError as error:
        if shown():
            raise
        reason = f"it could not be opened ({error})"
    finally:
        bell.silence()
        collector.leave()
        app.controller.close()
        let_go(params)
    if reason:
        raise NoWindowError(reason)


def let_go(params: hello_imgui.RunnerParams) -> None:
    """Forget what the window called: the collector does not see what C++ holds, and all that was shown would stay."""
    params.callbacks = hello_imgui.RunnerCallbacks()
    params.docking_params = hello_imgui.DockingParams()


def _drops(app: App) -> Drops:
    controller = app.controller
    return Drops(lambda path: controller.attaching.file(path, controller.project), controller.say)


def _counted(callbacks: hello_imgui.RunnerCallbacks, each_frame: Iterable[Callable[[], object]]) -> Callable[[], bool]:
    """Have things done each frame; what is returned says whether there was one."""
    frame, frames = callbacks.post_new_frame, 0

    def counted() -> None:
        nonlocal frames
        frames += 1
        frame()
        for do in each_frame:
            do()

    callbacks.post_new_frame = counted
    return lambda: frames > 0


def add_ons(open_link: Callable[[str], None] = lambda _address: None) -> immapp.AddOnsParams:
    """The libraries beside ImGui that panels use; `open_link` is called with the address of a link that is clicked."""
    options = markdown_options(open_link)
    return immapp.AddOnsParams(with_implot=True, with_markdown=True, with_markdown_options=options)


def _plain_gl() -> hello_imgui.OpenGlOptions:
    options = hello_imgui.OpenGlOptions()
    options.anti_aliasing_samples = (
        0  # ImGui smooths its own edges; on a software renderer samples cost most of a frame
    )
    return options


def _listen(callbacks: hello_imgui.RunnerCallbacks, app: App) -> None:
    def fonts() -> None:
        app.fonts = load_fonts()

    def frame() -> None:
        app.frames.begin()
        app.controller.pump()
        if app.lasting:
            app.controller.remember(settings_of(app))
        handle_shortcuts(app)
        call_when_waiting(app)

    def menu_bar() -> None:
        draw_menus(app)
        draw_toasts(app)

    def popups() -> None:
        draw_popups(app)
        app.frames.end()

    look = Look(app)
    callbacks.load_additional_fonts = fonts
    callbacks.setup_imgui_style = look.put_on
    callbacks.pre_new_frame = look.keep
    callbacks.post_new_frame = frame
    callbacks.show_menus = menu_bar
    callbacks.show_status = lambda: draw_status_bar(app)
    callbacks.post_render_dockable_windows = popups
    callbacks.after_swap = FirstFrame(app.controller.warm_up).over


class Look:
    """Theme and scale as they were put on; changed between frames only, when nothing of the old is in use."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._worn: tuple[str, float] = ("", 0.0)

    def put_on(self) -> None:
        """As the person wants it now."""
        self._worn = (self._app.theme, self._app.scale)
        apply_theme(self._app.palette, self._app.scale)

    def keep(self) -> None:
        """Change it if the person did."""
        if self._worn != (self._app.theme, self._app.scale):
            self.put_on()


class FirstFrame:
    """Does something once, when the first frame can be seen."""

    def __init__(self, then: Callable[[], None]) -> None:
        self._then: Callable[[], None] | None = then

    def over(self) -> None:
        """A frame can be seen."""
        then, self._then = self._then, None
        if then is not None:
            then()


def _docking(app: App, panels: Sequence[Panel]) -> hello_imgui.DockingParams:
    params = hello_imgui.DockingParams()
    # A tab has its own cross; one more for the whole group would close what nobody meant to close.
    params.main_dock_space_node_flags |= imgui.internal.DockNodeFlagsPrivate_.no_close_button
    params.docking_splits = [
        hello_imgui.DockingSplit(CENTRE, RIGHT, imgui.Dir.right, 0.46),
        hello_imgui.DockingSplit(RIGHT, BELOW, imgui.Dir.down, 0.40),
    ]
    params.dockable_windows = [_window(app, panel) for panel in panels]
    return params


def _window(app: App, panel: Panel) -> hello_imgui.DockableWindow:
    window = hello_imgui.DockableWindow(panel.label, panel.space)
    boundary = app.boundaries[panel.title] = Boundary()

    def draw() -> None:
        boundary.draw(lambda: panel.draw(app))

    def draw_with_badge() -> None:
        badge = panel.badge(app) if panel.badge else ""
        title = f"{panel.title}  {badge}" if badge else panel.title
        shown, still_open = imgui.begin(f"{title}###{panel.title}", True)
        itself = hello_imgui.get_runner_params().docking_params.dockable_window_of_name(panel.label)
        itself.is_visible = bool(still_open)
        if shown:
            draw()
        imgui.end()

    window.call_begin_end = panel.badge is None
    window.gui_function = draw if panel.badge is None else draw_with_badge
    return window
