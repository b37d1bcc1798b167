"""How the program itself is doing: frames, queue, threads, memory, litellm, confinement."""

from __future__ import annotations

import threading

from imgui_bundle import imgui

from manual_slop.gui.context import App
from manual_slop.gui.widgets import put
from manual_slop.providers.litellm_loader import is_loaded

TITLE = "Diagnostics"


def draw(app: App) -> None:
    """Name and figure, one a line."""
    rate = imgui.get_io().framerate
    facts = (
        ("frame", f"{1000 / rate if rate else 0:.1f} ms"),
        ("threads", str(threading.active_count())),
        ("litellm", "loaded" if is_loaded() else "not loaded yet"),
        ("conversations", str(len(app.state.conversations))),
        ("running", str(app.state.running)),
    )
    if not imgui.begin_table("facts", 2, imgui.TableFlags_.sizing_fixed_fit):
        return
    for name, figure in facts:
        imgui.table_next_row()
        imgui.table_next_column()
        put(app, name, app.palette.faint)
        imgui.table_next_column()
        put(app, figure, app.palette.text, "mono")
    imgui.end_table()
