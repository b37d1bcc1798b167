"""The `sessions` commands, as somebody types them."""

from __future__ import annotations

import io
import json
import stat
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from manual_slop import cli
from manual_slop.providers.config import load_config
from manual_slop.session.settings import session_settings
from manual_slop.store import ledger_table
from manual_slop.store.shared import close_shared_stores, shared_store
from manual_slop.store.store import Store
from manual_slop.terminal.screen import screen
from manual_slop.values.paths import config_dir
from tests.support.stories import a_session, enveloped

SESSION, OTHER = "a1" * 16, "b2" * 16
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def store() -> Iterator[Store]:
    store = shared_store()
    store.append(SESSION, a_session(SESSION))
    store.append(OTHER, a_session(OTHER)[:4])
    yield store
    close_shared_stores()


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Does what is typed in this process; returns exit code, stdout and stderr."""
    monkeypatch.setattr("sys.stdin", io.StringIO())

    def run(*words: str) -> tuple[int, str, str]:
        screen.cache_clear()
        code = cli.run(["sessions", *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    yield run
    screen.cache_clear()


def test_sessions_are_listed_the_last_used_first(run: Run, store: Store) -> None:
    code, out, _ = run("list")
    lines = out.splitlines()
    assert code == 0
    assert [line.split()[0] for line in lines] == ["id", "b2b2b2b2", "a1a1a1a1"]
    assert "≥ $0.001200 + 1 unpriced call" in lines[2]
    assert "✂ what is on <this>?" in lines[1]
    listed = json.loads(run("list", "--json")[1])
    assert [one["id"] for one in listed] == [OTHER, SESSION]
    assert listed[1]["cost"] == {"usd": "0.0012", "calls": 2, "unpriced": 1}
    assert (listed[0]["interrupted"], listed[0]["turns"]) == (True, 1)


def test_a_short_list_says_that_it_is_one(run: Run, store: Store) -> None:
    assert "--limit N shows more" in run("list", "--limit", "1")[2]
    assert run("list", "--here", "--json")[1].strip() == "[]"


def test_where_nothing_is_recorded_that_is_said(run: Run) -> None:
    assert "no session is recorded yet" in run("list")[2]
    code, _, err = run("show")
    assert code == 2
    assert "there is no session yet" in err


def test_a_session_is_read_with_its_costs_and_harmless(run: Run, store: Store) -> None:
    _, out, _ = run("show", "a1")
    assert "    4 You" in out
    assert "    6 openai/gpt-4o · 400 in · 20 out · $0.001200" in out
    assert "▸ read_file a/README.md" in out
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert "alert(1)" not in out.split("read_file")[1].split("\n")[0]
    assert '"path": "a/README.md"' in run("show", "a1", "--tools")[1]
    assert "the last turn broke off" in run("show", "b2")[1]


def test_the_events_of_a_session_are_json_lines(run: Run, store: Store) -> None:
    events = [json.loads(line) for line in run("show", "a1", "--json")[1].splitlines()]
    assert [event["number"] for event in events] == list(range(1, len(a_session()) + 1))
    assert events[0]["type"] == "session_described"


def test_words_are_found_with_where_they_stand(run: Run, store: Store) -> None:
    code, out, _ = run("search", "look")
    assert code == 0
    assert out.splitlines()[0].startswith("a1a1a1a1")
    assert "I will look." in out
    (hit,) = json.loads(run("search", "look", "--json")[1])
    assert (hit["session_id"], hit["number"], hit["snippet"]) == (SESSION, 6, "I will look.")
    assert "nothing was found" in run("search", '"; DROP TABLE', "NEAR(")[2]


def test_a_session_is_exported_once_and_replaced_only_by_force(run: Run, store: Store, tmp_path: Path) -> None:
    for name in ("s.md", "s.html", "s.json"):
        assert run("export", "a1", "-o", str(tmp_path / name))[0] == 0
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["s.html", "s.json", "s.md"]
    before = (tmp_path / "s.md").read_bytes()
    code, _, err = run("export", "b2", "-o", str(tmp_path / "s.md"))
    assert code == 2
    assert "already there" in err
    assert (tmp_path / "s.md").read_bytes() == before
    assert run("export", "b2", "-o", str(tmp_path / "s.md"), "--force")[0] == 0
    assert run("export", "a1")[1].startswith("# what is on")
    assert run("export", "a1", "-o", "s.pdf")[0] == 2
    assert run("export", "a1", "-o", str(tmp_path / "none" / "s.md"))[0] == 2


def test_a_key_learned_since_is_taken_out_of_an_export(run: Run, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "alert(1)")
    for form in ("md", "html"):
        _, out, err = run("export", "a1", "--format", form)
        assert "alert(1)" not in out
        assert "keys taken out" in err
    code, out, _ = run("export", "a1", "--format", "json")
    assert code == 0
    assert "alert(1)" not in out


def test_a_session_travels(run: Run, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "s.json"
    run("export", "a1", "-o", str(file))
    assert "was here already" in run("import", str(file))[2]
    monkeypatch.setenv("MANUAL_SLOP_HOME", str(tmp_path / "elsewhere"))
    assert json.loads(run("import", str(file), "--json")[1]) == {"id": SESSION, "outcome": "new", "events": 16}
    assert run("export", "a1", "--format", "json")[1] == file.read_text("utf-8")
    (tmp_path / "bad.json").write_text("{}", "utf-8")
    assert run("import", str(tmp_path / "bad.json"))[0] == 2
    assert run("import", str(tmp_path / "none.json"))[0] == 2


def test_nothing_is_deleted_unless_somebody_says_so(run: Run, store: Store) -> None:
    code, _, err = run("delete", "a1")
    assert code == 2
    assert "16 events" in err
    assert "--yes" in err
    assert len(store.sessions()) == 2


def test_what_a_deleted_session_cost_stays_unless_that_is_to_go_too(run: Run, store: Store) -> None:
    def entered() -> int:
        with store.database.reading() as connection:
            return len(list(ledger_table.read(connection)))

    assert entered() == 2
    assert run("delete", "a1", "--yes")[0] == 0
    assert ([one.id for one in store.sessions()], entered()) == ([OTHER], 2)
    assert store.search("walrus look") == []
    store.append(SESSION, a_session(SESSION))
    assert run("delete", "a1", "--yes", "--with-ledger")[0] == 0
    assert entered() == 0


def test_a_session_that_is_in_use_is_not_deleted(run: Run, store: Store) -> None:
    store.claim(SESSION)
    code, _, err = run("delete", "a1", "--yes")
    assert code == 2
    assert "in use" in err


def test_only_what_is_old_is_pruned_and_only_when_somebody_says_so(run: Run, store: Store) -> None:
    assert "kept for ever" in run("prune")[2]
    run_days = ("prune", "--days", "30")
    assert "no session was left alone" in run(*run_days)[2]
    old = "d4" * 16
    store.restore([replace(one, at=one.at - timedelta(days=400)) for one in enveloped(a_session(old), old)], old)
    code, out, _ = run(*run_days)
    assert code == 2
    assert "d4d4d4d4" in out
    assert "a1a1a1a1" not in out
    assert run(*run_days, "--yes")[0] == 0
    assert {one.id for one in store.sessions()} == {SESSION, OTHER}


def test_the_settings_of_sessions_are_read_and_checked(run: Run, store: Store) -> None:
    config_dir().mkdir(parents=True, exist_ok=True)
    (config_dir() / "config.toml").write_text("[sessions]\nrecord = false\nkeep_days = -1\nkep_days = 3\n", "utf-8")
    read = session_settings(load_config())
    assert (read.record, read.keep_days) == (False, 0)
    assert [str(issue).partition("sessions.")[2].split()[0] for issue in read.issues] == ["keep_days", "kep_days"]


def test_a_session_goes_on_from_the_command_line(run: Run, store: Store) -> None:
    code, out, err = run("fork", "a1", "11", "-m", "rehearsal/demo", "--prompt", "what is 12*7?")
    assert code == 0
    assert "12*7 = 84" in out
    assert "is a fork of a1a1a1a1 at 11" in err
    forked = store.sessions(1)[0]
    assert (forked.forked_from, forked.turns, forked.model) == (SESSION, 1, "rehearsal/demo")
    assert not store.summary(forked.id).owner
    assert json.loads(run("fork", "a1", "--json")[1])["forked_from"] == SESSION
    code, _, err = run("resume", forked.id[:8])
    assert code == 0
    assert "goes on after 6 messages" in err
    assert "› what is 12*7?" in err
