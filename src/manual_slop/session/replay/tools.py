"""The tools of a replay: each call is answered with what was recorded; only plain readers really run, to compare."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from pathlib import Path

from manual_slop.safety.path_rules import WorkspaceError
from manual_slop.safety.workspace import Workspace
from manual_slop.session.replay.recorded import ToolUse
from manual_slop.tools.declaration import ToolContext
from manual_slop.tools.registry import ToolBox, built_in_tools
from manual_slop.values.approval import Action
from manual_slop.values.messages import ToolCall, ToolResult
from manual_slop.values.tools import Risk, ToolSpec


def readers_of(project: Path) -> ToolBox | None:
    """The built-in tools that only read this project; `None` where it is not there."""
    try:
        workspace = Workspace(project)
    except WorkspaceError:
        return None
    return ToolBox([tool for tool in built_in_tools() if tool.risk == "READ"], ToolContext(workspace))


class PlayedTools(ToolBox):
    """A box that offers the tools of then and runs none: it has all answers already, and there is nobody to ask.

    `foreign` are the tools that are not built in, as they were described; `renamed` says what calls of now were named
    then; `read` are the calls that a reader of now answers too: what it says, beside what it said.
    """

    def __init__(
        self,
        names: Iterable[str],
        foreign: Mapping[str, ToolSpec],
        uses: Iterable[ToolUse],
        readers: ToolBox | None,
        root: str,
    ) -> None:
        known = {**{tool.name: tool.spec for tool in built_in_tools()}, **foreign}
        self._specs = tuple(known[name] for name in names if name in known)
        self._offered = tuple(names)
        self._uses = deque(uses)
        self._readers = readers
        self._folder = Path(root or ".")
        self.notices = ()
        self.renamed: dict[str, str] = {}
        self.read: list[tuple[ToolUse, ToolResult]] = []
        self.unknown: list[ToolCall] = []

    @property
    def root(self) -> Path:
        """The folder it had then."""
        return self._folder

    @property
    def names(self) -> tuple[str, ...]:
        """The tools that were offered."""
        return self._offered

    @property
    def left(self) -> int:
        """How many recorded results nobody has asked for."""
        return len(self._uses)

    def specs(self) -> tuple[ToolSpec, ...]:
        """What a model is told of them today."""
        return self._specs

    def risk(self, name: str) -> Risk | None:
        """None: whatever is called here does nothing."""
        return None

    def action(self, call: ToolCall, session_id: str, origin: str = "") -> Action | ToolResult:
        """The recorded result of the call, in its turn."""
        if not self._uses or self._uses[0].call.name != call.name:
            self.unknown.append(call)
            return ToolResult(call.id, "not run: nothing was recorded for this call", is_error=True)
        use = self._uses.popleft()
        self.renamed[call.id] = use.call.id
        if use.ran and self._reads(call):
            assert self._readers is not None
            self.read.append((use, self._readers.run(call)))
        return ToolResult(call.id, use.result.content, use.result.is_error)

    def _reads(self, call: ToolCall) -> bool:
        """Whether the call is one of a plain reader, of no file that a person would have to agree to."""
        if self._readers is None or self._readers.risk(call.name) != "READ":
            return False
        planned = self._readers.action(call, "")
        return isinstance(planned, ToolResult) or not planned.preview.protected
