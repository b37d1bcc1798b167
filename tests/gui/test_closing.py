"""The cross of a real window, on a virtual screen, pressed while everything is under way."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.busyness import is_running, what_is_lost
from tests.support.patience import HANGS, is_soon
from tests.support.shared import ROOT

XVFB = shutil.which("Xvfb")


@pytest.fixture
def screen() -> Iterator[str]:
    """The name of a screen that nobody sees."""
    assert XVFB is not None
    reading, writing = os.pipe()
    command = [XVFB, "-displayfd", str(writing), "-screen", "0", "1280x800x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL) as server:
        os.close(writing)
        with os.fdopen(reading) as told:
            number = told.readline().strip()
        yield f":{number}"
        server.terminate()


@pytest.mark.skipif(XVFB is None, reason="there is no Xvfb (Debian: xvfb)")
def test_a_window_with_everything_under_way_is_gone_in_two_seconds_and_nothing_is_lost(
    tmp_path: Path, screen: str
) -> None:
    number = 0

    def attempt() -> float:
        nonlocal number
        number += 1
        marker = f"300.020{number}"
        command = [sys.executable, "-m", "tests.support.busy_window", str(tmp_path), marker]
        environment = {**os.environ, "DISPLAY": screen}
        with subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as window:
            assert window.stdin is not None
            assert window.stdout is not None
            try:
                assert window.stdout.readline() == "busy\n"
                began = time.monotonic()
                window.stdin.write("close\n")
                window.stdin.flush()
                assert window.wait(HANGS) == 0
                took = time.monotonic() - began
            finally:
                window.kill()
        assert not is_running(marker)
        return took

    is_soon(attempt, seconds=2.0, tries=4)
    assert not what_is_lost("300.0201")
