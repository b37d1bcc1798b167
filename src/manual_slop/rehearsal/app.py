"""The HTTP side of the rehearsal server: routes, refusals in OpenAI's shape, and a clean end of all streams."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web

from manual_slop.rehearsal.catalogue import LISTED, describe
from manual_slop.rehearsal.delivery import deliver
from manual_slop.rehearsal.desk import Desk
from manual_slop.rehearsal.wire.errors import RequestError, shorten
from manual_slop.rehearsal.wire.request import MOST_BYTES

FAULT_HEADER = "x-rehearsal-fault"
_SMALL_BODY = 64 * 1024
_CLOSE_SECONDS = 0.3

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def running(host: str, port: int, closing: asyncio.Event) -> AsyncIterator[int]:
    """Listen on `host`:`port` (0: any free one) and yield the port; streams end when `closing` is set.

    Raises: OSError when it cannot listen there.
    """
    runner = web.AppRunner(
        _application(closing),
        access_log=None,
        handle_signals=False,
        handler_cancellation=True,
        auto_decompress=False,
        shutdown_timeout=_CLOSE_SECONDS,
    )
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port, backlog=512).start()
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()


def _application(closing: asyncio.Event) -> web.Application:
    app = web.Application(client_max_size=MOST_BYTES, middlewares=[_in_openai_shape])
    app.router.add_post("/v1/chat/completions", _chat_handler(Desk(), closing))
    app.router.add_get("/v1/models", _models)
    app.router.add_get("/v1/models/{name:.+}", _model)
    return app


@web.middleware
async def _in_openai_shape(request: web.Request, handler: _Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except RequestError as error:
        return _refusal(error)
    except web.HTTPRequestEntityTooLarge:
        return _refusal(RequestError(f"The body is larger than {MOST_BYTES // 1024**2} MiB.", status=413))
    except web.HTTPMethodNotAllowed as error:
        message = f"Not allowed to {shorten(request.method)} on {shorten(request.path)}."
        allow = {"Allow": error.headers["Allow"]}
        return _refusal(RequestError(message, code="method_not_allowed", status=405, headers=allow))
    except web.HTTPNotFound:
        message = f"Unknown request URL: {shorten(request.method)} {shorten(request.path)}."
        return _refusal(RequestError(message, code="unknown_url", status=404))


def _refusal(error: RequestError) -> web.Response:
    return web.json_response(error.body, status=error.status, headers={**error.headers, **_request_id()})


def _request_id() -> dict[str, str]:
    return {"x-request-id": f"req_{secrets.token_hex(12)}"}


async def _models(request: web.Request) -> web.Response:
    return web.json_response({"object": "list", "data": [describe(name) for name in LISTED]}, headers=_request_id())


async def _model(request: web.Request) -> web.Response:
    return web.json_response(describe(request.match_info["name"]), headers=_request_id())


async def _body(request: web.Request) -> bytes:
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise RequestError("Send the body as it is: content encodings are not supported.", status=415)
    return await request.read()


def _chat_handler(desk: Desk, closing: asyncio.Event) -> _Handler:
    async def chat(request: web.Request) -> web.StreamResponse:
        raw = await _body(request)
        fault = request.headers.get(FAULT_HEADER, "")
        if len(raw) > _SMALL_BODY:  # a long conversation or a picture would hold up every other stream
            reply = await asyncio.to_thread(desk.answer, raw, fault)
        else:
            reply = desk.answer(raw, fault)
        return await deliver(request, reply, closing, _request_id())

    return chat
