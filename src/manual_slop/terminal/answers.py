"""Where the words of a model go while they stream in: set as Markdown on a terminal, as they are into a pipe.

Their secrets were taken out before, where the pieces of a message are still in order.
"""

from __future__ import annotations

from typing import Protocol

from rich.console import Console, RenderableType
from rich.constrain import Constrain
from rich.text import Text

from manual_slop.terminal.live_region import LiveRegion
from manual_slop.terminal.screen import reading_width
from manual_slop.terminal.visible import visible

# Beyond this an open block is shown unset while it grows: to set a long one anew ten times a second takes too long.
_LONGEST_SET = 8000


class Answer(Protocol):
    """Takes the pieces of one message after the other."""

    def add(self, text: str) -> None:
        """More of the message."""

    def settle(self) -> None:
        """Put out for good what is finished."""

    def end(self) -> None:
        """The message is complete."""

    def open(self) -> RenderableType | None:
        """What is not yet put out, as it looks now."""


class PlainAnswer:
    """Writes each piece at once and as it is, for files, pipes and terminals that cannot redraw."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._said = ""
        self._messages = 0

    def add(self, text: str) -> None:
        gap = "\n" if self._messages and not self._said else ""
        shown = visible(text) if self._console.file.isatty() else text
        self._console.file.write(gap + shown)
        self._console.file.flush()
        self._said = text

    def settle(self) -> None:
        return

    def end(self) -> None:
        if self._said and not self._said.endswith("\n"):
            self._console.file.write("\n")
            self._console.file.flush()
        self._messages += bool(self._said)
        self._said = ""

    def open(self) -> RenderableType | None:
        return None


class MarkdownAnswer:
    """Prints each block once it is finished; the open one is for the live region."""

    def __init__(self, region: LiveRegion) -> None:
        self._region = region
        self._rest = ""

    def add(self, text: str) -> None:
        self._rest += text

    def settle(self) -> None:
        if "\n" in self._rest:
            from manual_slop.terminal.markdown import split_finished

            finished, self._rest = split_finished(self._rest)
            self._print(finished)

    def end(self) -> None:
        rest, self._rest = self._rest, ""
        self._print(rest)

    def open(self) -> RenderableType | None:
        if not self._rest.strip():
            return None
        text = visible(self._rest)
        if len(text) > _LONGEST_SET:
            return Text(text[-_LONGEST_SET:].rstrip("\n"))
        return self._set(text)

    def _print(self, text: str) -> None:
        if text.strip():
            self._region.print(self._set(visible(text)), "block")

    def _set(self, text: str) -> RenderableType:
        from manual_slop.terminal.markdown import AnswerMarkdown  # slow to import, and not needed before there is text

        return Constrain(AnswerMarkdown(text), reading_width(self._region.console))


class Thoughts:
    """What a model thinks aloud: dim, line by line, with a mark at the edge that needs no colour."""

    _EDGE = "┊ "

    def __init__(self, region: LiveRegion) -> None:
        self._region = region
        self._rest = ""

    def add(self, text: str) -> None:
        self._rest += text

    def settle(self) -> None:
        finished, newline, self._rest = self._rest.rpartition("\n")
        if newline and finished.strip():
            self._region.print(self._set(finished), "thought")

    def end(self) -> None:
        rest, self._rest = self._rest, ""
        if rest.strip():
            self._region.print(self._set(rest), "thought")

    def open(self) -> RenderableType | None:
        return self._set(self._rest) if self._rest.strip() else None

    def _set(self, text: str) -> RenderableType:
        console = self._region.console
        width = reading_width(console) - len(self._EDGE) if console.file.isatty() else 10**6
        lines = Text(visible(text).strip("\n")).wrap(console, max(10, width))
        return Text("\n".join(self._EDGE + line.plain.rstrip() for line in lines), "dim italic")
