"""`manual-slop doctor`: what is set up, what is wrong with it, and on request what a model can really do."""

from __future__ import annotations

import time
from collections.abc import Mapping

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from manual_slop import ai_client
from manual_slop.money.prices import combine
from manual_slop.terminal.exit_codes import DONE, USAGE, exit_code
from manual_slop.terminal.finding import Finding, Level
from manual_slop.terminal.findings import findings
from manual_slop.terminal.json_lines import document
from manual_slop.terminal.lines import error_lines, status_line
from manual_slop.terminal.live_region import LiveRegion
from manual_slop.terminal.probes import Probe, run_probes
from manual_slop.terminal.screen import Screen, say, screen
from manual_slop.terminal.turn_loop import Tell, run_turn
from manual_slop.terminal.visible import visible
from manual_slop.terminal.wording import DOT, cost_words, duration
from manual_slop.values.cancel import Cancel
from manual_slop.values.errors import ConfigError, ProviderError
from manual_slop.values.events import Event
from manual_slop.values.secrets import redactor

_SIGNS: Mapping[Level, str] = {"good": "✓", "note": "·", "warn": "!", "bad": "✗"}


def examine(live: str | None, as_json: bool) -> int:
    """Look at everything, tell it, and return the exit code: 2 when something stands in the way."""
    found = list(findings(screen()))
    code = USAGE if any(one.level == "bad" for one in found) else DONE
    if not as_json:
        _show(found)
    view = ProbeView(screen(), live or "", quiet=as_json)
    if live is not None:
        code = run_turn(view.work, view) or view.code or code
    if as_json:
        screen().put(document({"findings": found, "live": view.done}, indent=2))
    return code


class ProbeView:
    """Shows the probes of a model one after the other. `done` are those that have ended."""

    def __init__(self, shown: Screen, model: str, quiet: bool) -> None:
        self.done: list[Probe] = []
        self._screen = shown
        self._region = LiveRegion(shown.out)
        self._model = model
        self._quiet = quiet
        self._told = 0
        self._begun = time.monotonic()

    @property
    def code(self) -> int:
        """The exit code for a model that could not even answer."""
        text = self.done[0] if self.done else None
        return exit_code(text.error) if text and text.error else DONE

    def work(self, tell: Tell, cancel: Cancel) -> None:
        """Make the probes; runs on its own thread."""
        for probe in run_probes(ai_client.new_access(), self._model, cancel):
            self.done.append(probe)

    def begin(self) -> None:
        if not self._quiet:
            say(self._screen.out, Text(f"\n{self._model}, five small calls:", "name"))

    def show(self, event: Event) -> None:
        """Probes tell no events."""

    def redraw(self) -> None:
        if self._quiet:
            return
        while self._told < len(self.done):
            self._region.print(_line(self.done[self._told]))
            self._told += 1
        now = time.monotonic()
        self._region.show(status_line("trying", now, now - self._begun))

    def end(self) -> None:
        self.redraw()
        self._region.show(None)
        for error in [probe.error for probe in self.done[:1] if probe.error and not self._quiet]:
            say(self._screen.out, Text(f"→ {visible(error.advice)}", "name"))
        costs = [cost for probe in self.done for cost in probe.costs]
        if costs and not self._quiet:
            say(self._screen.out, Text(f"cost: {cost_words(combine(costs))}", "dim"))

    def fail(self, error: ProviderError | ConfigError) -> None:
        self._region.show(None)
        for line, style in error_lines(error):
            self._screen.note(line, style)

    def crashed(self, error: BaseException) -> None:
        self._region.show(None)


def _line(probe: Probe) -> RenderableType:
    sign, style = {True: ("✓", "good"), False: ("✗", "bad"), None: ("–", "dim")}[probe.passed]
    time_taken = f"{DOT}{duration(probe.seconds)}" if probe.seconds else ""
    return Text(f"{sign} {probe.name:<7} {redactor.redact(probe.detail)}{time_taken}", style)


def _show(found: list[Finding]) -> None:
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    topic = ""
    for one in found:
        words = Text(
            f"{_SIGNS[one.level]} {visible(redactor.redact(one.text))}", "none" if one.level == "note" else one.level
        )
        table.add_row(Text("" if one.topic == topic else one.topic, "dim"), words)
        topic = one.topic
    say(screen().out, table)
