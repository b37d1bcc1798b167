"""Names for things that need one of their own: sessions, turns, calls."""

from __future__ import annotations

import os


def new_id() -> str:
    """32 hexadecimal digits that nothing else is called by."""
    return os.urandom(16).hex()
