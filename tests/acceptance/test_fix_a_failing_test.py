"""The whole way with the built-in model: a failing test is mended under a person's eyes, and taken back to the byte."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from manual_slop import ai_client
from manual_slop.safety.shell.shell import available
from manual_slop.safety.undo import undo_last
from manual_slop.safety.workspace import Workspace
from manual_slop.tools.workbench import project_changes
from manual_slop.values import paths
from manual_slop.values.approval import Answer, Request
from manual_slop.values.events import Event, ToolFinished

FIX = "Fix the failing test in this project."
FILES = {
    "README.md": b"# Sums\n\nShares things out.\n",
    "sums.py": b'"""Sums."""\r\n\r\n\r\ndef share(a, b):\r\n    return a * b  # per head \xe2\x80\xa6\r\n',
    "test_sums.py": b"import unittest\n\nfrom sums import share\n\n\nclass Share(unittest.TestCase):\n"
    b"    def test_share(self):\n        self.assertEqual(share(4, 2), 2)\n",
}

pytestmark = pytest.mark.skipif(not available(), reason="no commands can be run on this system")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small project with a wrong operator, whose test command is in the person's own config."""
    folder = tmp_path / "project"
    folder.mkdir()
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    paths.config_dir().mkdir(parents=True, exist_ok=True)
    command = f'["{sys.executable}", "-B", "-m", "unittest"]'
    (paths.config_dir() / "config.toml").write_text(f'[projects."{folder}"]\ntest = {command}\n', "utf-8")
    return folder


class Person:
    """Answers as `decide` says, and remembers what was shown."""

    def __init__(self, decide: Callable[[Request], Answer]) -> None:
        self.decide = decide
        self.asked: list[Request] = []
        self.ran: list[ToolFinished] = []

    def approve(self, request: Request) -> Answer:
        self.asked.append(request)
        return self.decide(request)

    def hear(self, event: Event) -> None:
        if isinstance(event, ToolFinished):
            self.ran.append(event)

    def asks(self, project: Path, question: str = FIX) -> str:
        session = ai_client.new_session(
            "rehearsal/demo", project=project, approve=self.approve, on_event=self.hear, mode="ask"
        )
        return str(session.send(question))


def yes(_request: Request) -> Answer:
    return Answer("approve", by="tester")


def contents(project: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in project.iterdir() if path.is_file()}


def test_it_reads_edits_with_a_shown_diff_runs_the_tests_confined_and_reports(project: Path) -> None:
    person = Person(yes)
    answer = person.asks(project)

    assert [request.action.tool for request in person.asked] == ["run_tests", "edit_file", "run_tests"]
    edit, run = person.asked[1].action.preview, person.asked[2].action.preview
    assert "-    return a * b  # per head" in edit.text
    assert "+    return a / b  # per head" in edit.text
    assert run.kind == "command"
    assert run.text.endswith("-B -m unittest")
    assert run.confinement
    assert f"[confinement: {run.confinement}]" in person.ran[-1].result.content
    assert contents(project)["sums.py"] == FILES["sums.py"].replace(b"*", b"/")
    assert "The tests pass now." in answer
    assert "+    return a / b" in answer
    assert "scripted" in answer


def test_a_reason_changes_what_the_model_does(project: Path) -> None:
    answers = [Answer("approve"), Answer("refuse", reason="use subtraction"), Answer("approve"), Answer("approve")]
    person = Person(lambda request: answers.pop(0))
    answer = person.asks(project)

    assert contents(project)["sums.py"] == FILES["sums.py"].replace(b"*", b"-")
    assert "The tests pass now." in answer


def test_a_reason_it_cannot_use_stops_it(project: Path) -> None:
    person = Person(lambda request: yes(request) if request.action.risk == "EXECUTE" else Answer("refuse", reason="no"))
    answer = person.asks(project)

    assert "because: “no”" in answer
    assert contents(project) == FILES


def test_undo_restores_every_byte(project: Path) -> None:
    Person(yes).asks(project)
    assert contents(project) != FILES

    with_changes = project_changes(Workspace(project))
    assert undo_last(with_changes, turn=True).restored == ("sums.py",)
    assert contents(project) == FILES


def test_with_nobody_to_ask_it_says_that_it_may_not(project: Path) -> None:
    session = ai_client.new_session("rehearsal/demo", project=project)
    answer = str(session.send(FIX))

    assert "nobody can be asked here" in answer
    assert contents(project) == FILES
