"""Takes out of requests and responses what must not be kept: keys in any spelling, cookies, pictures' bytes."""

from __future__ import annotations

import base64
import binascii
import dataclasses
import hashlib
import json
import re
import urllib.parse
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from manual_slop.providers.wire_secrets import redact_events
from manual_slop.values.secrets import REDACTED, redactor
from manual_slop.values.wire import WireRequest, WireResponse

# What is not named here is not kept: a vendor's own header may be the one that holds a key.
_REQUEST_HEADERS = frozenset(
    {"accept", "anthropic-beta", "anthropic-version", "content-type", "openai-beta", "user-agent"}
)
_RESPONSE_HEADERS = frozenset(
    {"apim-request-id", "cf-ray", "content-type", "date", "openai-processing-ms", "request-id", "retry-after"}
    | {"retry-after-ms", "x-goog-request-id", "x-litellm-response-cost", "x-request-id", "x-should-retry"}
)
_RESPONSE_PREFIXES = ("x-ratelimit-", "anthropic-ratelimit-")
_HARMLESS_QUERY = frozenset({"alt", "api-version", "beta"})
_HARMFUL_PARAMS = frozenset({"extra_headers"})
_PICTURE = re.compile(rb'(?<=[",])((?:iVBORw0KGgo|/9j/|R0lGOD|UklGR)[A-Za-z0-9+/]{40,}={0,2})(?=")')
"""A text, or the end of a `data:` URI, that begins as base64 of a PNG, JPEG, GIF or WebP begins."""
_TOKEN = re.compile(
    rb'("(?:access_?|refresh_?|id_?|session_?)?(?:token|jwt|secret|password|api_?key|client_secret)"\s*:\s*")[^"]*(")',
    re.I,
)
_COMPRESSED = "content-encoding"


def clean_request(method: str, url: str, headers: Mapping[str, str], body: bytes, limit: int) -> WireRequest:
    """What may be kept of a request; of its body, after the pictures were taken out, at most `limit` bytes."""
    kept = {name: redactor.redact(headers[name]) for name in sorted(_REQUEST_HEADERS & headers.keys())}
    whole, pictures = _without_pictures(body)
    left = tuple(picture for picture in pictures if picture[0] <= limit)
    return WireRequest(method, clean_url(url), kept, whole[:limit], left, max(0, len(whole) - limit))


def clean_response(
    status: int, headers: Mapping[str, str], pieces: Sequence[tuple[float, bytes]], *, ended: bool, missing: int
) -> WireResponse:
    """What may be kept of a response, whose `pieces` came so many seconds after the request."""
    kept = {name: redactor.redact(headers[name]) for name in sorted(headers) if _is_harmless(name)}
    if headers.get(_COMPRESSED, "identity") != "identity":
        pieces = list(_unpacked(headers[_COMPRESSED], pieces))
    body = redact_bytes(b"".join(piece for _, piece in pieces))
    if "json" not in headers.get("content-type", "") or "ndjson" in headers.get("content-type", ""):
        body = redact_events(body)
    timed = tuple((round(seconds, 4), len(piece)) for seconds, piece in pieces)
    return WireResponse(status, kept, body, timed, ended, missing)


def clean_earlier(request: WireRequest, response: WireResponse | None) -> tuple[WireRequest, WireResponse | None]:
    """What may be kept of a request that litellm makes on its own: it may be one for a token that nobody registered."""
    bare = dataclasses.replace(request, body=b"", pictures=())
    if response is None:
        return bare, None
    return bare, dataclasses.replace(response, body=_TOKEN.sub(rb"\1" + REDACTED.encode() + rb"\2", response.body))


def clean_url(url: str) -> str:
    """`url` without whom it signs in, and of its query only the values that are known to be harmless."""
    parts = urllib.parse.urlsplit(url)
    query = [
        f"{name}={urllib.parse.quote(value) if name in _HARMLESS_QUERY else REDACTED}"
        for name, value in urllib.parse.parse_qsl(parts.query, keep_blank_values=True)
    ]
    host = parts.netloc.rpartition("@")[2]
    return redactor.redact(urllib.parse.urlunsplit((parts.scheme, host, parts.path, "&".join(query), "")))


def clean_params(params: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters as plain JSON, without those that carry keys."""
    plain = {name: value for name, value in params.items() if name not in _HARMFUL_PARAMS}
    cleaned: dict[str, Any] = json.loads(redactor.redact(json.dumps(plain, default=str, ensure_ascii=False)))
    return cleaned


def redact_bytes(data: bytes) -> bytes:
    """`data` without any secret in it, whatever else it holds."""
    text = data.decode("utf-8", "surrogateescape")
    return data if not redactor.spans(text) else redactor.redact(text).encode("utf-8", "surrogateescape")


def _is_harmless(name: str) -> bool:
    return name in _RESPONSE_HEADERS or name.startswith(_RESPONSE_PREFIXES)


def _without_pictures(body: bytes) -> tuple[bytes, list[tuple[int, str]]]:
    """The body without pictures' base64 and without secrets, and which pictures stood where in what is left."""
    kept: list[bytes] = []
    pictures: list[tuple[int, str]] = []
    at = size = 0
    for found in _PICTURE.finditer(body):
        digest = _digest_of_picture(found[1])
        if digest:
            kept.append(redact_bytes(body[at : found.start(1)]))
            size += len(kept[-1])
            pictures.append((size, digest))
            at = found.end(1)
    kept.append(redact_bytes(body[at:]))
    return b"".join(kept), pictures


def _digest_of_picture(encoded: bytes) -> str:
    """The SHA-256 of a picture in base64; empty for what would not come back as it was."""
    try:
        data = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        return ""
    return hashlib.sha256(data).hexdigest() if base64.b64encode(data) == encoded else ""


def _unpacked(encoding: str, pieces: Iterable[tuple[float, bytes]]) -> Iterator[tuple[float, bytes]]:
    """Compressed pieces, as far as they can be read: a key in them is not seen before."""
    import httpx

    at = 0.0

    def raw() -> Iterator[bytes]:
        nonlocal at
        for seconds, piece in pieces:
            at = seconds
            yield piece

    response = httpx.Response(200, headers={_COMPRESSED: encoding}, content=raw())
    try:
        for piece in response.iter_bytes():
            yield at, piece
    except httpx.DecodingError:
        return
