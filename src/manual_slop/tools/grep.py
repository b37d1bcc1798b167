"""The tool that finds text in files."""

from __future__ import annotations

from collections.abc import Iterator

from manual_slop.tools.declaration import ToolContext, ToolError, tool
from manual_slop.tools.limits import Enough, Limits, Page
from manual_slop.tools.patterns import Find, PatternError, TooSlow, find_regex, find_text
from manual_slop.tools.project_files import ProjectFiles
from manual_slop.tools.reading import key_note
from manual_slop.tools.text import counted

_MOST_LINES = 200
_MOST_CONTEXT = 20
_BEFORE, _AFTER = 100, 200  # characters shown around a match
_AS_CONTEXT = 300  # characters shown of a line around


@tool("READ")
def grep(
    context: ToolContext,
    pattern: str,
    path: str = ".",
    glob: str = "",
    is_regex: bool = False,
    case_sensitive: bool = True,
    context_lines: int = 0,
) -> str:
    """Search the contents of the project's text files, line by line.

    Answers with each file that has matches, and its matching lines with their numbers. Passes over binary files,
    `.git` and what `.gitignore` excludes, unless `path` itself lies there. To find files by name, use search_files.

    Args:
        pattern: What to find, on one line: plain text, or a regular expression where `is_regex` says so.
        path: The folder or file to search, from the project folder down.
        glob: Only files whose path matches, such as `*.py`, `src/**/*.{ts,tsx}` or `!*.lock`.
        is_regex: Whether `pattern` is a regular expression (Python syntax).
        case_sensitive: Whether upper and lower case differ.
        context_lines: How many lines to show before and after each match, at most 20.
    """
    if not pattern or "\n" in pattern:
        raise ToolError("the search goes line by line: give a `pattern` of one line")
    if not 0 <= context_lines <= _MOST_CONTEXT:
        raise ToolError(f"`context_lines` may be 0 to {_MOST_CONTEXT}")
    try:
        find = (find_regex if is_regex else find_text)(pattern, not case_sensitive)
    except PatternError as error:
        raise ToolError(f"this pattern cannot be used: {error}") from None
    limits = Limits(context.cancel)
    return _Search(ProjectFiles(context, path, glob, limits), limits, find, context_lines).answer()


class _Search:
    """One search: what it has found so far."""

    def __init__(self, files: ProjectFiles, limits: Limits, find: Find, around: int) -> None:
        self._files = files
        self._limits = limits
        self._find = find
        self._around = around
        self._page = Page()
        self._searched = 0
        self._matches = 0
        self._with_matches = 0

    def answer(self) -> str:
        """The matching lines under the name of each file, and how many there are."""
        notes = []
        try:
            for path, text in self._files.texts():
                self._searched += 1
                self._report(path, text.split("\n"))
        except Enough as reason:
            notes = [f"[stopped: {reason}]"]
        if self._files.unread:
            notes.append(
                f"[not searched: {counted(self._files.unread, 'file')} larger than 10 MiB or not to be opened]"
            )
        notes += key_note(self._files.keys)
        summary = f"No match in {counted(self._searched, 'text file')}."
        if self._matches:
            summary = f"\n{counted(self._matches, 'matching line')} in {counted(self._with_matches, 'file')}."
        return "\n".join([*self._page.lines, summary, *notes])

    def _report(self, path: str, lines: list[str]) -> None:
        """Each match between the lines around it; `--` stands where lines are left out."""
        shown = due = 0
        for number, at in self._hits(path, lines):
            if self._matches == _MOST_LINES:
                raise Enough(f"there are more than {_MOST_LINES} matches; use a narrower pattern, glob or path")
            self._show_around(lines, shown + 1, min(due, number - 1))
            first = max(shown + 1, due + 1, number - self._around)
            if not shown:
                self._page.show(f"\n{path}" if self._page.lines else path)
                self._with_matches += 1
            elif self._around and first > due + 1:
                self._page.show("--")
            self._show_around(lines, first, number - 1)
            self._page.show(f"{number}\t{_part(lines[number - 1], at)}")
            self._matches += 1
            shown, due = number, min(number + self._around, len(lines))
        self._show_around(lines, shown + 1, due)

    def _show_around(self, lines: list[str], first: int, last: int) -> None:
        for number in range(first, last + 1):
            line = lines[number - 1]
            self._page.show(f"{number}-\t{line[:_AS_CONTEXT]}{'…' if len(line) > _AS_CONTEXT else ''}")

    def _hits(self, path: str, lines: list[str]) -> Iterator[tuple[int, int]]:
        for number, line in enumerate(lines, 1):
            self._limits.check()
            try:
                at = self._find(line)
            except TooSlow:
                where = f"line {number} of {path}"
                raise Enough(f"the pattern takes too long on {where}; use a simpler one") from None
            if at is not None:
                yield number, at


def _part(line: str, at: int) -> str:
    first = max(0, at - _BEFORE)
    last = at + _AFTER
    return f"{'…' if first else ''}{line[first:last]}{'…' if last < len(line) else ''}"
