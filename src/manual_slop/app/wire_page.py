"""One call as a person reads it: its facts, and what was sent and received, cut into lines that can be drawn."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from manual_slop.values.secrets import redactor
from manual_slop.values.wire import WireCall, WireRequest, WireResponse

LONGEST_LINE = 400
MOST_PRETTY = 4_000_000
"""Bytes of JSON that are put in order; reading more at once would hold up everything else."""


@dataclass(frozen=True, slots=True)
class WirePage:
    """A call with the keys taken out. `request` and `response` are lines; `notes` say what is not as it was sent."""

    call_id: str
    request: tuple[str, ...]
    response: tuple[str, ...]
    notes: tuple[str, ...] = ()


def wire_page(call: WireCall) -> WirePage:
    """Everything of a call as lines."""
    notes: list[str] = []
    request = _request(call.request, notes) if call.request else ["Nothing left the program."]
    for sent, came in call.earlier:
        request += ["", f"Before it litellm asked: {sent.method} {redactor.redact(sent.url)}"]
        request += [f"and was answered: {came.status if came else 'nothing'}"]
    response = _response(call.response, notes) if call.response else ["Nothing came back."]
    return WirePage(call.call_id, tuple(request), tuple(response), tuple(notes))


def lines_of(text: str) -> Iterator[str]:
    """Lines no longer than can be drawn at once; where one was cut, the next begins with an arrow."""
    for raw in text.split("\n"):
        line = raw.rstrip("\r").replace("\t", "    ")
        yield line[:LONGEST_LINE]
        for at in range(LONGEST_LINE, len(line), LONGEST_LINE):
            yield f"↪ {line[at : at + LONGEST_LINE]}"


def _request(request: WireRequest, notes: list[str]) -> list[str]:
    if request.pictures:
        notes.append(f"{len(request.pictures)} pictures stood in the request; their bytes are kept elsewhere")
    if request.missing:
        notes.append(f"{request.missing:,} more bytes of the request were too many to keep")
    head = [*lines_of(f"{request.method} {redactor.redact(request.url)}"), *_headers(request.headers), ""]
    return [*head, *_body(request.body, notes)]


def _response(response: WireResponse, notes: list[str]) -> list[str]:
    if not response.ended:
        notes.append("the response broke off before its end")
    if response.missing:
        notes.append(f"{response.missing:,} more bytes of the response were too many to keep")
    head = [f"HTTP status {response.status}", *_headers(response.headers), ""]
    return [*head, *_body(response.body, notes)]


def _headers(headers: Mapping[str, str]) -> list[str]:
    return [line for name, value in headers.items() for line in lines_of(redactor.redact(f"{name}: {value}"))]


def _body(body: bytes, notes: list[str]) -> list[str]:
    if not body:
        return ["(no body)"]
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return [f"({len(body):,} bytes that are no text)"]
    if len(body) > MOST_PRETTY and text.lstrip()[:1] in "{[":
        notes.append(f"more than {MOST_PRETTY // 1_000_000} MB of JSON are shown as they were sent")
    return list(lines_of(redactor.redact(_pretty(text) if len(body) <= MOST_PRETTY else text)))


def _pretty(text: str) -> str:
    """JSON put in order; anything else as it is."""
    if text.lstrip()[:1] not in ("{", "["):
        return text
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return text
