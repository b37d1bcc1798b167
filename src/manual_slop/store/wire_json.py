"""A call of the wire log as JSON, for exports and for the head of its row: what a newer version adds is left out."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from manual_slop.values.wire import Asked, WireCall, WireRequest, WireResponse


def encode(call: WireCall) -> dict[str, Any]:
    """All of a call as plain JSON values."""
    return {
        "call_id": call.call_id,
        "session_id": call.session_id,
        "turn_id": call.turn_id,
        "began": call.began.isoformat(),
        "error": call.error,
        "asked": {
            "model": call.asked.model,
            "litellm_model": call.asked.litellm_model,
            "api_base": call.asked.api_base,
            "params": dict(call.asked.params),
            "stream": call.asked.stream,
            "tools": {name: [words, dict(schema)] for name, (words, schema) in call.asked.tools.items()},
        },
        "request": _request(call.request),
        "response": _response(call.response),
        "earlier": [[_request(request), _response(response)] for request, response in call.earlier],
    }


def decode(data: Mapping[str, Any]) -> WireCall:
    """The call that `encode` was given. Raises `ValueError` for what is none."""
    try:
        asked = data["asked"]
        return WireCall(
            str(data["call_id"]),
            str(data["session_id"]),
            str(data["turn_id"]),
            datetime.fromisoformat(data["began"]),
            Asked(
                str(asked["model"]),
                str(asked["litellm_model"]),
                str(asked.get("api_base", "")),
                dict(asked.get("params", {})),
                bool(asked.get("stream", True)),
                {name: (str(words), dict(schema)) for name, (words, schema) in asked.get("tools", {}).items()},
            ),
            _as_request(data.get("request")),
            _as_response(data.get("response")),
            str(data.get("error", "")),
            tuple(
                (request, _as_response(then))
                for first, then in data.get("earlier", ())
                if (request := _as_request(first)) is not None
            ),
        )
    except (KeyError, TypeError, AttributeError) as error:
        problem = f"a call of the wire log cannot be read: {type(error).__name__} {error}"
    raise ValueError(problem)


def _request(request: WireRequest | None) -> dict[str, Any] | None:
    if request is None:
        return None
    return {
        "method": request.method,
        "url": request.url,
        "headers": dict(request.headers),
        "body": _body(request.body),
        "pictures": [list(picture) for picture in request.pictures],
        "missing": request.missing,
    }


def _response(response: WireResponse | None) -> dict[str, Any] | None:
    if response is None:
        return None
    return {
        "status": response.status,
        "headers": dict(response.headers),
        "body": _body(response.body),
        "pieces": [list(piece) for piece in response.pieces],
        "ended": response.ended,
        "missing": response.missing,
    }


def _body(body: bytes) -> str | dict[str, str]:
    """As text where it is text, which people can read and a search for keys can find."""
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(body).decode("ascii")}


def _as_bytes(body: Any) -> bytes:
    return base64.b64decode(body["base64"]) if isinstance(body, dict) else str(body).encode("utf-8")


def _as_request(data: Any) -> WireRequest | None:
    if data is None:
        return None
    return WireRequest(
        str(data["method"]),
        str(data["url"]),
        dict(data.get("headers", {})),
        _as_bytes(data.get("body", "")),
        tuple((int(at), str(digest)) for at, digest in data.get("pictures", ())),
        int(data.get("missing", 0)),
    )


def _as_response(data: Any) -> WireResponse | None:
    if data is None:
        return None
    return WireResponse(
        int(data["status"]),
        dict(data.get("headers", {})),
        _as_bytes(data.get("body", "")),
        tuple((float(seconds), int(size)) for seconds, size in data.get("pieces", ())),
        bool(data.get("ended", True)),
        int(data.get("missing", 0)),
    )
