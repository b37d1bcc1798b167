"""What is remembered of each thing in a discussion while it is looked at: its blocks, and what a person unfolded."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

from manual_slop.app.items import Item
from manual_slop.gui.blocks import Blocks
from manual_slop.gui.context import App

_KEPT = 600


@dataclass(slots=True)
class View:
    """Belongs to `item`. `unfolded` are the parts a person opened, `prepared` what was worked out once."""

    item: Item
    text: Blocks
    thoughts: Blocks = field(default_factory=lambda: Blocks(fences=False))
    result: Blocks = field(default_factory=lambda: Blocks(fences=False))
    unfolded: set[str] = field(default_factory=set)
    prepared: dict[str, object] = field(default_factory=dict)


def view_of(app: App, item: Item, *, fences: bool = True) -> View:
    """The view of an item; those that were not looked at for long are forgotten."""
    views: OrderedDict[int, View] = app.memo.setdefault("item views", OrderedDict())
    known = views.get(id(item))
    if known is None or known.item is not item:
        known = views[id(item)] = View(item, Blocks(fences=fences))
        if len(views) > _KEPT:
            views.popitem(last=False)
    else:
        views.move_to_end(id(item))
    return known
