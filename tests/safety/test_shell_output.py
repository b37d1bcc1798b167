"""A gigabyte of anything costs time and a file of limited size, never memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from manual_slop.safety.shell.shell import CommandResult, Limits, Shell, available
from tests.support.floods import FLOODS, PROGRAM
from tests.support.patience import with_time_enough
from tests.support.shells import UNCONFINED

pytestmark = pytest.mark.skipif(not available(), reason="commands need a system with fork and exec")

GIGABYTE = 10**9
MEBIBYTE = 1024 * 1024


@pytest.mark.parametrize("kind", FLOODS)
def test_a_gigabyte_is_drained_in_little_memory(kind: str, tmp_path: Path):
    environment = {**os.environ, "PYTHONPATH": "src"}
    command = [sys.executable, "-c", PROGRAM, str(tmp_path), FLOODS[kind]]
    said = json.loads(subprocess.run(command, capture_output=True, env=environment, check=True).stdout)
    assert (said["total"], said["exit"]) == (GIGABYTE, 0)
    assert said["grown"] < 64 * MEBIBYTE
    assert said["spilled"] == 64 * MEBIBYTE
    assert (said["head"], said["tail"]) == (512 * 1024, 512 * 1024)
    assert said["binary"] == (kind == "binary")


def test_a_flood_ends_at_the_time_limit(tmp_path: Path):
    def flood(seconds: float) -> CommandResult:
        return Shell(tmp_path, UNCONFINED).run("yes", timeout=seconds)

    result = with_time_enough(flood, lambda result: result.total_bytes > MEBIBYTE, 0.3)
    assert result.timed_out
    assert result.total_bytes > MEBIBYTE


def test_a_hundred_thousand_single_lines_come_through_in_order(tmp_path: Path):
    result = Shell(tmp_path, UNCONFINED, Limits(kept=10 * MEBIBYTE)).run("seq 100000")
    assert result.head == "".join(f"{number}\n" for number in range(1, 100_001))


def test_the_ends_and_the_file_lie_where_they_should(tmp_path: Path):
    result = Shell(tmp_path, UNCONFINED, Limits(kept=1000, spilled=5000)).run("seq 100000")
    assert result.head.startswith("1\n2\n3\n")
    assert result.tail.endswith("99999\n100000\n")
    assert (len(result.head), len(result.tail)) == (1000, 1000)
    assert result.spilled_to is not None
    assert result.spilled_to.read_text() == "".join(f"{number}\n" for number in range(1, 2000))[:5000]
