"""Where the shared data lies (recordings of real providers, the tool that replays them): beside the checkout."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
"""The checkout."""

SHARED = ROOT.parent / "shared"

MISSING = f"needs {SHARED.name}/ beside the checkout (recorded traffic of real providers), which is not there"


def in_ci() -> bool:
    """Whether this run is a gate, where nothing may be skipped for want of data."""
    return os.environ.get("CI", "").lower() in {"1", "true"}


def shared_path(*parts: str) -> Path:
    """A path below the shared folder. Skips the test that asks when it is not there; fails it in CI."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        reason = f"{MISSING}: {'/'.join(parts)}"
        if in_ci():
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason, allow_module_level=True)
    return path
