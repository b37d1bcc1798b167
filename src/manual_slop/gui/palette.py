"""The colours of the window: three themes of the same shape, chosen by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from manual_slop.app.settings import ThemeName


@dataclass(frozen=True, slots=True)
class Palette:
    """Four surfaces from back to front, three strengths of text, one accent, three signals, and a hue for each tier.

    `field` is what can be written in or pressed, told from every surface it may lie on.
    Colours are `RRGGBB` in hexadecimal.
    """

    base: str
    panel: str
    raised: str
    field: str
    line: str
    text: str
    soft: str
    faint: str
    accent: str
    on_accent: str
    good: str
    warn: str
    bad: str
    tiers: tuple[str, str, str, str]
    dark: bool = True


PALETTES: Mapping[ThemeName, Palette] = {
    "dark": Palette(
        base="0E1014",
        panel="14171D",
        raised="1C2029",
        field="262C38",
        line="323949",
        text="E7EAF0",
        soft="A9B2C0",
        faint="7C8697",
        accent="7FA6F8",
        on_accent="0B0E14",
        good="7CCB92",
        warn="E3B26F",
        bad="F27D92",
        tiers=("A98BE0", "7FA6F8", "55BBAD", "E3B26F"),
    ),
    "light": Palette(
        base="E9ECF1",
        panel="F7F8FA",
        raised="FFFFFF",
        field="E2E7EE",
        line="D3D9E2",
        text="1A1E26",
        soft="485263",
        faint="697387",
        accent="2B5BC9",
        on_accent="FFFFFF",
        good="217A3F",
        warn="8F5B00",
        bad="BD2B46",
        tiers=("7447B8", "2B5BC9", "127F72", "8F5B00"),
        dark=False,
    ),
    "contrast": Palette(
        base="000000",
        panel="000000",
        raised="141414",
        field="333333",
        line="8A8A8A",
        text="FFFFFF",
        soft="F0F0F0",
        faint="C8C8C8",
        accent="FFD84D",
        on_accent="000000",
        good="6CFF8F",
        warn="FFB347",
        bad="FF8095",
        tiers=("D7B8FF", "8FC1FF", "6FFFE4", "FFB347"),
    ),
}
