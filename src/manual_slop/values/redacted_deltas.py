"""Events without secrets in what streams: a key that lies across two pieces is seen before its first half is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from manual_slop.values.events import (
    Event,
    MessageFinished,
    ReasoningDelta,
    TextDelta,
    ToolCallDelta,
    TurnFailed,
    TurnFinished,
)
from manual_slop.values.secrets import RedactingStream


class RedactedDeltas:
    """Stands before a sink of one conversation's events: take every event through `of`, in order.

    The deltas of a message, joined, are then its redacted text. A piece of which nothing can be shown yet is left out
    and comes with a later one, at the latest before its message or turn ends. All other events pass as they are.
    """

    def __init__(self) -> None:
        self._text = RedactingStream()
        self._thoughts = RedactingStream()
        self._calls: dict[int, tuple[ToolCallDelta, RedactingStream]] = {}

    def of(self, event: Event) -> Iterator[Event]:
        """What to show for this event: nothing, one event or several."""
        match event:
            case ReasoningDelta():
                yield from _shown(ReasoningDelta, self._thoughts.feed(event.text))
            case TextDelta():
                yield from self._thoughts_end()
                yield from _shown(TextDelta, self._text.feed(event.text))
            case ToolCallDelta():
                yield from self._thoughts_end()
                yield from self._call(event)
            case MessageFinished() | TurnFinished() | TurnFailed():
                yield from self.end()
                yield event
            case _:
                yield event

    def end(self) -> Iterator[Event]:
        """What still waits: nothing more comes of this message."""
        yield from self._thoughts_end()
        yield from _shown(TextDelta, self._text.end())
        for first, arguments in self._calls.values():
            if rest := arguments.end():
                yield replace(first, arguments=rest)
        self._calls.clear()

    def _thoughts_end(self) -> Iterator[Event]:
        """Thoughts are shown apart from what follows, so their last words may not come after it."""
        yield from _shown(ReasoningDelta, self._thoughts.end())

    def _call(self, event: ToolCallDelta) -> Iterator[Event]:
        known = event.index in self._calls
        _, arguments = self._calls.setdefault(event.index, (event, RedactingStream()))
        shown = arguments.feed(event.arguments)
        # The first one says which tool is called, whether it has arguments or not.
        if shown or not known:
            yield replace(event, arguments=shown)


def _shown(delta: Callable[[str], Event], text: str) -> Iterator[Event]:
    if text:
        yield delta(text)
