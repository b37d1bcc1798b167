"""What a command left behind is found and gone, whether it is just starting, at work or already ending."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys

import pytest

from manual_slop.safety.shell.strays import MARK, changing, end_all

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what environment a process has")


def stat(state: str = "R", flags: int = 0x400000, end_of_environment: int = 0) -> bytes:
    """A line of `/proc/<number>/stat`, of a process with an awkward name."""
    fields = [state, *"11111", str(flags), *"1" * 41, str(end_of_environment), "0"]
    return " ".join(["77", "(a) Z (b)", *fields]).encode()


def test_when_it_has_been_told_that_all_are_gone_they_are_gone():
    mark = secrets.token_hex(8)
    memory = "import time; held = bytearray(64_000_000); print(flush=True); time.sleep(600)"
    several = [
        subprocess.Popen([sys.executable, "-S", "-c", memory], env={MARK: mark}, stdout=subprocess.PIPE)
        for _ in range(4)
    ]
    starting = [subprocess.Popen(["/bin/sleep", "600"], env={MARK: mark}) for _ in range(8)]
    stranger = subprocess.Popen(["/bin/sleep", "600"], env={MARK: "another"})
    for process in several:
        assert process.stdout is not None
        process.stdout.readline()
    assert end_all(mark) == 0
    ended = [os.waitpid(process.pid, os.WNOHANG)[0] for process in (*several, *starting)]
    still_there = os.waitpid(stranger.pid, os.WNOHANG)[0] == 0
    for process in (*several, *starting, stranger):
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()
    assert 0 not in ended
    assert still_there


def test_a_process_without_an_environment_is_starting_or_ending_unless_it_has_ended_or_never_had_one():
    assert changing(stat())
    assert not changing(stat("Z"))
    assert not changing(stat("X"))
    assert not changing(stat(flags=0x208040))
    assert not changing(stat(end_of_environment=140730863308751))


def test_the_system_tells_of_us_in_the_expected_places():
    with open("/proc/self/stat", "rb") as file:  # noqa: PTH123
        assert not changing(file.read())
