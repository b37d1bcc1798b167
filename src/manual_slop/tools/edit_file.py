"""The tool that changes parts of a file, each found by its exact text."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Annotated, TypedDict

from manual_slop.safety.snapshot import Change, Plan
from manual_slop.tools.changing import can_change, carry_out, encoded, one, present, previewed, text_of
from manual_slop.tools.declaration import ToolContext, ToolError, tool
from manual_slop.tools.near_miss import explain
from manual_slop.tools.text import counted
from manual_slop.tools.text_file import TextFile, plain
from manual_slop.values.approval import Preview

_MOST_PLACES = 5

Span = tuple[int, int, str]
"""Where in the text an edit begins and ends, and what is put there."""


class Edit(TypedDict):
    """One replacement."""

    old: Annotated[str, "The exact text as it is now, with its indentation; it must stand in the file just once."]
    new: Annotated[str, "What is put in its place; empty removes it."]


def _plan(context: ToolContext, path: str, edits: list[Edit]) -> Plan:
    name, before = present(context, path)
    file = text_of(context, name, before)
    if not edits:
        raise ToolError("`edits` is empty: give at least one")
    after = encoded(name, replace(file, raw=_edited(file, edits, name)))
    if after == before.data:
        raise ToolError(f"these edits change nothing in {name}")
    return one(Change(name, before, after))


def _preview(context: ToolContext, path: str, edits: list[Edit]) -> Preview:
    return previewed(context, _plan(context, path, edits))


@tool("WRITE", preview=_preview, usable=can_change)
def edit_file(context: ToolContext, path: str, edits: list[Edit]) -> str:
    """Change parts of a text file: each `old` is replaced by its `new`, all of them or none.

    All edits are found in the file as it is before the call, so they may not overlap. Line ends and encoding stay as
    they are; write line ends as a plain newline.

    Args:
        path: The file, from the project folder down, such as `src/app.py`.
        edits: The replacements, in any order.
    """
    plan = _plan(context, path, edits)
    summary = carry_out(context, plan)
    return f"Edited {plan.targets[0]}: {counted(len(edits), 'replacement')}, {summary}."


def _edited(file: TextFile, edits: list[Edit], name: str) -> str:
    text = file.text
    spans = sorted((_span(text, edit, number, name), number) for number, edit in enumerate(edits, 1))
    for ((_, end, _), number), ((start, _, _), following) in pairwise(spans):
        if start < end:
            raise ToolError(f"edits {number} and {following} overlap in {name}: make one of them")
    raw, done, pieces = file.raw, 0, []
    for (start, end, new), _ in spans:
        first, last = file.places(start, end)
        pieces += [raw[done:first], file.ended(new)]
        done = last
    return "".join([*pieces, raw[done:]])


def _span(text: str, edit: Edit, number: int, name: str) -> Span:
    old, new = plain(edit["old"]), plain(edit["new"])
    if not old:
        raise ToolError(
            f"edit {number}: `old` is empty; to make a file use write_file, to add text repeat its neighbour"
        )
    start = text.find(old)
    if start < 0:
        raise ToolError(f"edit {number}: `old` does not stand in {name}.{explain(text, old)}")
    if text.find(old, start + 1) >= 0:
        raise ToolError(
            f"edit {number}: `old` stands in {name} more than once, {_where(text, old)}: add lines around it"
        )
    # What both share keeps its own line ends, where those of the file are mixed.
    before = _shared(old, new)
    after = _shared(old[before:][::-1], new[before:][::-1])
    return start + before, start + len(old) - after, new[before : len(new) - after]


def _where(text: str, old: str) -> str:
    lines: list[str] = []
    start = text.find(old)
    while start >= 0 and len(lines) <= _MOST_PLACES:
        lines.append(str(text.count("\n", 0, start) + 1))
        start = text.find(old, start + 1)
    more = " and further" if len(lines) > _MOST_PLACES else ""
    return f"in lines {', '.join(lines[:_MOST_PLACES])}{more}"


def _shared(one_text: str, other: str) -> int:
    """How many whole lines both begin with, in characters."""
    count = 0
    for left, right in zip(one_text.splitlines(keepends=True), other.splitlines(keepends=True), strict=False):
        if left != right:
            break
        count += len(left)
    return count
