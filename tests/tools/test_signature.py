"""What a model is told of a function, and which functions are no tools yet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import pytest

from manual_slop.tools import ToolContext, make_tool


def example(
    context: ToolContext,
    path: str,
    count: int,
    ratio: float = 0.5,
    deep: bool = False,
    names: list[str] = [],  # noqa: B006
    mode: Literal["fast", "safe"] = "safe",
    level: Literal[1, 2] = 1,
    until: int | None = None,
    pairs: list[list[int]] | None = None,
    word: str = "",
) -> str:
    """Do a thing
    in two lines.

    A second paragraph.

    Args:
        path: Where to do it.
        count: How often,
            which may take two lines: here.
        ratio: How much.
        deep: Whether below.
        names: Of whom.
        mode: How.
        level: How far.
        until: When to stop.
        pairs: Of numbers.
        word: A word.
    """
    return ""


def test_a_typed_function_with_a_docstring_becomes_a_schema():
    tool = make_tool(example, "READ")
    assert tool.name == "example"
    assert tool.risk == "READ"
    assert tool.description == "Do a thing in two lines.\n\nA second paragraph."
    assert tool.parameters == {
        "type": "object",
        "properties": {
            "path": {"type": "string", "description": "Where to do it."},
            "count": {"type": "integer", "description": "How often, which may take two lines: here."},
            "ratio": {"type": "number", "description": "How much. (default: 0.5)"},
            "deep": {"type": "boolean", "description": "Whether below. (default: false)"},
            "names": {"type": "array", "items": {"type": "string"}, "description": "Of whom. (default: [])"},
            "mode": {"type": "string", "enum": ["fast", "safe"], "description": 'How. (default: "safe")'},
            "level": {"type": "integer", "enum": [1, 2], "description": "How far. (default: 1)"},
            "until": {"type": "integer", "description": "When to stop."},
            "pairs": {
                "type": "array",
                "items": {"type": "array", "items": {"type": "integer"}},
                "description": "Of numbers.",
            },
            "word": {"type": "string", "description": "A word."},
        },
        "required": ["path", "count"],
        "additionalProperties": False,
    }


def test_a_tool_without_parameters_has_an_empty_schema():
    def ping(context: ToolContext) -> str:
        """Answer."""
        return "pong"

    assert make_tool(ping, "READ").parameters["properties"] == {}


def no_context(path: str) -> str:
    """Words.

    Args:
        path: Words.
    """
    return path


def nothing_at_all() -> str:
    """Words."""
    return ""


def no_words(context: ToolContext) -> str:
    return ""


def only_arguments(context: ToolContext, path: str) -> str:
    """
    Args:
        path: Words.
    """
    return path


def undescribed(context: ToolContext, path: str, other: str) -> str:
    """Words.

    Args:
        path: Words.
    """
    return path + other


def described_too_much(context: ToolContext) -> str:
    """Words.

    Args:
        path: Words.
    """
    return ""


def untyped(context: ToolContext, path) -> str:
    """Words.

    Args:
        path: Words.
    """
    return str(path)


def odd_type(context: ToolContext, path: dict[str, str]) -> str:
    """Words.

    Args:
        path: Words.
    """
    return str(path)


def mixed_choice(context: ToolContext, path: Literal["a", 1]) -> str:
    """Words.

    Args:
        path: Words.
    """
    return str(path)


def two_types(context: ToolContext, path: str | int = 3) -> str:
    """Words.

    Args:
        path: Words.
    """
    return str(path)


def none_without_default(context: ToolContext, path: str | None) -> str:
    """Words.

    Args:
        path: Words.
    """
    return str(path)


def many(context: ToolContext, *path: str) -> str:
    """Words.

    Args:
        path: Words.
    """
    return str(path)


def no_text(context: ToolContext) -> int:
    """Words."""
    return 1


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (no_context, "first parameter must be a ToolContext"),
        (nothing_at_all, "first parameter must be a ToolContext"),
        (no_words, "needs a docstring"),
        (only_arguments, "needs a docstring"),
        (undescribed, "must describe each parameter"),
        (described_too_much, "must describe each parameter"),
        (untyped, "path: a model cannot be told"),
        (odd_type, "path: a model cannot be told"),
        (mixed_choice, "path: a model cannot be told"),
        (two_types, "path: a model cannot be told"),
        (none_without_default, "needs a default"),
        (many, "only plain parameters"),
        (no_text, "must return a str"),
    ],
)
def test_a_half_done_tool_is_refused_where_it_is_declared(function: Callable[..., str], reason: str):
    with pytest.raises(TypeError, match=f"^{function.__name__}: .*{reason}"):
        make_tool(function, "READ")
