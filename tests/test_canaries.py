"""A key that a provider echoes, in whatever spelling, is in nothing that the program shows, keeps or hands out."""

from __future__ import annotations

import base64
import gzip
import os
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from manual_slop.values.secrets import REDACTED
from tests.support.canaries import found_below, found_in, spellings
from tests.support.leaks import (
    KEYS,
    WORD,
    Home,
    in_letters,
    keys_below,
    left_behind,
    spelled,
)
from tests.support.scripted_server import Scripted, ScriptedServer, calls, fails


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The home of a person in whose sessions every provider did everything wrong; and what they exported of it."""
    return left_behind(tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("project"))


def test_there_is_something_to_look_through(home: Home):
    for ending in ("md", "html", "json", "error", "crash"):
        assert len(list(home.folder.glob(f"*.{ending}"))) == len(KEYS) == 54
    assert list(home.folder.rglob("sessions.db"))
    assert list(home.folder.glob("before-the-end-*wal"))
    assert (home.folder / "wire.jsonl").read_text("utf-8").count("\n") >= 54
    assert "it is" in (home.folder / "wire.answers").read_text("utf-8")
    lines = (home.folder / "events.jsonl").read_text("utf-8").splitlines()
    assert REDACTED in "".join(lines)
    assert sum('"turn_f' in line for line in lines) == 54


def test_no_key_is_in_anything_that_was_kept_or_handed_out(home: Home):
    assert keys_below(home.folder) == []


def test_no_key_is_on_the_screen_or_among_the_words_to_find(home: Home):
    assert WORD not in home.printed
    assert home.words == []


@pytest.mark.parametrize("spelling", [name for name, _ in spellings("sk-some-key-to-find/1234567890")])
def test_the_search_finds_each_spelling_wherever_it_is(spelling: str, tmp_path: Path):
    key = "sk-some-key-to-find/1234567890"
    data = b"before " + dict(spellings(key))[spelling] + b" after"
    hidden = {"plain.txt": data, "packed.bin": b"x" + zlib.compress(data), "gzip": gzip.compress(data)}
    hidden["in base64"] = b'{"a": "' + base64.b64encode(b"123" + data) + b'"}'
    for name, content in hidden.items():
        assert found_in(content, key), name
        (tmp_path / name).write_bytes(content)
    assert len({hit.partition(":")[0] for hit in found_below(tmp_path, key)}) == 4


def test_a_child_of_the_program_sees_no_key_and_none_is_on_a_command_line(tmp_path: Path):
    key, home, project = KEYS["openai", "broken JSON"], tmp_path / "home", tmp_path / "project"
    project.mkdir()
    looks = "cat /proc/self/environ /proc/self/cmdline /proc/self/maps /proc/$PPID/cmdline | tr '\\0' '\\n'; env"
    asks = Scripted([*in_letters(f"you are {spelled(key)}"), *calls(("run_shell", {"command": looks})).pieces])
    script = [fails(429, spelled(key), retry_after="0"), asks, fails(401, spelled(key), key)]
    with ScriptedServer(script) as server:
        base = ("--api-base", f"{server.url}/v1")
        said = subprocess.run(
            [sys.executable, "-m", "manual_slop", "send", *base, "-m", "openai/gpt-4o", "--approve", "all", "look"],
            env={**os.environ, "MANUAL_SLOP_HOME": str(home), "OPENAI_API_KEY": key},
            cwd=project,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=120,
            check=False,
        )
    assert said.returncode == 3
    output = next(part["content"] for part in server.seen[2].body["messages"] if part["role"] == "tool")
    assert "PATH=" in output
    assert found_in(output.encode(), key) == set()
    assert REDACTED.encode() in said.stdout
    assert found_in(said.stdout, key) | found_in(said.stderr, key) == set()
    assert list(home.rglob("sessions.db"))
    assert found_below(home, key) == []
