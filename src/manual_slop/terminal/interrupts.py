"""Ctrl-C, in two steps: the first stops the work and keeps what had arrived, the second leaves at once."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from manual_slop.values.cancel import Cancel


@contextmanager
def stopping(cancel: Cancel) -> Iterator[None]:
    """While inside, Ctrl-C and SIGTERM press `cancel`; once it is pressed they raise `KeyboardInterrupt`.

    For the main thread only, which must not use `cancel` meanwhile. A signal that was ignored before stays ignored.
    """

    def stop(number: int, frame: FrameType | None) -> None:
        if cancel.requested:
            raise KeyboardInterrupt
        cancel.request()

    heeded = [number for number in (signal.SIGINT, signal.SIGTERM) if signal.getsignal(number) is not signal.SIG_IGN]
    before: dict[int, Any] = {number: signal.signal(number, stop) for number in heeded}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
