"""Sessions are kept event by event, listed, found, searched, handed on and deleted for good."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from manual_slop.store.effects import Effect, FileChange, FileState
from manual_slop.store.errors import StoreError
from manual_slop.store.snippet import FOUND
from manual_slop.store.store import Store
from manual_slop.values.envelope import Envelope
from manual_slop.values.errors import ProviderError
from manual_slop.values.events import (
    Event,
    HistoryCompacted,
    MessageAdded,
    MessageFinished,
    Notice,
    SessionDescribed,
    ToolFinished,
    TurnFailed,
    TurnFinished,
    TurnStarted,
)
from manual_slop.values.ledger import UsageRecorded
from manual_slop.values.messages import Image, Message, Reasoning, Text, ToolCall, ToolResult, user
from manual_slop.values.secrets import Secret
from manual_slop.values.usage import UNPRICED, Cost, CostSum, Usage
from tests.support.shared import ROOT

LONG = "The kettle is on the fire and the tea is nearly done, so that nobody waits for long"


@pytest.fixture(params=["memory", "folder"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(None if request.param == "memory" else tmp_path)
    yield opened
    opened.close()


def answer(text: str) -> MessageFinished:
    return MessageFinished(Message("assistant", (Text(text),), "acme/m1"), "stop")


def a_turn(number: int = 1, prompt: str = "hello", usd: str | None = "0.10") -> list[Event]:
    cost = UNPRICED if usd is None else Cost(Decimal(usd), "list price")
    return [
        TurnStarted(f"turn-{number}", "s", "acme/m1"),
        MessageAdded(user(prompt)),
        answer("well"),
        UsageRecorded("acme/m1", Usage(1, 2), cost, call_id=f"call-{number}", session_id="s"),
        TurnFinished("well", "stop", "acme/m1", Usage(1, 2), cost, 1, "s"),
    ]


def test_events_come_back_in_order_with_numbers_and_times(store: Store):
    before = datetime.now(UTC)
    events = [SessionDescribed("s", "acme/m1"), *a_turn()]
    store.append("s", events[:2])
    store.append("s", events[2:])
    store.append("other", [Notice("elsewhere")])
    kept = list(store.envelopes("s"))
    assert [one.event for one in kept] == events
    assert [(one.source, one.number) for one in kept] == [("s", number) for number in range(1, 7)]
    assert all(before <= one.at <= datetime.now(UTC) for one in kept)
    assert [one.event for one in store.envelopes("s", after=4)] == events[4:]
    assert [one.number for one in store.envelopes("s", types={TurnStarted, MessageAdded})] == [2, 3]
    assert list(store.envelopes("unheard of")) == []


def test_a_session_longer_than_a_page_is_read_whole_also_while_it_grows(store: Store):
    store.append("s", [Notice(str(number)) for number in range(1234)])
    reading = store.envelopes("s")
    first = next(reading)
    store.append("s", [Notice("1234")])
    assert [one.event for one in [first, *reading]] == [Notice(str(number)) for number in range(1235)]


def test_what_is_not_waited_for_is_there_after_what_is(store: Store):
    for number in range(50):
        store.append("s", [Notice(str(number))], wait=False)
    store.append("s", [Notice("last")])
    assert [one.event.text for one in store.envelopes("s")] == [*map(str, range(50)), "last"]  # type: ignore[union-attr]


def test_an_event_that_can_never_be_written_is_refused_and_holds_up_no_other(store: Store):
    from manual_slop.values.messages import Opaque

    strange = MessageFinished(Message("assistant", (Reasoning("", Opaque("acme", {"a": object()})),)), "stop")
    with pytest.raises(ValueError, match="type object cannot be kept"):
        store.append("s", [Notice("with it"), strange])
    store.append("s", [Notice("next")])
    assert [one.event for one in store.envelopes("s")] == [Notice("next")]
    assert store.unsaved() == []


def test_a_list_shows_each_session_with_the_last_changed_first(store: Store):
    described = SessionDescribed("one", "acme/m1", project="/home/me/teapot")
    store.append("one", [described, *a_turn(1, f"  {LONG}\n\nor so"), *a_turn(2, "second", None)])
    store.append("two", [SessionDescribed("two", "other/m2", forked_from="one", forked_at=3)])
    store.append("two", [TurnStarted("turn", "two", "other/m3")])
    two, one = store.sessions()
    assert (one.title, one.model, one.project) == (LONG[:59].rpartition(" ")[0] + "…", "acme/m1", "/home/me/teapot")
    assert (one.turns, one.calls, one.events, one.interrupted) == (2, 2, 11, False)
    assert one.cost == CostSum(Decimal("0.10"), 2, 1)
    assert str(one.cost) == "≥ $0.1000 + 1 unpriced call"
    assert one.opened <= one.changed <= two.changed
    assert (two.id, two.model, two.forked_from, two.open_turn) == ("two", "other/m3", "one", "turn")
    assert [found.id for found in store.sessions(1)] == ["two"]
    assert [found.id for found in store.sessions(1, offset=1)] == ["one"]
    assert [found.id for found in store.sessions(project="/home/me/teapot")] == ["one"]
    assert store.summary("one") == one
    with pytest.raises(StoreError, match="there is no session three"):
        store.summary("three")


def test_costs_are_added_to_the_last_digit(store: Store):
    for number in range(30):
        store.append("s", a_turn(number, usd="0.000000000000000123456789"))
    assert store.summary("s").cost.usd == Decimal("0.000000000000000123456789") * 30


def test_a_turn_without_an_end_is_interrupted_unless_somebody_works_on_it(tmp_path: Path):
    store, other = Store.open(tmp_path), Store.open(tmp_path)
    store.claim("s")
    store.append("s", a_turn()[:2])
    assert not other.summary("s").interrupted
    store.close()
    assert other.summary("s").interrupted
    other.append("s", [TurnFailed(ProviderError("cancelled", "", "", "stopped"), Usage(), UNPRICED, "s")])
    assert not other.summary("s").interrupted
    other.close()


def test_a_session_is_gone_on_with_by_one_at_a_time(tmp_path: Path):
    store, other = Store.open(tmp_path), Store.open(tmp_path)
    store.append("s", a_turn())
    store.claim("s")
    for somebody in (store, other):
        with pytest.raises(StoreError, match="is in use by another program, or twice by this one"):
            somebody.claim("s")
    with pytest.raises(StoreError, match="is in use: end it first"):
        other.delete("s")
    store.release("s")
    other.claim("s")
    other.close()
    store.claim("s")
    store.close()


def test_a_session_is_found_by_the_beginning_of_its_id(store: Store):
    with pytest.raises(StoreError, match="there is no session yet"):
        store.find("last")
    for session_id in ("abc1", "abc2", "x%_"):
        store.append(session_id, [Notice("")])
    assert store.find("abc1") == "abc1"
    assert store.find("x%") == "x%_"
    assert store.find("last") == "x%_"
    with pytest.raises(StoreError, match="several sessions begin with abc"):
        store.find("abc")
    for wrong in ("", "%", "b", "ABC1", "'"):
        with pytest.raises(StoreError, match="no session begins with"):
            store.find(wrong)


def test_a_draft_is_kept_until_its_message_is_there(store: Store):
    store.append("s", a_turn()[:2])
    store.draft("s", "turn-1", "half a sen", "thinking").result()
    store.draft("s", "turn-1", "half a sentence", "thinking hard").result()
    assert [(one.turn_id, one.text, one.reasoning) for one in store.drafts("s")] == [
        ("turn-1", "half a sentence", "thinking hard")
    ]
    store.append("s", [Notice("something else")])
    assert store.drafts("s")
    store.append("s", [answer("half a sentence, and the rest")])
    assert store.drafts("s") == []
    store.draft("unheard of", "turn", "text").result()
    assert store.drafts("unheard of") == []


def everything_said() -> list[Event]:
    call = ToolCall("1", "run_shell", '{"command": "brew earlgrey"}')
    return [
        MessageAdded(user("Where is the samovar?")),
        MessageFinished(Message("assistant", (Reasoning("perhaps the pantry"), Text("Über dem Herd."), call)), "stop"),
        ToolFinished(call, ToolResult("1", "steeping oolong"), 1.0),
        HistoryCompacted(user("They spoke of porcelain."), 1, "acme/m1"),
    ]


@pytest.mark.parametrize(
    ("words", "kinds"),
    [
        ("samovar", ["prompt"]),
        ("SAMO", ["prompt"]),
        ("is the", ["prompt"]),
        ("uber herd", ["answer"]),
        ("pantry", ["reasoning"]),
        ("earlgrey", ["tool"]),
        ("run_shell oolong", ["tool"]),
        ("porcelain", ["summary"]),
        ("the", ["summary", "reasoning", "prompt"]),
        ("samovar porcelain", []),
        ("coffee", []),
    ],
)
def test_words_are_found_where_they_were_said(store: Store, words: str, kinds: list[str]):
    store.append("s", everything_said())
    assert [hit.kind for hit in store.search(words)] == kinds


def test_a_hit_says_where_and_shows_the_words(store: Store):
    store.append("s", [Notice("first"), MessageAdded(user("a " * 100 + "samovar\n\n" + "b " * 100))])
    store.append("t", [MessageAdded(user("samovars"))])
    store.append("t", [MessageAdded(user("Über dem Herd"))])
    assert store.search("UBER")[0].snippet == f"{FOUND[0]}Über{FOUND[1]} dem Herd"
    newest, oldest = store.search("samovar")
    assert (oldest.session_id, oldest.number) == ("s", 2)
    assert f"a {FOUND[0]}samovar{FOUND[1]} b" in oldest.snippet
    assert oldest.snippet.startswith("…")
    assert len(oldest.snippet) < 170
    assert newest.session_id == "t"
    assert [hit.session_id for hit in store.search("samovar", session_id="s")] == ["s"]
    assert len(store.search("samovar", 1)) == 1


@pytest.mark.parametrize(
    "words",
    ["", " ", '"', "'", "*", "a*b", "NEAR(a b)", "a AND", "OR", "NOT", "body:a", "-a", "^a", "(", "a\0b", "\udcff",
     "%_", '" OR 1=1 --', "{a b}", "a" * 100_000, "x " * 5_000, "é", "日本", "🫖"],
)  # fmt: skip
def test_whatever_is_typed_the_search_raises_nothing(store: Store, words: str):
    store.append("s", everything_said())
    assert isinstance(store.search(words), list)


def test_no_secret_is_kept_in_any_table(tmp_path: Path):
    key = Secret("sk-canary-9876543210").reveal()
    store = Store.open(tmp_path)
    store.append("s", [SessionDescribed("s", f"acme/{key}", project=f"/home/{key}"), *a_turn(1, f"my key is {key}")])
    store.append("s", [ToolFinished(ToolCall("1", "x", key), ToolResult("1", key * 10_000), 1.0)])
    store.draft("s", "turn", key, key).result()
    entry = store.journal.intend(Effect("write_file", "s", key=key, changes=(FileChange(f"{key}.txt", None, None),)))
    store.journal.finish(entry, "failed", f"no room for {key}")
    assert store.search("canary") == []
    store.close()
    assert not any(b"canary" in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_what_is_deleted_is_in_no_file_any_more_and_nothing_else_is_touched(tmp_path: Path):
    store = Store.open(tmp_path)
    shared, own = (Image("image/png", data * 99, 1, 1) for data in (b"shared", b"own"))
    for session_id, picture in (("gone", own), ("kept", shared)):
        store.append(session_id, [SessionDescribed(session_id, "acme/m1"), *a_turn(1, f"{session_id} samovar")])
        store.append(session_id, [MessageAdded(user("look", (shared, picture)))])
    old = store.blobs.put(b"what the file held")
    change = FileChange("gone.txt", FileState(old, 0o644), None)
    store.journal.finish(store.journal.intend(Effect("delete_file", "gone", changes=(change,))), "done")
    store.draft("gone", "turn", "gone draft").result()
    report = store.delete("gone")
    assert (report.events, report.effects, report.blobs, report.bytes) == (7, 1, 2, 297 + 18)
    assert [hit.session_id for hit in store.search("samovar")] == ["kept"]
    assert [summary.id for summary in store.sessions()] == ["kept"]
    assert store.journal.entries() == ()
    assert isinstance(list(store.envelopes("kept"))[-1].event, MessageAdded)
    assert store.blobs.get(store.blobs.put(shared.data)) == shared.data
    assert not store.blobs.has(old)
    store.close()
    texts = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"kept samovar" in texts
    assert b"gone" not in texts


def test_a_session_from_elsewhere_is_taken_in_whole_with_its_times(store: Store):
    at = datetime(2024, 2, 29, 12, 30, 0, 123456, UTC)
    envelopes = [Envelope("theirs", number, at, event) for number, event in enumerate(a_turn(), 1)]
    assert store.restore(envelopes, "ours") == 5
    assert [(one.source, one.at, one.event) for one in store.envelopes("ours")] == [
        ("ours", at, event) for event in a_turn()
    ]
    assert store.summary("ours").opened == store.summary("ours").changed == at
    with pytest.raises(StoreError, match="there is a session ours already"):
        store.restore(envelopes, "ours")
    assert store.summary("ours").events == 5


def test_an_event_of_fifty_megabytes_is_kept_and_costs_a_list_nothing(tmp_path: Path):
    store = Store.open(tmp_path)
    huge = ToolFinished(ToolCall("1", "x", "{}"), ToolResult("1", "word " * 10_000_000), 1.0)
    store.append("s", [huge, Notice("after")])
    assert [one.event for one in store.envelopes("s")] == [huge, Notice("after")]
    assert store.search("word")[0].number == 1
    store.close()
    assert (tmp_path / "sessions.db").stat().st_size < 10_000_000


WRITER = """
import sys
from pathlib import Path
from manual_slop.store.store import Store
from manual_slop.values.events import Notice
store = Store.open(Path(sys.argv[1]))
for number in range(40):
    store.append("shared", [Notice(f"{sys.argv[2]} {number}"), Notice("pair")])
    store.append(sys.argv[2], [Notice(str(number))])
