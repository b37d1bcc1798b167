"""The tool that shows what a source file defines."""

from __future__ import annotations

from manual_slop.tools.declaration import ToolContext, tool
from manual_slop.tools.limits import Enough, Limits, Page
from manual_slop.tools.reading import preview_reading
from manual_slop.tools.syntax.parsing import open_source
from manual_slop.tools.syntax.symbols import outline_line, symbols_of
from manual_slop.tools.text import counted

_MOST_SYMBOLS = 1000


@tool("READ", preview=preview_reading)
def code_outline(context: ToolContext, path: str) -> str:
    """Show what a source file defines: its classes, functions and so on with their signatures, nested as they are.

    Before each stand its first and last line. Takes Python, JavaScript, TypeScript, C, C++, Rust, Go, Java, C#, Ruby,
    PHP, Bash, Lua, PowerShell, and of JSON, TOML and CSS shows the keys and rules.

    Args:
        path: The source file, from the project folder down.
    """
    limits = Limits(context.cancel)
    page = Page()
    notes = []
    try:
        source = open_source(context, path, limits)
        page.show(f"{source.path}  {source.language.name}, {counted(source.line_count, 'line')}")
        for number, symbol in enumerate(symbols_of(source, limits)):
            if number == _MOST_SYMBOLS:
                raise Enough(f"there are more than {_MOST_SYMBOLS:,} symbols; use grep or code_definition")
            page.show(outline_line(symbol))
        if source.is_broken:
            notes.append("[its syntax has errors: something may be missing here]")
    except Enough as reason:
        notes.append(f"[stopped: {reason}]")
    if len(page.lines) == 1:
        page.lines.append("It defines nothing at all.")
    return "\n".join([*page.lines, *notes])
