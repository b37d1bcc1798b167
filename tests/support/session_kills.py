"""A program with eight sessions in their tools is killed: a model for it, and what has to be true then."""

from __future__ import annotations

import itertools
import json
import os
import random
import re
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from manual_slop import ai_client
from manual_slop.session.transcript import Transcript, fold
from manual_slop.store.shared import close_shared_stores, shared_store
from manual_slop.store.store import Store
from manual_slop.values.events import ToolFinished
from manual_slop.values.messages import ToolCall
from manual_slop.values.paths import data_dir
from tests.session.programs.eight_sessions import SESSIONS, mark
from tests.support.scripted_server import ScriptedServer, Seen, calls, chunk, says
from tests.support.shared import ROOT

_ROUNDS = 3


UNTOUCHED = "the end\n"


class Editor(ScriptedServer):
    """A model that changes the file it is told of a few times, each time by a line that nobody wrote before."""

    def __init__(self) -> None:
        super().__init__([])
        self._tokens = itertools.count()

    def _play(self, http: BaseHTTPRequestHandler) -> None:
        body = json.loads(http.rfile.read(int(http.headers["content-length"])))
        self.seen.append(Seen(http.path, {}, {}))
        said = body["messages"]
        asked = max(at for at, message in enumerate(said) if message["role"] == "user")
        name = re.search(r"\d+\.txt", str(said[asked]["content"]))
        assert name is not None
        rounds = sum(message["role"] == "assistant" for message in said[asked:])
        try:
            self._write(http, self._change(name[0]) if rounds < _ROUNDS else _talkative())
        except OSError:
            http.close_connection = True

    def _change(self, name: str) -> Any:
        edits = [{"old": UNTOUCHED, "new": f"token-{next(self._tokens)}\n{UNTOUCHED}"}]
        return calls(("edit_file", {"path": name, "edits": edits}), ("read_file", {"path": name}))


def _talkative() -> Any:
    answer = says()
    return type(answer)([*(chunk({"content": f"word {at} "}) for at in range(60)), *answer.pieces])


def killed(project: Path, base: str, chance: random.Random) -> list[str]:
    """What a program had told when it was killed."""
    command = [sys.executable, "-m", "tests.session.programs.eight_sessions", str(project), base]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, env=dict(os.environ), text=True) as process:
        assert process.stdout
        said = [process.stdout.readline() for _ in range(chance.randrange(20, 400))]
        time.sleep(chance.random() * 0.05)
        process.kill()
        said += process.stdout.readlines()
    assert all(said), "the program ended by itself"
    return [line.strip() for line in said if line.endswith("\n")]


def check(project: Path, told: Counter[str]) -> int:
    """Everything told is there; every file holds each change at most once. How many turns were broken off."""
    store = Store.open(data_dir())
    kept: Counter[str] = Counter()
    broken = 0
    for summary in store.sessions():
        events = [envelope.event for envelope in store.envelopes(summary.id)]
        kept.update(f"{summary.id} {mark(event)}" for event in events)
        transcript = fold(events)
        broken += transcript.open is not None
        _check_effects(project, transcript, [event for event in events if isinstance(event, ToolFinished)])
    store.close()
    assert not told - kept
    with closing(sqlite3.connect(data_dir() / "sessions.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    return broken


def _check_effects(project: Path, transcript: Transcript, finished: list[ToolFinished]) -> None:
    asked = [call for message in transcript.messages for call in message.tool_calls if call.name == "edit_file"]
    done = {_token(one.call) for one in finished if one.call.name == "edit_file" and not one.result.is_error}
    for name in {json.loads(call.arguments)["path"] for call in asked}:
        lines = (project / name).read_text("utf-8").splitlines()[:-1]
        assert len(lines) == len(set(lines))
        assert done <= set(lines) <= {_token(call) for call in asked}


def _token(call: ToolCall) -> str:
    return str(json.loads(call.arguments)["edits"][0]["new"]).split("\n", 1)[0]


def resume_all(project: Path, base: str) -> None:
    """Each session opens, is valid for a model, and goes on."""
    for at in range(SESSIONS):
        session = ai_client.resume_session((project.parent / f"{at}.id").read_text(), mode="all")
        roles = [message.role for message in session.messages]
        assert not [now for now, then in itertools.pairwise(roles) if now == then == "tool"]
        session.send(f"please change {at}.txt", api_base=base, api_key="sk-canary-eight-sessions")
        transcript = fold(one.event for one in shared_store().envelopes(session.id))
        assert list(transcript.messages) == session.messages
        assert transcript.open is None
        for message, following in itertools.pairwise(session.messages):
            answered = [part.call_id for part in following.parts if hasattr(part, "call_id")]
            assert answered == [call.id for call in message.tool_calls]
        session.close()


def kill_often(folder: Path, kills: int, seed: int) -> tuple[int, int]:
    """Kill eight sessions, again and again; how many events they had told, how many turns were broken off.

    Each time all that was told is there and nothing was done twice; at last every session goes on.
    """
    project = folder / "project"
    project.mkdir()
    for at in range(SESSIONS):
        (project / f"{at}.txt").write_text(UNTOUCHED, "utf-8")
    told: Counter[str] = Counter()
    chance, broken = random.Random(seed), 0
    with Editor() as server:
        for _ in range(kills):
            told.update(killed(project, f"{server.url}/v1", chance))
            broken += check(project, told)
        resume_all(project, f"{server.url}/v1")
        close_shared_stores()
    return told.total(), broken
