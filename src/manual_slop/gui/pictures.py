"""Pictures of a conversation: small ones in it, and one at a time in full; decoded behind the window."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

from imgui_bundle import ImVec2, hello_imgui, imgui

from manual_slop.gui.context import App
from manual_slop.gui.widgets import hint, put, put_wrapped
from manual_slop.providers.images import Pixels, pixels
from manual_slop.values.messages import Image

_SMALL, _LARGE = 180, 1_600
_KEPT = 64


def draw_thumbnails(app: App, images: Sequence[Image]) -> None:
    """A row of them; a click shows one in full."""
    for index, image in enumerate(images):
        imgui.push_id(index)
        if index:
            imgui.same_line()
        draw_thumbnail(app, image)
        imgui.pop_id()


def draw_thumbnail(app: App, image: Image, most: float = 140.0) -> None:
    """One; a click shows it in full."""
    box = _within(image.width or 100, image.height or 100, most * app.scale)
    texture = texture_of(app, image, _SMALL)
    if texture is None:
        clicked = imgui.button("…##picture", box)
    else:
        imgui.push_style_var(imgui.StyleVar_.frame_padding, ImVec2(0, 0))
        clicked = imgui.image_button("picture", texture, box)
        imgui.pop_style_var()
    hint(f"{image.width}×{image.height} {image.media_type.removeprefix('image/')}, {weight(image)}: click to enlarge")
    if clicked:
        app.memo["enlarged"] = image


def draw_enlarged(app: App) -> None:
    """The picture that was clicked, until something is clicked again; once a frame."""
    image = app.memo.get("enlarged")
    if image is None:
        return
    if not imgui.is_popup_open("##enlarged"):
        imgui.open_popup("##enlarged")
    area = imgui.get_main_viewport().work_size
    imgui.set_next_window_pos(imgui.get_main_viewport().get_center(), imgui.Cond_.always, ImVec2(0.5, 0.5))
    flags = imgui.WindowFlags_.always_auto_resize | imgui.WindowFlags_.no_title_bar | imgui.WindowFlags_.no_move
    shown, _ = imgui.begin_popup_modal("##enlarged", None, flags)
    if not shown:
        return
    box = _within(image.width or 100, image.height or 100, 1e9, ImVec2(area.x * 0.9, area.y * 0.8))
    texture = texture_of(app, image, _LARGE)
    if texture is None:
        problem = app.state.fetched("picture", _key(image, _LARGE)).error
        put_wrapped(app, problem or "…", app.palette.soft)
    else:
        imgui.image(texture, box)
    put(app, f"{image.width}×{image.height}, {weight(image)}", app.palette.faint, "mono")
    if imgui.is_mouse_clicked(0) or imgui.is_key_pressed(imgui.Key.escape):
        app.memo.pop("enlarged")
        imgui.close_current_popup()
    imgui.end_popup()


def weight(image: Image) -> str:
    """How large its file is."""
    size = len(image.data)
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{max(1, size // 1000)} KB"


def texture_of(app: App, image: Image, side: int) -> imgui.ImTextureRef | None:
    """Its texture, no side longer than `side` pixels; nothing until it is decoded, or where nothing is painted."""
    key = _key(image, side)
    textures: OrderedDict[str, hello_imgui.TextureGpu] = app.memo.setdefault("textures", OrderedDict())
    known = textures.get(key)
    if known is None:
        fetched = app.state.fetched("picture", key)
        if not isinstance(fetched.value, Pixels):
            if not fetched.error:
                app.controller.load("picture", key, lambda: pixels(image, side))
            return None
        if hello_imgui.get_runner_params().renderer_backend_type == hello_imgui.RendererBackendType.null:
            return None
        found = fetched.value
        rgba: Any = memoryview(found.rgba).cast("B", (found.height, found.width, 4))
        known = textures[key] = hello_imgui.create_texture_gpu_from_rgba_data(rgba)
        app.state.loaded["picture"].pop(key, None)
        if len(textures) > _KEPT:
            textures.popitem(last=False)
    textures.move_to_end(key)
    return imgui.ImTextureRef(known.texture_id())


def _key(image: Image, side: int) -> str:
    return f"{hash(image.data)} {len(image.data)} {side}"


def _within(width: int, height: int, most: float, room: ImVec2 | None = None) -> ImVec2:
    room = room or ImVec2(most, most)
    scale = min(room.x / width, room.y / height, most / max(width, height))
    return ImVec2(max(8.0, width * scale), max(8.0, height * scale))
