"""Lines that more than one command shows: what is going on, and what went wrong."""

from __future__ import annotations

from rich.text import Text

from manual_slop.terminal.visible import one_line, visible
from manual_slop.terminal.wording import DOT, duration
from manual_slop.values.errors import ConfigError, ProviderError

_SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"


def status_line(doing: str, now: float, waited: float) -> Text:
    """What is going on, with a sign that moves; after a while also for how long, and how to stop it."""
    sign = _SPINNER[int(now * 10) % len(_SPINNER)]
    text = f"{sign} {doing}…" + (f" {duration(waited)}{DOT}Ctrl-C stops" if waited >= 2 else "")
    return Text(text, "dim", no_wrap=True, overflow="ellipsis")


def error_lines(error: ProviderError | ConfigError) -> list[tuple[str, str]]:
    """An error as lines with their styles: what happened, then what to do."""
    if isinstance(error, ConfigError):
        return [(f"✗ {visible(str(error))}", "bad")]
    if error.kind == "cancelled":
        return [("■ stopped; what had arrived is kept" if error.partial else "■ stopped", "warn")]
    about = [
        error.kind.replace("_", " "),
        error.model or error.provider,
        f"HTTP {error.status}" if error.status else "",
    ]
    lines = [
        (f"✗ {one_line(DOT.join(part for part in about if part))}", "bad"),
        (f"  {visible(error.message)}", "none"),
    ]
    return [*lines, (f"→ {visible(error.advice)}", "name")]
