"""Keys as people write them (`Ctrl+Shift+P`) and as ImGui wants them."""

from __future__ import annotations

import functools
from collections.abc import Mapping

from imgui_bundle import imgui

_MODIFIERS: Mapping[str, imgui.Key] = {
    "Ctrl": imgui.Key.mod_ctrl,
    "Shift": imgui.Key.mod_shift,
    "Alt": imgui.Key.mod_alt,
}
_NAMED: Mapping[str, str] = {
    ".": "period",
    ",": "comma",
    "=": "equal",
    "-": "minus",
    "PageUp": "page_up",
    "PageDown": "page_down",
    "Up": "up_arrow",
    "Down": "down_arrow",
}


@functools.cache
def chord(keys: str) -> int:
    """What ImGui calls a key chord. Raises `AttributeError` for a key that does not exist."""
    *modifiers, last = keys.split("+")
    name = f"_{last}" if last.isdigit() else _NAMED.get(last, last.lower())
    held = 0
    for modifier in modifiers:
        held |= int(_MODIFIERS[modifier])
    return held | int(getattr(imgui.Key, name))
