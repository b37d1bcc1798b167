"""Shows a turn to a person: status while they wait, tools as they run, the answer as it streams, then the bill."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import assert_never

from rich.console import Group, RenderableType
from rich.text import Text

from manual_slop.terminal.answers import Answer, MarkdownAnswer, PlainAnswer, Thoughts
from manual_slop.terminal.lines import error_lines, status_line
from manual_slop.terminal.live_region import Kind, LiveRegion
from manual_slop.terminal.screen import Screen, can_redraw, say
from manual_slop.terminal.visible import one_line, visible
from manual_slop.terminal.wording import (
    DOT,
    STOPPED_EARLY,
    answer_words,
    approval_words,
    call_words,
    notice_words,
    retry_words,
    tool_words,
    turn_words,
)
from manual_slop.values.approval import Request
from manual_slop.values.errors import ConfigError, ProviderError
from manual_slop.values.events import (
    ApprovalRequested,
    ApprovalResolved,
    BudgetWarning,
    CompactionUndone,
    Event,
    HistoryCleared,
    HistoryCompacted,
    MessageAdded,
    MessageFinished,
    MessageWithdrawn,
    Notice,
    ReasoningDelta,
    Retrying,
    SessionDescribed,
    TextDelta,
    ToolCallDelta,
    ToolFinished,
    ToolStarted,
    TurnFailed,
    TurnFinished,
    TurnStarted,
)
from manual_slop.values.ledger import UsageRecorded
from manual_slop.values.redacted_deltas import RedactedDeltas
from manual_slop.values.secrets import redactor
from manual_slop.values.usage import Cost

_QUIET = 1.0  # seconds without news after which the status is shown under an open answer


class TurnView:
    """The turns of one conversation, one after the other, on a screen. Every method is for one and the same thread.

    `redraw` is to be called about ten times a second while something is awaited. `idle` says what the program does
    when nothing has happened yet; `ask` puts a request to the person and returns when it is answered; with `explain`
    the bill says how it was computed.
    """

    def __init__(
        self,
        screen: Screen,
        idle: Callable[[], str] = lambda: "waiting",
        clock: Callable[[], float] = time.monotonic,
        ask: Callable[[Request], None] | None = None,
    ) -> None:
        rich_answer = can_redraw(screen.out)
        self.screen = screen
        self._region = LiveRegion(screen.out if rich_answer else screen.err)
        self._answer: Answer = MarkdownAnswer(self._region) if rich_answer else PlainAnswer(screen.out)
        self._thoughts = Thoughts(self._region if screen.shared or not rich_answer else LiveRegion(screen.err))
        self._clock = clock
        self._idle = idle
        self.ask = ask
        self.explain = False
        self.hint: Callable[[], str] = str
        """What to add to the last line of a turn that went well."""
        self._model = ""
        self._busy = False
        self._doing = ""
        self._begun = self._since = self._news = clock()
        self._running: list[str] = []
        self._redacted = RedactedDeltas()

    def begin(self) -> None:
        """A turn begins; say at once what is going on."""
        self._busy = True
        self._begun = self._clock()
        self._do("")
        self.redraw()

    def redraw(self) -> None:
        """Bring what is live up to date."""
        self._thoughts.settle()
        self._answer.settle()
        self._region.show(self._live())

    def end(self) -> None:
        """Nothing is awaited any more: leave nothing live behind."""
        for event in self._redacted.end():
            self._show(event)
        self._thoughts.end()
        self._answer.end()
        self._busy = False
        self._region.show(None)

    def show(self, event: Event) -> None:
        """Take notice of what happened."""
        self._news = self._clock()
        for one in self._redacted.of(event):
            self._show(one)

    def _show(self, event: Event) -> None:
        match event:
            case TurnStarted():
                self._model = event.model
            case Notice() | BudgetWarning() | HistoryCompacted() | CompactionUndone():
                self._note(f"! {visible(notice_words(event))}", "warn")
            case ReasoningDelta() | TextDelta() | MessageFinished():
                self._words(event)
            case ToolCallDelta() | ToolStarted() | ToolFinished():
                self._tool(event)
            case ApprovalRequested():
                self._approval(event.request)
            case ApprovalResolved():
                self._note(f"  {answer_words(event.answer)}")
            case Retrying():
                self._note(f"↻ {retry_words(event)}", "warn")
            case SessionDescribed() | MessageAdded() | MessageWithdrawn() | HistoryCleared() | UsageRecorded():
                pass
            case TurnFinished():
                self._finished(event)
            case TurnFailed():
                self._failed(event)
            case _:
                assert_never(event)

    def fail(self, error: ProviderError | ConfigError) -> None:
        """Say what went wrong and what to do about it."""
        self.end()
        for line, style in error_lines(error):
            self._note(line, style)

    def crashed(self, error: BaseException) -> None:
        """Leave nothing live behind; whoever catches it says the rest."""
        self.end()

    def _approval(self, request: Request) -> None:
        """Somebody has to agree: here, where there is somebody, with nothing live on the screen meanwhile."""
        self._thoughts.end()
        self._answer.end()
        if self.ask is None:
            self._note(f"? {approval_words(request)}", "warn")
            return
        self._region.show(None)
        self.ask(request)

    def _words(self, event: ReasoningDelta | TextDelta | MessageFinished) -> None:
        if isinstance(event, ReasoningDelta):
            self._thoughts.add(event.text)
            return
        self._thoughts.end()
        if isinstance(event, TextDelta):
            self._answer.add(event.text)
        else:
            self._answer.end()
            self._do("")

    def _tool(self, event: ToolCallDelta | ToolStarted | ToolFinished) -> None:
        match event:
            case ToolCallDelta():
                self._do(f"preparing {one_line(event.name)}")
            case ToolStarted():
                self._running.append(event.call.id)
                self._do(f"▸ {call_words(event.call)}")
            case ToolFinished():
                failed = event.result.is_error
                self._note(f"{'✗' if failed else '▸'} {tool_words(event)}", "warn" if failed else "tool")
                self._running = [call_id for call_id in self._running if call_id != event.call.id]
                if not self._running:
                    self._do("")

    def _finished(self, event: TurnFinished) -> None:
        self.end()
        if event.stop_reason in STOPPED_EARLY:
            self._note(f"! {STOPPED_EARLY[event.stop_reason]}", "warn")
        elif not event.text.strip():
            self._note("! the model ended without a word", "warn")
        words = turn_words(event.usage, event.cost, self._elapsed(), event.rounds)
        self._note(DOT.join(part for part in (words, self.hint()) if part))

    def _failed(self, event: TurnFailed) -> None:
        self.fail(event.error)
        if event.usage.total_tokens:
            self._note(turn_words(event.usage, event.cost, self._elapsed()))
            self._explained(event.cost)

    def _explained(self, cost: Cost) -> None:
        if self.explain:
            from manual_slop.money.provenance import explain  # only where it is asked for
            from manual_slop.terminal.explaining import explanation_lines

            for text, style in explanation_lines(explain(cost, model=self._model)):
                self._note(text, style)

    def _elapsed(self) -> float:
        return self._clock() - self._begun

    def _do(self, doing: str) -> None:
        self._doing = doing
        self._since = self._clock()

    def _note(self, text: str, style: str = "dim") -> None:
        self._thoughts.end()
        line = Text(redactor.redact(text), style)
        if self.screen.shared or self._region.console is self.screen.err:
            self._region.print(line)
        else:
            say(self.screen.err, line)

    def _live(self) -> RenderableType | None:
        thoughts, answer = self._thoughts.open(), self._answer.open()
        shown: list[RenderableType] = []
        if thoughts is not None:
            shown += self._spaced("thought", thoughts)
        if answer is not None:
            shown += self._spaced("block", answer)
        if self._busy and (not shown or self._clock() - self._news > _QUIET):
            shown += ["", self._status()] if shown else self._spaced("note", self._status())
        return Group(*shown) if shown else None

    def _spaced(self, kind: Kind, renderable: RenderableType) -> list[RenderableType]:
        return ["", renderable] if self._region.needs_space(kind) else [renderable]

    def _status(self) -> Text:
        shown = DOT.join(part for part in (self._model, self._doing or self._idle()) if part)
        return status_line(redactor.redact(shown), self._clock(), self._clock() - self._since)
