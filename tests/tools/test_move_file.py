"""A file gets another name, and nothing is ever lost under the new one."""

from __future__ import annotations

from pathlib import Path

import pytest

from manual_slop.values.approval import Action
from tests.support.editing import Editor, editor, tree


@pytest.fixture
def ed(tmp_path: Path) -> Editor:
    return editor(tmp_path)


def test_a_file_moves_whole_with_everything_that_is_its_own(ed: Editor):
    path = ed.write("a.sh", "x\n")
    path.chmod(0o755)
    before = path.stat()
    assert ed.preview("move_file", path="a.sh", to="bin/b.sh").text == "rename from a.sh\nrename to bin/b.sh\n"
    assert ed.run("move_file", path="a.sh", to="bin/b.sh").content == "Moved a.sh to bin/b.sh."
    after = (ed.project / "bin/b.sh").stat()
    assert (after.st_ino, after.st_mode, after.st_mtime_ns) == (before.st_ino, before.st_mode, before.st_mtime_ns)
    assert set(tree(ed.project)) == {"bin", "bin/b.sh"}


def test_nothing_is_overwritten(ed: Editor):
    ed.write("a", "1")
    ed.write("b", "2")
    assert "b: is there already" in ed.run("move_file", path="a", to="b").content
    assert (ed.read("a"), ed.read("b")) == (b"1", b"2")


def test_what_appears_under_the_new_name_after_the_yes_stays(ed: Editor):
    ed.write("a", "1")
    action = ed.action("move_file", path="a", to="b")
    assert isinstance(action, Action)
    ed.write("b", "theirs")
    assert ed.run_approved(action).is_error
    assert (ed.read("a"), ed.read("b")) == (b"1", b"theirs")


@pytest.mark.parametrize(
    "to", ["../a", "/tmp/a", "a", "folder", ".", "x/../../a", "con.txt", "a\u202etxt.exe", "missing.txt/"]
)
def test_a_new_name_that_is_none_is_refused(ed: Editor, to: str):
    ed.write("a", "1")
    (ed.project / "folder").mkdir()
    before = tree(ed.project.parent)
    result = ed.run("move_file", path="a", to=to)
    if to == "missing.txt/":  # a slash at the end is noise everywhere in the workspace
        assert ed.read("missing.txt") == b"1"
    else:
        assert result.is_error
        assert tree(ed.project.parent) == before


def test_folders_are_not_moved(ed: Editor):
    ed.write("folder/x", "1")
    assert "is a folder" in ed.run("move_file", path="folder", to="other").content
