"""What the program does to itself when it starts, so that nobody else reads the keys in its memory."""

from __future__ import annotations

import contextlib

from manual_slop.safety.shell import kernel


def harden() -> None:
    """No other process of the same person may read our memory or environment, and a crash leaves no image of them.

    To be called first thing. Where the system has no such thing, nothing happens.
    """
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if kernel.on_linux():
        with contextlib.suppress(OSError):
            kernel.make_undumpable()
