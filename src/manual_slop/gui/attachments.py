"""What goes out with the next prompt: shown small, with its size, and taken away again; and the ways to add to it."""

from __future__ import annotations

from imgui_bundle import ImVec2, imgui
from imgui_bundle.immapp import icons_fontawesome_6 as icons

from manual_slop.app.attaching import PATHS, SCREENS
from manual_slop.gui.context import App
from manual_slop.gui.legible import legible
from manual_slop.gui.pictures import draw_thumbnail, texture_of, weight
from manual_slop.gui.widgets import beside, chip, primary, put, quiet
from manual_slop.values.messages import Image

_SEEN = 1_600  # pixels of the longer side at which a screen is shown
_SHOWN_PATHS = 12
_A_CLICK = 8  # pixels of a screen that a hand may move by while it clicks


def draw_attachments(app: App) -> None:
    """A row of what is attached."""
    draft = app.state.draft
    for index, image in enumerate(tuple(draft.images)):
        imgui.push_id(index)
        draw_thumbnail(app, image, 64)
        beside()
        imgui.begin_group()
        put(app, f"{image.width}×{image.height}", app.palette.soft, "mono")
        put(app, weight(image), app.palette.faint, "mono")
        if quiet(app, f"{icons.ICON_FA_XMARK}##remove", "Do not send this picture"):
            draft.images.remove(image)
        imgui.end_group()
        beside()
        imgui.pop_id()
    for index, file in enumerate(tuple(draft.files)):
        imgui.push_id(f"file {index}")
        chip(app, f"{legible(file.name)}  {len(file.text):,} characters", app.palette.soft)
        beside(2)
        if quiet(app, f"{icons.ICON_FA_XMARK}##remove", "Do not send this file"):
            draft.files.remove(file)
        beside()
        imgui.pop_id()
    if draft.images or draft.files:
        imgui.new_line()


def draw_adding(app: App) -> None:
    """The buttons that attach something."""
    if quiet(app, f"{icons.ICON_FA_PAPERCLIP}##attach", "Attach a picture, or a text file of the project"):
        imgui.open_popup("attach")
    beside(2)
    if quiet(app, f"{icons.ICON_FA_PASTE}##paste picture", "Attach the picture on the clipboard (Ctrl+V)"):
        app.controller.attaching.paste()
    beside(2)
    if quiet(app, f"{icons.ICON_FA_CAMERA}##screenshot", "Take a picture of a screen, or a part of it"):
        app.state.loaded.pop(SCREENS, None)
        app.controller.attaching.look()
        app.memo["screenshot"] = "asked"
    if imgui.begin_popup("attach"):
        _attach(app)
        imgui.end_popup()
    _screenshot(app)


def looks_like_path(text: str) -> bool:
    """Whether what was written or dropped into the box may be the path of a file, and nothing else."""
    line = text.strip().strip("'\"")
    return bool(line) and "\n" not in line and len(line) < 1_000 and line.startswith(("/", "~/", "file://", "C:\\"))


def _attach(app: App) -> None:
    put(app, "Path of a picture, or of a text file in the project", app.palette.soft)
    typed: str = app.memo.setdefault("attach path", "")
    imgui.set_next_item_width(420 * app.scale)
    if imgui.is_window_appearing():
        imgui.set_keyboard_focus_here()
    entered, typed = imgui.input_text("##path", typed, imgui.InputTextFlags_.enter_returns_true)
    app.memo["attach path"] = typed
    project = app.controller.project
    found = app.state.fetched(PATHS, typed)
    if found.value is None and not found.error:
        app.controller.attaching.complete(typed, project)
    for path in (found.value or ())[:_SHOWN_PATHS]:
        if imgui.selectable(legible(path), False, imgui.SelectableFlags_.no_auto_close_popups)[0]:
            app.memo["attach path"] = path
            entered = entered or not path.endswith("/")
            typed = path
    if (primary(app, "Attach") or entered) and typed.strip():
        app.controller.attaching.file(typed, project)
        app.memo["attach path"] = ""
        app.state.loaded.pop(PATHS, None)
        imgui.close_current_popup()


def _screenshot(app: App) -> None:
    """The frozen screens: one is attached whole, or a part of it between two clicks."""
    fetched = app.state.fetched(SCREENS)
    if app.memo.get("screenshot") == "asked" and fetched.value:
        app.memo["screenshot"] = "shown"
        app.memo["corner"] = None
        imgui.open_popup("Screenshot")
    if fetched.error:
        app.memo["screenshot"] = ""
    area = imgui.get_main_viewport()
    imgui.set_next_window_pos(area.get_center(), imgui.Cond_.always, ImVec2(0.5, 0.5))
    shown, _ = imgui.begin_popup_modal("Screenshot", None, imgui.WindowFlags_.always_auto_resize)
    if not shown:
        return
    screens = fetched.value or ()
    chosen = min(app.memo.get("screen", 0), len(screens) - 1)
    put(app, "Drag over the part to attach, or click two of its corners; or take all of it.", app.palette.soft)
    if screens:
        _pick(app, screens[chosen], area.work_size)
    for index in range(len(screens) if len(screens) > 1 else 0):
        if imgui.radio_button(f"screen {index + 1}", index == chosen):
            app.memo["screen"], app.memo["corner"] = index, None
        beside()
    if screens and primary(app, "Attach all of it"):
        app.controller.attaching.picture(screens[chosen])
        _done(app)
    beside()
    if imgui.button("Cancel") or imgui.is_key_pressed(imgui.Key.escape):
        _done(app)
    imgui.end_popup()


def _pick(app: App, screen: Image, room: ImVec2) -> None:
    """The screen; a part of it is taken by a drag, or by a click on each of two corners."""
    scale = min(room.x * 0.85 / screen.width, room.y * 0.7 / screen.height)
    box = ImVec2(screen.width * scale, screen.height * scale)
    low = imgui.get_cursor_screen_pos()
    texture = texture_of(app, screen, _SEEN)
    if texture is not None:
        imgui.get_window_draw_list().add_image(texture, low, low + box)
    imgui.invisible_button("##screen", box)
    mouse = imgui.get_mouse_pos()
    x, y = int((mouse.x - low.x) / scale), int((mouse.y - low.y) / scale)
    here = (min(max(x, 0), screen.width), min(max(y, 0), screen.height))
    corner: tuple[int, int] | None = app.memo.get("corner")
    if imgui.is_item_activated() and corner is None:
        corner = app.memo["corner"] = here
    if corner is None:
        return
    first, last = (ImVec2(low.x + one[0] * scale, low.y + one[1] * scale) for one in (corner, here))
    colour = imgui.color_convert_float4_to_u32(imgui.get_style().color_(imgui.Col_.check_mark))
    imgui.get_window_draw_list().add_rect(first, last, colour, 0, 2)
    (left, right), (top, bottom) = sorted((corner[0], here[0])), sorted((corner[1], here[1]))
    if imgui.is_item_deactivated() and right - left > _A_CLICK and bottom - top > _A_CLICK:
        app.controller.attaching.picture(screen, (left, top, right, bottom))
        _done(app)


def _done(app: App) -> None:
    app.memo["screenshot"] = ""
    app.memo["corner"] = None
    app.state.loaded.pop(SCREENS, None)
    imgui.close_current_popup()
