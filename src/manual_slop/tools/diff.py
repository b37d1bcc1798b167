"""Plans as unified diffs that show each byte of text that changes."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence

from manual_slop.safety.snapshot import Change, Plan
from manual_slop.store.blobs import digest_of
from manual_slop.tools.text import SAMPLE_BYTES, counted, encoding_of, kind_of
from manual_slop.tools.text_file import NotText, take_apart

_CONTEXT = 3
_MOST_COMPARED = 4000  # lines on either side; comparing takes their product in time
_MOST_REMOVED = 256 * 1024  # bytes of a removed file that is shown in full
_NO_NEWLINE = "\\ No newline at end of file"


def of_plan(plan: Plan) -> str:
    """The unified diff of all of a plan's changes. A file that only moves is told as a rename."""
    lines: list[str] = []
    for old, new in plan.moves:
        lines += [f"rename from {old.path}", f"rename to {new.path}"]
    moving = {change.path for move in plan.moves for change in move}
    for change in plan.changes:
        if change.path not in moving:
            lines += _of_change(change)
    return "".join(f"{line}\n" for line in lines)


def counts(plan: Plan) -> str:
    """`+3 −1 lines` of all of a plan's changes."""
    lines = of_plan(plan).split("\n")
    added = sum(line.startswith("+") and not line.startswith("+++ ") for line in lines)
    removed = sum(line.startswith("-") and not line.startswith("--- ") for line in lines)
    return f"+{added} −{removed} lines"


def of_texts(before: str, after: str) -> Iterator[str]:
    """The hunks that lead from one text to the other. Line ends other than `\\n` stay visible at the end of a line."""
    old, new = _lines(before), _lines(after)
    same = _common(old, new)
    tail = _common(old[same:][::-1], new[same:][::-1])
    start = max(0, same - _CONTEXT)
    stop = max(0, tail - _CONTEXT)
    old_part, new_part = old[start : len(old) - stop], new[start : len(new) - stop]
    if max(len(old_part), len(new_part)) > _MOST_COMPARED:
        yield from _one_hunk(old, new, same, tail)
        return
    for group in difflib.SequenceMatcher(None, old_part, new_part).get_grouped_opcodes(_CONTEXT):
        yield _heading(start + group[0][1], start + group[-1][2], start + group[0][3], start + group[-1][4])
        for tag, old_from, old_to, new_from, new_to in group:
            if tag == "equal":
                yield from _signed(" ", old_part[old_from:old_to])
            else:
                yield from _signed("-", old_part[old_from:old_to])
                yield from _signed("+", new_part[new_from:new_to])


def _of_change(change: Change) -> list[str]:
    lines = [f"--- {f'a/{change.path}' if change.before else '/dev/null'}"]
    lines += [f"+++ {'/dev/null' if change.after is None else f'b/{change.path}'}"]
    if change.before and change.mode not in {None, change.before.state.mode}:
        lines = [f"old mode {change.before.state.mode:o}", f"new mode {change.mode:o}", *lines]
    elif change.before is None and change.mode is not None:
        lines = [f"new file mode {change.mode:o}", *lines]
    before = change.before.data if change.before else b""
    after = change.after or b""
    if change.after is None and len(before) > _MOST_REMOVED:
        return [*lines, f"removed: {_described(before)}"]
    try:
        return [*lines, *of_texts(_text(before), _text(after))]
    except NotText:
        return [*lines, f"before: {_described(before)}", f"after: {_described(after)}"]


def _text(data: bytes) -> str:
    taken = take_apart(data)
    # The mark is part of what changes, so it is part of what is shown.
    return ("\ufeff" if taken.mark else "") + taken.raw


def _described(data: bytes) -> str:
    kind = "text" if encoding_of(data[:SAMPLE_BYTES]) else kind_of(data)
    return f"{kind}, {counted(len(data), 'byte')}, SHA-256 {digest_of(data)}"


def _one_hunk(old: Sequence[str], new: Sequence[str], same: int, tail: int) -> Iterator[str]:
    first, last = max(0, same - _CONTEXT), max(0, tail - _CONTEXT)
    yield _heading(first, len(old) - last, first, len(new) - last)
    yield from _signed(" ", old[first:same])
    yield from _signed("-", old[same : len(old) - tail])
    yield from _signed("+", new[same : len(new) - tail])
    yield from _signed(" ", old[len(old) - tail : len(old) - last])


def _heading(old_from: int, old_to: int, new_from: int, new_to: int) -> str:
    return f"@@ -{_range(old_from, old_to)} +{_range(new_from, new_to)} @@"


def _range(start: int, stop: int) -> str:
    length = stop - start
    # An empty range stands after the line before it.
    first = start + 1 if length else start
    return str(first) if length == 1 else f"{first},{length}"


def _signed(sign: str, lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        yield sign + line.removesuffix("\n")
        if not line.endswith("\n"):
            yield _NO_NEWLINE


def _lines(text: str) -> list[str]:
    pieces = text.split("\n")
    return [f"{piece}\n" for piece in pieces[:-1]] + pieces[-1:] * bool(pieces[-1])


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count
