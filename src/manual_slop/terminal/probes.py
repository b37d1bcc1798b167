"""`manual-slop doctor --live`: five small calls that show what a model can really do here."""

from __future__ import annotations

import re
import struct
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from manual_slop import ai_client
from manual_slop.providers.access import Access
from manual_slop.providers.retry import RetryPolicy
from manual_slop.session.turn import Reply
from manual_slop.terminal.visible import one_line
from manual_slop.terminal.wording import duration, usage_words
from manual_slop.values.cancel import Cancel
from manual_slop.values.errors import ProviderError
from manual_slop.values.events import Event, TextDelta, ToolFinished
from manual_slop.values.ledger import UsageRecorded
from manual_slop.values.messages import Image
from manual_slop.values.paths import shipped
from manual_slop.values.usage import Cost

_ADDRESS = re.compile(r'source = "(https://[^"]+)"')
# What would befall every other call too.
_HOPELESS = frozenset({"auth", "quota", "balance", "not_found", "network", "bad_request"})


@dataclass(frozen=True, slots=True)
class Probe:
    """How one of them went; `passed` is `None` when it was not tried."""

    name: str
    passed: bool | None
    detail: str
    seconds: float = 0.0
    costs: tuple[Cost, ...] = ()
    error: ProviderError | None = None


class Bench:
    """Where the probes are made. `heard` holds the events of the present one, with the second each came."""

    def __init__(self, access: Access, model: str, cancel: Cancel) -> None:
        self.access = access
        self.model = model
        self.heard: list[tuple[float, Event]] = []
        self._cancel = cancel

    def ask(self, prompt: str, *, tools: bool = False, **how: Any) -> Reply:
        """One question in a conversation of its own, without retries. Raises `ProviderError`."""
        session = ai_client.new_session(
            self.model,
            project=shipped("pricing") if tools else None,
            tools=["read_file"],
            access=self.access,
            retries=RetryPolicy(attempts=1),
        )
        begun = time.monotonic()

        def hear(event: Event) -> None:
            self.heard.append((time.monotonic() - begun, event))

        return session.send(prompt, on_event=hear, cancel=self._cancel, **how)


Look = Callable[[Bench], tuple[bool | None, str]]


def run_probes(access: Access, model: str, cancel: Cancel) -> Iterator[Probe]:
    """Each probe once it is done; after a failure that would befall all of them the others are not tried.

    Raises `ProviderError` when cancelled, and `ConfigError`.
    """
    bench = Bench(access, model, cancel)
    hopeless = False
    for name, look in PROBES.items():
        probe = Probe(name, None, "not tried") if hopeless else _run(name, look, bench)
        if probe.error is not None and probe.error.kind == "cancelled":
            raise probe.error
        hopeless = hopeless or (name == "text" and probe.error is not None and probe.error.kind in _HOPELESS)
        yield probe


def _run(name: str, look: Look, bench: Bench) -> Probe:
    begun, before = time.monotonic(), len(bench.heard)
    error: ProviderError | None = None
    try:
        passed, detail = look(bench)
    except ProviderError as failure:
        error = failure.with_traceback(None)
        passed, detail = False, f"{failure.kind}: {one_line(failure.message, 300)}"
    heard = [event for _, event in bench.heard[before:]]
    costs = tuple(event.cost for event in heard if isinstance(event, UsageRecorded))
    return Probe(name, passed, detail, time.monotonic() - begun, costs, error)


def _text(bench: Bench) -> tuple[bool, str]:
    reply = bench.ask("Reply with the single word: pong", stream=False)
    return bool(reply.text.strip()), f"“{one_line(reply.text, 60)}”"


def _stream(bench: Bench) -> tuple[bool, str]:
    before = len(bench.heard)
    bench.ask("Count from one to ten, in words.")
    times = [moment for moment, event in bench.heard[before:] if isinstance(event, TextDelta)]
    return bool(times), f"{len(times)} pieces, the first after {duration(times[0])}" if times else "nothing came"


def _tools(bench: Bench) -> tuple[bool | None, str]:
    if bench.access.facts(bench.access.route(bench.model)).tools is False:
        return None, "litellm's map says that it cannot call tools"
    before = len(bench.heard)
    reply = bench.ask("Read openai.toml with your tool, then reply with the address that is its source.", tools=True)
    ran = [event.result for _, event in bench.heard[before:] if isinstance(event, ToolFinished)]
    if not ran:
        return False, "it called no tool"
    address = _ADDRESS.search(ran[-1].content)
    used = address is not None and address[1] in reply.text
    return used, f"called read_file {'and' if used else 'but did not'} use{'d' if used else ''} what it answered"


def _vision(bench: Bench) -> tuple[bool | None, str]:
    if bench.access.facts(bench.access.route(bench.model)).vision is False:
        return None, "litellm's map says that it cannot see"
    reply = bench.ask("Which colour has this picture? One word.", images=(red_picture(),))
    return "red" in reply.text.lower(), f"of a red picture: “{one_line(reply.text, 60)}”"


def _usage(bench: Bench) -> tuple[bool, str]:
    recorded = [event.usage for _, event in bench.heard if isinstance(event, UsageRecorded)]
    if not recorded:
        return False, "no usage was reported"
    told = all(usage.input_tokens and not usage.estimated for usage in recorded)
    by = "by the provider" if told else "in part estimated by us"
    return told, f"{usage_words(sum(recorded[1:], recorded[0]))}, counted {by}"


PROBES: Mapping[str, Look] = {"text": _text, "stream": _stream, "tools": _tools, "vision": _vision, "usage": _usage}
"""What is tried, in this order; the last one calls nobody but looks at what the others reported."""


def red_picture(side: int = 64) -> Image:
    """A red square as PNG."""
    rows = (b"\0" + b"\xff\0\0" * side) * side
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    chunks = (_chunk(b"IHDR", header), _chunk(b"IDAT", zlib.compress(rows)), _chunk(b"IEND", b""))
    return Image("image/png", b"\x89PNG\r\n\x1a\n" + b"".join(chunks), side, side)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
