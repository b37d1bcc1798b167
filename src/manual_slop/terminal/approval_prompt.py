"""Asks the person at the terminal about one action: everything that would happen first, then their answer."""

from __future__ import annotations

import contextlib
import json
import select
import sys
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from rich.text import Text

from manual_slop.safety.consent import SCREEN, Consent
from manual_slop.safety.consent_sheet import sheet
from manual_slop.terminal.screen import Screen, say
from manual_slop.values.approval import Answer, Request, canonical

if TYPE_CHECKING:
    from manual_slop.safety.inbox import Inbox
    from manual_slop.safety.shared_inbox import SharedInbox

_CHOICES = "[y]es  [n]o REASON  [e]dit  [s]ession: this very action again, too  [a]rguments  [v]iew again"
_STYLES: Mapping[str, str] = {"added": "good", "removed": "bad", "hunk": "tool", "header": "name", "note": "dim"}
_BY = "the person at the terminal"

ReadAnswer = Callable[[Callable[[], bool]], str | None]
"""Waits for a line while what it is given says that it is still wanted; `None` when nobody will type any more."""


class ApprovalPrompt:
    """Shows requests and takes answers, for the thread that owns the terminal.

    The inbox is spoken to by threads of their own: a Ctrl-C may come while this one would hold its lock.
    """

    def __init__(self, screen: Screen, inbox: Inbox | SharedInbox, read: ReadAnswer | None = None) -> None:
        self._console = screen.err
        self._inbox = inbox
        self._read = read or read_typed
        self._settled: set[str] = set()
        inbox.listen(lambda request, answer: None if answer is None else self._settled.add(request.id))

    def __call__(self, request: Request) -> None:
        """Ask about `request` until it is answered, here or elsewhere."""
        self._show(request)
        while self._waits(request):
            answer = self._answer(request)
            if answer is not None:
                digest = request.action.digest
                posting = threading.Thread(target=self._inbox.answer, args=(request.id, digest, answer))
                posting.start()
                posting.join()
                return

    def _waits(self, request: Request) -> bool:
        return request.id not in self._settled

    def _line(self, request: Request, prompt: str) -> str | None:
        forget_what_was_typed()  # nothing typed before the question answers it
        self._console.print(Text(prompt, "warn"), end=" ")
        return self._read(lambda: self._waits(request))

    def _answer(self, request: Request) -> Answer | None:
        """One attempt at an answer; `None` when there is none yet."""
        line = self._line(request, f"{_CHOICES} ›")
        if line is None:
            return Answer("refuse", reason="nobody answered at the terminal", by=_BY) if self._waits(request) else None
        letter, _, rest = line.strip().partition(" ")
        match letter.lower():
            case "y" | "yes":
                return Answer("approve", by=_BY)
            case "s" | "session":
                return Answer("session", by=_BY)
            case "n" | "no":
                return self._refusal(request, rest)
            case "e" | "edit":
                return self._edit(request)
            case "a" | "arguments":
                self._rows(sheet(request).arguments, request)
            case "v" | "view":
                self._show(request)
            case "":
                self._note("Enter alone approves nothing: type one of the letters")
            case _:
                self._note(f"“{letter[:20]}” is none of these")
        return None

    def _refusal(self, request: Request, reason: str) -> Answer:
        reason = reason.strip() or (self._line(request, "why? The model will read it ›") or "").strip()
        return Answer("refuse", reason=reason or "the person said no", by=_BY)

    def _edit(self, request: Request) -> Answer | None:
        """New arguments: of one text, that text; else the whole JSON object."""
        given: dict[str, Any] = json.loads(request.action.arguments)
        texts = [name for name, value in given.items() if isinstance(value, str)]
        alone = texts[0] if len(texts) == 1 and "\n" not in given[texts[0]] else ""
        self._note(given[alone] if alone else request.action.arguments)
        line = self._line(request, f"new {alone or 'arguments as JSON'} (empty: leave it) ›")
        if not line or not line.strip():
            return None
        if alone:
            return Answer("edit", arguments=canonical({**given, alone: line}), by=_BY)
        try:
            return Answer("edit", arguments=canonical(json.loads(line)), by=_BY)
        except ValueError as error:
            self._note(f"that is no JSON: {error}")
            return None

    def _show(self, request: Request) -> None:
        shown = sheet(request)
        say(self._console, Text("── this waits for you " + "─" * 20, "warn"))
        for label, value in shown.facts:
            say(self._console, Text.assemble((f"{label:>13}  ", "dim"), value))
        self._rows(shown.body, request)
        for warning in shown.warnings:
            say(self._console, Text(f"      careful  {warning}", "bad"))

    def _rows(self, consent: Consent, request: Request) -> None:
        """All of a text, a screenful at a time where it is long: nobody agrees to what they have not seen."""
        for first in range(0, len(consent.lines), SCREEN):
            if first and self._line(request, "Enter shows more ›") is None:
                return
            for row in consent.lines[first : first + SCREEN]:
                number = " " * 6 if row.continued else f"{row.number:>5} "
                say(self._console, Text.assemble((number, "dim"), (row.text, _STYLES.get(row.kind, ""))))
            self._note(consent.part(first, SCREEN))

    def _note(self, text: str) -> None:
        say(self._console, Text(f"       {text}", "dim"))


def read_typed(wanted: Callable[[], bool]) -> str | None:
    """The next line typed at the terminal."""
    while wanted():
        if select.select([sys.stdin], [], [], 0.1)[0]:
            line = sys.stdin.readline()
            return line.rstrip("\n") if line else None
    return None


def forget_what_was_typed() -> None:
    """Throw away what waits in the terminal to be read, where there is a terminal."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import termios

        if sys.stdin.isatty():
            termios.tcflush(sys.stdin, termios.TCIFLUSH)
