"""The five tools of the tool loop, as our session runs them."""

from __future__ import annotations

import functools
import tempfile

from manual_slop.safety.workspace import Workspace
from manual_slop.tools.declaration import Tool, ToolContext, make_tool
from manual_slop.tools.registry import ToolBox
from tests.bench.provider import tasks


@functools.cache
def five_tools() -> ToolBox:
    """A box of the tools named in `tasks.TOOL_NAMES`; each adds, since only `add` is called."""
    return ToolBox([_tool(name) for name in tasks.TOOL_NAMES], ToolContext(Workspace(tempfile.mkdtemp())))


def _tool(name: str) -> Tool:
    def function(context: ToolContext, a: int, b: int) -> str:
        """Two numbers into one.

        Args:
            a: A number.
            b: A number.
        """
        del context
        return tasks.add(a, b)

    function.__name__ = name
    return make_tool(function, "READ")
