"""Whether today's program asks a model what it asked then, and if not, which part of the request is another."""

from __future__ import annotations

import json
import urllib.parse
from collections.abc import Iterator, Mapping
from typing import Any

from manual_slop.session.replay.drift import changed
from manual_slop.values.wire import WireRequest

_ABSENT = ...  # which no JSON holds


def request_differences(then: WireRequest, now: WireRequest, ids: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Where two requests differ (`url`, `header x`, `messages[2].content` …) and how; only the first place of the body.

    `ids` are today's names of tool calls with those they had then, where no provider names them.
    """
    if (then.method, _address(then.url)) != (now.method, _address(now.url)):
        yield "url", changed(f"{then.method} {then.url}", f"{now.method} {now.url}")
    for name in sorted({*then.headers, *now.headers} - {"user-agent"}):
        if then.headers.get(name) != now.headers.get(name):
            yield f"header {name}", changed(then.headers.get(name, ""), now.headers.get(name, ""))
    if [digest for _, digest in then.pictures] != [digest for _, digest in now.pictures]:
        yield "pictures", f"{len(then.pictures)} then, {len(now.pictures)} now, not the same ones"
    if then.missing or now.missing:
        return
    body = _renamed(now.body, ids)
    if then.body != body:
        yield from _body_difference(then.body, body)


def _address(url: str) -> tuple[str, str, str]:
    """Where a request goes. A server on this computer may be at another port each time."""
    parts = urllib.parse.urlsplit(url)
    local = parts.hostname in ("127.0.0.1", "localhost", "::1")
    return "loopback" if local else parts.netloc, parts.path, parts.query


def _renamed(body: bytes, ids: Mapping[str, str]) -> bytes:
    for today, then in ids.items():
        body = body.replace(json.dumps(today).encode(), json.dumps(then).encode())
    return body


def _body_difference(then: bytes, now: bytes) -> Iterator[tuple[str, str]]:
    try:
        one, other = json.loads(then), json.loads(now)
    except ValueError:
        yield "body", changed(then.decode("utf-8", "replace"), now.decode("utf-8", "replace"))
        return
    if one != other:  # the order of keys may be another: no model sees that
        yield from _first(one, other, "")


def _first(then: Any, now: Any, path: str) -> Iterator[tuple[str, str]]:
    """The first place where two JSON values differ."""
    if isinstance(then, dict) and isinstance(now, dict):
        for name in {**then, **now}:
            if then.get(name, _ABSENT) != now.get(name, _ABSENT):
                yield from _below(then.get(name, _ABSENT), now.get(name, _ABSENT), f"{path}.{name}".lstrip("."))
                return
    if isinstance(then, list) and isinstance(now, list):
        for at in range(max(len(then), len(now))):
            pair = [value[at] if at < len(value) else _ABSENT for value in (then, now)]
            if pair[0] != pair[1]:
                yield from _below(pair[0], pair[1], f"{path}[{at}]")
                return
    yield path or "body", changed(_written(then), _written(now))


def _below(then: Any, now: Any, path: str) -> Iterator[tuple[str, str]]:
    if then is _ABSENT:
        yield path, f"only now: {changed('', _written(now)).partition(' → ')[2]}"
    elif now is _ABSENT:
        yield path, f"only then: {changed('', _written(then)).partition(' → ')[2]}"
    else:
        yield from _first(then, now, path)


def _written(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
