"""Where an answer ends early: at the request's token limit or at one of its stop sequences."""

from __future__ import annotations

from dataclasses import replace

from manual_slop.rehearsal.wire.reply import Answer
from manual_slop.rehearsal.wire.usage import tokens_of
from manual_slop.values.messages import ToolCall

_CHARACTERS_PER_TOKEN = 4


def shorten_answer(answer: Answer, most_tokens: int | None, stop: tuple[str, ...]) -> Answer:
    """The answer as far as it may go. A cut by the token limit has the finish reason `length`."""
    ends = [at for sequence in stop if (at := answer.text.find(sequence)) >= 0]
    if ends:
        answer = replace(answer, text=answer.text[: min(ends)])
    return answer if most_tokens is None else _within(answer, most_tokens)


def _within(answer: Answer, tokens: int) -> Answer:
    reasoning, tokens = _spend(answer.reasoning, tokens)
    text, tokens = _spend(answer.text, tokens)
    calls = []
    for call in answer.calls:
        tokens -= tokens_of(call.name)
        if tokens < 0:
            break
        arguments, tokens = _spend(call.arguments, tokens)
        calls.append(ToolCall(call.id, call.name, arguments))
    shortened = replace(answer, text=text, calls=tuple(calls), reasoning=reasoning)
    return shortened if shortened == answer else replace(shortened, finish="length")


def _spend(text: str, tokens: int) -> tuple[str, int]:
    """As much of the text as the tokens pay for, and what is left of them."""
    kept = text[: tokens * _CHARACTERS_PER_TOKEN]
    return kept, tokens - tokens_of(kept)
