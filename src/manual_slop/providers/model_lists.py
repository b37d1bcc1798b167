"""What providers' lists of models mean: the names of those one can chat with, out of any of the wires' shapes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

_LONGEST_NAME = 200
_NO_CHAT_TYPES = frozenset(
    {"audio", "embedding", "embeddings", "image", "moderation", "rerank", "reranking", "speech", "transcribe", "video"}
)
# Whole words of a name, between its signs. "Instruct" is none: only OpenAI's own means a completion model of old.
_NO_CHAT_WORDS = frozenset(
    (
        *("audio", "babbage", "batch", "computer", "dall", "davinci", "embed", "embedding", "embeddings", "guard"),
        *("image", "imagen", "imagine", "live", "lyria", "moderation", "ocr", "orpheus", "realtime", "rerank"),
        *("reranker", "research", "sora", "speech", "transcribe", "tts", "veo", "whisper"),
    )
)
_NO_CHAT_NAME = re.compile(r"(openai/)?gpt-3\.5-turbo-instruct.*")


def model_names(answer: Any) -> list[str]:
    """The chat models in one page of a provider's answer, sorted. Raises `ValueError` if it is no list of models.

    Where the provider says nothing of what a model is for, its name decides.
    """
    names = {_name(entry) for entry in _entries(answer) if isinstance(entry, Mapping) and _can_chat(entry)}
    return sorted(name for name in names if is_name(name) and _sounds_like_chat(name))


def next_page(discovery: str, answer: Any) -> dict[str, str]:
    """The query that fetches what comes after this page; empty after the last."""
    if not isinstance(answer, Mapping):
        return {}
    token = answer.get("nextPageToken")
    if discovery == "gemini" and isinstance(token, str) and token:
        return {"pageToken": token}
    last = answer.get("last_id")
    if discovery == "anthropic" and answer.get("has_more") is True and isinstance(last, str) and last:
        return {"after_id": last}
    return {}


def is_name(name: str) -> bool:
    """Whether a text from outside is fit to be shown and asked for as a model's name."""
    return bool(name) and len(name) <= _LONGEST_NAME and name.isprintable() and not any(map(str.isspace, name))


def _entries(answer: Any) -> Iterable[Any]:
    if isinstance(answer, list):  # Together
        return answer
    if isinstance(answer, Mapping):
        for key in ("data", "models"):
            if isinstance(answer.get(key), list):
                return list(answer[key])
    raise ValueError("no list of models")


def _name(entry: Mapping[str, Any]) -> str:
    name = entry.get("id") or entry.get("name") or ""
    return name.removeprefix("models/") if isinstance(name, str) else ""


def _can_chat(entry: Mapping[str, Any]) -> bool:
    """False where the provider itself says that a model is for something else."""
    capabilities, shape = entry.get("capabilities"), entry.get("architecture")
    methods = entry.get("supportedGenerationMethods")
    kind = entry.get("type")
    return not (
        (isinstance(capabilities, Mapping) and capabilities.get("completion_chat") is False)
        or (isinstance(shape, Mapping) and "text" not in shape.get("output_modalities", ["text"]))
        or (isinstance(methods, list) and "generateContent" not in methods)
        or (isinstance(kind, str) and kind in _NO_CHAT_TYPES)
        or entry.get("supports_chat") is False
    )


def _sounds_like_chat(name: str) -> bool:
    words = set(re.split(r"[^a-z0-9]+", name.lower()))
    return not words & _NO_CHAT_WORDS and not _NO_CHAT_NAME.fullmatch(name)
