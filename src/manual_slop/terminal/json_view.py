"""Shows a turn to a program: each event is a line of JSON, and the last line is always an ending."""

from __future__ import annotations

from typing import TextIO

from manual_slop.money.prices import combine
from manual_slop.terminal.json_lines import event_line, failed_line
from manual_slop.values.errors import ConfigError, ProviderError
from manual_slop.values.events import Event, TurnFailed
from manual_slop.values.redacted_deltas import RedactedDeltas
from manual_slop.values.usage import Usage


class JsonView:
    """Writes the events to a stream as they come, and nothing else."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._redacted = RedactedDeltas()

    def begin(self) -> None:
        """`turn_started` says so."""

    def redraw(self) -> None:
        """Nothing here is ever drawn anew."""

    def end(self) -> None:
        """The ending was an event like the others."""

    def show(self, event: Event) -> None:
        """One event, one line; a delta that ends in what may begin a key waits for the next one."""
        for one in self._redacted.of(event):
            self._write(event_line(one))

    def fail(self, error: ProviderError | ConfigError) -> None:
        """The ending of a turn that told none."""
        if isinstance(error, ConfigError):
            self._write(failed_line(error))
        else:
            self.show(TurnFailed(error, Usage(), combine([]), ""))

    def crashed(self, error: BaseException) -> None:
        """Also then the last line is an ending."""
        self.fail(ProviderError("unknown", "", "", f"{type(error).__name__}: {error}"))

    def _write(self, line: str) -> None:
        self._stream.write(line + "\n")
        self._stream.flush()
