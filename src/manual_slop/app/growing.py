"""Text that grows by pieces and is read whole once a frame."""

from __future__ import annotations


class Growing:
    """Pieces of a text; joined when somebody reads it, and not again until more has come."""

    __slots__ = ("_pieces", "_text")

    def __init__(self, text: str = "") -> None:
        self._text = text
        self._pieces: list[str] = []

    def add(self, piece: str) -> None:
        """More of it."""
        self._pieces.append(piece)

    @property
    def text(self) -> str:
        """All of it."""
        if self._pieces:
            self._text = "".join((self._text, *self._pieces))
            self._pieces.clear()
        return self._text

    def __len__(self) -> int:
        return len(self.text)
