"""Which texts are paths at all: everything odd is refused by name before any file is touched."""

from __future__ import annotations

import os
import re
import unicodedata

MAX_PATH_BYTES = 4096
MAX_NAME_BYTES = 255

_ON_WINDOWS = os.name == "nt"
_DRIVE = re.compile(r"[A-Za-z]:(?:[/\\]|$)")
_DEVICE = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])\s*(?:\.|$)", re.IGNORECASE)
_ONLY_ELSEWHERE = re.compile(r'[<>:"|?*]|[. ]$')


class WorkspaceError(Exception):
    """A path that may not or cannot be opened; the message names it and says why."""


def parts_of(path: str, roots: tuple[str, ...] = (), *, windows: bool = _ON_WINDOWS) -> tuple[str, ...]:
    """The names that lead from the project folder to `path`; `()` is the folder itself.

    Absolute paths are taken when they begin with one of `roots`. Raises `WorkspaceError` for everything that could
    mean something else to somebody else: `..`, control characters, drives, streams, device names.
    """
    problem = _odd_text(path) or _foreign_form(path, windows)
    if problem:
        raise WorkspaceError(f"{show(path)}: {problem}")
    names = _names(path, windows)
    if _is_absolute(path, windows):
        names = _beneath(names, [_names(root, windows) for root in roots], path, windows)
    for name in names:
        if problem := _odd_name(name, windows):
            raise WorkspaceError(f"{show(path)}: {problem}")
    return names


def new_name_problem(name: str) -> str:
    """Why no new file or folder gets this name, on any system; empty where it may."""
    if problem := _odd_name(name, windows=True):
        return problem
    if any(unicodedata.category(char) in {"Cf", "Co", "Cn", "Zl", "Zp"} for char in name):
        return "a new name may hold no invisible characters"
    if len(name.encode()) > MAX_NAME_BYTES:
        return f"a new name may have at most {MAX_NAME_BYTES} bytes"
    return ""


def show(path: str) -> str:
    """`path` for people and models: short, on one line, with nothing invisible in it."""
    short = path if len(path) <= 200 else f"{path[:200]}…"
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in short)


def _odd_text(path: str) -> str:
    if not path:
        return "the path is empty: `.` is the project folder"
    if len(path.encode("utf-8", "surrogatepass")) > MAX_PATH_BYTES:
        return f"the path is longer than {MAX_PATH_BYTES} bytes"
    kinds = {unicodedata.category(char) for char in path}
    if "Cs" in kinds:
        return "the path is not valid Unicode"
    if "Cc" in kinds:
        return "the path holds a control character"
    return ""


def _foreign_form(path: str, windows: bool) -> str:
    if "::$" in path:
        return "names of file streams are not paths"
    if windows:
        return "network paths are outside the project" if path.replace("\\", "/").startswith("//") else ""
    if _DRIVE.match(path):
        return "a path with a drive letter is outside the project: paths begin at the project folder"
    if "\\" in path:
        return "a path with a backslash is ambiguous: separate folders with `/`"
    return ""


def _names(path: str, windows: bool) -> tuple[str, ...]:
    plain = path.replace("\\", "/") if windows else path
    return tuple(name for name in plain.split("/") if name not in {"", "."})


def _is_absolute(path: str, windows: bool) -> bool:
    return path.startswith("/") or (windows and bool(_DRIVE.match(path) or path.startswith("\\")))


def _beneath(names: tuple[str, ...], roots: list[tuple[str, ...]], path: str, windows: bool) -> tuple[str, ...]:
    for root in roots:
        head = names[: len(root)]
        if head == root or (windows and [name.casefold() for name in head] == [name.casefold() for name in root]):
            return names[len(root) :]
    raise WorkspaceError(f"{show(path)}: outside the project; paths begin at the project folder, such as `src/app.py`")


def _odd_name(name: str, windows: bool) -> str:
    if name == "..":
        return "`..` is not allowed: name the file from the project folder, such as `src/app.py`"
    if windows and _DEVICE.match(name):
        return f"{name} is a device, not a file"
    if windows and _ONLY_ELSEWHERE.search(name):
        return f"{name} is not a file name on Windows"
    return ""
