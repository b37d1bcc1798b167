"""`sessions replay` as a shell sees it: a session that came from elsewhere, on a home where nobody was ever asked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from manual_slop.providers.access import Access
from manual_slop.providers.config import Config
from manual_slop.safety.workspace import Workspace
from manual_slop.session.export.archive import as_archive
from manual_slop.session.export.reading import read_archive
from manual_slop.session.export.taking_in import take_in
from manual_slop.session.keeping import keep
from manual_slop.session.session import Session
from manual_slop.session.transcript import fold
from manual_slop.store.store import Store
from manual_slop.tools.declaration import ToolContext
from manual_slop.tools.registry import ToolBox, built_in_tools
from manual_slop.values.messages import Image, Message
from tests.support.scripted_server import ScriptedServer, calls, says

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "README.md").write_text("# Pear\n\nA pear peeler.\n", "utf-8")
    return folder


def exported(project: Path, folder: Path) -> tuple[str, list[Message]]:
    """A session with a picture, a tool that reads, one that is refused, and two turns; and what was said in it."""
    store = Store.open(folder)
    toolbox = ToolBox(built_in_tools(), ToolContext(Workspace(project)))
    session = Session(Access(Config(Path("config.toml"))), "openai/gpt-4o", toolbox=toolbox)
    keep(session, store)
    reads = calls(("read_file", {"path": "README.md"}), ("delete_file", {"path": "README.md"}))
    with ScriptedServer([reads, says("It ", "peels."), says("Bye.")]) as server:
        for prompt, images in (("what is it?", (Image("image/png", PNG),)), ("bye", ())):
            session.send(prompt, images=images, api_key="sk-canary-of-then", api_base=f"{server.url}/v1")
    text = as_archive(store, session.id)
    store.close()
    return text, session.messages


def replayed(home: Path, *options: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "manual_slop", "sessions", "replay", *options],
        env={**os.environ, "MANUAL_SLOP_HOME": str(home), "NO_COLOR": "1", "COLUMNS": "100"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=120,
        check=False,
    )


def test_what_was_exported_and_taken_in_elsewhere_is_the_same_again_until_a_tool_says_something_else(
    project: Path, tmp_path: Path
):
    text, messages = exported(project, tmp_path / "here")
    home = tmp_path / "elsewhere"
    store = Store.open(home / "data")
    session_id, _ = take_in(store, read_archive(text.encode()))
    assert list(fold(one.event for one in store.envelopes(session_id)).messages) == messages
    store.close()

    same = replayed(home, session_id, "--json")
    report = json.loads(same.stdout)
    assert (same.returncode, report["same"], report["drifts"]) == (0, True, [])
    assert [(turn["calls"], turn["tools"], turn["read"], turn["skipped"]) for turn in report["turns"]] == [
        (2, 2, 1, ""),
        (1, 0, 0, ""),
    ]
    assert (project / "README.md").exists()

    (project / "README.md").write_text("# Pear\n\nA plum peeler.\n", "utf-8")
    other = replayed(home, session_id)
    assert other.returncode == 9, other.stderr
    shown = other.stdout.decode()
    assert 'tool read_file {"path": "README.md"}' in shown
    assert "A pear peeler." in shown
    assert "A plum peeler." in shown
    assert "1 difference" in shown
    assert "2 of 2 turns run again" in shown


def test_a_session_that_is_not_there_and_a_folder_that_is_none_are_said(tmp_path: Path):
    missing = replayed(tmp_path, "abcd")
    assert missing.returncode == 2
    assert b"abcd" in missing.stderr
    folder = replayed(tmp_path, "--dir", str(tmp_path / "nowhere"))
    assert folder.returncode == 2
    assert b"nowhere" in folder.stderr


def test_a_program_that_stays_offline_reaches_nobody_in_any_thread():
    tried = """
import socket, threading
from manual_slop.safety.offline import stay_offline
stay_offline()
said = []
def reach():
    for attempt in (lambda: socket.create_connection(("127.0.0.1", 9)), lambda: socket.getaddrinfo("localhost", 80)):
        try:
            attempt()
        except PermissionError as error:
            said.append(str(error))
reach()
thread = threading.Thread(target=reach)
thread.start()
thread.join()
print(said == ["this run makes no connections"] * 4)
"""
    done = subprocess.run([sys.executable, "-c", tried], capture_output=True, timeout=60, check=True)
    assert done.stdout.strip() == b"True"
