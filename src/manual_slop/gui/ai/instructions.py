"""What a model is told before anything is said: the person's part, changed here, and the project's, as it is."""

from __future__ import annotations

from dataclasses import replace

from imgui_bundle import ImVec2, imgui

from manual_slop.app.manners import OFFERED
from manual_slop.app.offered_tools import Told
from manual_slop.gui.context import App
from manual_slop.gui.theme import rgb
from manual_slop.gui.widgets import beside, hint, put, put_wrapped, quiet
from manual_slop.session.token_counts import usual_tokens

_SMALLEST = 110.0


def told(app: App) -> Told | None:
    """What every request begins with, asked for once a project; says so while it is looked up."""
    project = app.controller.project
    fetched = app.state.fetched(OFFERED, str(project or ""))
    if fetched.value is None and not fetched.error:
        app.controller.manners.ask_tools()
    if fetched.error:
        put_wrapped(app, fetched.error, app.palette.bad)
        if imgui.button("Try again"):
            app.controller.manners.ask_tools()
    elif fetched.value is None:
        put(app, "looking at the project …", app.palette.faint)
    found: Told | None = fetched.value
    return found


def draw_instructions(app: App) -> None:
    """An editor for the person's part, and below it the project's."""
    begins = told(app)
    if begins is None:
        return
    manners = app.controller.manners
    own = manners.manner.system
    text = begins.own if own is None else own
    put(app, "Yours", app.palette.text, "strong")
    hint("Stands before everything else in each request")
    beside()
    put(app, f"about {_tokens(app, 'yours', text):,} tokens", app.palette.faint, "mono")
    if own is None:
        beside()
        put(app, "the program's own words", app.palette.faint)
    else:
        beside()
        if quiet(app, "Back to the program's own words", "Forget what is written here"):
            manners.change(replace(manners.manner, system=None))
    room = imgui.get_content_region_avail().y
    height = max(_SMALLEST * app.scale, room * (0.5 if begins.project else 0.9))
    flags = imgui.InputTextFlags_.word_wrap
    changed, text = imgui.input_text_multiline("##system", text, ImVec2(-1, height), flags)
    if changed:
        manners.change(replace(manners.manner, system=None if text == begins.own else text))
    _projects(app, begins)


def _projects(app: App, begins: Told) -> None:
    if not begins.project:
        put_wrapped(app, "The project has no AGENTS.md: nothing is added to these.", app.palette.faint)
        return
    put(app, f"The project's {begins.file}", app.palette.text, "strong")
    hint("Added to yours as text that is not trusted: it cannot change what is asked about")
    beside()
    put(app, f"about {_tokens(app, 'project', begins.project):,} tokens", app.palette.faint, "mono")
    imgui.push_style_color(imgui.Col_.child_bg, rgb(app.palette.raised))
    imgui.begin_child("project part", ImVec2(0, 0), imgui.ChildFlags_.always_use_window_padding)
    put_wrapped(app, begins.project, app.palette.soft)
    imgui.end_child()
    imgui.pop_style_color()


def _tokens(app: App, name: str, text: str) -> int:
    """Counted anew only where the text is another."""
    known: dict[str, tuple[str, int]] = app.memo.setdefault("instruction tokens", {})
    if name not in known or known[name][0] != text:
        known[name] = (text, usual_tokens(text))
    return known[name][1]
