"""The recorded exchanges as test cases: how each is asked for again, and what an independent reader found in it."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from typing import Any

from manual_slop.providers.access import Access
from manual_slop.providers.config import Config
from manual_slop.providers.dialect import Translator
from manual_slop.providers.exchange import Exchange, Timeouts
from manual_slop.providers.litellm_gateway import Answer, Request, complete
from manual_slop.values.events import Event
from manual_slop.values.messages import user
from tests.support.replay import Replay
from tests.support.shared import SHARED

CANARY = "sk-canary-3f9c1d7e5b"


@dataclass(frozen=True)
class Case:
    """One recorded exchange."""

    id: str
    model: str
    wire: str
    status: int
    body: str
    streamed: bool
    expected: dict[str, Any] | None
    kinds: tuple[str, ...]

    @property
    def version(self) -> str:
        """What litellm wants at the end of this provider's base URL."""
        prefix = self.model.partition("/")[0]
        return {"anthropic": "", "azure": "", "ollama_chat": "", "gemini": "v1beta"}.get(prefix, "v1")

    @property
    def events(self) -> int:
        """How many events its stream has."""
        ending = "\n" if self.wire == "ollama-chat" else "\n\n"
        return len([event for event in self.body.replace("\r\n", "\n").split(ending) if event.strip()])


@functools.cache
def cases() -> tuple[Case, ...]:
    """All recorded chat exchanges; none where the recordings are absent."""
    paths = sorted((SHARED / "recordings" / "cases").glob("*.json"))
    read = (json.loads(path.read_text("utf-8")) for path in paths)
    return tuple(_case(raw) for raw in read if raw["wire"] != "models")


def _case(raw: dict[str, Any]) -> Case:
    response, asked = raw["response"], raw["request"].get("body")
    model = raw["litellm_model"] or "openai/gpt-4o"
    if raw["wire"] == "openai-chat" and model.startswith("gemini/"):  # Gemini's own endpoint in OpenAI's protocol
        model = model.replace("gemini/", "openai/", 1)
    is_stream = "sse" in response or "ndjson" in response["headers"].get("content-type", "")
    asked_for_stream = isinstance(asked, dict) and bool(asked.get("stream"))
    return Case(
        raw["id"],
        model,
        raw["wire"],
        response["status"],
        response.get("sse") or response.get("text") or "",
        is_stream or asked_for_stream or "stream" in raw["id"],
        raw.get("expected"),
        tuple(raw.get("expected_error_kinds") or ()),
    )


def ask(replay: Replay, case: Case, *modifiers: str, stream: bool | None = None) -> tuple[Answer, list[Event]]:
    """Put the recorded question again, and tell what came back."""
    access = Access(Config(SHARED / "none.toml"))
    route = access.route(case.model, api_key=CANARY, api_base=replay.url(case.id, *modifiers, version=case.version))
    events: list[Event] = []
    answer = complete(
        Request(route, (user("hi"),), stream=case.streamed if stream is None else stream),
        Translator(route.provider.name, route.protocol),
        Exchange(Timeouts(5, 20, 20, 30)),
        events.append,
    )
    return answer, events
