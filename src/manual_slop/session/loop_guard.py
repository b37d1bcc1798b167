"""Notices a model that goes in circles: the same call with the same result, again and again."""

from __future__ import annotations

from collections import Counter

from manual_slop.values.messages import ToolCall, ToolResult


class LoopGuard:
    """Counts equal pairs of call and result within one turn."""

    def __init__(self, limit: int = 3) -> None:
        self._limit = limit
        self._seen: Counter[bytes] = Counter()

    def circles(self, call: ToolCall, result: ToolResult) -> bool:
        """Note a call and its result. True when the same has now been seen `limit` times."""
        import hashlib  # 3 ms: only when tools run

        digest = hashlib.sha256(f"{call.name}\0{call.arguments}\0{result.content}".encode("utf-8", "replace")).digest()
        self._seen[digest] += 1
        return self._seen[digest] >= self._limit
