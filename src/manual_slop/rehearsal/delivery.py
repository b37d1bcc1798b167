"""Sending a reply over HTTP, at its pace, with the fault that was asked for played on the way."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from aiohttp import web

from manual_slop.rehearsal.desk import Reply

_HTML = (
    "<!doctype html><html><head><title>Sign in</title></head>"
    "<body><h1>Sign in to this network</h1><p>A scripted fault: this is no model.</p></body></html>"
)
_SSE_HEADERS: Mapping[str, str] = {"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-cache"}
_WRITE_BYTES = 64 * 1024


async def deliver(
    request: web.Request, reply: Reply, closing: asyncio.Event, headers: Mapping[str, str]
) -> web.StreamResponse:
    """Send `reply`. A stalled one waits until the client leaves or `closing` is set."""
    kind = reply.fault.kind if reply.fault else ""
    if kind == "first-stall":
        await closing.wait()
        return _hang_up(request, web.StreamResponse())
    if kind == "html":
        return web.Response(text=_HTML, content_type="text/html", headers=headers)
    if reply.body:
        return await _deliver_body(request, reply, kind, closing, headers)
    return await _deliver_events(request, reply, kind, closing, headers)


async def _deliver_body(
    request: web.Request, reply: Reply, kind: str, closing: asyncio.Event, headers: Mapping[str, str]
) -> web.StreamResponse:
    body, half = reply.body, reply.body[: len(reply.body) // 2]
    if kind not in ("cut", "stall"):
        text = half if kind == "malformed" else body
        return web.Response(body=text, content_type="application/json", headers=headers)
    response = web.StreamResponse(headers={**headers, "Content-Type": "application/json"})
    response.content_length = len(body)
    await response.prepare(request)
    await response.write(half)
    return await _break_off(request, response, kind, closing)


async def _deliver_events(
    request: web.Request, reply: Reply, kind: str, closing: asyncio.Event, headers: Mapping[str, str]
) -> web.StreamResponse:
    response = web.StreamResponse(headers={**headers, **_SSE_HEADERS})
    await response.prepare(request)
    await _write(response, _events_to_send(reply, kind), reply.pace)
    if kind in ("cut", "stall"):
        return await _break_off(request, response, kind, closing)
    await response.write_eof()
    return response


def _events_to_send(reply: Reply, kind: str) -> Sequence[bytes]:
    after = reply.fault.after if reply.fault else 0
    match kind:
        case "cut" | "stall":
            return reply.events[:after]
        case "nofinish":
            return reply.events
        case "malformed":
            at = min(after, len(reply.events) - 1)
            broken = reply.events[at][: len(reply.events[at]) // 2] + b"\n\n"
            return (*reply.events[:at], broken, *reply.events[at + 1 :], *reply.ending)
        case _:
            return (*reply.events, *reply.ending)


async def _write(response: web.StreamResponse, events: Sequence[bytes], pace: int) -> None:
    if pace:
        for event in events:
            await response.write(event)
            await asyncio.sleep(1 / pace)
        return
    data = b"".join(events)
    for at in range(0, len(data), _WRITE_BYTES):
        await response.write(data[at : at + _WRITE_BYTES])


async def _break_off(
    request: web.Request, response: web.StreamResponse, kind: str, closing: asyncio.Event
) -> web.StreamResponse:
    if kind == "stall":
        await closing.wait()
    return _hang_up(request, response)


def _hang_up(request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
    """Close the connection without the end that HTTP owes the client."""
    if request.transport is not None:
        request.transport.close()
    return response
