"""What the model is shown: how full its window is, what a summary would make room for, instructions and files."""

from __future__ import annotations

from imgui_bundle import ImVec2, imgui
from imgui_bundle.immapp import icons_fontawesome_6 as icons

from manual_slop.app.context_view import ContextView
from manual_slop.app.contexts import CONTEXT_VIEW
from manual_slop.gui.context import App
from manual_slop.gui.context_files import View, draw_files
from manual_slop.gui.context_meter import draw_meter
from manual_slop.gui.legible import legible
from manual_slop.gui.theme import S, rgb
from manual_slop.gui.widgets import beside, empty, hint, primary, put, put_wrapped, space
from manual_slop.session.compaction import Fold
from manual_slop.values.usage import format_usd

TITLE = "Context"


def draw(app: App) -> None:
    """The meter, what can be folded, what is always there."""
    view: View = app.memo.setdefault("context panel", View())
    conversation, source = app.state.conversation, app.state.current
    if not conversation.model:
        empty(app, "No model chosen yet", "Choose one in AI Settings: then its window, and what fills it, stand here.")
        return
    fetched = app.state.fetched(CONTEXT_VIEW, source)
    said = (source, conversation.session_id, conversation.messages, conversation.model, conversation.running)
    wanted = (said, app.controller.project, app.controller.contexts.changes)
    if view.asked_for != wanted and not fetched.loading:
        view.asked_for = wanted
        app.controller.contexts.look(source)
    if fetched.error:
        put_wrapped(app, f"The context cannot be weighed: {legible(fetched.error)}", app.palette.bad)
    found = fetched.value
    if not isinstance(found, ContextView):
        if not fetched.error:
            put(app, "Weighing what the model is shown…", app.palette.faint)
        return
    draw_meter(app, found.meter)
    space(S / 2)
    _folding(app, view, found)
    imgui.separator()
    draw_files(app, view, found)


def _folding(app: App, view: View, found: ContextView) -> None:
    fold, source = found.fold, app.state.current
    running = app.state.conversation.running
    imgui.begin_disabled(fold is None or running)
    if imgui.button(f"{icons.ICON_FA_COMPRESS}  Make room…"):
        view.asks = "" if view.asks else "fold"
    imgui.end_disabled()
    _why(
        fold is None,
        running,
        found.unfoldable,
        "A model writes a summary of the oldest turns, which then stands for them",
    )
    beside(S)
    imgui.begin_disabled(not found.undoable or running)
    if imgui.button(f"{icons.ICON_FA_ROTATE_LEFT}  Undo"):
        app.controller.contexts.unfold(source)
    imgui.end_disabled()
    tip = f"The {found.undoable} messages that the last summary stands for come back"
    _why(not found.undoable, running, "There is no summary to take back", tip)
    beside(S)
    imgui.align_text_to_frame_padding()
    if fold is None:
        put(app, "nothing to make room from yet", app.palette.faint)
        hint(legible(found.unfoldable))
        return
    put(app, f"the oldest {fold.replaced} messages, ~{fold.tokens:,} tokens", app.palette.faint)
    if view.asks == "fold" and not running:
        _confirm(app, view, fold)


def _why(disabled: bool, running: bool, reason: str, tip: str) -> None:
    """What the button before it does, or why it does nothing."""
    told = "Something is under way here: wait for its end, or stop it" if running else reason if disabled else tip
    if imgui.is_item_hovered(imgui.HoveredFlags_.allow_when_disabled | imgui.HoveredFlags_.delay_normal):
        imgui.set_tooltip(legible(told))


def _confirm(app: App, view: View, fold: Fold) -> None:
    cost = fold.cost
    priced = "for a price nobody knows" if cost.usd is None else f"for {format_usd(cost.usd)} at most"
    money = "at no charge" if cost.basis == "local" else priced
    imgui.push_style_color(imgui.Col_.child_bg, rgb(app.palette.raised))
    flags = imgui.ChildFlags_.auto_resize_y | imgui.ChildFlags_.always_use_window_padding
    imgui.begin_child("fold", ImVec2(0, 0), flags)
    put_wrapped(
        app,
        f"{legible(fold.model)} reads about {fold.taken:,} tokens and writes at most {fold.written:,}, {money}."
        " The messages stay in the record, and Undo brings them back.",
        app.palette.soft,
    )
    if cost.source:
        hint(legible(cost.source))
    if primary(app, f"{icons.ICON_FA_COMPRESS}  Summarise"):
        view.asks = ""
        app.controller.contexts.fold(app.state.current)
    beside(S)
    if imgui.button("Leave it"):
        view.asks = ""
    imgui.end_child()
    imgui.pop_style_color()
