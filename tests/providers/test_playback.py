"""A recorded call played back: today's readers make the same of it, and nothing leaves the program."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import pytest

from manual_slop.providers.dialect import Translator
from manual_slop.providers.exchange import Exchange, Timeouts
from manual_slop.providers.litellm_gateway import Answer, Request, complete
from manual_slop.providers.playback import Playback
from manual_slop.providers.registry import Registry
from manual_slop.providers.wire_tap import Tap
from manual_slop.values.cancel import Cancel
from manual_slop.values.messages import user
from manual_slop.values.wire import WireCall
from tests.providers.test_readers import PREFIXES, base
from tests.support.scripted_server import Scripted, ScriptedServer, calls, chunk, fails, says, whole

BEGAN = datetime(2026, 11, 22, tzinfo=UTC)
KEY = "sk-canary-of-playback"


def asked(model: str, url: str, player: Playback | None = None, *, stream: bool = True) -> tuple[WireCall, Answer]:
    """One call to `model`, of the server at `url` or of a player."""
    exchange = Exchange(Timeouts(), Cancel())
    exchange.tap, exchange.player = Tap(), player
    route = Registry().resolve(model, api_key=KEY, api_base=url)
    request = Request(route, (user("hi"),), stream=stream)
    answer = complete(request, Translator(route.provider.name, route.protocol), exchange, lambda event: None)
    return exchange.tap.call(request, answer, BEGAN, ("c", "s", "t")), answer


def recorded(reply: Scripted, model: str = "openai/gpt-4o", *, stream: bool = True) -> tuple[WireCall, Answer, str]:
    with ScriptedServer([reply]) as server:
        url = base(server, model)
        return *asked(model, url, stream=stream), url


@pytest.mark.parametrize("model", PREFIXES)
def test_every_protocol_is_answered_the_same_without_its_server(model: str):
    call, answer, url = recorded(PREFIXES[model], model)
    again, played = asked(model, url, Playback([call]))
    assert (answer.message.text, answer.error) == ("hi", None)
    assert played == answer
    assert again.request == call.request
    assert again.response is not None
    assert call.response is not None
    assert again.response.body == call.response.body


ENDINGS = {
    "tools": calls(("read_file", {"path": "a"}), ("read_file", {"path": "b"})),
    "limited": fails(429, "slow down", retry_after="1"),
    "refused": fails(401, "who are you"),
    "cut": Scripted([chunk({"content": "half"})], cut=True),
    "broken": Scripted([b'data: {"broken\n\n']),
    "page": Scripted([b"<html><title>Sign in</title></html>"], kind="text/html"),
    "nothing": whole({}),
}


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("stream", [True, False])
def test_every_ending_is_the_same_when_it_is_played(ending: str, stream: bool):
    call, answer, url = recorded(ENDINGS[ending], stream=stream)
    _, played = asked("openai/gpt-4o", url, Playback([call]), stream=stream)
    assert (played.message, played.stop_reason, played.usage) == (answer.message, answer.stop_reason, answer.usage)
    kinds = [one.error.kind if one.error else "" for one in (played, answer)]
    assert kinds[0] == kinds[1]


def test_what_a_person_stopped_is_stopped_again():
    cancel = Cancel()
    exchange = Exchange(Timeouts(), cancel)
    exchange.tap = Tap()
    with ScriptedServer([Scripted([chunk({"content": "half"})], hold_after=True)]) as server:
        url = f"{server.url}/v1"
        request = Request(Registry().resolve("openai/gpt-4o", api_key=KEY, api_base=url), (user("hi"),))
        answer = complete(request, Translator("openai", "openai"), exchange, lambda event: cancel.request())
    call = exchange.tap.call(request, answer, BEGAN, ("c", "s", "t"))
    _, played = asked("openai/gpt-4o", url, Playback([call]))
    assert played.error is not None
    assert (played.error.kind, played.message.text) == ("cancelled", "half")


def test_time_that_ran_out_runs_out_again_at_once():
    exchange = Exchange(Timeouts(first_token=0.05))
    exchange.tap = Tap()
    with ScriptedServer([Scripted([], hold_before=True)]) as server:
        url = f"{server.url}/v1"
        request = Request(Registry().resolve("openai/gpt-4o", api_key=KEY, api_base=url), (user("hi"),))
        answer = complete(request, Translator("openai", "openai"), exchange, lambda event: None)
    call = exchange.tap.call(request, answer, BEGAN, ("c", "s", "t"))
    assert (call.error, call.response) == ("timeout", None)
    _, played = asked("openai/gpt-4o", url, Playback([call]))
    assert played.error is not None
    assert played.error.kind == "timeout"


def test_more_questions_than_were_recorded_are_an_error_and_no_question_to_a_server():
    with ScriptedServer([says("live")]) as server:
        player = Playback([])
        _, played = asked("openai/gpt-4o", f"{server.url}/v1", player)
        assert (server.seen, player.asked) == ([], 1)
    assert played.error is not None
    assert "no recorded answer is left" in played.error.message


def test_no_socket_is_opened_for_what_is_played():
    call, _, url = recorded(says("hi"))
    opened: list[str] = []
    listening = True
    sys.addaudithook(lambda name, _: opened.append(name) if listening and name.startswith("socket.") else None)
    asked("openai/gpt-4o", url, Playback([call]))
    listening = False
    assert opened == []
