"""Somebody swaps folders and files for links as fast as they can while the tools work: nothing leads out."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from manual_slop.safety import openat2
from manual_slop.safety.confinement import Confinement, KernelConfinement, WalkConfinement
from manual_slop.values.messages import ToolResult
from tests.support.races import RACER, Race, delete, edit, list_folder, move, read, search, write
from tests.support.scale import FULL, scaled

pytestmark = [
    pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="descriptors are looked up in /proc"),
    pytest.mark.timeout(1800 if FULL else 120),
]

WAYS = [
    pytest.param(KernelConfinement, marks=pytest.mark.skipif(not openat2.available(), reason="no openat2 here")),
    WalkConfinement,
]


@pytest.fixture(params=WAYS)
def race(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Race]:
    one = Race(tmp_path, request.param)
    with subprocess.Popen([sys.executable, "-c", RACER, str(one.project)], stdout=subprocess.PIPE) as racer:
        assert racer.stdout
        racer.stdout.readline()
        yield one
        assert racer.poll() is None, "the racer gave up"
        racer.kill()


@pytest.mark.parametrize(
    ("tool", "usual"),
    [(read, 2500), (list_folder, 2500), (search, 1000), (edit, 250), (write, 250), (move, 200), (delete, 250)],
)
def test_no_try_leads_out(race: Race, tool: Callable[[Race], ToolResult], usual: int):
    done = 0
    tries = scaled(usual, 100_000)
    for race.number in range(tries):
        result = tool(race)
        done += not result.is_error
        assert "\tcanary" not in result.content
        assert "only-outside" not in result.content
        assert not race.watch.outside, f"try {race.number} opened {race.watch.outside}"
    assert race.outside_is_untouched()
    print(f"{tool.__name__}: {tries:,} tries, {done:,} went through, {race.watch.opened:,} opened, 0 outside")


@pytest.mark.parametrize("way", WAYS)
def test_a_folder_that_is_swapped_between_the_look_and_the_rename_takes_the_file_with_it(
    tmp_path: Path, way: type[Confinement]
):
    """Without a race: the folder is swapped for a link right after it was opened, each time."""

    class Swapped(way):  # type: ignore[misc,valid-type]
        def folder(self, parts: tuple[str, ...]):  # type: ignore[no-untyped-def]
            held = super().folder(parts)
            if parts == ("door",) and not (race.project / "folder").exists():
                (race.project / "door").rename(race.project / "folder")
                (race.project / "link").rename(race.project / "door")
            return held

    race = Race(tmp_path, Swapped)
    for tool, arguments in (
        ("write_file", {"path": "door/new", "content": "x"}),
        ("edit_file", {"path": "door/secret", "edits": [{"old": "inside", "new": "x"}]}),
        ("delete_file", {"path": "door/file"}),
    ):
        race.ed.run(tool, **arguments)
        assert not race.watch.outside
        assert race.outside_is_untouched()
