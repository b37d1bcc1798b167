"""Small source files of every language, each with what is defined in it and how it looks without its bodies.

`tests/tools/samples/<name>.txt` is the source, then after `=== outline` a line for each symbol, `first-last kind path |
signature`, then after `=== skeleton` the shortened text, empty for data formats.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "tools" / "samples"


@dataclass(frozen=True, slots=True)
class Sample:
    """A source file and what is to be found in it."""

    name: str
    source: str
    outline: list[str]
    skeleton: str


def samples() -> list[Sample]:
    """All of them, by name."""
    return [_read(path) for path in sorted(FOLDER.glob("*.txt"))]


def _read(path: Path) -> Sample:
    source, _, rest = path.read_text(encoding="utf-8").partition("=== outline\n")
    outline, _, skeleton = rest.partition("=== skeleton\n")
    return Sample(path.stem, source, outline.splitlines(), skeleton)
