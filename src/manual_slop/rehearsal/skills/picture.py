"""Skill: describe pictures from their pixels."""

from __future__ import annotations

from collections.abc import Mapping

from manual_slop.rehearsal.conversation import Conversation, Step
from manual_slop.rehearsal.craft.pixels import Writing, find_writing, flatten, main_colours
from manual_slop.rehearsal.wire.images import open_picture
from manual_slop.values.messages import Image

_KINDS: Mapping[str, str] = {"image/png": "PNG", "image/jpeg": "JPEG", "image/gif": "GIF", "image/webp": "WebP"}


def describe_pictures(conversation: Conversation) -> Step | None:
    """Tells size, main colours and whether it is mostly text, of each picture in the person's last message.

    Raises: RequestError for a picture whose pixels cannot be decoded.
    """
    images = conversation.images
    if not images or conversation.exchanges:
        return None
    described = [_described(image) for image in images]
    if len(images) > 1:
        described = [f"{at}. {text}" for at, text in enumerate(described, 1)]
    return Step("\n".join(described), thought=f"There is a picture: I look at its pixels ({len(images)} to describe).")


def _described(image: Image) -> str:
    picture = flatten(open_picture(image.data, "messages", decode=True))
    kind = _KINDS.get(image.media_type, image.media_type)
    colours = main_colours(picture)
    named = ", ".join(f"{name} {_percent(share)}" for name, share in colours)
    size = f"The picture is {image.width} × {image.height} pixels ({kind})."
    return f"{size} Its main colours: {named}. {_writing(find_writing(picture))}"


def _percent(share: float) -> str:
    return f"{share:.0%}" if share < 0.995 or share == 1 else "over 99%"


def _writing(writing: Writing | None) -> str:
    if writing is None:
        return "It does not look like text."
    how = "dark writing on a light ground" if writing.dark_on_light else "light writing on a dark ground"
    lines = "one line" if writing.lines == 1 else f"about {writing.lines} lines"
    return f"It is mostly text: {how}, {lines}."
