"""The typefaces of the window, with arrows, CJK, emoji and icons merged into each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from imgui_bundle import hello_imgui, imgui, rich_md

FOLDER = Path(__file__).parent / "fonts"
_ICONS = "fonts/Font_Awesome_6_Free-Solid-900.otf"
_FALLBACKS = ("DejaVuSans.ttf", "DroidSansFallbackFull.ttf")


@dataclass(frozen=True, slots=True)
class Fonts:
    """Each at its own size: running text, emphasis, figures and code, headings."""

    text: imgui.ImFont
    strong: imgui.ImFont
    mono: imgui.ImFont
    title: imgui.ImFont


def load_fonts() -> Fonts:
    """For the backend's font callback; the first one is the default font."""
    return Fonts(
        text=_load("Inter-Regular.otf", 15),
        strong=_load("Inter-SemiBold.otf", 15),
        mono=_load("JetBrainsMono-Regular.ttf", 13.5),
        title=_load("Inter-SemiBold.otf", 20),
    )


def markdown_options(open_link: Callable[[str], None]) -> rich_md.MarkdownOptions:
    """Markdown with the same fallbacks, so that no arrow or ideograph is a box.

    What a model writes reaches for nothing by being shown: no picture is loaded, from no disk and no net.
    """
    hello_imgui.add_assets_search_path(str(FOLDER))
    options = rich_md.MarkdownOptions()
    options.font_options.merge_fonts = list(_FALLBACKS)
    options.hard_soft_breaks = True
    options.callbacks.on_image = lambda _address: None
    options.callbacks.on_open_link = open_link  # the library's own would hand the address to a shell
    rich_md.set_download_function(_no_download)
    return options


def _no_download(_address: str) -> rich_md.MarkdownDownloadResult:
    result = rich_md.MarkdownDownloadResult()
    result.status, result.error_message = rich_md.MarkdownDownloadStatus.failed, "pictures are not fetched"
    return result


def _load(file: str, size: float) -> imgui.ImFont:
    font = hello_imgui.load_font(str(FOLDER / file), size, hello_imgui.FontLoadingParams(inside_assets=False))
    for fallback in _FALLBACKS:
        merged = hello_imgui.FontLoadingParams(merge_to_last_font=True, inside_assets=False)
        hello_imgui.load_font(str(FOLDER / fallback), size, merged)
    hello_imgui.load_font(_ICONS, size - 2, hello_imgui.FontLoadingParams(merge_to_last_font=True))
    return font
