"""Helpers that the program runs itself: what they get, how they end, and what is said where they do not."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import pytest

from manual_slop.safety.shell.errors import ShellError
from manual_slop.safety.shell.program import is_running, run_program
from manual_slop.values.cancel import Cancel
from tests.support.patience import wait_until
from tests.support.shells import processes

_SLEEP = (
    "import subprocess, sys, time; "
    "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)', 'm4rk']); time.sleep(600)"
)


def test_it_gets_its_words_its_input_and_no_other_variables(tmp_path: Path) -> None:
    """And both streams come back apart, with its exit code."""
    script = (
        "import os, sys; print(sys.stdin.read(), sorted(os.environ), os.getcwd()); print('no', file=sys.stderr); "
        "sys.exit(3)"
    )
    done = run_program(
        [sys.executable, "-I", "-c", script], tmp_path, {"A": "1", "LC_CTYPE": "C.UTF-8"}, stdin=b"hello"
    )
    assert done.code == 3
    assert done.text == f"hello ['A', 'LC_CTYPE'] {tmp_path}\n"
    assert done.complaint == "no"


def test_one_that_takes_too_long_is_gone_with_what_it_started(tmp_path: Path) -> None:
    """And that is said."""
    with pytest.raises(ShellError, match=r"did not end within 0\.5 seconds"):
        run_program([sys.executable, "-c", _SLEEP], tmp_path, {}, seconds=0.5)
    wait_until(lambda: not processes("m4rk"))


def test_one_that_is_stopped_from_another_thread_is_gone_at_once(tmp_path: Path) -> None:
    """With what it started."""
    stop, told = Cancel(), []

    def work() -> None:
        try:
            run_program([sys.executable, "-c", _SLEEP], tmp_path, {}, cancel=stop)
        except ShellError as error:
            told.append(str(error))

    thread = threading.Thread(target=work)
    thread.start()
    wait_until(lambda: processes("m4rk"))
    stop.request()
    thread.join()
    assert told
    assert told[0].startswith("stopped after")
    wait_until(lambda: not processes("m4rk"))


def test_a_program_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    """In words."""
    with pytest.raises(ShellError, match="no-such-program could not be run: No such file"):
        run_program(["no-such-program"], tmp_path, {})


def test_whether_a_program_runs_in_a_folder_is_known(tmp_path: Path) -> None:
    """Below it, too, and not beside it."""
    (tmp_path / "here" / "below").mkdir(parents=True)
    (tmp_path / "there").mkdir()
    name = Path(sys.executable).resolve().name
    stop = Cancel()

    def work() -> None:
        with pytest.raises(ShellError):
            run_program(
                [sys.executable, "-c", "import time; time.sleep(600)"], tmp_path / "here" / "below", {}, cancel=stop
            )

    thread = threading.Thread(target=work)
    thread.start()
    if is_running(name, tmp_path / "there") is None:
        stop.request()
        thread.join()
        pytest.skip("this system does not tell")
    wait_until(lambda: is_running(name, tmp_path / "here"))
    assert is_running(name, tmp_path / "there") is False
    stop.request()
    thread.join()
    assert is_running(name, tmp_path / "here") is False
