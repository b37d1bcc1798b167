"""How a run begins, chosen before it does; and a track's report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from imgui_bundle import ImVec2, imgui
from imgui_bundle.immapp import icons_fontawesome_6 as icons

from manual_slop.app.run_choices import RunChoices
from manual_slop.app.track_view import TrackView
from manual_slop.gui.context import App
from manual_slop.gui.dashboard.view import View
from manual_slop.gui.theme import S
from manual_slop.gui.widgets import beside, put, put_wrapped, quiet, space, tick, to_the_right
from manual_slop.safety.approval import MODE_WORDS
from manual_slop.values.tickets import Unknown

T = TypeVar("T", bound=str)

_UNKNOWN: Mapping[Unknown, str] = {
    "ask": "you say what becomes of each",
    "retry": "it is done again",
    "keep": "its work is reviewed as it is",
    "skip": "it is left out",
}
_WIDTH = 560.0
_LABELS = 130.0


def draw_more(app: App, view: View, track: TrackView, *, begins: bool) -> None:
    """Quiet buttons at the right end of the line; how a run begins is of use only where it would not just go on."""
    options, report = icons.ICON_FA_SLIDERS, icons.ICON_FA_FILE_LINES
    signs = (options, report) if begins else (report,)
    to_the_right(sum(imgui.calc_text_size(sign).x + 3 * S for sign in signs))
    if begins:
        _open_options(app, options)
        beside(S)
    if quiet(app, f"{report}##report", "Write all there is to tell of this track to a file"):
        imgui.open_popup("report")
    if app.controller.tracks is not None:
        _report(app, view, track)


def _open_options(app: App, sign: str) -> None:
    run = app.controller.conducting.run
    loud = run.mode == "all" or run.faulty
    colour = app.palette.bad if loud else app.palette.accent if run.words else ""
    tip = "\n".join(("How a run begins that is started here", *run.words))
    if quiet(app, f"{sign}##options", tip, colour):
        imgui.open_popup("how it runs")
    imgui.set_next_window_size(ImVec2(_WIDTH * app.scale, 0))
    if imgui.begin_popup("how it runs"):
        app.controller.conducting.run = _options(app, run)
        imgui.end_popup()


def _options(app: App, run: RunChoices) -> RunChoices:
    put(app, "How a run begins that is started here", app.palette.text, "strong")
    space(S / 2)
    _label(app, "Workers may")
    run = replace(run, mode=_one_of("mode", run.mode, MODE_WORDS))
    if run.mode == "all":
        put_wrapped(app, MODE_WORDS["all"].capitalize() + ".", app.palette.bad)
    _label(app, "At most")
    run = replace(run, workers=_field("workers", "workers at once: as the settings say", run.workers))
    _fault(app, run.workers_fault)
    _label(app, "Spends at most")
    run = replace(run, budget=_field("budget", "2.00 or 200000tok: as the settings say", run.budget))
    _fault(app, run.budget_fault)
    _label(app, "Cut-off tickets")
    run = replace(run, unknown=_one_of("unknown", run.unknown, _UNKNOWN))
    run = replace(run, step=tick(app, "Ask before each worker begins, with what it would be told", run.step))
    space(S / 2)
    put_wrapped(app, "Kept until the window is closed. Models are chosen under Costs, by tier.", app.palette.faint)
    if run != RunChoices() and quiet(app, "as usual", "Set all of these back"):
        return RunChoices()
    return run


def _label(app: App, text: str) -> None:
    imgui.align_text_to_frame_padding()
    put(app, text, app.palette.soft)
    imgui.same_line(_LABELS * app.scale)
    imgui.set_next_item_width(-1)


def _one_of(name: str, chosen: T, words: Mapping[T, str]) -> T:
    """One of several, with what each means."""
    if imgui.begin_combo(f"##{name}", f"{chosen}: {words[chosen]}"):
        for one, means in words.items():
            if imgui.selectable(f"{one}: {means}###{name} {one}", one == chosen)[0]:
                chosen = one
        imgui.end_combo()
    return chosen


def _field(name: str, empty: str, typed: str) -> str:
    written = imgui.input_text_with_hint(f"##{name}", empty, typed)[1]
    # Escape closes the list; a limit that was seen to be set must not go with it.
    return typed if imgui.is_key_pressed(imgui.Key.escape) else written


def _fault(app: App, fault: str) -> None:
    if fault:
        put_wrapped(app, fault, app.palette.bad)


def _report(app: App, view: View, track: TrackView) -> None:
    imgui.set_next_window_size(ImVec2(_WIDTH * app.scale, 0))
    if not imgui.begin_popup("report"):
        return
    put(app, "The plan, tickets, diffs, verdicts and costs, as one file", app.palette.text, "strong")
    imgui.set_next_item_width(-90 * app.scale)
    flags = imgui.InputTextFlags_.enter_returns_true
    entered, view.file = imgui.input_text_with_hint("##file", "a file that ends with .md or .html", view.file, flags)
    beside(S)
    if (imgui.button("Write") or entered) and view.file.strip() and app.controller.tracks:
        app.controller.tracks.report(track.id, view.file)
        imgui.close_current_popup()
    put_wrapped(app, "Keys are taken out; a file that is there already stays.", app.palette.faint)
    imgui.end_popup()
