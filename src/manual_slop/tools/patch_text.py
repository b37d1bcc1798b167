"""Unified diffs, read strictly: every line of a hunk is counted, and nothing is guessed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

_HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@.*")
_NOWHERE = "/dev/null"
_UNQUOTE = re.compile(r'\\([0-7]{3}|[abtnvfr"\\])')
_ESCAPES: Mapping[str, str] = dict(zip('abtnvfr"\\', '\a\b\t\n\v\f\r"\\', strict=True))
_MODES: Mapping[str, int] = {"100644": 0o644, "100755": 0o755}


class PatchError(ValueError):
    """The text is no patch that could be applied; the message says where and what to change."""


@dataclass(frozen=True, slots=True)
class Hunk:
    """Lines with their signs (` `, `-`, `+`). `start` is the first old line, counted from 1.

    `old_open` and `new_open` say that the last line of that side has no line end.
    """

    start: int
    lines: tuple[tuple[str, str], ...]
    old_open: bool = False
    new_open: bool = False

    @property
    def old(self) -> list[str]:
        """The lines it needs to find."""
        return [text for sign, text in self.lines if sign != "+"]

    @property
    def new(self) -> list[str]:
        """The lines it leaves."""
        return [text for sign, text in self.lines if sign != "-"]


@dataclass(frozen=True, slots=True)
class FilePatch:
    """What happens to one file: `old` is its path now (`None`: it is made), `new` its path after (`None`: removed)."""

    old: str | None
    new: str | None
    hunks: tuple[Hunk, ...] = ()
    mode: int | None = None


@dataclass(slots=True)
class _Head:
    """What stands before the hunks of a file."""

    old: str | None = None
    new: str | None = None
    mode: int | None = None
    made: bool = False
    removed: bool = False
    git: bool = False
    named: bool = False
    headed: bool = False
    hunks: list[Hunk] = field(default_factory=list)


def read_patch(text: str) -> tuple[FilePatch, ...]:
    """The files a patch changes, in its order. Raises `PatchError`."""
    patches = tuple(_Reader(text.replace("\r\n", "\n").split("\n")).files())
    if not patches:
        raise PatchError(
            "no file header found: a patch begins with lines such as `--- a/src/app.py`, `+++ b/src/app.py`"
        )
    return patches


class _Reader:
    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._at = 0

    def files(self) -> Iterator[FilePatch]:
        head = _Head()
        while self._at < len(self._lines):
            line = self._lines[self._at]
            following = self._lines[self._at + 1] if self._at + 1 < len(self._lines) else ""
            if line.startswith("diff --git ") or (
                # After a rename the same file is named once more.
                line.startswith("--- ") and following.startswith("+++ ") and (head.headed or head.hunks)
            ):
                yield from _finished(head)
                head = _Head(git=line.startswith("diff --git "))
                self._at += head.git
            elif line.startswith("@@ "):
                head.hunks.append(self._hunk())
            else:
                self._heading(head, line, following)
        yield from _finished(head)

    def _heading(self, head: _Head, line: str, following: str) -> None:
        self._at += 1
        word, _, rest = line.partition(" ")
        if word == "---" and following.startswith("+++ "):
            head.old, head.new = _path(rest, "a/"), _path(following[4:], "b/")
            head.made, head.removed, head.named = head.old is None, head.new is None, True
            head.headed = True
            self._at += 1
        elif line.startswith(("rename from ", "copy from ")):
            head.old, head.named = _unquoted(rest.partition(" ")[2]), True
            if word == "copy":
                raise self._error("copies are not supported: write the new file")
        elif line.startswith("rename to "):
            head.new = _unquoted(rest.partition(" ")[2])
        elif line.startswith(("new file mode ", "new mode ")):
            head.mode = _mode(line.rpartition(" ")[2])
        elif line.startswith(("Binary files ", "GIT binary patch")):
            raise self._error("binary patches are not supported")
        elif line[:1] in {"+", "-"} and head.named:
            raise self._error("this line belongs to no hunk: the numbers in the `@@` line above are too small")

    def _hunk(self) -> Hunk:
        found = _HUNK.fullmatch(self._lines[self._at])
        if found is None:
            raise self._error("not a hunk heading such as `@@ -12,3 +12,4 @@`")
        heading, start = self._at + 1, int(found[1])
        old_left, new_left = (int(found[group]) if found[group] is not None else 1 for group in (2, 4))
        self._at += 1
        lines: list[tuple[str, str]] = []
        open_ends = set()
        while old_left > 0 or new_left > 0 or self._line().startswith("\\"):
            line = self._line()
            self._at += 1
            if line.startswith("\\") and lines:
                open_ends |= {" ": {"-", "+"}}.get(lines[-1][0], {lines[-1][0]})
                continue
            # Editors and models drop the single space of an empty line.
            sign, text = (line[0], line[1:]) if line else (" ", "")
            if sign not in " -+" or self._at > len(self._lines):
                raise PatchError(f"line {heading}: the hunk ends before it has as many lines as its heading says")
            old_left -= sign != "+"
            new_left -= sign != "-"
            lines.append((sign, text))
        if old_left < 0 or new_left < 0:
            raise PatchError(f"line {heading}: the hunk has other numbers of lines than its heading says")
        return Hunk(start, tuple(lines), "-" in open_ends, "+" in open_ends)

    def _line(self) -> str:
        return self._lines[self._at] if self._at < len(self._lines) else ""

    def _error(self, message: str) -> PatchError:
        return PatchError(f"line {self._at}: {message}")


def _finished(head: _Head) -> Iterator[FilePatch]:
    if not head.named:
        if head.hunks or head.mode is not None:
            raise PatchError("a part of the patch names no file: it needs the lines `--- a/…` and `+++ b/…`")
        return
    if head.old is None and head.new is None:
        raise PatchError("a part of the patch leads from /dev/null to /dev/null")
    if head.new is None and not head.removed:
        raise PatchError("a `rename from` without its `rename to`")
    yield FilePatch(head.old, head.new, tuple(head.hunks), head.mode)


def _path(written: str, prefix: str) -> str | None:
    name = _unquoted(written.partition("\t")[0].rstrip("\r "))
    if name == _NOWHERE:
        return None
    if not name:
        raise PatchError(f"a file header names no file: {written!r}")
    return name.removeprefix(prefix)


def _unquoted(name: str) -> str:
    if not (name.startswith('"') and name.endswith('"') and len(name) > 1):
        return name
    # Octal numbers stand for single bytes of the name.
    plain = _UNQUOTE.sub(lambda one: _ESCAPES.get(one[1]) or chr(int(one[1], 8)), name[1:-1].encode().decode("latin-1"))
    return plain.encode("latin-1", "replace").decode("utf-8", "replace")


def _mode(written: str) -> int:
    if written not in _MODES:
        raise PatchError(f"mode {written[:20]} is not supported: only files (100644, 100755) can be made, no links")
    return _MODES[written]
