"""How high many things are that stand one below the other, such that one can change and any place be found quickly."""

from __future__ import annotations

_CHUNK = 256


class Heights:
    """Heights in pixels; a hundred thousand of them cost a few hundred additions to search or to change."""

    def __init__(self) -> None:
        self._chunks: list[list[float]] = []
        self._sums: list[float] = []
        self.count = 0

    def fit(self, count: int, guess: float) -> None:
        """Be as many; new ones are `guess` high."""
        if count < self.count:
            del self._chunks[-(-count // _CHUNK) :], self._sums[-(-count // _CHUNK) :]
            if count % _CHUNK:
                del self._chunks[-1][count % _CHUNK :]
                self._sums[-1] = sum(self._chunks[-1])
            self.count = count
        while self.count < count:
            if self.count % _CHUNK == 0:
                self._chunks.append([])
                self._sums.append(0.0)
            more = min(count - self.count, _CHUNK - self.count % _CHUNK)
            self._chunks[-1] += [guess] * more
            self._sums[-1] += guess * more
            self.count += more

    def __getitem__(self, index: int) -> float:
        return self._chunks[index // _CHUNK][index % _CHUNK]

    def __setitem__(self, index: int, height: float) -> None:
        chunk = self._chunks[index // _CHUNK]
        self._sums[index // _CHUNK] += height - chunk[index % _CHUNK]
        chunk[index % _CHUNK] = height

    @property
    def total(self) -> float:
        """All together."""
        return sum(self._sums)

    def find(self, y: float) -> tuple[int, float]:
        """Which one stands at `y` from the top, and where it begins; the last one for what lies below all."""
        top, at = 0.0, 0
        for at, height in enumerate(self._sums):
            if top + height > y or at == len(self._sums) - 1:
                break
            top += height
        first = at * _CHUNK
        for index, height in enumerate(self._chunks[at] if self._chunks else ()):
            if top + height > y or first + index == self.count - 1:
                return first + index, top
            top += height
        return 0, 0.0

    def top_of(self, index: int) -> float:
        """Where one begins."""
        chunk = index // _CHUNK
        return sum(self._sums[:chunk]) + sum(self._chunks[chunk][: index % _CHUNK])
