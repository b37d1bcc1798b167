"""One provider call as it went over the wire, fit to be kept: no key in it, and no picture's bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Asked:
    """What the program wanted of a call, before litellm made a request of it: enough to ask the same again.

    `model` is `provider/name`, `litellm_model` what litellm calls it, `api_base` where its server was said to be (empty
    where litellm knows). `params` are Chat Completions parameters; `tools` the descriptions and schemas of tools that
    are not built in, by name.
    """

    model: str
    litellm_model: str
    api_base: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    stream: bool = True
    tools: Mapping[str, tuple[str, Mapping[str, Any]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WireRequest:
    """The HTTP request. `headers` are the harmless ones, in lower case.

    `pictures` says what was taken out of `body`: at which byte (of what is left) which content stood in base64, by its
    SHA-256. `missing` bytes at the end of the body were too many to keep.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    pictures: tuple[tuple[int, str], ...] = ()
    missing: int = 0


@dataclass(frozen=True, slots=True)
class WireResponse:
    """The HTTP response. `headers` are the harmless ones, in lower case; `body` is without its transfer's compression.

    `pieces` are the parts in which it came: seconds after the request was sent, and how many bytes came then. `ended`
    says whether it came to its end; `missing` bytes of it were too many to keep.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    pieces: tuple[tuple[float, int], ...] = ()
    ended: bool = True
    missing: int = 0


@dataclass(frozen=True, slots=True)
class WireCall:
    """One call: what was asked, what was sent, what came back. `error` is the kind of error that it ended with.

    `request` is `None` where nothing left the program, `response` where nothing came back. `began` is in UTC.
    `earlier` are requests that litellm made before it on its own (Ollama's model is looked up, a token is fetched).
    """

    call_id: str
    session_id: str
    turn_id: str
    began: datetime
    asked: Asked
    request: WireRequest | None = None
    response: WireResponse | None = None
    error: str = ""
    earlier: tuple[tuple[WireRequest, WireResponse | None], ...] = ()


@dataclass(frozen=True, slots=True)
class WireHead:
    """What a list shows of a kept call: `call` is without its two bodies, which are `sent` and `received` bytes.

    `number` grows with each call that is kept.
    """

    number: int
    call: WireCall
    sent: int
    received: int
