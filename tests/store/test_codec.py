"""Events come back exactly as they were, and what another version wrote is read as far as it is understood."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from manual_slop.store.blobs import Blobs, MemoryBlobs
from manual_slop.store.codec import EVENTS, decode, encode
from manual_slop.store.codec_leaves import LONGEST
from manual_slop.values.approval import Answer, Request
from manual_slop.values.budget import BudgetExceeded, Limit, NodeState
from manual_slop.values.errors import ProviderError
from manual_slop.values.events import (
    ApprovalRequested,
    ApprovalResolved,
    BudgetWarning,
    Event,
    MessageAdded,
    MessageFinished,
    Notice,
    Retrying,
    ToolFinished,
    TurnFailed,
)
from manual_slop.values.ledger import UsageRecorded
from manual_slop.values.messages import Image, Message, Opaque, Reasoning, Text, ToolCall, ToolResult, user
from manual_slop.values.secrets import REDACTED, Secret
from manual_slop.values.usage import UNPRICED, Cost, Usage

ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary()
    | st.decimals(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text() | st.just("$blob"), inner, max_size=3),
    max_leaves=8,
)


def errors() -> st.SearchStrategy[ProviderError]:
    return st.builds(
        ProviderError,
        st.sampled_from(["quota", "network", "unknown"]),
        st.text(),
        st.text(),
        st.text(),
        status=st.none() | st.integers(0, 599),
        retry_after=st.none() | st.floats(0, 1e6),
        request_id=st.text(),
        partial=st.text(),
        advice=st.text(),
    )


st.register_type_strategy(ProviderError, errors())
# Names of types only in the module of events.
st.register_type_strategy(BudgetWarning, st.builds(BudgetWarning, st.from_type(NodeState)))
st.register_type_strategy(ApprovalRequested, st.builds(ApprovalRequested, st.from_type(Request)))
st.register_type_strategy(ApprovalResolved, st.builds(ApprovalResolved, st.from_type(Request), st.from_type(Answer)))
st.register_type_strategy(Decimal, st.decimals(allow_nan=False))
st.register_type_strategy(datetime, st.datetimes(timezones=st.just(UTC)))
st.register_type_strategy(Opaque, st.builds(Opaque, st.text(), st.dictionaries(st.text(), ANYTHING, max_size=3)))


def plain(value: Any) -> Any:
    """A value by what it holds, since errors are equal only to themselves and 0 is not 0.0 here."""
    if isinstance(value, ProviderError):
        node = getattr(value, "node", None)
        return (type(value), value.kind, value.provider, value.model, value.message, value.details(), plain(node))
    if is_dataclass(value):
        return (type(value), *(plain(getattr(value, field.name)) for field in fields(value)))
    if isinstance(value, Mapping):
        return {key: plain(held) for key, held in value.items()}
    if isinstance(value, tuple | list):
        return [plain(one) for one in value]
    return (type(value), str(value) if isinstance(value, Decimal | float) else value)  # nan is not nan


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.one_of([st.from_type(one) for one in EVENTS]))
def test_an_event_comes_back_exactly(event: Event):
    blobs = MemoryBlobs()
    for keep, fetch in ((blobs.put, blobs.get), (lambda _data: "", None)):
        written = encode(event, keep)
        assert "\n" not in written
        assert plain(decode(written, fetch)) == plain(event)


def test_there_is_a_test_for_each_event_there_is():
    assert set(EVENTS) == set(get_args(Event))


def test_a_refusal_by_a_budget_comes_back_with_its_node():
    node = NodeState(("all", "session x"), Limit(Decimal("0.10")))
    event = TurnFailed(BudgetExceeded(node, "acme", "m1", "too much", "spend less"), Usage(), UNPRICED, "s")
    again = decode(encode(event))
    assert plain(again) == plain(event)


def test_pictures_and_long_texts_stand_elsewhere(tmp_path: Path):
    blobs = Blobs(tmp_path)
    long = "x" * (LONGEST + 1)
    picture = Image("image/png", b"\x89PNG" * 1000, 3, 4)
    event = MessageAdded(Message("user", (picture, Text(long), Text("short \udcff"), ToolResult("1", long))))
    written = encode(event, blobs.put)
    assert len(written) < 600
    assert decode(written, blobs.get) == event
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 2


def test_contents_that_are_gone_leave_a_word_in_their_place():
    event = MessageAdded(user("x" * (LONGEST + 1), (Image("image/png", b"1", 1, 1),)))
    kept = MemoryBlobs()
    found = decode(encode(event, kept.put), MemoryBlobs().get)
    assert isinstance(found, MessageAdded)
    assert "picture that is no longer there" in found.message.text
    assert "is not among those kept" in found.message.text


def test_no_secret_is_written_in_any_field():
    key = Secret("sk-canary-0123456789").reveal()
    opaque = Opaque("acme", {"signature": key, key: [{"deep": f"x{key}y"}]})
    call = ToolCall("1", "run_shell", json.dumps({"command": f"echo {key}"}))
    message = Message("assistant", (Reasoning(key, opaque), Text(f"the key is {key}."), call), f"acme/{key}")
    events: list[Event] = [
        MessageFinished(message, "stop"),
        ToolFinished(call, ToolResult("1", key * 20_000), 0.5),
        Retrying(1, 0.5, ProviderError("network", "acme", "m", f"no way to {key}", partial=key, advice=key)),
        UsageRecorded("acme/m1", Usage(), Cost(None, "unpriced", note=key), rates=json.dumps({"a": key})),
    ]
    blobs = MemoryBlobs()
    for event in events:
        written = encode(event, blobs.put)
        assert "canary" not in written
        assert REDACTED in written or "$blob" in written
    assert not any(b"canary" in data for data in blobs._held.values())


@pytest.mark.parametrize(
    ("written", "event"),
    [
        ('{"type": "Notice", "text": "a", "colour": "red"}', Notice("a")),
        ('{"type": "Notice"}', Notice("")),
        ('{"type": "MessageAdded", "message": {"role": "user"}}', MessageAdded(Message("user", ()))),
        (
            '{"type": "MessageAdded", "message": {"role": "user", "parts": [{"type": "Hologram", "x": 1}]}}',
            MessageAdded(Message("user", (Text("[something of a kind that this version does not know]"),))),
        ),
        ('{"type": "UsageRecorded", "model": "m/x"}', UsageRecorded("m/x", Usage(), Cost(None, "billed"))),
    ],
)
def test_what_other_versions_wrote_is_read_as_far_as_it_is_understood(written: str, event: Event):
    assert decode(written) == event


def test_an_error_of_a_kind_to_come_is_unknown():
    found = decode('{"type":"Retrying","attempt":1,"wait":1.5,"error":{"kind":"sunspots","message":"hot"}}')
    assert isinstance(found, Retrying)
    assert (found.error.kind, found.error.message) == ("unknown", "hot")


@pytest.mark.parametrize(
    "damage",
    [
        "",
        "nonsense",
        "[]",
        "null",
        '{"type": "Teleported", "to": "Mars"}',
        '{"type": ["Notice"]}',
        '{"type": "Notice", "text": 5}',
        '{"type": "Notice", "text": {"$blob": "../../etc/passwd"}}',
        '{"type": "MessageAdded", "message": []}',
        '{"type": "MessageAdded", "message": {"role": "user", "parts": 7}}',
        '{"type": "UsageRecorded", "usage": {"input_tokens": "many"}}',
        '{"type": "UsageRecorded", "cost": {"usd": "many", "basis": "billed"}}',
        '{"type": "UsageRecorded", "began": "yesterday"}',
        '{"type": "ToolFinished", "seconds": true}',
        '{"type": "Retrying", "error": {"kind": "network", "status": []}}',
        '{"type": "Notice", "text": ' + "[" * 100_000,
        '{"type": "HistoryCompacted", "replaced": ' + "9" * 5000 + "}",
    ],
)
def test_what_cannot_be_read_is_a_notice_that_says_so(damage: str):
    assert isinstance(decode(damage, MemoryBlobs().get), Notice)


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(EVENTS), st.dictionaries(st.sampled_from(["message", "error", "cost", "usage", "text"]), ANYTHING)
)
def test_any_json_at_all_is_an_event(kind: type, given_fields: dict[str, Any]):
    record = json.loads(json.dumps({"type": kind.__name__, **given_fields}, default=str))
    assert isinstance(decode(json.dumps(record)), EVENTS)


def test_a_value_nested_too_deeply_is_refused_and_not_half_written():
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    event = MessageFinished(Message("assistant", (Reasoning("", Opaque("acme", {"deep": deep})),)), "stop")
    with pytest.raises(ValueError, match="nested too deeply"):
        encode(event)
    while deep:  # or taking it down would be too deep, too
        deep = deep.pop()


def test_ten_thousand_events_are_read_in_a_moment():
    written = [encode(MessageAdded(user(f"message {number}"))) for number in range(10_000)]
    began = time.process_time()
    assert len([decode(one) for one in written]) == 10_000
    print(f"{(time.process_time() - began) * 100:.1f} µs an event")
