"""The wire log gives back what it was given, and keeps of a long conversation only what is new in each call."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manual_slop.store import wire_json, wire_table
from manual_slop.store.database import Database
from manual_slop.store.wire_log import WireLog
from manual_slop.values.secrets import REDACTED, Secret
from manual_slop.values.wire import Asked, WireCall, WireRequest, WireResponse

KEY = Secret("sk-canary-in-the-wire-log", "the test").reveal()
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ASKED = Asked("acme/m1", "custom_openai/m1", "https://x.example/v1", {"top_p": 0.5}, False, {"mcp__a__b": ("b", {})})
JSON = {"content-type": "application/json"}


def call(number: int = 0, body: bytes = b"{}", session: str = "s1", turn: str = "t1", day: int = 0) -> WireCall:
    request = WireRequest("POST", "https://x.example/v1/chat/completions", JSON, body, ((2, "ab" * 32),), 7)
    response = WireResponse(200, JSON, b"\xff\x00 no text", ((0.25, 3), (0.5, 8)), False, 9)
    looked_up = (WireRequest("POST", "https://x.example/api/show", {}, b""), None)
    began = NOON + timedelta(days=day, seconds=number)
    return WireCall(f"c{number}", session, turn, began, ASKED, request, response, "network", (looked_up,))


@pytest.fixture
def log() -> Iterator[WireLog]:
    database = Database(None, (wire_table.DDL,))
    yield WireLog(database)
    database.close()


def conversation(rounds: int) -> list[bytes]:
    """The requests of a conversation in which each repeats what was said before."""
    said = [{"role": "user", "content": f"what about {number}? " * 20} for number in range(rounds)]
    tools = [{"name": f"tool {number}", "description": "does things"} for number in range(20)]
    return [json.dumps({"model": "m", "messages": said[: at + 1], "tools": tools}).encode() for at in range(rounds)]


def test_a_call_comes_back_as_it_was(log: WireLog):
    log.keep(call()).result()
    assert log.calls("s1") == [call()]
    assert log.calls("s2") == []


def test_a_call_that_never_left_comes_back(log: WireLog):
    bare = WireCall("c", "s1", "t1", NOON, ASKED)
    log.keep(bare).result()
    assert log.calls("s1") == [bare]


def test_a_long_conversation_comes_back_and_takes_no_more_room_than_what_was_new(tmp_path: Path):
    bodies = conversation(200)
    database = Database(tmp_path / "sessions.db", (wire_table.DDL,))
    log = WireLog(database)
    for number, body in enumerate(bodies):
        log.keep(call(number, body))
    assert [one.request.body for one in log.calls("s1") if one.request] == bodies
    with database.reading() as connection:
        (kept,) = connection.execute("SELECT sum(length(request)) FROM wire").fetchone()
    database.close()
    assert kept * 5 < sum(len(zlib.compress(body)) for body in bodies)


def test_two_logs_on_one_file_and_a_log_opened_anew_go_on_where_the_others_were(tmp_path: Path):
    bodies = conversation(9)
    databases = [Database(tmp_path / "sessions.db", (wire_table.DDL,)) for _ in range(3)]
    for number, body in enumerate(bodies):
        WireLog(databases[number % 3]).keep(call(number, body)).result()
    assert [one.request.body for one in WireLog(databases[0]).calls("s1") if one.request] == bodies
    for database in databases:
        database.close()


def test_a_call_whose_base_is_gone_is_kept_whole(log: WireLog, tmp_path: Path):
    bodies = conversation(3)
    log.keep(call(0, bodies[0])).result()
    log._database.write(lambda connection: wire_table.delete(connection, "s1"))  # as another program might
    log.keep(call(1, bodies[1])).result()
    log.keep(call(2, bodies[2])).result()
    assert [one.request.body for one in log.calls("s1") if one.request] == bodies[1:]


def test_the_same_call_is_kept_once(log: WireLog):
    log.keep(call(1))
    log.keep(call(1)).result()
    assert len(log.calls("s1")) == 1


def test_a_key_that_got_past_the_tap_stops_at_the_store(log: WireLog):
    leaky = WireCall("c", "s1", "t1", NOON, Asked("acme/m1", KEY, params={"user": KEY, "n": 3}), error=KEY)
    log.keep(leaky).result()
    (kept,) = log.calls("s1")
    assert KEY not in repr(kept)
    assert kept.asked.params == {"user": REDACTED, "n": 3}


def test_only_sessions_that_made_no_call_since_are_pruned(log: WireLog):
    for number, (session, day) in enumerate([("old", 0), ("old", 1), ("going on", 0), ("going on", 9), ("new", 9)]):
        log.keep(call(number, session=session, day=day))
    assert log.prune(NOON + timedelta(days=5)) == 2
    assert [len(log.calls(session)) for session in ("old", "going on", "new")] == [0, 2, 1]


def test_json_gives_back_the_call_and_bodies_that_people_can_read():
    assert wire_json.decode(json.loads(json.dumps(wire_json.encode(call(3, b'{"a": 1}'))))) == call(3, b'{"a": 1}')
    assert wire_json.encode(call(3, b'{"a": 1}'))["request"]["body"] == '{"a": 1}'


@pytest.mark.parametrize("data", [{}, {"call_id": "c"}, {**wire_json.encode(call()), "asked": 3}])
def test_json_that_is_no_call_is_refused(data: dict[str, object]):
    with pytest.raises(ValueError, match="wire log cannot be read"):
        wire_json.decode(data)


@given(st.lists(st.binary(max_size=40), min_size=1, max_size=12))
def test_any_bodies_in_any_order_come_back(bodies: list[bytes]):
    database = Database(None, (wire_table.DDL,))
    log = WireLog(database)
    for number, body in enumerate(bodies):
        log.keep(call(number, body * 3))
    kept = [one.request.body for one in log.calls("s1") if one.request]
    database.close()
    assert kept == [body * 3 for body in bodies]
