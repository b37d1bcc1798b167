"""Words that the readable exports share."""

from __future__ import annotations

import json
import re
from datetime import datetime

from manual_slop.session.story import Step
from manual_slop.values.messages import Image, ToolCall
from manual_slop.values.strict_json import StrictJSONError, parse_arguments

_LONGEST_SUMMARY = 80
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def seen(text: str) -> str:
    """`text` with what would reorder it or is invisible spelled out, as `\\u202e`."""
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text.replace("\r\n", "\n"))


def moment(at: datetime) -> str:
    """`2026-11-23 14:05:09 UTC`."""
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def bill(step: Step) -> str:
    """`412 in · 96 out · $0.0012`; nothing where no provider was asked."""
    if not step.spent.calls:
        return ""
    about = "~" if step.usage.estimated else ""
    tokens = f"{about}{step.usage.input_tokens:,} in · {about}{step.usage.output_tokens:,} out"
    return f"{tokens} · {step.spent}"


def speaker(step: Step) -> str:
    """Who says it."""
    if step.kind == "prompt":
        return "You"
    cut = " (interrupted)" if step.interrupted else ""
    return f"{step.model or 'the model'}{cut}"


def picture_words(image: Image) -> str:
    """`64×64 image/png, 1,234 bytes`."""
    shape = f"{image.width}×{image.height} " if image.width else ""
    return f"{shape}{image.media_type}, {len(image.data):,} bytes"


def call_summary(call: ToolCall) -> str:
    """`read_file README.md`: on one line, shortened."""
    try:
        values = parse_arguments(call.arguments).values()
        told = " ".join(value if isinstance(value, str) else json.dumps(value) for value in values)
    except StrictJSONError:
        told = call.arguments
    line = " ".join(f"{call.name} {told}"[: _LONGEST_SUMMARY * 4].split())
    return line if len(line) <= _LONGEST_SUMMARY else line[: _LONGEST_SUMMARY - 1] + "…"


def arguments(call: ToolCall) -> str:
    """The arguments as JSON over several lines; as they are where they are none."""
    try:
        return json.dumps(parse_arguments(call.arguments), indent=2, ensure_ascii=False)
    except StrictJSONError:
        return call.arguments
