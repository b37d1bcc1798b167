"""A session goes out and comes back the same; what anybody else may have written comes in whole or not at all."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from manual_slop.session.export.archive import as_archive
from manual_slop.session.export.reading import read_archive
from manual_slop.session.export.taking_in import take_in
from manual_slop.session.transcript import fold
from manual_slop.store.export_file import ExportError
from manual_slop.store.store import Store
from manual_slop.values.events import MessageAdded, Notice, TurnStarted
from manual_slop.values.messages import Image, Message, Text
from manual_slop.values.secrets import redactor
from manual_slop.values.wire import Asked, WireCall, WireRequest, WireResponse
from tests.support.scale import scaled
from tests.support.stories import a_session

SESSION = "a1" * 16


def stored() -> Store:
    store = Store.open(None)
    store.append(SESSION, a_session(SESSION))
    store.append(SESSION, [TurnStarted("t3", SESSION, "m"), MessageAdded(Message("user", (Text("long " * 40_000),)))])
    store.draft(SESSION, "t3", "half an ans", "hm").result()
    began = datetime(2026, 11, 23, tzinfo=UTC)
    request = WireRequest("POST", "http://127.0.0.1/v1", {}, b'{"a": 1}')
    response = WireResponse(200, {}, b"\x00\xff data", ((0.1, 7),))
    store.wire.keep(WireCall("c1", SESSION, "t1", began, Asked("m", "openai/m"), request, response)).result()
    return store


WHOLE = json.loads(as_archive(stored(), SESSION))


def taken(record: Any) -> tuple[Store, str, str]:
    store = Store.open(None)
    session_id, outcome = take_in(store, read_archive(json.dumps(record).encode()))
    return store, session_id, outcome


def test_what_comes_back_is_the_same_to_the_byte() -> None:
    text = as_archive(stored(), SESSION)
    store, session_id, outcome = taken(json.loads(text))
    assert (session_id, outcome) == (SESSION, "new")
    again = json.loads(as_archive(store, SESSION))
    assert [one["event"] for one in again["events"]] == [one["event"] for one in json.loads(text)["events"]]
    assert as_archive(store, SESSION) == text
    assert store.summary(SESSION).interrupted
    assert store.drafts(SESSION)[0].text == "half an ans"
    assert len(store.wire.calls(SESSION)) == 1


def test_twice_is_once_and_another_session_of_that_name_stays() -> None:
    store, _, _ = taken(WHOLE)
    archive = read_archive(json.dumps(WHOLE).encode())
    assert take_in(store, archive) == (SESSION, "known")
    store.append(SESSION, [Notice("it went on here")])
    session_id, outcome = take_in(store, archive)
    assert outcome == "renamed"
    assert session_id != SESSION
    assert len(store.sessions()) == 2
    described = fold(one.event for one in store.envelopes(session_id)).described
    assert described is not None
    assert described.session_id == session_id
    assert len(store.wire.calls(session_id)) == 1


def test_an_event_of_a_later_version_is_kept_as_a_note() -> None:
    record = copy.deepcopy(WHOLE)
    record["events"][2]["event"] = {"type": "SomethingNew", "text": "?"}
    store, session_id, _ = taken(record)
    kept = [one.event for one in store.envelopes(session_id)]
    assert isinstance(kept[2], Notice)
    assert len(kept) == len(WHOLE["events"])


def changed(path: str, value: Any) -> Callable[[], Any]:
    def make() -> Any:
        record = copy.deepcopy(WHOLE)
        *steps, last = path.split(".")
        at = record
        for step in steps:
            at = at[int(step)] if step.isdecimal() else at[step]
        at[int(last) if last.isdecimal() else last] = value
        return record

    return make


USAGE = "events.4.event.usage"


@pytest.mark.parametrize(
    ("record", "said"),
    [
        (changed("format", "zip"), "format"),
        (changed("version", 2), "newer program"),
        (changed("version", True), "version"),
        (changed("id", "../../etc/passwd"), "hexadecimal"),
        (changed("id", 5), "hexadecimal"),
        (changed("events", []), "0 events"),
        (changed("events", {"0": 1}), "events"),
        (changed("events.1.number", 1), "count from 1"),
        (changed("events.1.at", "yesterday"), "no time"),
        (changed("events.1.at", "2026-11-23T00:00:00"), "time that cannot be"),
        (changed("events.1.at", "9999-01-01T00:00:00+00:00"), "time that cannot be"),
        (changed("events.1.event", "x"), "event 2"),
        (changed("events.1.event.session_id", "b" * 32), "another session"),
        (changed("events.3.event.message.role", "root"), "nobody"),
        (changed(f"{USAGE}.input_tokens", -5), "cannot be"),
        (changed("events.4.event.cost.usd", "-1000000"), "cannot be"),
        (changed("events.4.event.cost.usd", "1E+400"), "cannot be"),
        (changed("contents", {"0" * 64: "aGVsbG8="}), "not what its name says"),
        (changed("contents", {"../../x": "aGVsbG8="}), "not what its name says"),
        (changed("contents", {"0" * 64: "%%%"}), "not base64"),
        (changed("contents", {"0" * 64: 5}), "str"),
        (changed("wire", [{"call_id": 1}]), "wire log"),
        (changed("wire.0.session_id", "b" * 32), "another session"),
        (changed("drafts", "x"), "drafts"),
        (list, "dict"),
    ],
)
def test_what_cannot_be_is_refused_and_named(record: Callable[[], Any], said: str) -> None:
    with pytest.raises(ExportError, match=said):
        read_archive(json.dumps(record()).encode())


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"PK\x03\x04", "not JSON"),
        (b"[" * 200_000, "nested too deeply|not JSON"),
        (b'{"format": 1, "format": 2}', "twice"),
        (b'{"format": NaN}', "no number"),
    ],
)
def test_what_is_no_json_of_ours_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(ExportError, match=said):
        read_archive(data)


def test_a_message_nested_beyond_reason_is_no_danger() -> None:
    text = json.dumps(WHOLE).replace('"Be kind."', "[" * 50_000 + "]" * 50_000)
    with pytest.raises(ExportError, match="nested too deeply"):
        read_archive(text.encode())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def places(record: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    if isinstance(record, dict | list):
        for key in record if isinstance(record, dict) else range(len(record)):
            found += places(record[key], (*path, key))
    return found


PLACES = places(WHOLE)


@settings(max_examples=scaled(150, 3000), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(changes=st.lists(st.tuples(st.sampled_from(PLACES), JSON), min_size=1, max_size=3))
def test_whatever_stands_in_a_file_it_comes_in_readable_or_is_refused(changes: list[Any]) -> None:
    record = copy.deepcopy(WHOLE)
    for path, value in changes:
        at = record
        try:
            for step in path[:-1]:
                at = at[step]
            at[path[-1]] = value
        except (LookupError, TypeError):
            continue
    try:
        archive = read_archive(json.dumps(record).encode())
    except ExportError:
        return
    store = Store.open(None)
    session_id, _ = take_in(store, archive)
    fold(one.event for one in store.envelopes(session_id))
    again = as_archive(store, session_id)
    assert take_in(Store.open(None), read_archive(again.encode()))[1] == "new"
    store.close()


def test_a_key_in_a_picture_is_not_exported() -> None:
    key = "sk-canary-archive-7f3a9c"
    redactor.register(key)
    store = Store.open(None)
    picture = Image("image/png", b"\x89PNG tEXt " + key.encode())
    store.append(SESSION, [MessageAdded(Message("user", (Text(f"my key is {key}"), picture)))])
    with pytest.raises(ExportError, match="there is a key in the content"):
        as_archive(store, SESSION)
