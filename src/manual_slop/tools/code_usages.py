"""The tool that shows where a name is used."""

from __future__ import annotations

from manual_slop.tools.declaration import ToolContext, ToolError, tool
from manual_slop.tools.limits import Enough, Limits, Page
from manual_slop.tools.project_files import ProjectFiles
from manual_slop.tools.reading import key_note
from manual_slop.tools.syntax.names import parts, usages
from manual_slop.tools.syntax.parsing import Source, sources
from manual_slop.tools.syntax.symbols import innermost, symbols_of
from manual_slop.tools.text import counted

_MOST_LINES = 200
_LONGEST_LINE = 200


@tool("READ")
def code_usages(context: ToolContext, name: str, path: str = ".") -> str:
    """Find the lines of code that use a name, each with the function or class it stands in.

    Unlike grep this passes over comments and texts, and over the definitions themselves, which code_definition shows.
    It goes by the name alone: other things of the same name are found too.

    Args:
        name: The plain name of a function, class, variable and so on; of `Shop.sell` the last part is looked for.
        path: The folder or file to look in, from the project folder down.
    """
    wanted = parts(name)
    if not wanted:
        raise ToolError("give the `name` of what to look for, such as `sell`")
    limits = Limits(context.cancel)
    files = ProjectFiles(context, path, "", limits)
    search = _Search(wanted[-1], limits)
    notes = []
    try:
        search.run(files)
    except Enough as reason:
        notes.append(f"[stopped: {reason}]")
    notes += key_note(files.keys)
    summary = f"No use of `{wanted[-1]}`."
    if search.uses:
        summary = f"\n{counted(search.uses, 'line')} in {counted(search.files, 'file')}."
    return "\n".join([*search.page.lines, summary, *notes])


class _Search:
    """What was found so far."""

    def __init__(self, name: str, limits: Limits) -> None:
        self._name = name
        self._limits = limits
        self.page = Page()
        self.uses = self.files = 0

    def run(self, files: ProjectFiles) -> None:
        """Goes through the source files. Raises `Enough`."""
        for source in sources(files, self._name, self._limits):
            if source.language.is_code:
                self._report(source)

    def _report(self, source: Source) -> None:
        symbols = symbols_of(source, self._limits)
        text_lines = source.lines()
        shown = 0
        for offset in usages(source, self._name, symbols, self._limits):
            number = source.line_of(offset)
            if number == shown:
                continue
            if self.uses == _MOST_LINES:
                raise Enough(f"there are more than {_MOST_LINES}; use a narrower path")
            if not shown:
                self.page.show(f"\n{source.path}" if self.page.lines else source.path)
                self.files += 1
            inside = innermost(symbols, offset)
            place = f"  [in {inside.path}]" if inside else ""
            self.page.show(f"{number}\t{text_lines[number - 1].strip()[:_LONGEST_LINE]}{place}")
            self.uses += 1
            shown = number
