"""The whole program is killed with eight sessions in their tools: nothing told is lost, nothing is done twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.scale import scaled
from tests.support.session_kills import kill_often


@pytest.mark.timeout(900)
def test_no_kill_of_the_program_loses_what_was_told_or_does_anything_twice(tmp_path: Path) -> None:
    kills = scaled(3, 40)
    told, broken = kill_often(tmp_path, kills, seed=4)
    print(f"{kills} kills, {told} events told, {broken} turns broken off: none lost, nothing done twice")
