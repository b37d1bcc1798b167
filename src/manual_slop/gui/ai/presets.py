"""Presets: one is applied by a click; what is set now is kept under a name; each step can be undone."""

from __future__ import annotations

from dataclasses import dataclass

from imgui_bundle import imgui
from imgui_bundle.immapp import icons_fontawesome_6 as icons

from manual_slop.app.manner import Value
from manual_slop.app.manners import PRESETS
from manual_slop.app.presets import Preset, Shelf
from manual_slop.gui.context import App
from manual_slop.gui.widgets import beside, hint, put, put_wrapped, quiet


@dataclass(slots=True)
class Asking:
    """What the person does with presets: the one they chose last, and the name that is being typed for what."""

    chosen: str = ""
    wants: str = ""
    name: str = ""


def draw_presets(app: App) -> None:
    """The line of presets, a field for a name where one is wanted, and what differs from the defaults."""
    fetched = app.state.fetched(PRESETS)
    if fetched.value is None and not fetched.error:
        app.controller.manners.look()
    asking: Asking = app.memo.setdefault("presets", Asking())
    shelf: Shelf = fetched.value or Shelf()
    _choose(app, shelf, asking)
    _buttons(app, shelf, asking)
    if asking.wants:
        _field(app, asking)
    if fetched.error:
        put_wrapped(app, fetched.error, app.palette.bad)
        if imgui.button("Read again"):
            app.controller.manners.look()
    for issue in shelf.issues[:3]:
        put_wrapped(app, issue, app.palette.warn)
    _changes(app)


def _choose(app: App, shelf: Shelf, asking: Asking) -> None:
    chosen = shelf.named(asking.chosen)  # none, as long as it is still being saved
    shown = _as_shown(app, chosen) if chosen else "Presets" if shelf.presets else "No presets yet"
    imgui.set_next_item_width(220 * app.scale)
    if imgui.begin_combo("##presets", shown):
        if not shelf.presets:
            put(app, "Save what is set now under a name.", app.palette.faint)
        for one in shelf.presets:
            where = "   from the project" if one.project else ""
            if imgui.selectable(f"{one.name}{where}###preset {one.name}", one.name == asking.chosen)[0]:
                asking.chosen, asking.wants = one.name, ""
                app.controller.manners.apply(one)
            hint(_summary(one))
        imgui.end_combo()
    hint("A model, parameters, approval, tools and instructions under one name")


def _as_shown(app: App, one: Preset) -> str:
    same = one.manner == app.controller.manners.manner and one.model in ("", app.state.conversation.model)
    return one.name if same else f"{one.name}, changed"


def _summary(one: Preset) -> str:
    manner = one.manner
    parts = [one.model or "any model", *(f"{name} {_words(value)}" for name, value in manner.params)]
    if manner.mode:
        parts.append(f"approval {manner.mode}")
    parts.extend(f"{risk} {decision}" for risk, decision in manner.risks)
    if manner.off:
        parts.append(f"{len(manner.off)} tools off")
    if manner.system is not None:
        parts.append("own instructions")
    return "\n".join(parts)


def _words(value: Value) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _buttons(app: App, shelf: Shelf, asking: Asking) -> None:
    manners = app.controller.manners
    chosen = shelf.named(asking.chosen)
    beside()
    if imgui.button(f"{icons.ICON_FA_FLOPPY_DISK}  Save as…"):
        asking.wants, asking.name = "save", asking.chosen
    hint("Keep the model and everything that is set under a name")
    if chosen is not None and not chosen.project:
        beside()
        if imgui.button(f"{icons.ICON_FA_PEN}###rename preset"):
            asking.wants, asking.name = "rename", chosen.name
        hint("Rename…")
        beside()
        if imgui.button(f"{icons.ICON_FA_TRASH}###delete preset"):
            manners.delete(chosen.name)
            asking.chosen, asking.wants = "", ""
        hint("Delete; it can be undone")
    if manners.undoable:
        beside()
        if imgui.button(f"{icons.ICON_FA_ROTATE_LEFT}###undo preset"):
            manners.undo()
        hint(f"Undo {manners.undoable}")


def _field(app: App, asking: Asking) -> None:
    """Where a name is typed; Enter keeps it, Escape does not."""
    manners = app.controller.manners
    imgui.set_next_item_width(220 * app.scale)
    flags = imgui.InputTextFlags_.enter_returns_true
    entered, asking.name = imgui.input_text_with_hint("##preset name", "a name", asking.name, flags)
    beside()
    done = imgui.button("Save preset" if asking.wants == "save" else "Rename preset")
    beside()
    stop = imgui.button("Cancel##preset") or imgui.is_key_pressed(imgui.Key.escape)
    if (entered or done) and asking.name.strip():
        if asking.wants == "save":
            manners.save(asking.name)
        else:
            manners.rename(asking.chosen, asking.name)
        asking.chosen, stop = asking.name.strip(), True
    if stop:
        asking.wants = ""


def _changes(app: App) -> None:
    manners = app.controller.manners
    count = manners.manner.changes
    if not count:
        return
    now = "after this answer" if app.state.conversation.running else "from the next prompt on"
    put(app, f"{count} setting{'s' * (count != 1)} of yours, in force {now}", app.palette.soft)
    beside()
    if quiet(app, "Reset all", "Everything back to the provider's and your settings' defaults; can be undone"):
        manners.reset()
