"""What a server answered, as text for a model: its texts joined, everything else named by kind and size."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

LARGEST_RESULT = 1024 * 1024  # characters


class TooLarge(Exception):
    """The answer is larger than any model can use."""


def as_text(result: Mapping[str, Any]) -> str:
    """The text of a `tools/call` result (as JSON). Raises `TooLarge`.

    Structured content stands for itself only where there is no text: servers repeat it as text for those who cannot
    read it.
    """
    parts = [_part(block) for block in result.get("content") or ()]
    structured = result.get("structuredContent")
    if structured is not None and not any(block.get("type") == "text" for block in result.get("content") or ()):
        parts.append(json.dumps(structured, ensure_ascii=False, indent=1))
    if sum(map(len, parts)) > LARGEST_RESULT:
        raise TooLarge(f"the answer is larger than {LARGEST_RESULT // 1024:,} KiB and was dropped; ask for less")
    return "\n".join(parts) or "[no content]"


def _part(block: Mapping[str, Any]) -> str:
    kind = block.get("type")
    if kind == "text":
        return str(block.get("text", ""))
    if kind == "resource_link":
        return f"[link to {block.get('uri')}: {block.get('name')}]"
    if kind == "resource":
        resource = block.get("resource") or {}
        return str(resource["text"]) if "text" in resource else _bytes(resource, "blob", str(resource.get("uri")))
    return _bytes(block, "data", str(kind))


def _bytes(block: Mapping[str, Any], key: str, what: str) -> str:
    size = len(str(block.get(key) or "")) * 3 // 4
    return f"[{what}, {block.get('mimeType') or 'of unknown type'}, about {size:,} bytes: not shown]"
