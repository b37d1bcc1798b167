"""A store that any earlier version made is opened, brought up to date and read to the last event.

The files in `golden/` are such stores as SQL. When the tables change, that is one more migration and one more file:
`python -m tests.store.test_golden` writes the one of this version.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from manual_slop.store.database import Database
from manual_slop.store.effects import Effect, FileChange
from manual_slop.store.schema import APPLICATION_ID, MIGRATIONS
from manual_slop.store.store import Store
from manual_slop.values.envelope import Envelope
from manual_slop.values.events import (
    Event,
    HistoryCompacted,
    MessageAdded,
    MessageFinished,
    Notice,
    SessionDescribed,
    ToolFinished,
    ToolStarted,
    TurnFinished,
    TurnStarted,
)
from manual_slop.values.ledger import Origin, UsageRecorded
from manual_slop.values.messages import Message, Opaque, Reasoning, Text, ToolCall, ToolResult, user
from manual_slop.values.tickets import Ticket, Verdict
from manual_slop.values.track_commands import TrackCommand
from manual_slop.values.track_events import GateOpened, TicketChanged, TrackEvent, TrackPlanned, VerdictGiven
from manual_slop.values.usage import Cost, RateLine, Usage

GOLDEN = Path(__file__).parent / "golden"
THIS = GOLDEN / f"format_{len(MIGRATIONS)}.sql"
AT = datetime(2026, 11, 23, 12, 0, 0, 250_000, UTC)
CALL = ToolCall("call-1", "write_file", '{"path": "teapot.py", "content": "steep()"}')
RESULT = ToolResult("call-1", "written")
COST = Cost(Decimal("0.00123"), "list price", "acme.toml", "2026-11-01", (RateLine("input", 3, Decimal("2.5")),))
EFFECT = Effect(
    "write_file", "golden", "turn", "call-1", "golden/call-1", changes=(FileChange("teapot.py", None, None),)
)


def events() -> list[Event]:
    """A conversation with a little of everything, as any version is to understand it."""
    thought = Reasoning("hm", Opaque("acme", {"signature": "abc", "deep": [1, None, {"x": 1.5}]}))
    return [
        SessionDescribed("golden", "acme/m1", "Be kind.", "/home/me/teapot", ("write_file",), Origin(tier="3")),
        TurnStarted("turn", "golden", "acme/m1"),
        MessageAdded(user("Steep the tea, s’il vous plaît.")),
        MessageFinished(Message("assistant", (thought, Text("At once."), CALL), "acme/m1"), "tool_calls"),
        UsageRecorded(
            "acme/m1", Usage(3, 4, reasoning_tokens=1), COST, call_id="c1", session_id="golden", began=AT, ended=AT
        ),
        ToolStarted(CALL),
        ToolFinished(CALL, RESULT, 0.5),
        MessageAdded(Message("tool", (RESULT,))),
        MessageFinished(Message("assistant", (Text("Done."),), "acme/m1"), "stop"),
        TurnFinished("Done.", "stop", "acme/m1", Usage(3, 4), COST, 1, "golden"),
        HistoryCompacted(user("Tea was steeped."), 2, "acme/m1"),
        Notice("the end"),
    ]


TRACK: list[TrackEvent] = [
    TrackPlanned("Tea", "more tea", "/home/me/teapot", "tea", "d1gest", "# Tea", (Ticket("steep", "Steep", "do it"),)),
    GateOpened("plan", "d1gest", "me"),
    TicketChanged("steep", "running", attempt=1, model="acme/m1"),
    VerdictGiven("steep", 1, Verdict(passed=True, reasons=("hot",), checks="c"), "acme/m2"),
]


def fill(store: Store) -> None:
    """What a golden file holds."""
    store.tracks.append("tea", TRACK)
    store.tracks.command("tea", TrackCommand("block", "steep", "too hot", "me"))
    store.restore([Envelope("golden", number, AT, event) for number, event in enumerate(events(), 1)], "golden")
    store.journal.finish(store.journal.intend(EFFECT), "done")
    store.journal.intend(Effect("run_shell", "golden", key="never finished"))
    store.append("interrupted", [TurnStarted("turn-2", "interrupted", "acme/m1"), MessageAdded(user("and?"))])
    store.draft("interrupted", "turn-2", "It was about to").result()


def dumped(path: Path) -> str:
    """A database as SQL that makes it again; the index of words is made anew from what it is about."""
    lines = [f"PRAGMA application_id = {APPLICATION_ID};", f"PRAGMA user_version = {len(MIGRATIONS)};"]
    with closing(sqlite3.connect(path)) as connection:
        found = (
            "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'search\\_%' ESCAPE '\\'"
        )
        for kind, name, sql in connection.execute(found).fetchall():
            lines.append(f"{sql};")
            if kind == "table" and name != "search":
                for row in connection.execute(f"SELECT * FROM {name}"):
                    quoted = (connection.execute("SELECT quote(?)", (value,)).fetchone()[0] for value in row)
                    lines.append(f"INSERT INTO {name} VALUES ({', '.join(quoted)});")
    return "\n".join([*lines, "INSERT INTO search (search) VALUES ('rebuild');", ""])


def loaded(golden: Path, path: Path) -> Path:
    """The database of a golden file."""
    path.parent.mkdir()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(golden.read_text("utf-8"))
    return path


def tables(path: Path) -> list[tuple[str, ...]]:
    """What the database looks like, whatever is in it."""
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'")
        return sorted(map(tuple, found))


@pytest.mark.parametrize("golden", sorted(GOLDEN.glob("*.sql")), ids=lambda path: path.stem)
def test_a_store_of_an_earlier_version_is_read_to_the_last_event(tmp_path: Path, golden: Path):
    path = loaded(golden, tmp_path / "data" / "sessions.db")
    store = Store.open(path.parent)
    assert [one.event for one in store.envelopes("golden")] == events()
    assert {one.at for one in store.envelopes("golden")} == {AT}
    summary = store.summary("golden")
    assert (summary.title, summary.turns, summary.calls) == ("Steep the tea, s’il vous plaît.", 1, 1)
    assert summary.cost.usd == Decimal("0.00123")
    assert store.summary("interrupted").interrupted
    assert [draft.text for draft in store.drafts("interrupted")] == ["It was about to"]
    assert [(entry.effect.tool, entry.status) for entry in store.journal.entries()] == [
        ("write_file", "done"),
        ("run_shell", "unknown"),
    ]
    assert {hit.kind for hit in store.search("teapot")} == {"tool", "file"}
    assert [entry.event for entry in store.tracks.events("tea")] == TRACK
    assert [one for _, one in store.tracks.commands("tea")] == [TrackCommand("block", "steep", "too hot", "me")]
    store.append("golden", [Notice("and on")])
    store.close()
    Database.open(tmp_path / "fresh.db").close()
    assert tables(path) == tables(tmp_path / "fresh.db")
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_there_is_a_golden_file_of_each_version_and_this_one_is_as_it_says(tmp_path: Path):
    assert [path.stem for path in sorted(GOLDEN.glob("*.sql"))] == [f"format_{at + 1}" for at in range(len(MIGRATIONS))]
    Database.open(tmp_path / "fresh.db").close()
    assert tables(loaded(THIS, tmp_path / "data" / "sessions.db")) == tables(tmp_path / "fresh.db"), (
        "the tables changed: that is one more migration at the end of MIGRATIONS and one more golden file"
    )


def write_golden() -> None:
    """Write the golden file of this version."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(Path(folder))
        fill(store)
        owner = store.database.owners.me()
        store.close()
        THIS.write_text(dumped(Path(folder) / "sessions.db").replace(owner, "0123456789abcdef"), "utf-8")


if __name__ == "__main__":
    write_golden()
