"""A program that runs all day holds in the evening what it held at noon."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.support.scale import scaled
from tests.support.shared import ROOT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what a process holds")


def held_while(what: str, count: int) -> list[dict[str, float]]:
    command = [sys.executable, "-m", "tests.support.flat", what, str(count)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    found: list[dict[str, float]] = json.loads(ran.stdout.splitlines()[-1])
    print(f"{count} {what}: {found[0]} … {found[len(found) // 2]} … {found[-1]}")
    return found


def stays_flat(found: list[dict[str, float]], megabytes: float) -> None:
    middle, end = found[len(found) // 2 - 1], found[-1]
    for kind in ("threads", "files", "sockets"):
        assert end[kind] <= middle[kind] + 3, (kind, found)
    assert end["mb"] <= middle["mb"] + megabytes, found


@pytest.mark.timeout(1800)
def test_turns_of_every_kind_leave_nothing_behind() -> None:
    stays_flat(held_while("turns", scaled(200, 10_000)), 10)


@pytest.mark.timeout(1800)
def test_windows_leave_nothing_behind() -> None:
    stays_flat(held_while("windows", scaled(20, 1_000)), scaled(10, 30))
