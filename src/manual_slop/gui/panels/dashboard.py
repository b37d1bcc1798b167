"""What was spent, by tier and by model."""

from __future__ import annotations

from imgui_bundle import imgui

from manual_slop.gui.context import App
from manual_slop.gui.tables import figure, headings
from manual_slop.gui.widgets import empty, put
from manual_slop.values.usage import Usage, total

TITLE = "MMA Dashboard"
_COLUMNS = ("Model", "Calls", "In", "Cached", "Out", "Cost")


def draw(app: App) -> None:
    """The conversation in view, a row a model."""
    calls = app.state.conversation.calls
    if not calls:
        empty(
            app, "Nothing spent yet", "Every call is listed here with what it used, what it cost and how that is known."
        )
        return
    put(app, str(total(call.cost for call in calls)), app.palette.text, "title")
    if not imgui.begin_table(
        "models", len(_COLUMNS), imgui.TableFlags_.borders_inner_h | imgui.TableFlags_.sizing_stretch_prop
    ):
        return
    for index, name in enumerate(_COLUMNS):
        imgui.table_setup_column(name, imgui.TableColumnFlags_.width_stretch, 1.0 if index else 2.4)
    headings(app, _COLUMNS, frozenset(range(1, 6)))
    for model in dict.fromkeys(call.model for call in calls):
        mine = [call for call in calls if call.model == model]
        used = sum((call.usage for call in mine), Usage())
        imgui.table_next_row()
        imgui.table_next_column()
        put(app, model, app.palette.text, "mono")
        for count in (len(mine), used.input_tokens, used.cache_read_tokens, used.output_tokens):
            imgui.table_next_column()
            figure(app, f"{count:,}")
        imgui.table_next_column()
        figure(app, str(total(call.cost for call in mine)), app.palette.text)
    imgui.end_table()
