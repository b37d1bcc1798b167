"""What a model is told about a tool, and how far a tool reaches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

Risk = Literal["READ", "WRITE", "EXECUTE", "NETWORK"]
"""A tool's effect on the world, mildest first."""
RISKS: tuple[Risk, ...] = get_args(Risk)

TELLING = ("command", "path", "file", "pattern", "query", "url", "name")
"""Arguments that say most of what a call is about; the first of them that a call has stands for it."""


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """A tool as a model sees it: `parameters` is a JSON schema of type `object`."""

    name: str
    description: str
    parameters: Mapping[str, Any]
