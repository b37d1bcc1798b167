"""A project whose files may be changed, and a person who approves every change: for tests of what comes after."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from manual_slop.safety.changes import Changes
from manual_slop.safety.permit import Permit
from manual_slop.safety.workspace import Workspace
from manual_slop.store.blobs import Blobs
from manual_slop.store.journal import Journal, MemoryJournal
from manual_slop.tools import ToolBox, ToolContext, built_in_tools
from manual_slop.values.approval import Action, Preview
from manual_slop.values.messages import ToolCall, ToolResult


@dataclass
class Editor:
    """Tools at work on `project`. `turn` is the turn its calls belong to."""

    project: Path
    workspace: Workspace
    changes: Changes
    box: ToolBox
    session: str = "session-1"
    turn: str = "turn-1"
    numbers: list[int] = field(default_factory=list)

    def run(self, name: str, **arguments: object) -> ToolResult:
        """A call as a model makes it, approved."""
        action = self.action(name, **arguments)
        return action if isinstance(action, ToolResult) else self.run_approved(action)

    def action(self, name: str, **arguments: object) -> Action | ToolResult:
        """What the person would be asked."""
        return self.box.action(self._call(name, json.dumps(arguments)), self.session)

    def preview(self, name: str, **arguments: object) -> Preview:
        """What the person would see; fails where they would not be asked."""
        action = self.action(name, **arguments)
        assert isinstance(action, Action), action.content
        return action.preview

    def run_approved(self, action: Action) -> ToolResult:
        """The call that was approved, later."""
        call = ToolCall(action.call_id, action.tool, action.arguments)
        return self.box.run(call, permit=Permit(action, self.turn))

    def write(self, name: str, content: str | bytes) -> Path:
        """A file that somebody else put there."""
        path = self.project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def read(self, name: str) -> bytes:
        """What it holds now."""
        return (self.project / name).read_bytes()

    def _call(self, name: str, arguments: str) -> ToolCall:
        self.numbers.append(len(self.numbers))
        return ToolCall(f"call-{len(self.numbers)}", name, arguments)


def editor(folder: Path, workspace: Workspace | None = None, journal: Journal | None = None) -> Editor:
    """An editor of `folder`/project, which is made if it is not there; old contents go to `folder`/blobs."""
    project = folder / "project"
    project.mkdir(exist_ok=True)
    workspace = workspace or Workspace(project)
    changes = Changes(workspace, journal or MemoryJournal(), Blobs(folder / "blobs"))
    return Editor(project, workspace, changes, ToolBox(built_in_tools(), ToolContext(workspace, changes=changes)))


def tree(folder: Path) -> dict[str, tuple[bytes | None, int]]:
    """Everything below a folder: content (`None` for folders) and permission bits."""
    return {
        str(path.relative_to(folder)): (path.read_bytes() if path.is_file() else None, path.stat().st_mode & 0o777)
        for path in sorted(folder.rglob("*"))
        if not path.is_symlink() and (path.is_dir() or path.is_file())
    }
