"""What a tap keeps of a call: request and response as they were, without a key and without a picture's bytes."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest

from manual_slop.providers.dialect import Translator
from manual_slop.providers.exchange import Exchange, Timeouts
from manual_slop.providers.litellm_gateway import Answer, Request, complete
from manual_slop.providers.registry import Registry
from manual_slop.providers.wire_cleaning import clean_params, clean_request, clean_url
from manual_slop.providers.wire_secrets import redact_events
from manual_slop.providers.wire_tap import Tap
from manual_slop.values.cancel import Cancel
from manual_slop.values.messages import Image, Message, user
from manual_slop.values.secrets import REDACTED, Secret
from manual_slop.values.tools import ToolSpec
from manual_slop.values.usage import Usage
from manual_slop.values.wire import WireCall, WireRequest, WireResponse
from tests.support.scripted_server import Scripted, ScriptedServer, chunk, fails, says, whole

KEY = "sk-canary-of-the-wire/tap-42"
SECRET = Secret(KEY, "the test")
BEGAN = datetime(2026, 11, 22, tzinfo=UTC)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40


def tapped(
    reply: Scripted, prompt: Message | None = None, tap: Tap | None = None, cancel: Cancel | None = None, **more: Any
) -> tuple[WireCall, Answer, ScriptedServer]:
    """One call of a scripted server, listened to."""
    exchange = Exchange(Timeouts(), cancel)
    exchange.tap = tap or Tap()
    with ScriptedServer([reply]) as server:
        route = Registry().resolve("openai/gpt-4o", api_key=KEY, api_base=f"{server.url}/v1")
        request = Request(route, (prompt or user("hi"),), **more)
        answer = complete(request, Translator("openai", "openai"), exchange, lambda event: None)
    return exchange.tap.call(request, answer, BEGAN, ("c1", "s1", "t1")), answer, server


def sent(call: WireCall) -> WireRequest:
    assert call.request is not None
    return call.request


def came(call: WireCall) -> WireResponse:
    assert call.response is not None
    return call.response


def test_the_request_is_kept_as_the_server_got_it():
    call, _, server = tapped(says("hi"), params={"temperature": 0.5})
    assert json.loads(sent(call).body) == server.seen[0].body
    assert (sent(call).method, sent(call).url) == ("POST", f"{server.url}/v1/chat/completions")
    assert sent(call).headers["content-type"] == "application/json"
    assert "authorization" not in sent(call).headers


def test_the_response_is_kept_to_the_byte_with_its_pieces():
    reply = says("Hel", "lo")
    call, _, _ = tapped(reply)
    response = came(call)
    assert (response.status, response.ended, response.missing) == (200, True, 0)
    assert response.body == b"".join(reply.pieces)
    assert sum(size for _, size in response.pieces) == len(response.body)
    times = [seconds for seconds, _ in response.pieces]
    assert times == sorted(times)


def test_what_was_asked_is_kept_so_that_it_can_be_asked_again():
    tools = (ToolSpec("read_file", "reads", {}), ToolSpec("mcp__x__y", "does", {"type": "object"}))
    call, _, server = tapped(
        says("hi"), tools=tools, params={"temperature": 0.5, "extra_headers": {"x-mine": "hush-hush"}}
    )
    assert (call.asked.model, call.asked.litellm_model) == ("openai/gpt-4o", "openai/gpt-4o")
    assert call.asked.api_base == f"{server.url}/v1"
    assert call.asked.params == {"temperature": 0.5}
    assert call.asked.tools == {"mcp__x__y": ("does", {"type": "object"})}


def test_an_answer_in_one_piece_is_kept_too():
    payload = {"choices": [{"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}]}
    call, answer, _ = tapped(whole(payload, x_request_id="r-1"), stream=False)
    assert answer.message.text == "hi"
    assert json.loads(came(call).body) == payload
    assert came(call).headers["x-request-id"] == "r-1"
    assert came(call).ended


def test_a_refusal_is_kept():
    call, _, _ = tapped(fails(429, "slow down", retry_after="7"))
    assert (came(call).status, came(call).headers["retry-after"], call.error) == (429, "7", "rate_limit")
    assert b"slow down" in came(call).body


def test_an_answer_that_was_cut_is_kept_as_far_as_it_came():
    call, _, _ = tapped(Scripted([chunk({"content": "half"})], cut=True))
    assert not came(call).ended
    assert b"half" in came(call).body
    assert call.error == "network"


def test_a_call_that_a_person_stops_is_kept_as_far_as_it_came():
    cancel = Cancel()
    exchange = Exchange(Timeouts(), cancel)
    exchange.tap = Tap()
    with ScriptedServer([Scripted([chunk({"content": "half"})], hold_after=True)]) as server:
        route = Registry().resolve("openai/gpt-4o", api_key=KEY, api_base=f"{server.url}/v1")
        request = Request(route, (user("hi"),))
        answer = complete(request, Translator("openai", "openai"), exchange, lambda event: cancel.request())
    call = exchange.tap.call(request, answer, BEGAN, ("c1", "s1", "t1"))
    assert call.error == "cancelled"
    assert b"half" in came(call).body
    assert not came(call).ended


def test_where_nobody_answers_there_is_a_request_and_no_response():
    exchange = Exchange(Timeouts())
    exchange.tap = Tap()
    route = Registry().resolve("openai/gpt-4o", api_key=KEY, api_base="http://127.0.0.1:9/v1")
    request = Request(route, (user("hi"),))
    answer = complete(request, Translator("openai", "openai"), exchange, lambda event: None)
    call = exchange.tap.call(request, answer, BEGAN, ("c1", "s1", "t1"))
    assert (call.request is not None, call.response, call.error) == (True, None, "network")


def test_more_than_the_limit_is_counted_and_not_kept():
    reply = says("x" * 5000)
    size = sum(map(len, reply.pieces))
    call, answer, _ = tapped(reply, user("y" * 5000), Tap(limit=1000))
    assert answer.message.text == "x" * 5000
    assert (len(came(call).body), came(call).missing) == (1000, size - 1000)
    assert len(sent(call).body) == 1000
    assert sent(call).missing > 4000


def test_a_picture_becomes_its_digest():
    message = user("what is it?", (Image("image/png", PNG), Image("image/png", PNG[:2000])))
    call, _, server = tapped(says("a test"), message)
    body, pictures = sent(call).body, sent(call).pictures
    assert base64.b64encode(PNG[:90]) not in body
    assert [digest for _, digest in pictures] == [hashlib.sha256(data).hexdigest() for data in (PNG, PNG[:2000])]
    (first, _), (second, _) = pictures
    middle, end = base64.b64encode(PNG), base64.b64encode(PNG[:2000])
    again = body[:first] + middle + body[first:second] + end + body[second:]
    assert json.loads(again) == server.seen[0].body


def test_a_long_text_that_looks_like_a_picture_stays():
    text = base64.b64encode(b"no picture " * 100)
    request = clean_request("POST", "https://x.example/v1", {}, b'{"text": "' + text + b'"}', 1 << 20)
    assert (text in request.body, request.pictures) == (True, ())


SPELLED = [
    KEY,
    KEY.replace("/", "%2F"),
    KEY.encode().hex(),
    *(base64.b64encode(b"x" * before + KEY.encode()).decode() for before in range(3)),
]


@pytest.mark.parametrize("spelled", SPELLED)
@pytest.mark.parametrize("stream", [True, False])
def test_a_key_that_a_server_echoes_is_not_kept(spelled: str, stream: bool):
    payload = {"error": {"message": f"no such key: {spelled}", "code": spelled}}
    call, _, _ = tapped(whole(payload, 401, x_request_id=f"r-{spelled}", x_other=spelled), stream=stream)
    core = SPELLED[0][4:-4] if spelled == KEY else spelled[4:-4]
    assert core not in repr(call)
    assert REDACTED.encode() in came(call).body


def test_a_key_in_a_compressed_answer_is_seen():
    packed = gzip.compress(json.dumps({"error": {"message": f"bad key {KEY}"}}).encode())
    reply = Scripted([packed[:20], packed[20:]], 401, {"content-encoding": "gzip"}, "application/json")
    call, _, _ = tapped(reply)
    assert KEY not in repr(call)
    assert b"bad key" in came(call).body
    assert "content-encoding" not in came(call).headers


def test_a_compressed_answer_that_breaks_off_is_kept_as_far_as_it_can_be_read():
    packed = gzip.compress(b"data: {}\n\n" + bytes(2000) + KEY.encode())
    call, _, _ = tapped(Scripted([packed[: len(packed) // 2]], 200, {"content-encoding": "gzip"}, cut=True))
    assert KEY.encode() not in came(call).body


@pytest.mark.parametrize("size", [1, 3, 7])
def test_a_key_that_a_server_echoes_letter_by_letter_is_not_kept(size: int):
    told = f"your key is {KEY}, is it not"
    call, answer, _ = tapped(says(*(told[at : at + size] for at in range(0, len(told), size))))
    deltas = re.findall(r'"content": ?"([^"]*)"', came(call).body.decode())
    assert answer.message.text == told  # the program itself does not change what a model says
    assert "".join(deltas) == f"your key is {REDACTED}, is it not"


def test_events_without_a_key_stay_as_they_are_to_the_byte():
    body = b": hello\n\n" + b"".join(says("Hel", "lo").pieces) + b'data: {"broken\n\nevent: x\r\ndata: {"a":1}\r\n\r\n'
    assert redact_events(body) == body


def test_a_url_keeps_neither_passwords_nor_the_values_of_its_query():
    url = "https://me:hush@x.example:8443/v1/chat?key=AIzaHush&api-version=2026-01-01&alt=sse"
    assert clean_url(url) == f"https://x.example:8443/v1/chat?key={REDACTED}&api-version=2026-01-01&alt=sse"


def test_a_key_in_a_parameter_is_not_kept():
    assert clean_params({"user": f"me {KEY}", "extra_body": {"a": [1, KEY]}}) == {
        "user": f"me {REDACTED}",
        "extra_body": {"a": [1, REDACTED]},
    }


def test_a_request_that_litellm_makes_on_its_own_is_kept_without_its_tokens():
    tap = Tap()
    tap.sending("POST", "https://x.example/token?code=hush", {}, b"client_secret=hush-hush")
    tap.answered(200, {"content-type": "application/json"})
    assert list(tap.listen([b'{"access_token": "tk-1234", "apiKey": "k", "scope": "all"}'])) != []
    tap.sending("POST", "https://x.example/v1/chat", {}, b'{"token": "of the prompt"}')
    route = Registry().resolve("openai/gpt-4o", api_key=KEY)
    answer = Answer(Message("assistant", ()), "stop", Usage(), "m")
    call = tap.call(Request(route, (user("hi"),)), answer, BEGAN, ("c1", "s1", "t1"))
    assert "hush" not in repr(call)
    assert (sent(call).body, call.response) == (b'{"token": "of the prompt"}', None)
    ((earlier, response),) = call.earlier
    assert (earlier.url, earlier.body) == (f"https://x.example/token?code={REDACTED}", b"")
    assert response is not None
    assert json.loads(response.body) == {"access_token": REDACTED, "apiKey": REDACTED, "scope": "all"}
