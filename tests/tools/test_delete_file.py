"""A file is removed as it was shown, and only a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.editing import Editor, editor, tree


@pytest.fixture
def ed(tmp_path: Path) -> Editor:
    return editor(tmp_path)


def test_a_file_is_removed_and_the_person_saw_what_was_in_it(ed: Editor):
    ed.write("src/a.txt", "one\ntwo")
    shown = ed.preview("delete_file", path="src/a.txt").text
    assert shown == "--- a/src/a.txt\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-one\n-two\n\\ No newline at end of file\n"
    assert ed.run("delete_file", path="src/a.txt").content == "Removed src/a.txt."
    assert set(tree(ed.project)) == {"src"}


def test_of_binary_and_very_long_files_kind_size_and_digest_are_shown(ed: Editor):
    ed.write("a.png", b"\x89PNG\0" * 10)
    ed.write("long.txt", "x\n" * 200_000)
    assert "before: a PNG image, 50 bytes, SHA-256 " in ed.preview("delete_file", path="a.png").text
    assert "removed: text, 400,000 bytes, SHA-256 " in ed.preview("delete_file", path="long.txt").text


@pytest.mark.parametrize(
    ("path", "told"),
    [
        (".", "is a folder"),
        ("folder", "is a folder"),
        ("missing", "no such file"),
        ("missing/deeper", "no such file"),
        ("link", "is a symbolic link"),
        ("a.txt/x", "not a folder"),
        ("locked", "write-protected"),
        ("twin", "second name"),
    ],
)
def test_what_is_no_plain_file_is_not_removed(ed: Editor, path: str, told: str):
    (ed.project / "folder").mkdir()
    ed.write("a.txt", "x")
    (ed.project / "link").symlink_to("a.txt")
    ed.write("locked", "x").chmod(0o444)
    (ed.project / "twin").hardlink_to(ed.write("twin-of", "x"))
    before = tree(ed.project)
    answer = ed.run("delete_file", path=path).content
    assert answer.startswith("Error: ")
    assert told in answer
    assert tree(ed.project) == before
