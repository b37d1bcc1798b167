"""The tool that shows a source file without the bodies of its functions."""

from __future__ import annotations

from manual_slop.tools.declaration import ToolContext, ToolError, tool
from manual_slop.tools.limits import Enough, Limits
from manual_slop.tools.reading import preview_reading
from manual_slop.tools.syntax.parsing import open_source
from manual_slop.tools.syntax.skeleton import skeleton_of

_MOST_SHOWN = 40 * 1024  # characters


@tool("READ", preview=preview_reading)
def code_skeleton(context: ToolContext, path: str) -> str:
    """Show a source file with the bodies of its functions left out: what remains are the declarations and comments.

    A quick way to learn how to use a file. The lines are not numbered; take numbers from code_outline.

    Args:
        path: The source file, from the project folder down.
    """
    limits = Limits(context.cancel)
    try:
        source = open_source(context, path, limits)
        if not source.language.is_code:
            raise ToolError(f"{source.path}: {source.language.name} has no functions; use code_outline or read_file")
        text = skeleton_of(source, limits)
    except Enough as reason:
        raise ToolError(f"{path}: stopped, {reason}; use read_file") from None
    if len(text) > _MOST_SHOWN:
        kept = text[:_MOST_SHOWN].rpartition("\n")[0]
        return f"{kept}\n[truncated: more would be too long; use code_outline]"
    return text if text.strip() else f"{source.path} is empty."
