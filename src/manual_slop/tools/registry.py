"""The tools there are, and the box that runs a model's calls of them and always has an answer."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from manual_slop.safety.path_rules import WorkspaceError, show
from manual_slop.tools.arguments import ArgumentsError, closest, fit
from manual_slop.tools.declaration import Tool, ToolContext, ToolError
from manual_slop.values.cancel import Cancel
from manual_slop.values.messages import ToolCall, ToolResult
from manual_slop.values.secrets import redactor
from manual_slop.values.strict_json import StrictJSONError, parse_arguments
from manual_slop.values.tools import Risk, ToolSpec

if TYPE_CHECKING:
    from manual_slop.safety.permit import Permit
    from manual_slop.safety.seen import Seen
    from manual_slop.values.approval import Action

T = TypeVar("T")

# To add a tool: write tools/<name>.py with a function of that name under `@tool(…)`, and add the name here.
BUILT_IN = (
    "list_directory",
    "read_file",
    "tree",
    "grep",
    "search_files",
    "file_summary",
    "code_outline",
    "code_skeleton",
    "code_definition",
    "code_usages",
    "git_status",
    "git_diff",
    "git_log",
    "write_file",
    "edit_file",
    "apply_patch",
    "delete_file",
    "move_file",
    "run_shell",
    "run_powershell",
    "run_tests",
    "fetch_url",
    "web_search",
)

MAX_RESULT_BYTES = 64 * 1024

_QUOTED_PATH = re.compile(r"""(['"])(?:/|[A-Za-z]:[\\/])[^'"\n]*\1""")
_BARE_PATH = re.compile(r"""(?<![\w./])(?:/[\w.@+~-]+|[A-Za-z]:\\)[^\s'":,;]*""")


def built_in_tools() -> tuple[Tool, ...]:
    """The tools that come with the program, in the order a model is told of them."""
    return tuple(getattr(importlib.import_module(f"manual_slop.tools.{name}"), name) for name in BUILT_IN)


class ToolBox:
    """Tools at work on one project. Whatever a call asks for, `run` answers with words a model can act on.

    Tools that cannot work in this context are left out. Safe to use from several threads. `limit` is the most bytes
    (UTF-8) of one result; `notices` are for the person, about tools that could not be had.
    """

    def __init__(
        self,
        tools: Iterable[Tool],
        context: ToolContext,
        limit: int = MAX_RESULT_BYTES,
        notices: tuple[str, ...] = (),
    ) -> None:
        listed = tuple(tools)
        self.notices = notices
        self.remark: Callable[[ToolCall, ToolResult], str] | None = None
        """Asked of each result; what it says is added to it."""
        self._tools = {tool.name: tool for tool in listed if tool.usable(context)}
        self._context = context
        self._limit = limit
        if len({tool.name for tool in listed}) != len(listed):
            raise ValueError("two tools have the same name")

    @property
    def root(self) -> Path:
        """The project's folder."""
        return self._context.workspace.root

    @property
    def names(self) -> tuple[str, ...]:
        """The tools that can work here."""
        return tuple(self._tools)

    @property
    def seen(self) -> Seen:
        """What the model has read of the project."""
        return self._context.seen

    def specs(self) -> tuple[ToolSpec, ...]:
        """What a model is told of the tools."""
        return tuple(tool.spec for tool in self._tools.values())

    def without(self, names: Collection[str]) -> ToolBox:
        """A box for the same project with fewer tools; names that are in neither do not matter."""
        kept = [tool for name, tool in self._tools.items() if name not in names]
        return ToolBox(kept, self._context, self._limit, self.notices)

    def risk(self, name: str) -> Risk | None:
        """How far a tool reaches; `None` where there is no such tool, so that its call does nothing."""
        return self._tools[name].risk if name in self._tools else None

    def action(self, call: ToolCall, session_id: str, origin: str = "") -> Action | ToolResult:
        """What one call would do, for whoever decides about it; where it can do nothing, the result that says why."""
        return self._attempt(call, lambda: self._action(call, session_id, origin))

    def run(self, call: ToolCall, cancel: Cancel | None = None, permit: Permit | None = None) -> ToolResult:
        """Runs one call and never raises: mistakes and failures are results with `is_error`.

        `cancel` stops it early; left out, that of the box's context does. With a `permit` it runs only where what it
        would do now is what was approved.
        """
        context = replace(self._context, cancel=cancel or self._context.cancel, permit=permit)
        answer = self._attempt(call, lambda: self._answer(call, context))
        result = answer if isinstance(answer, ToolResult) else ToolResult(call.id, self._presentable(answer))
        if self.remark is None:
            return result
        return replace(result, content=result.content + redactor.redact(self.remark(call, result)))

    def _attempt(self, call: ToolCall, work: Callable[[], T]) -> T | ToolResult:
        try:
            return work()
        except (ToolError, ArgumentsError, StrictJSONError, WorkspaceError) as error:
            message = str(error)
        except Exception as error:  # noqa: BLE001 - a tool's own fault must not end the conversation
            message = f"{call.name} failed: {self._in_plain_words(error)}"
        return ToolResult(call.id, self._presentable(f"Error: {message}"), is_error=True)

    def _answer(self, call: ToolCall, context: ToolContext) -> str:
        tool, arguments = self._understood(call)
        if context.cancel.requested:
            raise ToolError("stopped before it began")
        if context.permit is not None:
            approved = context.permit.action
            if self._action(call, approved.session_id, approved.origin) != approved:
                raise ToolError("this is not what was approved: the call, or what it would change, is another by now")
        return tool.function(context, **arguments)

    def _action(self, call: ToolCall, session_id: str, origin: str) -> Action:
        from manual_slop.values.approval import Action, Preview, canonical

        tool, arguments = self._understood(call)
        written = canonical(arguments)
        preview = tool.preview(self._context, **arguments) if tool.preview else Preview("text", written)
        return Action(session_id, call.id, tool.name, tool.risk, written, preview, origin)

    def _understood(self, call: ToolCall) -> tuple[Tool, dict[str, Any]]:
        tool = self._tools.get(call.name)
        if tool is None:
            names = ", ".join(f"`{name}`" for name in self._tools) or "none"
            hint = closest(call.name, self._tools)
            raise ToolError(f"there is no tool `{show(call.name)}`{hint}; the tools are {names}")
        return tool, fit(parse_arguments(call.arguments), tool.parameters)

    def _in_plain_words(self, error: Exception) -> str:
        if isinstance(error, OSError):
            return error.strerror or type(error).__name__
        words = str(error).replace(f"{self._context.workspace.root}/", "")
        words = _BARE_PATH.sub("‹path›", _QUOTED_PATH.sub("‹path›", words))
        return f"{type(error).__name__}: {words[:500]}" if words else type(error).__name__

    def _presentable(self, text: str) -> str:
        # Redacted before it is cut: half a key is still a key.
        return capped(redactor.redact(text), self._limit)


def capped(text: str, limit: int) -> str:
    """`text` as storable UTF-8 of at most `limit` bytes, cut at a line where possible and saying so."""
    data = text.encode("utf-8", "backslashreplace")
    if len(data) <= limit:
        return data.decode()
    note = f"\n[truncated: {len(data):,} bytes are more than the {limit:,} that fit; ask for less at a time]"
    kept = data[: max(0, limit - len(note.encode()))].decode("utf-8", "ignore")
    whole_lines, newline, _ = kept.rpartition("\n")
    return (whole_lines if newline and len(whole_lines) > len(kept) // 2 else kept) + note