store.close()
"""


def test_programs_write_into_one_store_and_one_session_at_once(tmp_path: Path):
    commands = [[sys.executable, "-c", WRITER, str(tmp_path), f"writer-{number}"] for number in range(3)]
    writers = [subprocess.Popen(command, cwd=ROOT) for command in commands]
    store = Store.open(tmp_path)
    while any(writer.poll() is None for writer in writers):
        seen = [one.number for one in store.envelopes("shared")]
        assert seen == list(range(1, len(seen) + 1))
    assert [writer.returncode for writer in writers] == [0, 0, 0]
    kept = list(store.envelopes("shared"))
    assert [one.number for one in kept] == list(range(1, 241))
    texts = [one.event.text for one in kept]  # type: ignore[union-attr]
    assert texts[1::2] == ["pair"] * 120
    assert len(set(texts[::2])) == 120
    assert sum(summary.events for summary in store.sessions()) == 360
    store.close()


def test_sixty_four_producers_lose_nothing_and_keep_their_order(tmp_path: Path):
    store = Store.open(tmp_path)

    def produce(thread: int) -> None:
        for number in range(20):
            store.append(f"s{thread}", [Notice(str(number))])

    threads = [threading.Thread(target=produce, args=(thread,)) for thread in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for thread in range(64):
        assert [one.event for one in store.envelopes(f"s{thread}")] == [Notice(str(number)) for number in range(20)]
    store.close()


def test_the_shared_store_is_one_in_a_process_and_opened_anew_when_it_was_closed():
    from manual_slop.store.shared import close_shared_stores, shared_store

    store = shared_store()
    assert shared_store() is store
    store.append("s", [Notice("kept")])
    close_shared_stores()
    assert store.closed
    assert [one.event for one in shared_store().envelopes("s")] == [Notice("kept")]
    shared_store().close()
    assert not shared_store().closed
    close_shared_stores()
