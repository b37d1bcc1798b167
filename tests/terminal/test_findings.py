"""What the doctor finds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from manual_slop.store.effects import Effect, FileChange
from manual_slop.store.shared import shared_store
from manual_slop.terminal.finding import Finding
from manual_slop.terminal.findings import findings
from manual_slop.values.paths import config_dir, data_dir
from tests.terminal.doubles import into_pipes


def _found(level: str = "") -> list[Finding]:
    return [one for one in findings(into_pipes()[0]) if level in ("", one.level)]


def _texts(level: str = "") -> str:
    return "\n".join(f"{one.topic} {one.text}" for one in _found(level))


@pytest.fixture
def files() -> Iterator:
    """Writes settings files."""
    config_dir().mkdir(parents=True)

    def write(name: str, text: str, mode: int = 0o600) -> None:
        path = config_dir() / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
        path.chmod(mode)

    return write


def test_a_fresh_installation_is_healthy_and_says_where_everything_lies():
    assert _found("bad") == []
    assert str(config_dir()) in _texts()
    assert "default rehearsal/demo" in _texts()
    assert "litellm" in _texts("good")


def test_what_is_wrong_in_a_settings_file_is_told_with_its_line(files):
    files("config.toml", '[aliases]\nfast = "openai/gpt-4o"\ncolour = 3\n')
    files("pricing/acme.toml", 'provider = "acme"\n[models.m1]\ninput = -1\noutput = 2\n')
    bad = _texts("bad")
    assert "config.toml:3" in bad
    assert "acme.toml:3" in bad


def test_a_config_file_that_cannot_be_read_hides_nothing_else(files):
    files("config.toml", "[aliases\n")
    assert "config.toml:1" in _texts("bad")
    assert "default rehearsal/demo" in _texts()


def test_a_credentials_file_open_to_others_is_told_with_the_command_that_mends_it(files):
    files("credentials.toml", '[openai]\napi_key = "sk-canary-for-the-doctor"\n', 0o644)
    assert "chmod 600" in _texts("bad")
    assert "canary" not in _texts()


def test_keys_are_named_by_origin_never_by_value(files, monkeypatch: pytest.MonkeyPatch):
    files("credentials.toml", '[openai]\napi_key = "sk-canary-for-the-doctor"\n')
    monkeypatch.setenv("GROQ_API_KEY", "gsk-canary-for-the-doctor")
    good = _texts("good")
    assert "openai: credentials.toml [openai]" in good
    assert "groq: environment GROQ_API_KEY" in good
    assert "canary" not in _texts()


def test_models_in_use_that_are_retired_or_unknown_are_pointed_out(files):
    files("config.toml", '[aliases]\nold = "openai/o1"\nodd = "nosuch/x"\n')
    assert "openai/o1 was retired on 2026-10-23" in _texts("warn")
    assert "nosuch/x" in _texts("bad")


def test_a_default_model_without_its_key_stands_in_the_way(files):
    files("config.toml", 'default_model = "openai/gpt-4o"\n')
    assert "No key for OpenAI" in _texts("bad")


def test_who_is_asked_and_what_confines_commands_is_told_and_all_is_well():
    assert "approval mode “ask”: reading goes through, everything else asks" in _texts("note")
    assert [one.topic for one in _found()].count("commands") == 1
    assert not {"mcp", "search", "journal"} & {one.topic for one in _found()}
    assert not data_dir().exists()  # to look changes nothing


def test_the_policy_in_force_is_told(files):
    rule = '[[approval.rules]]\ndecision = "deny"\npath = "private/**"\n'
    files("config.toml", f'[approval]\nmode = "edits"\nrun_tests = "allow"\n{rule}{rule}')
    assert "changes of files in the project go through" in _texts("note")
    assert "2 rules besides; run_tests goes through" in _texts("note")
    assert _found("bad") == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[approval]\nmode = "edit"\n', "approval config.toml:2: approval.mode must be"),
        ("[shell]\nnetwrk = true\n", "commands config.toml:2: shell.netwrk is not known here"),
        ('[projects."/some/where"]\ntest = "pytest"\n', "commands config.toml:2: projects./some/where.test must be"),
        ("[mcp.servers.notes]\ncomand = 3\n", "mcp config.toml:2: mcp.servers.notes.comand is not known here"),
        ('[web_search]\nurl = "https://x.example"\n', "search config.toml:2: web_search.url must hold {query} once"),
    ],
)
def test_what_is_wrong_in_the_settings_of_tools_is_told_with_its_line(files, text: str, told: str):
    files("config.toml", text)
    assert told in _texts("bad").replace(f"{config_dir()}/", "")
    assert "default rehearsal/demo" in _texts()


def test_servers_of_tools_and_of_searches_are_named(files):
    text = '[mcp.servers.notes]\ncommand = ["notes"]\n[web_search]\nurl = "https://find.example/?q={query}"\n'
    files("config.toml", text)
    assert "mcp 1 server, not started to look: notes" in _texts("note")
    assert "search the web is searched by find.example" in _texts("note")


def test_commands_that_nothing_confines_are_pointed_out(files):
    files("config.toml", '[shell]\nmode = "off"\n')
    assert "commands are not confined" in _texts("warn")


def test_what_was_begun_and_never_ended_is_told_the_latest_first():
    journal = shared_store().journal
    for number in range(5):
        changed = (FileChange(f"src/file{number}.py", None, None),)
        journal.finish(journal.intend(Effect("write_file", changes=changed)), "unknown")
    journal.finish(journal.intend(Effect("run_shell")), "done")
    journal.intend(Effect("run_tests"))  # runs, as far as anybody knows
    told = _texts("warn")
    assert "journal 5 effects were begun and nobody saw their end, the latest: write_file of src/file4.py on " in told
    assert "src/file2.py" in told
    assert "src/file1.py" not in told
    assert "run_" not in told


def test_a_store_that_cannot_be_read_stands_in_the_way():
    data_dir().mkdir(parents=True)
    (data_dir() / "sessions.db").write_bytes(b"no database at all" * 100)
    assert "journal " in _texts("bad")
    assert "sessions.db" in _texts("bad")
