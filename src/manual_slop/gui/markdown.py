"""An answer as markdown while it grows: what is closed is rendered, an open code fence is shown in one editor."""

from __future__ import annotations

from imgui_bundle import rich_md

from manual_slop.app.items import Answered
from manual_slop.gui.context import App
from manual_slop.gui.widgets import put_wrapped

_FENCE = "```"


def draw_markdown(app: App, item: Answered) -> None:
    """All that has come of an answer."""
    text = item.text.text
    if not text:
        return
    if not item.streaming:
        rich_md.render(text)
        return
    closed, fence = split_open_fence(text)
    if closed:
        rich_md.render(closed)
    if fence:
        # A rendered fence would keep one editor for each of its lengths: hundreds of megabytes for a long answer.
        put_wrapped(app, fence, app.palette.soft, "mono")


def split_open_fence(text: str) -> tuple[str, str]:
    """What can be rendered, and the code of a fence that is still open (without its first line)."""
    starts = _fences(text)
    if len(starts) % 2 == 0:
        return text, ""
    last = starts[-1]
    _, _, code = text[last:].partition("\n")
    return text[:last], code


def _fences(text: str) -> list[int]:
    """Where lines that begin with three backticks start."""
    found, at = [], 0
    for line in text.splitlines(keepends=True):
        if line.lstrip(" ").startswith(_FENCE):
            found.append(at)
        at += len(line)
    return found
