"""Long texts block by block: prose as markdown, fences as code, and only what is in view.

`rich_md.render` reads the files that an embed names and loads pictures from the net; `render_raw` and the options in
`fonts` do neither, because a model, or a page that it read, wrote the text. Fences never reach it: it would keep an
editor for each length of one that grows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from imgui_bundle import ImVec2, imgui, rich_md

from manual_slop.app.items import Answered
from manual_slop.gui.blocks import Block
from manual_slop.gui.code_view import draw_code
from manual_slop.gui.context import App
from manual_slop.gui.views import view_of
from manual_slop.gui.widgets import Voice, put_wrapped


def draw_markdown(app: App, item: Answered) -> None:
    """All that has come of an answer."""
    blocks = view_of(app, item).text.take(item.text.text, whole=not item.streaming)
    draw_blocks(app, blocks, lambda block: _draw(app, block))


def draw_plain(app: App, blocks: Sequence[Block], colour: str = "", name: Voice = "text") -> None:
    """Text that is no markdown."""
    draw_blocks(app, blocks, lambda block: put_wrapped(app, block.text, colour, name))


def draw_blocks(app: App, blocks: Sequence[Block], draw: Callable[[Block], None]) -> None:
    """Those in view; room for the others, as high as they were, or as they may be."""
    width = imgui.get_content_region_avail().x
    for block in blocks:
        known = block.height if block.width == width else _guess(block, width)
        if len(blocks) > 1 and not imgui.is_rect_visible(ImVec2(width, known)):
            imgui.dummy(ImVec2(0, known))
            continue
        imgui.begin_group()
        draw(block)
        imgui.end_group()
        block.height, block.width = imgui.get_item_rect_size().y, width


def _guess(block: Block, width: float) -> float:
    line = imgui.get_text_line_height()
    across = max(10.0, width / (line * 0.5))
    return line * (1 + block.text.count("\n") + len(block.text) / across)


def _draw(app: App, block: Block) -> None:
    if block.kind == "code":
        draw_code(app, block)
    else:
        rich_md.render_raw(block.text)
