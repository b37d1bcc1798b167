"""Looking at a decoded picture: its main colours by name, and whether it is mostly text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

_COLOURS: Mapping[str, tuple[int, int, int]] = {
    "black": (0, 0, 0), "dark grey": (70, 70, 70), "grey": (128, 128, 128), "light grey": (200, 200, 200),
    "white": (255, 255, 255), "red": (225, 25, 25), "dark red": (130, 0, 0), "pink": (255, 170, 190),
    "orange": (255, 140, 0), "brown": (130, 80, 40), "beige": (235, 220, 190), "yellow": (250, 230, 30),
    "olive": (128, 128, 0), "green": (30, 170, 40), "light green": (150, 230, 140), "dark green": (0, 90, 20),
    "teal": (0, 128, 128), "cyan": (0, 225, 230), "light blue": (150, 200, 245), "blue": (30, 70, 225),
    "dark blue": (0, 0, 125), "purple": (128, 20, 150), "magenta": (235, 30, 225), "lavender": (200, 170, 235),
}  # fmt: skip
_COLOUR_SAMPLE = 160
_TEXT_SAMPLE = 1200
_LARGEST_SIDE = 2048
_INK = 60
_SHADES = 8


@dataclass(frozen=True, slots=True)
class Writing:
    """What speaks for a picture being text: `lines` rows of writing, dark on light or light on dark."""

    lines: int
    dark_on_light: bool


def flatten(picture: Image) -> Image:
    """The picture as it is seen on white paper, at most 2048 pixels a side; changes the picture given.

    Transparency is gone, three channels are left.
    """
    from PIL import Image as Pillow

    picture.thumbnail((_LARGEST_SIDE, _LARGEST_SIDE))
    if picture.mode == "RGB":
        return picture
    whole = picture.convert("RGBA")
    return Pillow.alpha_composite(Pillow.new("RGBA", whole.size, "white"), whole).convert("RGB")


def main_colours(picture: Image, most: int = 4) -> list[tuple[str, float]]:
    """The names of the main colours of an RGB picture with the share of each (0 to 1), the largest first."""
    from PIL import Image as Pillow

    small = picture.copy()
    small.thumbnail(
        (_COLOUR_SAMPLE, _COLOUR_SAMPLE), resample=Pillow.Resampling.NEAREST
    )  # invents no colours between colours
    reduced = small.quantize(32).convert("RGB")
    shares: Counter[str] = Counter()
    for count, colour in reduced.getcolors(_COLOUR_SAMPLE**2) or []:
        shares[_name_of(colour)] += count  # type: ignore[arg-type]
    total = shares.total() or 1
    return [(name, count / total) for name, count in shares.most_common(most) if count / total >= 0.01]


def find_writing(picture: Image) -> Writing | None:
    """The signs of writing in an RGB picture, or `None` when it is not mostly text.

    Text is an even ground with little ink, in rows, and each row crosses many strokes.
    """
    grey = picture.convert("L")
    grey.thumbnail((_TEXT_SAMPLE, _TEXT_SAMPLE))
    ground, share = _ground(grey)
    mask = grey.point([255 if abs(shade - ground) > _INK else 0 for shade in range(256)])
    rows = [row > 0 for row in _averages(mask)]
    bands = [len(list(run)) for inked, run in groupby(rows) if inked]
    ink = sum(mask.histogram()[128:]) / (mask.width * mask.height)
    if share < 0.5 or not 0.002 <= ink <= 0.4 or not bands:
        return None
    strokes = _strokes(mask) / sum(rows)
    return Writing(len(bands), ground > 127) if strokes >= 6 and _are_lines(bands, mask.height) else None


def _ground(grey: Image) -> tuple[int, float]:
    """The commonest shade and the share of pixels near it."""
    histogram = grey.histogram()
    ground = max(range(256), key=lambda shade: sum(histogram[max(0, shade - _SHADES) : shade + _SHADES + 1]))
    near = sum(histogram[max(0, ground - 3 * _SHADES) : ground + 3 * _SHADES + 1])
    return ground, near / (grey.width * grey.height)


def _averages(mask: Image) -> list[int]:
    """One number a row: 0 where there is no ink. Scaled so that a single inked pixel still counts."""
    from PIL import Image as Pillow

    column = mask.point([0] + [255] * 255).convert("F").resize((1, mask.height), Pillow.Resampling.BOX)
    return [int(value * mask.width) for value in column.get_flattened_data() if isinstance(value, float)]


def _strokes(mask: Image) -> float:
    """How often ink begins or ends along all rows."""
    from PIL import ImageChops

    changes = ImageChops.difference(mask, ImageChops.offset(mask, 1, 0))
    return sum(changes.histogram()[128:])


def _are_lines(bands: list[int], height: int) -> bool:
    """Whether inked bands are as rows of writing are: low, and several of about one height, or few in all."""
    if len(bands) == 1:
        return bands[0] <= max(40, height // 2)
    ordered = sorted(bands)
    usual = ordered[len(ordered) // 2]
    return usual <= height / 4 and sum(1 for low, high in pairwise(ordered) if high <= 2.5 * max(low, 1)) >= 1


def _name_of(colour: tuple[int, int, int]) -> str:
    return min(_COLOURS, key=lambda name: _distance(colour, _COLOURS[name]))


def _distance(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    """How different two colours look; green weighs most, red more the redder they are ("redmean")."""
    red, green, blue = (a - b for a, b in zip(one, other, strict=True))
    mean = (one[0] + other[0]) / 2
    return (2 + mean / 256) * red * red + 4 * green * green + (2 + (255 - mean) / 256) * blue * blue
