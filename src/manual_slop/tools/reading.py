"""What all tools that show what one file holds do alike: ask before it is one that may hold keys."""

from __future__ import annotations

from typing import Any, BinaryIO

from manual_slop.safety.key_files import names_of_keys
from manual_slop.tools.declaration import ToolContext, ToolError
from manual_slop.tools.text import counted
from manual_slop.values.approval import Preview, canonical


def preview_reading(context: ToolContext, /, path: str, **arguments: Any) -> Preview:
    """What reading `path` would hand out. Raises `WorkspaceError` where it cannot be opened."""
    with context.workspace.open_file(path) as file:
        names = names_of_keys(context.workspace, path, file)
    if not names:
        return Preview("text", canonical({"path": path, **arguments}))
    text = f"{' → '.join(names)}\nmay hold passwords or keys. What is read of it would be sent to the model's provider."
    return Preview("file", text, names, protected=True)


def open_to_show(context: ToolContext, path: str) -> BinaryIO:
    """The file, open. Raises `ToolError` where it may hold keys and no person agreed to it, and `WorkspaceError`."""
    file = context.workspace.open_file(path)
    agreed = context.permit is not None and context.permit.action.preview.protected
    if not agreed and (names := names_of_keys(context.workspace, path, file)):
        file.close()
        raise ToolError(f"{names[-1]} may hold passwords or keys: it is read only after a person agreed to it")
    return file


def key_note(count: int) -> list[str]:
    """What a tool that goes through many files says of `count` that it passed over."""
    what = f"{counted(count, 'file')} that may hold passwords or keys; read_file asks the person for such a file"
    return [f"[not looked into: {what}]"] if count else []
