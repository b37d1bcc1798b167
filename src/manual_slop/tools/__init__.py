"""What a model may do in a project: one file a tool, and the registry that lists and runs them."""

from manual_slop.tools.declaration import Tool, ToolContext, ToolError, make_tool, tool
from manual_slop.tools.registry import ToolBox, built_in_tools
from manual_slop.values.tools import Risk, ToolSpec

__all__ = ["Risk", "Tool", "ToolBox", "ToolContext", "ToolError", "ToolSpec", "built_in_tools", "make_tool", "tool"]
