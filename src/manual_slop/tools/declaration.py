"""What a tool is: a typed function whose docstring the model reads, and how far it reaches.

    @tool("READ")
    def count_lines(context: ToolContext, path: str, blank: bool = True) -> str:
        '''Count the lines of a text file.

        Args:
            path: The file, from the project folder down.
            blank: Whether empty lines count too.
        '''

The schema a model gets is made from the signature, and the tool is refused at once, by `TypeError`, when a part of
it is missing. See `signature.py` for the types it may use.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from manual_slop.safety.seen import Seen
from manual_slop.tools.signature import describe
from manual_slop.values.cancel import Cancel
from manual_slop.values.tools import Risk, ToolSpec

if TYPE_CHECKING:
    from manual_slop.safety.changes import Changes
    from manual_slop.safety.permit import Permit
    from manual_slop.safety.shell.shell import Shell
    from manual_slop.safety.workspace import Workspace
    from manual_slop.tools.web.search import SearchService
    from manual_slop.values.approval import Preview

ToolFunction = Callable[..., str]
PreviewFunction = Callable[..., "Preview"]
"""Takes what the tool's function takes and says what that would do, changing nothing."""


class ToolError(Exception):
    """A tool cannot do what it was asked; the message tells the model why and what to try."""


@dataclass(frozen=True, slots=True)
class ToolContext:
    """What a tool works with: the first argument of each tool's function, and no business of the model's.

    One for each conversation: `seen` is what it has read. `changes` writes files, where that is possible at all;
    `permit` comes with an approved call. `shell` runs commands; `test_command` are the words of the one that the person
    set for testing this project. `search` is the search service they set.
    """

    workspace: Workspace
    cancel: Cancel = field(default_factory=Cancel)
    seen: Seen = field(default_factory=Seen)
    changes: Changes | None = None
    permit: Permit | None = None
    shell: Shell | None = None
    test_command: tuple[str, ...] | None = None
    search: SearchService | None = None


@dataclass(frozen=True, slots=True)
class Tool:
    """A function a model may ask for. `parameters` is the JSON schema of its arguments.

    `preview` says beforehand what a call would do; `usable` whether the tool can work in a context at all.
    """

    name: str
    description: str
    parameters: Mapping[str, Any]
    risk: Risk
    function: ToolFunction
    preview: PreviewFunction | None = None
    usable: Callable[[ToolContext], bool] = lambda _context: True

    @property
    def spec(self) -> ToolSpec:
        """What a model is told of it."""
        return ToolSpec(self.name, self.description, self.parameters)


def make_tool(
    function: ToolFunction,
    risk: Risk,
    preview: PreviewFunction | None = None,
    usable: Callable[[ToolContext], bool] = lambda _context: True,
) -> Tool:
    """The tool that `function` is. Raises `TypeError` where a type, a word or the context is missing."""
    description, parameters = describe(function, ToolContext)
    return Tool(function.__name__, description, parameters, risk, function, preview, usable)


def tool(
    risk: Risk,
    *,
    preview: PreviewFunction | None = None,
    usable: Callable[[ToolContext], bool] = lambda _context: True,
) -> Callable[[ToolFunction], Tool]:
    """Declares the function below it a tool."""
    return lambda function: make_tool(function, risk, preview, usable)
