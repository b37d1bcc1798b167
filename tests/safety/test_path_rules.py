"""Which texts are taken for paths, and what is said of the others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manual_slop.safety.path_rules import MAX_NAME_BYTES, WorkspaceError, new_name_problem, parts_of, show


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        (".", ()),
        ("./", ()),
        ("README.md", ("README.md",)),
        ("./src//app.py", ("src", "app.py")),
        ("src/", ("src",)),
        ("a b/ü.txt", ("a b", "ü.txt")),
        ("...", ("...",)),
        ("..hidden/x..", ("..hidden", "x..")),
        ("%2e%2e%2fetc", ("%2e%2e%2fetc",)),
        ("~/x", ("~", "x")),
        ("/home/me/project", ()),
        ("/home/me/project/src/app.py", ("src", "app.py")),
    ],
)
def test_a_plain_path_becomes_the_names_that_lead_to_it(path: str, parts: tuple[str, ...]):
    assert parts_of(path, ("/home/me/project",), windows=False) == parts


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("", "empty"),
        ("..", "`..` is not allowed"),
        ("src/../../etc/passwd", "`..` is not allowed"),
        ("src/..", "`..` is not allowed"),
        ("/etc/passwd", "outside the project"),
        ("/home/me/project-evil/secret", "outside the project"),
        ("/home/me", "outside the project"),
        ("/home/me/project/../other", "`..` is not allowed"),
        ("//server/share", "outside the project"),
        ("/", "outside the project"),
        ("a\0b", "control character"),
        ("a\nb", "control character"),
        ("a\x7f", "control character"),
        ("a\x9bb", "control character"),
        ("\ud800", "not valid Unicode"),
        ("a\\..\\b", "backslash"),
        ("C:\\Windows", "drive letter"),
        ("c:/Windows", "drive letter"),
        ("C:", "drive letter"),
        ("\\\\server\\share", "backslash"),
        ("app.py::$DATA", "streams"),
        ("x" * 4097, "longer than 4096 bytes"),
        ("é" * 2049, "longer than 4096 bytes"),
    ],
)
def test_an_odd_path_is_refused_with_its_reason(path: str, reason: str):
    with pytest.raises(WorkspaceError, match=reason) as caught:
        parts_of(path, ("/home/me/project",), windows=False)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(
    "path",
    ["CON", "nul", "aux.c", "src/Com1.txt", "lpt9 .x", "COM¹", "CONIN$", "a:b", "file.txt:stream", "x.", "x ", "a?b",
     "D:/elsewhere", "//server/share/x", "\\\\server\\share", "\\Windows", "..\\x", "\\\\?\\C:\\project\\x"],
)  # fmt: skip
def test_windows_has_more_that_is_no_file(path: str):
    with pytest.raises(WorkspaceError):
        parts_of(path, ("C:\\Users\\me\\project",), windows=True)


@pytest.mark.parametrize(
    "path", ["src\\app.py", "C:/users/ME/project/src/app.py", "C:\\Users\\me\\project\\src\\app.py"]
)
def test_windows_paths_inside_the_project_are_taken_as_windows_writes_them(path: str):
    assert parts_of(path, ("C:\\Users\\me\\project",), windows=True) == ("src", "app.py")


@pytest.mark.parametrize("path", ["aux/con.py", "a:b", "x.", "Foo::Bar.3pm"])
def test_names_that_are_only_odd_on_windows_are_names_elsewhere(path: str):
    assert parts_of(path, windows=False)


@given(st.text(), st.booleans())
def test_what_is_let_through_is_plain_names(path: str, windows: bool):
    try:
        parts = parts_of(path, windows=windows)
    except WorkspaceError:
        return
    assert not {"", ".", ".."} & set(parts)
    assert not [part for part in parts if "/" in part or "\\" in part or "\0" in part]


@pytest.mark.parametrize("name", ["app.py", "ü.txt", ".hidden", "a b", "…", "x" * MAX_NAME_BYTES, "é" * 127])
def test_a_new_name_may_be_what_every_system_takes(name: str):
    assert new_name_problem(name) == ""


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("..", "`..` is not allowed: name the file from the project folder, such as `src/app.py`"),
        ("con.txt", "con.txt is a device, not a file"),
        ("a:b", "a:b is not a file name on Windows"),
        ("x.", "x. is not a file name on Windows"),
        *((f"a{char}b", "a new name may hold no invisible characters") for char in "\u200b\ue000\u0378\u2028\u2029"),
        ("x" * (MAX_NAME_BYTES + 1), "a new name may have at most 255 bytes"),
        ("é" * 128, "a new name may have at most 255 bytes"),
    ],
)
def test_a_new_name_that_some_system_would_not_take_or_show_is_refused(name: str, problem: str):
    assert new_name_problem(name) == problem


def test_a_path_is_shown_without_anything_invisible_in_it():
    assert show("a\x1b[2Jb\u202egnp.exe\u200b") == "a\\x1b[2Jb\\u202egnp.exe\\u200b"
    assert show("x" * 200) == "x" * 200
    assert show("x" * 201) == show("x" * 5000) == "x" * 200 + "…"
