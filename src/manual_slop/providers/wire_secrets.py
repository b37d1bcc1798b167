"""Finds a key that a stream's events bring in several parts: no part looks like it, and all together are it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from manual_slop.values.secrets import REDACTED, redactor

_FIELD = b"data:"


@dataclass(frozen=True, slots=True)
class _Leaf:
    """A text in an event: on which line, and what holds it under which key."""

    line: int
    holder: Any
    key: Any

    @property
    def text(self) -> str:
        text: str = self.holder[self.key]
        return text


def redact_events(body: bytes) -> bytes:
    """`body`, server-sent events or JSON lines, without secrets that lie across texts at the same place of events.

    Lines that hold no part of one stay as they are, to the byte.
    """
    lines = body.split(b"\n")
    events: dict[int, Any] = {}
    texts: dict[tuple[Any, ...], list[_Leaf]] = {}
    for number, line in enumerate(lines):
        event = _event(line)
        if event is not None:
            events[number] = event
            for path, holder, key in _texts(event, ()):
                texts.setdefault(path, []).append(_Leaf(number, holder, key))
    changed = {number for leaves in texts.values() if len(leaves) > 1 for number in _mask(leaves)}
    for number in changed:
        prefix = b"data: " if lines[number].startswith(_FIELD) else b""
        lines[number] = prefix + json.dumps(events[number], ensure_ascii=False).encode("utf-8", "replace")
    return b"\n".join(lines)


def _event(line: bytes) -> Any:
    data = line[len(_FIELD) :] if line.startswith(_FIELD) else line
    if b"{" not in data:
        return None
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def _texts(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], Any, Any]]:
    """Every text in a JSON value: the path to it, what holds it, and under which key."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        if isinstance(one, str):
            yield (*path, key), value, key
        elif isinstance(one, dict | list):
            yield from _texts(one, (*path, key))


def _mask(leaves: list[_Leaf]) -> set[int]:
    """Take secrets out of texts that belong together. The lines that are no longer what they were."""
    joined = "".join(leaf.text for leaf in leaves)
    spans = redactor.spans(joined)
    changed: set[int] = set()
    at = 0
    for leaf in leaves if spans else ():
        text, end = leaf.text, at + len(leaf.text)
        shown, here = [], at
        for start, stop in spans:
            if start < end and stop > at:
                shown += [joined[here : max(start, at)], REDACTED if start >= at else ""]
                here = min(stop, end)
        masked = "".join([*shown, joined[here:end]])
        if masked != text:
            leaf.holder[leaf.key] = masked
            changed.add(leaf.line)
        at = end
    return changed
