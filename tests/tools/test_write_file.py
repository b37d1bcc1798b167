"""Whole files are written as they were shown, and nothing is overwritten that the model does not know."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from manual_slop.safety.path_rules import MAX_NAME_BYTES
from manual_slop.values.approval import Action
from tests.support.editing import Editor, editor, tree


@pytest.fixture
def ed(tmp_path: Path) -> Editor:
    return editor(tmp_path)


def test_a_new_file_is_made_with_its_folders(ed: Editor):
    result = ed.run("write_file", path="src/deep/app.py", content="a\nb\n")
    assert result.content == "Created src/deep/app.py (+2 −0 lines)."
    assert ed.read("src/deep/app.py") == b"a\nb\n"
    assert (ed.project / "src/deep/app.py").stat().st_mode & 0o777 == 0o666 & ~_umask()
    assert list(ed.project.rglob(".manual-slop-*")) == []


def _umask() -> int:
    old = os.umask(0)
    os.umask(old)
    return old


def test_what_the_person_sees_is_the_diff_and_the_state(ed: Editor):
    ed.write("a.txt", "one\ntwo\n")
    ed.run("read_file", path="a.txt")
    preview = ed.preview("write_file", path="a.txt", content="one\n2\n")
    assert preview.kind == "diff"
    assert preview.text == "--- a/a.txt\n+++ b/a.txt\n@@ -1,2 +1,2 @@\n one\n-two\n+2\n"
    assert preview.targets == ("a.txt",)
    assert not preview.protected
    assert preview.state
    assert ed.read("a.txt") == b"one\ntwo\n"


def test_a_file_that_was_not_read_is_not_overwritten(ed: Editor):
    ed.write("a.txt", "precious")
    result = ed.run("write_file", path="a.txt", content="x")
    assert result.content == "Error: a.txt: is there already and was not read yet: read it first"
    ed.run("read_file", path="a.txt")
    assert not ed.run("write_file", path="a.txt", content="x").is_error


def test_a_file_that_changed_since_it_was_read_is_not_overwritten(ed: Editor):
    ed.write("a.txt", "old")
    ed.run("read_file", path="a.txt")
    ed.write("a.txt", "somebody's work")
    assert "changed since you read it: read it again" in ed.run("write_file", path="a.txt", content="x").content
    assert ed.read("a.txt") == b"somebody's work"


def test_a_file_may_be_written_again_after_it_was_written(ed: Editor):
    ed.run("write_file", path="a.txt", content="1\n")
    assert not ed.run("write_file", path="a.txt", content="2\n").is_error
    assert ed.read("a.txt") == b"2\n"


def test_a_removed_file_is_no_longer_known(ed: Editor):
    ed.run("write_file", path="a.txt", content="1\n")
    ed.run("delete_file", path="a.txt")
    ed.write("a.txt", "another")
    assert "was not read yet" in ed.run("write_file", path="a.txt", content="2\n").content


@pytest.mark.parametrize("happening", ["changed", "removed", "made", "replaced by a link", "second name"])
def test_what_was_approved_is_not_done_to_another_file(ed: Editor, happening: str):
    name = "new.txt" if happening == "made" else "a.txt"
    path = ed.write("a.txt", "old")
    ed.run("read_file", path="a.txt")
    action = ed.action("write_file", path=name, content="x")
    assert isinstance(action, Action)
    if happening in {"changed", "made"}:
        ed.write(name, "theirs")
    elif happening == "second name":
        (ed.project / "b.txt").hardlink_to(path)
    else:
        path.unlink()
        if happening == "replaced by a link":
            (ed.project.parent / "outside").write_text("old")
            path.symlink_to("../outside")
    before = tree(ed.project.parent)
    result = ed.run_approved(action)
    assert result.is_error
    assert tree(ed.project.parent) == before


def test_the_very_call_that_was_approved_is_run_and_no_other(ed: Editor):
    action = ed.action("write_file", path="a.txt", content="harmless")
    assert isinstance(action, Action)
    swapped = Action(
        **{name: getattr(action, name) for name in action.__slots__}
        | {"arguments": '{"content":"evil","path":"a.txt"}'}
    )
    result = ed.run_approved(swapped)
    assert "not what was approved" in result.content
    assert tree(ed.project) == {}


def test_without_a_yes_nothing_is_written(ed: Editor):
    from manual_slop.values.messages import ToolCall

    result = ed.box.run(ToolCall("1", "write_file", '{"path": "a.txt", "content": "x"}'))
    assert "only after a person approved it" in result.content
    assert tree(ed.project) == {}


@pytest.mark.parametrize(
    ("data", "content", "after"),
    [
        (b"a\r\nb\r\n", "a\nc\n", b"a\r\nc\r\n"),
        (b"a\rb\r", "a\nc", b"a\rc"),
        (b"\xef\xbb\xbfa\n", "b\n", b"\xef\xbb\xbfb\n"),
        ("ä\n".encode("utf-16"), "ü\n", b"\xff\xfe" + "ü\n".encode("utf-16-le")),
        (b"\xfe\xff" + "ä\n".encode("utf-16-be"), "ü\n", b"\xfe\xff" + "ü\n".encode("utf-16-be")),
        (b"caf\xe9\n", "th\xe9\n", b"th\xe9\n"),
        (b"a\n", "b", b"b"),
        (b"", "a\n", b"a\n"),
    ],
)
def test_line_ends_mark_and_encoding_stay(ed: Editor, data: bytes, content: str, after: bytes):
    ed.write("a.txt", data)
    ed.run("read_file", path="a.txt")
    result = ed.run("write_file", path="a.txt", content=content)
    assert not result.is_error, result.content
    assert ed.read("a.txt") == after


def test_a_character_that_the_encoding_lacks_is_named(ed: Editor):
    ed.write("a.txt", b"caf\xe9\n")
    ed.run("read_file", path="a.txt")
    assert "latin-1, which has no '€' (U+20AC)" in ed.run("write_file", path="a.txt", content="5 €").content


def test_permissions_stay(ed: Editor):
    for mode in (0o755, 0o600, 0o640):
        path = ed.write(f"{mode}", "old\n")
        path.chmod(mode)
        ed.run("read_file", path=path.name)
        ed.run("write_file", path=path.name, content="new\n")
        assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"new\n", mode)


@pytest.mark.skipif(not hasattr(os, "setxattr"), reason="this system has no extended attributes")
def test_extended_attributes_stay(ed: Editor):
    path = ed.write("a.txt", "old\n")
    try:
        os.setxattr(path, "user.note", b"mine")
    except OSError:
        pytest.skip("this file system has no extended attributes")
    ed.run("read_file", path="a.txt")
    ed.run("write_file", path="a.txt", content="new\n")
    assert os.getxattr(path, "user.note") == b"mine"


@pytest.mark.parametrize(
    "name",
    [
        "con",
        "NUL.txt",
        "com1",
        "a.",
        "a ",
        "a?b",
        "a:b",
        "a|b",
        "x\u200by",
        "x\u202egpj.exe",
        "\ufeffa",
        "n" * (MAX_NAME_BYTES + 1),
    ],
)
def test_names_that_mean_something_else_elsewhere_are_not_made(ed: Editor, name: str):
    for path in (name, f"{name}/x", f"src/{name}"):
        assert ed.run("write_file", path=path, content="x").is_error
    assert tree(ed.project) == {}


def test_a_file_with_such_a_name_can_be_changed_where_it_is(ed: Editor):
    ed.write("a?b", "old\n")
    ed.run("read_file", path="a?b")
    assert not ed.run("write_file", path="a?b", content="new\n").is_error


def test_the_same_content_again_is_told_and_not_journalled(ed: Editor):
    ed.run("write_file", path="a.txt", content="x\n")
    assert "holds just that already" in ed.run("write_file", path="a.txt", content="x\n").content
    assert len(ed.changes.journal.entries()) == 1
