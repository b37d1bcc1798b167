"""What a raw stream says of itself, in any protocol: whether it finished, failed, and what it used.

litellm skips chunks it cannot parse, invents finishes and guesses usage; the watch reads the same events beside it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from manual_slop.providers import sse, wire_usage


class StreamFailed(Exception):
    """The provider reported an error inside a stream. `body` is what it sent."""

    def __init__(self, body: Mapping[str, Any]) -> None:
        super().__init__("the provider reported an error in the middle of its answer")
        self.body = body


class Watch:
    """Reads every event of one answer and remembers its end, its usage and what is not ours to run."""

    def __init__(self) -> None:
        self.finish = ""
        """The provider's own word for why it stopped; empty while it has not."""
        self.settled = False
        """Whether nothing of the answer could follow the newest event."""
        self.done = False
        """Whether the end marker of the protocol came."""
        self.model = ""
        self.usage: wire_usage.RawUsage | None = None
        self._gemini = False
        self.server_tool_ids: set[str] = set()
        """Tools that ran at the provider (Anthropic's web search …): never to be run here."""

    @property
    def billed_usd(self) -> Decimal | None:
        """What the provider says it charged."""
        return wire_usage.billed_usd(self.usage) if self.usage else None

    def events(self, chunks: Iterable[bytes]) -> Iterator[tuple[bytes, dict[str, Any]]]:
        """The JSON events of a byte stream, raw and parsed, each noted. Raises `BrokenStream` on a broken one.

        A connection that is lost after the model had finished has lost nothing.
        """
        pieces = sse.data(chunks)
        while not self.done:
            try:
                data = next(pieces, None)
            except Exception:
                if self._is_final():
                    return
                raise
            if data is None:
                return
            if data == b"[DONE]":
                self.done = True
                return
            event = _parse(data)
            self.note(event)
            yield data, event

    def note(self, event: Mapping[str, Any]) -> None:
        """Read one event, or a whole answer that came in one piece."""
        self.settled = self._is_final()
        said_length = self.finish in ("length", "MAX_TOKENS")  # OpenRouter adds an error that says it once more
        if (event.get("error") or event.get("type") == "error") and not said_length:
            raise StreamFailed(event)
        usage = wire_usage.find(event)
        if usage:
            self.usage = wire_usage.merge(self.usage, usage)
        model = event.get("model") or event.get("modelVersion")
        if isinstance(model, str) and model:
            self.model = model
        choices = event.get("choices")
        if choices:
            self._note_choices(choices)
        elif "candidates" in event or "promptFeedback" in event:
            self._note_gemini(event)
        elif "type" in event:
            self._note_typed(event)
        elif event.get("object") == "response":
            self._note_response(event)
        elif event.get("done") is True:  # Ollama
            self.finish, self.done = str(event.get("done_reason") or "stop"), True

    def _is_final(self) -> bool:
        """Whether the model's own end was seen; some Gemini servers give each event a finish: no proof."""
        return bool(self.finish) and not self._gemini

    def _note_choices(self, choices: Any) -> None:
        for choice in choices if isinstance(choices, list) else ():
            if not isinstance(choice, Mapping) or choice.get("index", 0) not in (0, None):
                continue
            finish = choice.get("finish_reason")
            if finish == "error":
                raise StreamFailed({"error": choice.get("error") or {"message": "the upstream model failed"}})
            if finish:
                self.finish = str(finish)

    def _note_gemini(self, event: Mapping[str, Any]) -> None:
        self._gemini = True
        feedback = event.get("promptFeedback")
        if isinstance(feedback, Mapping) and feedback.get("blockReason"):
            self.finish, self.done = f"BLOCK:{feedback['blockReason']}", True
        for candidate in event.get("candidates") or ():
            if isinstance(candidate, Mapping) and candidate.get("finishReason"):
                self.finish = str(candidate["finishReason"])

    def _note_typed(self, event: Mapping[str, Any]) -> None:
        kind = event["type"]
        if kind == "message_start":
            self.model = str((event.get("message") or {}).get("model") or self.model)
        elif kind == "content_block_start":
            self._note_blocks([event.get("content_block")])
        elif kind == "message_delta":
            self.finish = str((event.get("delta") or {}).get("stop_reason") or self.finish)
        elif kind == "message":
            self.finish = str(event.get("stop_reason") or self.finish)
            self._note_blocks(event.get("content") or [])
        elif kind == "message_stop":
            self.done = True
        elif kind in ("response.completed", "response.incomplete", "response.failed"):
            self._note_response(event.get("response") or {})

    def _note_blocks(self, blocks: list[Any]) -> None:
        for block in blocks:
            if isinstance(block, Mapping) and block.get("type") in ("server_tool_use", "mcp_tool_use"):
                self.server_tool_ids.add(str(block.get("id")))

    def _note_response(self, response: Mapping[str, Any]) -> None:
        self.done = True
        self.model = str(response.get("model") or self.model)
        if response.get("status") == "failed" and response.get("error"):
            raise StreamFailed({"error": response["error"]})
        details = response.get("incomplete_details") or {}
        self.finish = str(details.get("reason") or "stop")


def _parse(data: bytes) -> dict[str, Any]:
    try:
        event = json.loads(data)
    except (ValueError, RecursionError) as error:
        reason = f"part of the answer arrived broken ({type(error).__name__})"
    else:
        if isinstance(event, dict):
            return event
        reason = "part of the answer is not a JSON object"
    raise sse.BrokenStream(reason)
