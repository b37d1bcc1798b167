"""How much a test tries: a few seconds' worth as a rule, all of it with `TEST_SIZE=full`."""

from __future__ import annotations

import os

FULL = os.environ.get("TEST_SIZE", "").lower() == "full"
"""Whether this run is the long one."""


def scaled(usual: int, full: int) -> int:
    """How many, in this run."""
    return full if FULL else usual
