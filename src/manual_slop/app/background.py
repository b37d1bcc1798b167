"""What happens behind the window: work on threads of its own, and the news of it on their way to the state."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from manual_slop.app.app_state import AppState
from manual_slop.app.news import Asked, Loaded, Loudness, News, SessionNamed, Toast
from manual_slop.app.track_view import TracksView
from manual_slop.app.workers import Lane
from manual_slop.values.errors import ConfigError, ProviderError
from manual_slop.values.events import Event


class Background:
    """Lanes by name, and one queue of news. `wake` is called from any thread when there is some."""

    def __init__(self, state: AppState, wake: Callable[[], None]) -> None:
        self._state = state
        self.wake = wake
        self._news: queue.SimpleQueue[News] = queue.SimpleQueue()
        self._lanes: dict[str, Lane] = {}
        self._lock = threading.Lock()
        self._over = False

    def post(self, source: str, what: Event | SessionNamed | Asked | Loaded | Toast | TracksView) -> None:
        """Something happened; from any thread."""
        self._news.put(News(source, datetime.now(UTC), what))
        self.wake()

    def say(self, text: str, loudness: Loudness = "note") -> None:
        """A word to the person; from any thread."""
        self.post("", Toast(text, loudness))

    @property
    def waiting(self) -> int:
        """How much news was not taken yet, about."""
        return self._news.qsize()

    def next_news(self) -> News | None:
        """The oldest that was not taken yet."""
        try:
            return self._news.get_nowait()
        except queue.Empty:
            return None

    def do(self, lane: str, job: Callable[[], None]) -> None:
        """Do it after all that was asked of that lane before; from any thread. A job must not raise."""
        with self._lock:
            if not self._over:
                self._lanes.setdefault(lane, Lane(lane)).do(job)

    def load(self, what: str, key: str, work: Callable[[], Any]) -> None:
        """Find something out; it comes into `state.fetched(what, key)`. Nothing is asked twice at once."""
        fetched = self._state.fetched(what, key)
        if fetched.loading:
            return
        fetched.loading = True
        self.do(f"load {what}", lambda: self._load(what, key, work))

    def end(self, patience: float) -> None:
        """No more work; wait at most `patience` seconds for what is under way."""
        until = time.monotonic() + patience
        with self._lock:
            self._over, lanes = True, tuple(self._lanes.values())
        for lane in lanes:
            lane.end(max(0.0, until - time.monotonic()))

    def _load(self, what: str, key: str, work: Callable[[], Any]) -> None:
        try:
            value = work()
        except (ProviderError, ConfigError) as error:
            advice = f" {error.advice}" if isinstance(error, ProviderError) else ""
            self.post("", Loaded(what, key, None, f"{error}{advice}"))
        except Exception as error:  # noqa: BLE001  # the window goes on, whatever could not be found out
            self.post("", Loaded(what, key, None, f"{type(error).__name__}: {error}"))
        else:
            self.post("", Loaded(what, key, value))
