"""The tool that shows where a name is defined."""

from __future__ import annotations

from manual_slop.tools.declaration import ToolContext, ToolError, tool
from manual_slop.tools.limits import Enough, Limits, Page
from manual_slop.tools.project_files import ProjectFiles
from manual_slop.tools.reading import key_note
from manual_slop.tools.syntax.names import definitions, parts, with_what_belongs_to_it
from manual_slop.tools.syntax.parsing import Source, sources
from manual_slop.tools.syntax.symbols import Symbol, symbols_of
from manual_slop.tools.text import counted

_MOST_DEFINITIONS = 20
_MOST_LINES = 300


@tool("READ")
def code_definition(context: ToolContext, name: str, path: str = ".") -> str:
    """Find where a class, function, method, type, constant or key is defined, and show the full source of it.

    Looks through all source files of the project that `.gitignore` does not exclude. Each definition comes with its
    file, its numbered lines, and the comments right above it.

    Args:
        name: The name, such as `Shop`, `Shop.sell` or `shop::sell`; upper and lower case differ.
        path: The folder or file to look in, from the project folder down.
    """
    wanted = parts(name)
    if not wanted:
        raise ToolError("give the `name` of what to look for, such as `Shop.sell`")
    limits = Limits(context.cancel)
    files = ProjectFiles(context, path, "", limits)
    page = Page()
    found = searched = 0
    notes = []
    try:
        for source in sources(files, wanted[-1], limits):
            searched += 1
            for symbol in definitions(symbols_of(source, limits), wanted, limits):
                if found == _MOST_DEFINITIONS:
                    raise Enough(f"there are more than {_MOST_DEFINITIONS}; use a longer name such as `Shop.sell`")
                found += 1
                _show(page, source, symbol)
    except Enough as reason:
        notes.append(f"[stopped: {reason}]")
    notes += key_note(files.keys)
    if not found:
        where = counted(searched, "source file")
        notes.insert(0, f"No definition of `{name}` in the {where} that the name stands in; try grep.")
    return "\n".join([*page.lines, *notes])


def _show(page: Page, source: Source, symbol: Symbol) -> None:
    first = with_what_belongs_to_it(source, symbol)
    extent = f"{first}-{symbol.last_line}"
    blank = "\n" if page.lines else ""
    page.show(f"{blank}{source.path}:{extent}  {symbol.kind} {symbol.path}")
    last = min(symbol.last_line, first + _MOST_LINES - 1)
    for number, line in enumerate(source.lines(first, last), first):
        page.show(f"{number}\t{line[:2000]}")
    if last < symbol.last_line:
        page.show(f"[truncated: call read_file with start_line={last + 1} to read on]")
