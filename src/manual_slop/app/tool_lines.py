"""The tool log as a person sifts it: by words, by how far a tool reaches, by what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from manual_slop.app.app_state import LogLine, ToolLine
from manual_slop.values.tools import Risk

TOOL_RISKS = "tool risks"
"""A table of `AppState.loaded`: how far each built-in tool reaches, by its name."""

Outcome = Literal["done", "failed", "refused"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)


@dataclass(frozen=True, slots=True)
class ToolSieve:
    """What a line must have; empty stands for any. `risk` may be `?` for tools that nobody knows the reach of."""

    words: str = ""
    risk: str = ""
    outcome: str = ""

    def keeps(self, line: ToolLine, risks: Mapping[str, Risk]) -> bool:
        """Whether it is listed."""
        if self.outcome and outcome_of(line) != self.outcome:
            return False
        if self.risk and risks.get(line.event.call.name, "?") != self.risk:
            return False
        return has_words(f"{line.event.call.name} {line.event.call.arguments}", self.words)


def outcome_of(line: ToolLine) -> Outcome:
    """What came of the call."""
    result = line.event.result
    if not result.is_error:
        return "done"
    return "refused" if "refused" in result.content[:200] else "failed"


def sifted_log(lines: Iterable[LogLine], words: str, loudness: str) -> list[LogLine]:
    """The lines with all the words, and of that loudness where one is asked for, in their order."""
    return [line for line in lines if loudness in ("", line.loudness) and has_words(line.text, words)]


def has_words(text: str, words: str) -> bool:
    """Whether all of them stand there, in whatever case."""
    text = text.lower() if words else ""
    return all(word in text for word in words.lower().split())


def tool_risks() -> dict[str, Risk]:
    """How far the built-in tools reach. Imports them all, so not for the thread that draws."""
    from manual_slop.tools.registry import built_in_tools

    return {tool.name: tool.risk for tool in built_in_tools()}
