"""Unified diffs are applied exactly and wholly, or not at all."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from manual_slop.tools.patch_lines import patched
from manual_slop.tools.patch_text import PatchError, read_patch
from manual_slop.tools.text_file import TextFile
from tests.support.editing import Editor, editor, tree

TEN = "".join(f"line {number}\n" for number in range(1, 11))


@pytest.fixture
def ed(tmp_path: Path) -> Editor:
    return editor(tmp_path)


def apply(ed: Editor, patch: str) -> str:
    return ed.run("apply_patch", patch=patch).content


def change(path: str = "a.txt", hunks: str = "@@ -2,3 +2,3 @@\n line 2\n-line 3\n+LINE 3\n line 4\n") -> str:
    return f"--- a/{path}\n+++ b/{path}\n{hunks}"


def test_a_patch_of_several_files_changes_makes_removes_and_renames(ed: Editor):
    for name in ("a.txt", "old.txt", "gone.txt"):
        ed.write(name, TEN)
    patch = (
        "Some words before the patch.\n"
        + change()
        + "--- /dev/null\n+++ b/new/made.txt\n@@ -0,0 +1,2 @@\n+one\n+two\n"
        + "diff --git a/old.txt b/moved.txt\nsimilarity index 90%\nrename from old.txt\nrename to moved.txt\n"
        + "index 1234567..89abcde 100644\n--- a/old.txt\n+++ b/moved.txt\n@@ -10 +10 @@\n-line 10\n+line ten\n"
        + "diff --git a/gone.txt b/gone.txt\ndeleted file mode 100644\n"
        + "--- a/gone.txt\n+++ /dev/null\n@@ -1,10 +0,0 @@\n"
        + "".join(f"-{line}\n" for line in TEN.splitlines())
    )
    assert apply(ed, patch).startswith("Patched 5 files (+")
    assert ed.read("a.txt").decode() == TEN.replace("line 3", "LINE 3")
    assert ed.read("moved.txt").decode() == TEN.replace("line 10", "line ten")
    assert ed.read("new/made.txt") == b"one\ntwo\n"
    assert set(tree(ed.project)) == {"a.txt", "moved.txt", "new", "new/made.txt"}


def test_one_part_that_does_not_fit_keeps_all_from_changing(ed: Editor):
    ed.write("a.txt", TEN)
    ed.write("b.txt", "something else\n")
    before = tree(ed.project)
    answer = apply(ed, change("a.txt") + change("b.txt") + change("missing.txt"))
    assert "b.txt: hunk 1 does not fit" in answer
    assert "missing.txt: there is no such file" in answer
    assert tree(ed.project) == before


def test_lines_that_moved_are_found(ed: Editor):
    ed.write("a.txt", "added\n" * 7 + TEN)
    assert apply(ed, change()).startswith("Patched")
    assert ed.read("a.txt").decode() == "added\n" * 7 + TEN.replace("line 3", "LINE 3")


def test_a_hunk_that_fits_in_several_places_needs_its_line_number(ed: Editor):
    ed.write("a.txt", "x\n" + TEN + TEN)
    answer = apply(ed, change())
    assert "a.txt: hunk 1 fits in lines 3, 13, but not where it says" in answer
    assert apply(ed, change(hunks="@@ -13,3 +13,3 @@\n line 2\n-line 3\n+LINE 3\n line 4\n")).startswith("Patched")
    assert ed.read("a.txt").decode() == "x\n" + TEN + TEN.replace("line 3", "LINE 3")


def test_later_hunks_follow_the_shift_of_earlier_ones(ed: Editor):
    ed.write("a.txt", "\n" + TEN + "same\n" * 5)
    hunks = "@@ -1 +1,2 @@\n line 1\n+new\n@@ -12 +13 @@\n-same\n+other\n"
    assert apply(ed, change(hunks=hunks)).startswith("Patched")
    assert ed.read("a.txt").decode() == "\nline 1\nnew\n" + TEN[7:] + "same\nother\n" + "same\n" * 3


@pytest.mark.parametrize(
    ("patch", "told"),
    [
        ("", "no file header found"),
        ("just words", "no file header found"),
        (change(hunks=""), "the patch has no hunks for it"),
        (change(hunks="@@ -2,3 +2,3 @@\n line 2\n-line 3\n"), "line 3: the hunk ends before it has as many lines"),
        (change(hunks="@@ -2,2 +2,2 @@\n line 2\n-line 3\n+LINE 3\n-line 4\n"), "this line belongs to no hunk"),
        (change(hunks="@@ -2,1 +2,2 @@\n line 2\n line 3\n"), "other numbers of lines"),
        (change(hunks="@@ two @@\n line 2\n"), "not a hunk heading such as"),
        (change(hunks="@@ -2,3 +2,3 @@\n line 2\n*line 3\n+LINE 3\n line 4\n"), "ends before"),
        ("@@ -1 +1 @@\n-line 1\n+x\n", "names no file"),
        (change() + change(), "a.txt: stands in the patch twice"),
        ("--- /dev/null\n+++ /dev/null\n", "from /dev/null to /dev/null"),
        ("--- /dev/null\n+++ b/a.txt\n@@ -0,0 +1 @@\n+x\n", "a.txt: is there already"),
        ("--- a/a.txt\n+++ /dev/null\n@@ -1 +0,0 @@\n-line 1\n", "but not all of its lines"),
        ("diff --git a/a.txt b/b\nrename from a.txt\n", "`rename from` without its `rename to`"),
        ("diff --git a/a.txt b/b\ncopy from a.txt\ncopy to b\n", "copies are not supported"),
        (
            "diff --git a/x b/x\nnew file mode 120000\n--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+/etc/passwd\n",
            "mode 120000",
        ),
        ("diff --git a/x b/x\nnew file mode 160000\n", "mode 160000 is not supported"),
        ("diff --git a/x b/x\nBinary files a/x and b/x differ\n", "binary patches are not supported"),
        ("diff --git a/x b/x\nGIT binary patch\n", "binary patches are not supported"),
        (change("../a.txt"), "`..` is not allowed"),
        (change("/etc/passwd"), "outside the project"),
        ("--- a/../x\n+++ b/../x\n@@ -0,0 +1 @@\n+x\n", "`..` is not allowed"),
        ("--- a/a.txt\n+++ b/../x\n@@ -1 +1 @@\n-line 1\n+x\n", "`..` is not allowed"),
        (
            change(hunks="@@ -2,3 +2,3 @@\n line 2\n-line  3\n+LINE 3\n line 4\n"),
            "would but for its spaces:\n2\tline 2",
        ),
        (change(hunks="@@ -99,0 +99 @@\n+x\n"), "the file has only 10 lines"),
    ],
)
def test_what_cannot_be_applied_says_why_and_changes_nothing(ed: Editor, patch: str, told: str):
    ed.write("a.txt", TEN)
    answer = apply(ed, patch)
    assert answer.startswith("Error: ")
    assert told in answer
    assert tree(ed.project) == {"a.txt": (TEN.encode(), ed.write("a.txt", TEN).stat().st_mode & 0o777)}


@pytest.mark.parametrize(
    ("data", "hunks", "after"),
    [
        (b"a\r\nb\r\n", "@@ -1,2 +1,3 @@\n a\n-b\n+c\n+d\n", b"a\r\nc\r\nd\r\n"),
        (b"a\r\nb\nc\r\n", "@@ -1,3 +1,3 @@\n a\n b\n-c\n+d\n", b"a\r\nb\nd\r\n"),
        (b"a\nb", "@@ -1,2 +1,3 @@\n a\n b\n+c\n", b"a\nb\nc"),
        (b"a\nb", "@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+b\n", b"a\nb\n"),
        (b"a\nb\n", "@@ -1,2 +1,2 @@\n a\n-b\n+b\n\\ No newline at end of file\n", b"a\nb"),
        (b"a\nb", "@@ -1,2 +1,2 @@\n-a\n+c\n b\n\\ No newline at end of file\n", b"c\nb"),
        (b"a\n\nb\n", "@@ -1,3 +1,3 @@\n a\n\n-b\n+c\n", b"a\n\nc\n"),
        (b"\xef\xbb\xbfa\n", "@@ -1 +1 @@\n-a\n+b\n", b"\xef\xbb\xbfb\n"),
        (b"-- a\n", "@@ -1 +1 @@\n--- a\n+++ b\n", b"++ b\n"),
        (b"", "@@ -0,0 +1 @@\n+a\n", b"a\n"),
    ],
)
def test_line_ends_mark_and_the_last_line_stay(ed: Editor, data: bytes, hunks: str, after: bytes):
    ed.write("a.txt", data)
    answer = apply(ed, change(hunks=hunks))
    assert answer.startswith("Patched"), answer
    assert ed.read("a.txt") == after


def test_permissions_can_be_given_and_stay(ed: Editor):
    ed.write("run.sh", "old\n").chmod(0o644)
    ed.write("keep.sh", TEN).chmod(0o755)
    apply(ed, "diff --git a/run.sh b/run.sh\nold mode 100644\nnew mode 100755\n--- a/run.sh\n+++ b/run.sh\n")
    apply(ed, change("keep.sh"))
    apply(ed, "diff --git a/n b/n\nnew file mode 100755\n--- /dev/null\n+++ b/n\n@@ -0,0 +1 @@\n+x\n")
    assert {name: mode for name, (_, mode) in tree(ed.project).items()} == dict.fromkeys(
        ("run.sh", "keep.sh", "n"), 0o755
    )


def test_quoted_names_are_understood(ed: Editor):
    ed.write("ü b.txt", TEN)
    patch = '--- "a/\\303\\274 b.txt"\n+++ "b/\\303\\274 b.txt"\n@@ -1 +1 @@\n-line 1\n+x\n'
    assert apply(ed, patch).startswith("Patched")
    assert ed.read("ü b.txt").startswith(b"x\n")


def test_a_diff_with_windows_line_ends_is_read(ed: Editor):
    ed.write("a.txt", TEN)
    assert apply(ed, change().replace("\n", "\r\n")).startswith("Patched")


def test_the_preview_is_a_patch_that_does_the_same(ed: Editor, tmp_path: Path):
    other = editor(tmp_path / "other") if (tmp_path / "other").mkdir() is None else ed
    for one in (ed, other):
        one.write("a.txt", TEN)
        one.write("b.txt", "x\ny")
    shown = ed.preview("apply_patch", patch=change() + change("b.txt", "@@ -1,2 +1,2 @@\n-x\n+z\n y\n")).text
    assert other.run("apply_patch", patch=shown).content.startswith("Patched 2 files")
    ed.run("apply_patch", patch=change() + change("b.txt", "@@ -1,2 +1,2 @@\n-x\n+z\n y\n"))
    assert tree(ed.project) == tree(other.project)


LINES = st.lists(st.sampled_from(["a", "b", "", "-x", "+y", "@@ z", "--- q"]), max_size=12)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(old=LINES, new=LINES, old_end=st.booleans(), new_end=st.booleans())
def test_what_git_writes_leads_from_one_file_to_the_other(
    tmp_path: Path, old: list[str], new: list[str], old_end: bool, new_end: bool
):
    before, after = (("\n".join(lines) + "\n" * end) for lines, end in ((old, old_end), (new, new_end)))
    (tmp_path / "old").write_text(before)
    (tmp_path / "new").write_text(after)
    command = ["git", "diff", "--no-index", "--no-color", "--no-ext-diff", "-U1", "old", "new"]
    diff = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).stdout.decode()
    if before != after:
        assert patched(TextFile(before), read_patch(diff)[0].hunks, "old").raw == after


@settings(max_examples=300)
@given(
    st.lists(
        st.sampled_from(["--- a/x", "+++ b/x", "@@ -1 +1 @@", "-a", "+b", " c", "\\ No newline", "", "diff --git a b"])
    )
)
def test_any_text_is_a_patch_or_an_error(lines: list[str]):
    try:
        patches = read_patch("\n".join(lines))
    except PatchError:
        return
    assert patches
