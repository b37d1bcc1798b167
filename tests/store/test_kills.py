"""Whatever is killed, and whenever: what was acknowledged is there, whole and in order, and the file is sound."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.scale import scaled
from tests.support.store_kills import kill_migrations, kill_often

SCENES = [
    pytest.param(300, 4, "nothing", scaled(12, 150), id="small events"),
    pytest.param(200_000, 2, "nothing", scaled(6, 150), id="events of 200 kB"),
    pytest.param(300, 2, "compaction", scaled(6, 100), id="while conversations are compacted"),
    pytest.param(3_000, 2, "merging", scaled(6, 100), id="while the index is merged"),
]


@pytest.mark.timeout(900)
@pytest.mark.parametrize(("size", "threads", "beside", "kills"), SCENES)
def test_no_acknowledged_event_is_lost_by_a_kill(tmp_path: Path, size: int, threads: int, beside: str, kills: int):
    told = kill_often(tmp_path, size, threads, beside, kills, seed=size)
    print(f"{kills} kills, {told} acknowledged, none lost")


@pytest.mark.timeout(900)
def test_a_migration_that_is_killed_has_happened_wholly_or_not_at_all(tmp_path: Path):
    ends = kill_migrations(tmp_path / "store", scaled(10, 100), seed=1)
    print(f"killed migrations: {ends['before']} had not happened, {ends['newer']} had")
