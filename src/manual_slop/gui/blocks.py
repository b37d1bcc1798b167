"""A growing text cut into blocks: prose in handy pieces, and each code fence a block of its own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from manual_slop.gui.legible import legible

_HANDY = 1_500  # characters of prose after which an empty line ends a block
_MOST = 4_000  # characters that no block of prose exceeds by more than a line
_FENCE = re.compile(r" *(?:(`{3,})([^`]*)|(~{3,})(.*))\s*$", re.DOTALL)


@dataclass(slots=True)
class Block:
    """A piece of a text. Of `code`, `text` is what stands between the fences and `language` the first word after them.

    `open` says that more of it may come. `height` is how high it was when it was last drawn `width` wide.
    """

    kind: Literal["prose", "code"]
    start: int
    text: str = ""
    language: str = ""
    open: bool = True
    height: float = 0.0
    width: float = 0.0
    shown_in_full: bool = False


class Blocks:
    """The blocks of a text that only ever grows at its end; what is closed is never looked at again.

    Without `fences` all of it is prose.
    """

    def __init__(self, *, fences: bool = True) -> None:
        self.blocks: list[Block] = []
        self._fences = fences
        self._begin()

    def _begin(self) -> None:
        self.blocks.clear()
        self._at, self._length, self._whole = 0, -1, False
        self._mark, self._indent, self._seen = "", 0, 0

    def take(self, text: str, *, whole: bool) -> list[Block]:
        """The blocks of `text`, which is `whole` or may go on."""
        if len(text) == self._length and whole == self._whole:
            return self.blocks
        if len(text) < self._length:
            self._begin()  # another text after all
        self._length, self._whole = len(text), whole
        while self._at < len(text):
            end = text.find("\n", self._at)
            if end < 0 and not whole and len(text) - self._at <= _MOST:
                break
            end = len(text) if end < 0 else end + 1
            self._line(text, min(end, self._at + _MOST))
        self._refresh(text)
        return self.blocks

    @property
    def code(self) -> str:
        """All code in it, block by block."""
        return "\n".join(block.text for block in self.blocks if block.kind == "code")

    def _line(self, text: str, end: int) -> None:
        begin, self._at = self._at, end
        line = text[begin:end]
        fence = _FENCE.match(line) if self._fences else None
        if self._mark:
            if fence is not None and _closes(fence, self._mark):
                self._close(text, begin)
                self._mark = ""
            return
        if fence is not None:
            self._close(text, begin)
            self._mark = fence[1] or fence[3]
            self._indent = len(line) - len(line.lstrip(" "))
            words = (fence[2] or fence[4] or "").split()
            self.blocks.append(Block("code", end, language=legible(words[0]) if words else ""))
            return
        opened = self._open("prose", begin)
        length = end - opened.start
        if length >= _MOST or (length >= _HANDY and not line.strip() and text[end : end + 1] not in (" ", "\t", "")):
            self._close(text, end)

    def _open(self, kind: Literal["prose", "code"], start: int) -> Block:
        if not self.blocks or not self.blocks[-1].open:
            self.blocks.append(Block(kind, start))
        return self.blocks[-1]

    def _close(self, text: str, end: int) -> None:
        if self.blocks and self.blocks[-1].open:
            block = self.blocks[-1]
            block.text, block.open = self._shown(block, text[block.start : end]), False
            if not block.text and block.kind == "prose":
                self.blocks.pop()

    def _refresh(self, text: str) -> None:
        if self._at < len(text) and not self._mark:
            self._open("prose", self._at)
        if self._whole:
            self._close(text, len(text))
        elif self.blocks and self.blocks[-1].open:
            self._grow(self.blocks[-1], text)

    def _grow(self, block: Block, text: str) -> None:
        """What is open shows all there is; of code only what is new is looked at, and all of it when it is closed."""
        if block.kind == "prose" or self._indent:
            block.text = self._shown(block, text[block.start :])
            return
        end = len(text) - text.endswith("\n")
        begin = max(block.start, self._seen) if block.text else block.start
        block.text += legible(text[begin:end])
        self._seen = max(begin, end)

    def _shown(self, block: Block, text: str) -> str:
        if block.kind == "prose":
            return legible(text.strip("\n")) if self._fences else legible(text.removesuffix("\n"))
        margin = " " * self._indent
        lines = text.removesuffix("\n").split("\n") if margin else ()
        return legible("\n".join(line.removeprefix(margin) for line in lines) if margin else text.removesuffix("\n"))


def _closes(fence: re.Match[str], mark: str) -> bool:
    found = fence[1] or fence[3]
    return found[0] == mark[0] and len(found) >= len(mark) and not (fence[2] or fence[4] or "").strip()
