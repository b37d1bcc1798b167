"""A window on a small project; without the libraries that imgui-bundle links, only `test_available.py` is collected."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

try:
    import imgui_bundle  # noqa: F401
except ImportError:
    collect_ignore_glob = ["test_[!a]*.py"]

if TYPE_CHECKING:
    from manual_slop.gui.context import App


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """A window for the project in `tmp_path / "project"`, with the scripted model chosen."""
    from manual_slop.app_controller import AppController
    from manual_slop.gui.context import App

    project = tmp_path / "project"
    project.mkdir()
    (project / "README.md").write_text("# Teapot\n\nTeapot brews tea on a schedule.\n", encoding="utf-8")
    controller = AppController(project)
    controller.choose_model("rehearsal/demo")
    yield App(controller)
    controller.close()
