"""What a part of the benchmarks hands back: figures for machines, lines for people, what we hold ourselves to."""

from __future__ import annotations

import datetime
import importlib.metadata
import os
import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

PACKAGES = ("litellm", "openai", "httpx", "pydantic", "imgui-bundle")


@dataclass(frozen=True, slots=True)
class Target:
    """One thing we hold ourselves to: what was measured, in words, and whether it is kept."""

    words: str
    kept: bool

    def __str__(self) -> str:
        return f"{'kept  ' if self.kept else 'MISSED'}  {self.words}"


@dataclass(frozen=True, slots=True)
class Part:
    """The outcome of one part. `figures` is JSON."""

    figures: dict[str, Any]
    lines: Sequence[str]
    targets: Sequence[Target] = field(default=())


def about(command: str) -> dict[str, str]:
    """Which machine, which versions, when, and by which command."""
    versions = [f"Python {platform.python_version()}"]
    versions += [f"{name} {importlib.metadata.version(name)}" for name in PACKAGES]
    return {
        "machine": f"{os.cpu_count()} × {platform.machine()}, {platform.system()}, load {os.getloadavg()[0]:.1f}",
        "versions": ", ".join(versions),
        "date": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "command": command,
    }


def seconds(work: Callable[[], Any]) -> float:
    """How long it takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def row(title: str, *cells: str) -> str:
    """A line of a table."""
    return f"{title:<38}" + "".join(f"{cell:>10}" for cell in cells)
