"""Folders beside the project are reached under their own names, and no further than they are meant to be."""

from __future__ import annotations

from pathlib import Path

import pytest

from manual_slop.safety.mount import Root
from manual_slop.safety.path_rules import WorkspaceError
from manual_slop.safety.undo import undo_last
from manual_slop.safety.workspace import Workspace
from tests.support.editing import Editor, editor, tree


@pytest.fixture
def ed(tmp_path: Path) -> Editor:
    for name in ("project", "docs", "shared", "outside"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.txt").write_text(f"in {name}\n")
    also = (Root(tmp_path / "docs", "docs"), Root(tmp_path / "shared", "lib", read_only=False))
    return editor(tmp_path, Workspace(tmp_path / "project", also=also))


def test_each_folder_is_read_under_its_name_or_its_own_path(ed: Editor, tmp_path: Path):
    for path in ("@docs/a.txt", "./@docs//a.txt", f"{tmp_path}/docs/a.txt"):
        assert ed.workspace.relative(path) == "@docs/a.txt"
        assert ed.workspace.read_bytes(path, 100) == b"in docs\n"
    assert ed.workspace.relative("@docs") == "@docs"
    assert [entry.name for entry in ed.workspace.list_dir("@lib")] == ["a.txt"]
    assert [path for path, _ in ed.workspace.walk("@lib")] == ["@lib/a.txt"]
    assert [path for path, _ in ed.workspace.walk()] == ["a.txt"]
    assert ed.run("read_file", path="@docs/a.txt").content == "@docs/a.txt, 1 line\n1\tin docs"


@pytest.mark.parametrize(
    "path", ["@outside/a.txt", "@docs/../outside/a.txt", "@docs/../../outside/a.txt", "@Docs/a.txt", "@docs2/a.txt"]
)
def test_nothing_else_is_reached_through_them(ed: Editor, path: str):
    with pytest.raises(WorkspaceError):
        ed.workspace.open_file(path)


def test_a_folder_within_another_is_refused_by_its_path(tmp_path: Path):
    (tmp_path / "project" / "docs").mkdir(parents=True)
    inner = tmp_path / "project" / "docs"
    with pytest.raises(WorkspaceError) as caught:
        Workspace(tmp_path / "project", also=(Root(inner, "docs"),))
    assert str(caught.value) == f"{inner}: lies in another folder of the workspace, or around it"


def test_neighbours_of_them_are_outside(ed: Editor, tmp_path: Path):
    (tmp_path / "docs-evil").mkdir()
    (tmp_path / "docs-evil" / "a.txt").write_text("x")
    (tmp_path / "docs" / "link").symlink_to("../outside/a.txt")
    for path in (f"{tmp_path}/docs-evil/a.txt", f"{tmp_path}/outside/a.txt", "@docs/link"):
        with pytest.raises(WorkspaceError):
            ed.workspace.open_file(path)


def test_in_a_folder_for_reading_nothing_is_written(ed: Editor, tmp_path: Path):
    before = tree(tmp_path / "docs")
    ed.run("read_file", path="@docs/a.txt")
    for tool, arguments in (
        ("write_file", {"path": "@docs/new", "content": "x"}),
        ("write_file", {"path": f"{tmp_path}/docs/a.txt", "content": "x"}),
        ("edit_file", {"path": "@docs/a.txt", "edits": [{"old": "in", "new": "out"}]}),
        ("delete_file", {"path": "@docs/a.txt"}),
        ("move_file", {"path": "@docs/a.txt", "to": "b.txt"}),
        ("move_file", {"path": "a.txt", "to": "@docs/b.txt"}),
    ):
        assert "may only be read" in ed.run(tool, **arguments).content
    assert tree(tmp_path / "docs") == before


def test_in_a_folder_for_writing_files_are_changed_moved_and_brought_back(ed: Editor, tmp_path: Path):
    before = tree(tmp_path)
    assert not ed.run("edit_file", path="@lib/a.txt", edits=[{"old": "in", "new": "out of"}]).is_error
    assert not ed.run("move_file", path="@lib/a.txt", to="b.txt").is_error
    assert ed.read("b.txt") == b"out of shared\n"
    assert ed.preview("write_file", path="@lib/.git/config", content="x").protected
    assert undo_last(ed.changes, turn=True).refused == ()
    after = {name: entry for name, entry in tree(tmp_path).items() if not name.startswith("blobs")}
    assert after == before


@pytest.mark.parametrize(
    ("path", "name", "reason"),
    [
        ("missing", "x", "cannot be opened"),
        ("project/sub", "x", "lies in another folder"),
        ("project", "x", "lies in another folder"),
        (".", "x", "lies in another folder"),
        ("docs/inner", "x", "lies in another folder"),
        ("other", "docs", "a name of its own"),
        ("other", "", "a name of its own"),
        ("other", "a/b", "a name of its own"),
        ("other", "..", "a name of its own"),
        ("/", "x", "whole disk"),
    ],
)
def test_folders_that_would_be_confused_are_refused(ed: Editor, tmp_path: Path, path: str, name: str, reason: str):
    for folder in ("project/sub", "docs/inner", "other"):
        (tmp_path / folder).mkdir(parents=True)
    also = (Root(tmp_path / "docs", "docs"), Root(tmp_path / path, name))
    with pytest.raises(WorkspaceError, match=reason):
        Workspace(tmp_path / "project", also=also)
