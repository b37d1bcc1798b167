"""Shows planning to a person as it goes on, or to a program as JSON lines."""

from __future__ import annotations

import time

from rich.text import Text

from manual_slop.terminal.json_lines import document as as_json
from manual_slop.terminal.json_lines import error_fields, event_line
from manual_slop.terminal.lines import error_lines, status_line
from manual_slop.terminal.live_region import LiveRegion
from manual_slop.terminal.screen import Screen
from manual_slop.terminal.visible import one_line
from manual_slop.terminal.wording import cost_words
from manual_slop.values.errors import ConfigError, ProviderError
from manual_slop.values.events import Event, Notice, ReasoningDelta, Retrying, TextDelta
from manual_slop.values.ledger import UsageRecorded


class PlanView:
    """What `run_turn` wants of a view: lines for what a tier begins, and a live one with how much it has written."""

    def __init__(self, screen: Screen, *, json: bool = False) -> None:
        self._screen = screen
        self._json = json
        self._region = LiveRegion(screen.err)
        self._begun = time.monotonic()
        self._written = 0

    def begin(self) -> None:
        """Planning begins."""
        self.redraw()

    def show(self, event: Event) -> None:
        """Something happened."""
        if self._json:
            if not isinstance(event, TextDelta | ReasoningDelta):
                self._screen.put(event_line(event))
            return
        if isinstance(event, TextDelta | ReasoningDelta):
            self._written += len(event.text)
        elif isinstance(event, Notice):
            self._line(event.text)
            self._written, self._begun = 0, time.monotonic()
        elif isinstance(event, Retrying):
            self._line(f"{event.error.message}: tried again in {event.wait:.0f} s")
        elif isinstance(event, UsageRecorded):
            usage = event.usage
            self._line(f"  {usage.input_tokens:,} in · {usage.output_tokens:,} out · {cost_words(event.cost)}")

    def redraw(self) -> None:
        """A little time has passed."""
        if not self._json:
            now = time.monotonic()
            words = f"planning, {self._written:,} characters so far" if self._written else "planning"
            self._region.show(status_line(words, now, now - self._begun))

    def end(self) -> None:
        """It is over."""
        self._region.show(None)

    def fail(self, error: ProviderError | ConfigError) -> None:
        """It could not be done."""
        self._region.show(None)
        if self._json:
            self._screen.put(as_json({"type": "plan", "tracks": [], "error": error_fields(error)}))
            return
        for line, style in error_lines(error):
            self._screen.note(line, style)

    def crashed(self, error: BaseException) -> None:
        """Nobody foresaw it."""
        self._region.show(None)

    def _line(self, words: str) -> None:
        self._region.print(Text(one_line(words, 2000), "dim"))
