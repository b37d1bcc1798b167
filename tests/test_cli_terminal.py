"""The command line as a person at a terminal meets it: a pseudo-terminal, keys pressed, the screen watched."""

from __future__ import annotations

import codecs
import contextlib
import os
import select
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.patience import wait_until

pty = pytest.importorskip("pty", reason="there are no pseudo-terminals on this system")

_CTRL_C, _CTRL_D = "\x03", "\x04"


class Person:
    """Somebody at a terminal of 80 by 24 who types and waits until something appears."""

    def __init__(self, arguments: tuple[str, ...], environment: dict[str, str], folder: Path) -> None:
        self.seen = ""
        self.code: int | None = None
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")  # a letter may come in two pieces
        self._pid, self._terminal = pty.fork()
        if self._pid == 0:
            os.chdir(folder)
            os.execve(sys.executable, [sys.executable, "-m", "manual_slop", *arguments], environment)

    def types(self, keys: str) -> None:
        os.write(self._terminal, keys.encode())

    def sees(self, words: str, seconds: float = 60) -> str:
        """Waits for `words`, returns all that came before and forgets it."""
        deadline = time.monotonic() + seconds
        while words not in self.seen:
            ready, _, _ = select.select([self._terminal], [], [], max(0, deadline - time.monotonic()))
            assert ready, f"waited in vain for {words!r}; saw {self.seen[-2000:]!r}"
            try:
                read = os.read(self._terminal, 65536)
            except OSError:
                read = b""
            assert read, f"it ended without {words!r}; saw {self.seen[-2000:]!r}"
            self.seen += self._decoder.decode(read)
        before, _, self.seen = self.seen.partition(words)
        return before

    def sees_it_wait_after(self, words: str) -> None:
        """As `sees`, and until the program really sleeps: readline does not hear a signal just before that."""
        self.sees(words)
        state = Path(f"/proc/{self._pid}/stat")
        if state.exists():
            wait_until(lambda: state.read_text("utf-8").rpartition(")")[2].split()[0] == "S")

    def leaves_with(self) -> int:
        """The exit code, once everything was read."""
        with contextlib.suppress(OSError):
            while data := os.read(self._terminal, 65536):
                self.seen += self._decoder.decode(data)
        self.code = os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])
        return self.code

    def close(self) -> None:
        if self.code is None:
            os.kill(self._pid, 9)
            os.waitpid(self._pid, 0)
        os.close(self._terminal)


@pytest.fixture
def sits_down(tmp_path: Path) -> Iterator[Callable[..., Person]]:
    """Runs `manual-slop …` for a person to use."""
    people: list[Person] = []
    environment = {**os.environ, "MANUAL_SLOP_HOME": str(tmp_path / "home"), "TERM": "xterm-256color", "NO_COLOR": "1"}

    def sits_down(*arguments: str, **variables: str) -> Person:
        people.append(Person(arguments, {**environment, **variables}, tmp_path))
        return people[-1]

    yield sits_down
    for person in people:
        person.close()


def test_ctrl_c_in_a_chat_stops_the_answer_and_not_the_program(sits_down: Callable[..., Person]):
    person = sits_down("chat", "-m", "rehearsal/slow-20", "--no-tools")
    person.sees("/help lists commands")
    person.types("say something long\r")
    person.sees("scripted rehearsal")
    person.types(_CTRL_C)
    person.sees("stopped; what had arrived is kept")
    person.types("/model rehearsal/demo\r")
    person.sees("talking to rehearsal/demo")
    person.types("what is 6*7?\r")
    person.sees("6*7 = 42")
    person.sees_it_wait_after("rehearsal/demo › ")
    person.types(_CTRL_C)
    person.sees("Ctrl-C once more")
    person.sees("rehearsal/demo › ")
    person.types(_CTRL_D)
    assert person.leaves_with() == 0
    assert "2 calls" in person.seen


def test_an_answer_streams_in_place_and_a_second_ctrl_c_leaves_at_once(sits_down: Callable[..., Person]):
    person = sits_down("send", "-m", "rehearsal/slow-20", "--no-tools", "say something long")
    assert "loading…" in person.sees("loading…") + "loading…"
    assert "scripted" in person.sees("scripted rehearsal") + "scripted"
    person.types(_CTRL_C)
    assert person.leaves_with() == 130
    assert "stopped; what had arrived is kept" in person.seen
    assert "~" in person.seen


def test_a_dumb_terminal_gets_plain_lines(sits_down: Callable[..., Person]):
    person = sits_down("send", "-m", "rehearsal/demo", "--no-tools", "what is 6*7?", TERM="dumb")
    assert person.leaves_with() == 0
    assert "6*7 = 42" in person.seen
    assert "\x1b" not in person.seen
    assert "local, no charge" in person.seen


def test_nothing_happens_before_the_person_agrees_and_undo_takes_it_back(
    sits_down: Callable[..., Person], tmp_path: Path
):
    folder = tmp_path / "pear"
    folder.mkdir()
    (folder / "notes.txt").write_text("old\n", "utf-8")
    person = sits_down("send", "-m", "rehearsal/demo", "--dir", "pear", "replace old by new in notes.txt")
    person.types("y\r")  # typed ahead: this answers no question
    person.sees("iew again ›")
    person.types("\r")
    person.sees("Enter alone approves nothing")
    person.sees("iew again ›")
    assert (folder / "notes.txt").read_text("utf-8") == "old\n"
    person.types("y\r")
    assert person.leaves_with() == 0
    assert (folder / "notes.txt").read_text("utf-8") == "new\n"

    undoing = sits_down("undo", "--dir", "pear")
    assert undoing.leaves_with() == 0
    assert (folder / "notes.txt").read_text("utf-8") == "old\n"


def test_ctrl_c_at_the_question_refuses_and_stops(sits_down: Callable[..., Person], tmp_path: Path):
    folder = tmp_path / "pear"
    folder.mkdir()
    person = sits_down("send", "-m", "rehearsal/demo", "--dir", "pear", "create a file new.txt with hello")
    person.sees("iew again ›")
    person.types(_CTRL_C)
    assert person.leaves_with() == 130
    assert not (folder / "new.txt").exists()
