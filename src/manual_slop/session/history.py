"""A conversation cut into turns: which of the oldest may be put away together, and what must be remembered of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from manual_slop.values.messages import Message, ToolCall
from manual_slop.values.strict_json import StrictJSONError, parse_arguments

_NAMES_A_FILE = ("path", "to")
_PATCHED = re.compile(r"^(?:---|\+\+\+) (?:[ab]/)?(\S[^\t\n]*)", re.MULTILINE)


def oldest_turns(messages: Sequence[Message], keep: int, *, summarised: bool = False) -> int:
    """How many messages the turns before the last `keep` are; 0 where there is no whole turn to put away.

    `summarised` says that the first message stands for turns put away before; it goes with the others, and alone it
    is not worth it. Cutting there never parts a tool call from its result.
    """
    starts = [at for at, message in enumerate(messages) if message.role == "user" and not (summarised and at == 0)]
    if keep >= len(starts):
        return 0
    return starts[-keep] if keep > 0 else len(messages)


def oldest_rounds(messages: Sequence[Message], keep: int, *, summarised: bool = False) -> int:
    """How many messages stand before the last `keep` of the model's; for one long turn, of which the end must stay.

    Cutting there parts no call from its result either, but it may put the person's last request away.
    """
    rounds = [at for at, message in enumerate(messages) if message.role == "assistant"]
    count = rounds[-keep] if 0 < keep < len(rounds) else 0
    return 0 if summarised and count == 1 else count


def originals(compacted: Iterable[Sequence[Message]]) -> tuple[Message, ...]:
    """All that was ever put away, in order, without the summaries that stood for some of it in between."""
    return tuple(message for at, replaced in enumerate(compacted) for message in replaced[min(at, 1) :])


def requests(messages: Iterable[Message]) -> tuple[str, ...]:
    """The person's words, message by message."""
    said = (message.text.strip() for message in messages if message.role == "user")
    return tuple(words for words in said if words)


def files_named(messages: Iterable[Message]) -> tuple[str, ...]:
    """The files that tool calls were about, the latest last, each once."""
    named: dict[str, None] = {}
    for message in messages:
        for call in message.tool_calls:
            for name in _files_of(call):
                named.pop(name, None)
                named[name] = None
    return tuple(named)


def _files_of(call: ToolCall) -> Iterator[str]:
    try:
        arguments = parse_arguments(call.arguments)
    except StrictJSONError:
        return
    for key in _NAMES_A_FILE:
        value = arguments.get(key)
        if isinstance(value, str) and value not in ("", "."):
            yield value
    patch = arguments.get("patch")
    if isinstance(patch, str):
        yield from (name for name in _PATCHED.findall(patch) if name != "/dev/null")
