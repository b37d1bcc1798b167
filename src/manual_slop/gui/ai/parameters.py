"""The parameters that the chosen model takes; those that are not set are left to the provider, and shown so."""

from __future__ import annotations

from imgui_bundle import ImVec2, imgui

from manual_slop.app.knobs import KNOBS, Knob
from manual_slop.app.manner import Value
from manual_slop.app.manners import TAKEN
from manual_slop.gui.context import App
from manual_slop.gui.theme import S
from manual_slop.gui.widgets import hint, put, put_wrapped, quiet, space, tick
from manual_slop.providers.parameters import Taken


def draw_parameters(app: App) -> None:
    """A row for each; a tick sets one."""
    model = app.state.conversation.model
    if not model:
        put_wrapped(app, "Choose a model first: each takes parameters of its own.", app.palette.faint)
        return
    fetched = app.state.fetched(TAKEN, model)
    if fetched.value is None and not fetched.error:
        app.controller.manners.ask_model(model)
    if fetched.error:
        put_wrapped(app, fetched.error, app.palette.bad)
    if not isinstance(fetched.value, Taken):
        if not fetched.error:
            put(app, f"looking up what {model} takes …", app.palette.faint)
        return
    _rows(app, fetched.value)
    _left_out(app, fetched.value, model)
    space(S / 2)
    put_wrapped(app, f"What is not ticked is left to the provider. Who says what is taken: {fetched.value.source}.")


def _rows(app: App, taken: Taken) -> None:
    if not imgui.begin_table("parameters", 2, imgui.TableFlags_.borders_inner_h | imgui.TableFlags_.pad_outer_x):
        return
    imgui.table_setup_column("name", imgui.TableColumnFlags_.width_fixed, 180 * app.scale)
    imgui.table_setup_column("value", imgui.TableColumnFlags_.width_stretch)
    for knob in KNOBS:
        if knob.name in taken.names:
            imgui.table_next_row()
            _row(app, knob, taken)
    imgui.end_table()


def _row(app: App, knob: Knob, taken: Taken) -> None:
    manners = app.controller.manners
    value = manners.manner.param(knob.name)
    imgui.table_next_column()
    on = tick(app, f"{knob.title}##on {knob.name}", value is not None)
    hint(f"{knob.tip}\n{knob.name}: {knob.wanted}")
    if on != (value is not None):
        value = _first(knob, taken) if on else None
        manners.change(manners.manner.with_param(knob.name, value))
        app.memo.pop(f"typed {knob.name}", None)
    imgui.table_next_column()
    if value is None:
        imgui.align_text_to_frame_padding()
        put(app, "the provider's default", app.palette.faint)
        return
    changed = _control(app, knob, taken, value)
    if changed is not None and changed != value:
        manners.change(manners.manner.with_param(knob.name, changed))


def _first(knob: Knob, taken: Taken) -> Value:
    if knob.name == "max_tokens" and taken.most_output:
        return min(int(str(knob.start)), taken.most_output)
    if knob.name == "reasoning_effort" and knob.start not in taken.efforts:
        return taken.efforts[0]
    return knob.start


def _control(app: App, knob: Knob, taken: Taken, value: Value) -> Value | None:
    """Where it is changed; the new value, or none where what stands there is none."""
    imgui.set_next_item_width(-1)
    match knob.kind:
        case "number" if isinstance(value, int | float):
            high = min(knob.high, taken.hottest) if knob.name == "temperature" else knob.high
            _, number = imgui.slider_float(
                f"##{knob.name}", float(value), knob.low, high, "%.2f", imgui.SliderFlags_.always_clamp
            )
            return round(number, 2)
        case "choice":
            choices = taken.efforts if knob.name == "reasoning_effort" else knob.choices
            at = choices.index(str(value)) if value in choices else -1
            _, at = imgui.combo(f"##{knob.name}", at, list(choices))
            return choices[at] if at >= 0 else None
        case "whole":
            return _whole(app, knob, taken, value)
        case _:
            return _texts(app, knob, value)


def _whole(app: App, knob: Knob, taken: Taken, value: Value) -> Value | None:
    limited = knob.name == "max_tokens" and taken.most_output
    if limited:
        imgui.set_next_item_width(-150 * app.scale)
    _, typed = imgui.input_text(f"##{knob.name}", _typed(app, knob, value), imgui.InputTextFlags_.chars_decimal)
    if limited:
        imgui.same_line()
        put(app, f"of {taken.most_output:,}", app.palette.faint, "mono")
    try:
        number = knob.checked(int(typed))
    except ValueError:
        put(app, knob.wanted, app.palette.bad)
        number = None
    return _kept(app, knob, value, number, typed)


def _texts(app: App, knob: Knob, value: Value) -> Value | None:
    size = ImVec2(-1, 70 * app.scale)
    _, typed = imgui.input_text_multiline(f"##{knob.name}", _typed(app, knob, value), size)
    try:
        texts = knob.checked([line for line in typed.split("\n") if line])
    except ValueError:
        put(app, "one to four texts, one a line", app.palette.bad)
        texts = None
    return _kept(app, knob, value, texts, typed)


def _typed(app: App, knob: Knob, value: Value) -> str:
    """What stands in the field: what was typed there, as long as nothing else has changed the value."""
    meant, typed = app.memo.get(f"typed {knob.name}", (None, ""))
    return str(typed) if meant == value else _words(value, "\n")


def _kept(app: App, knob: Knob, before: Value, now: Value | None, typed: str) -> Value | None:
    app.memo[f"typed {knob.name}"] = (before if now is None else now, typed)
    return now


def _words(value: Value, between: str = ", ") -> str:
    return between.join(value) if isinstance(value, tuple) else str(value)


def _left_out(app: App, taken: Taken, model: str) -> None:
    """What is set and this model does not take."""
    manners = app.controller.manners
    for name, value in manners.manner.params:
        strange = name == "reasoning_effort" and value not in taken.efforts
        if name in taken.names and not strange:
            continue
        said = f"{name} is set to {_words(value)}, which {model} does not take: it is left out."
        put_wrapped(app, said, app.palette.warn)
        if name not in taken.names and quiet(app, f"forget it##{name}"):
            manners.change(manners.manner.with_param(name, None))
