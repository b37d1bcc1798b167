"""A small project, and tools at work on it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from manual_slop.safety.workspace import Workspace
from manual_slop.tools import ToolBox, ToolContext, built_in_tools
from manual_slop.values.messages import ToolCall, ToolResult

Run = Callable[..., ToolResult]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """An empty project folder."""
    root = tmp_path / "project"
    root.mkdir()
    return root


@pytest.fixture
def context(project: Path) -> ToolContext:
    """What tools of that project work with."""
    return ToolContext(Workspace(project))


@pytest.fixture
def run(context: ToolContext) -> Run:
    """`run("read_file", path="x")` as a model would call it."""
    box = ToolBox(built_in_tools(), context)

    def call(name: str, /, **arguments: object) -> ToolResult:
        return box.run(ToolCall("call-1", name, json.dumps(arguments)))

    return call


@pytest.fixture
def files(project: Path) -> Path:
    """A project with a little of everything."""
    contents: dict[str, bytes] = {
        "README.md": b"# Alpha\nBuilds the alpha.\n",
        "src/app.py": b"import os\n\ndef alpha(x):\n    return x\n",
        "src/deep/util.ts": b"export const Alpha = 1\r\nlet beta\r\n",
        "docs/latin.txt": "größer als alpha\n".encode("latin-1"),
        "docs/wide.txt": "alpha weit".encode("utf-16"),
        "logo.png": b"\x89PNG\0\0 alpha",
        "build/out.txt": b"alpha built\n",
        ".git/config": b"alpha = git\n",
        ".gitignore": b"build/\n",
        ".env.example": b"KEY=alpha\n",
    }
    for name, data in contents.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_bytes(data)
    return project
