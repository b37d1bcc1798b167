"""Somebody swaps folders and files for links as fast as they can while the tools work: nothing leads out."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from manual_slop.safety import openat2
from manual_slop.safety.confinement import Confinement, KernelConfinement, WalkConfinement
from manual_slop.safety.workspace import Workspace
from manual_slop.values.messages import ToolResult
from tests.support.editing import Editor, editor
from tests.support.escapes import Watch, watched
from tests.support.scale import FULL, scaled

pytestmark = [
    pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="descriptors are looked up in /proc"),
    pytest.mark.timeout(1800 if FULL else 120),
]

WAYS = [
    pytest.param(KernelConfinement, marks=pytest.mark.skipif(not openat2.available(), reason="no openat2 here")),
    WalkConfinement,
]

RACER = """
import os, sys
os.chdir(sys.argv[1])
print("racing", flush=True)
spare = 0
while True:
    for names in ("door folder", "link door", "door link", "folder door",
                  "file plain", "pointer file", "file pointer", "plain file"):
        old, new = names.split()
        while os.path.lexists(old):
            try:
                os.rename(old, new)
            except FileNotFoundError:
                break  # a tool removed the file
            except OSError:
                spare += 1  # a tool made a folder of that name while there was none
                os.rename(new, f"spare-{spare}")
"""


class Race:
    """A project with a racer in it. `door` is by turns a folder and a link out of it, `file` a file and a link."""

    def __init__(self, home: Path, way: type[Confinement]) -> None:
        self.project = home / "project"
        self.outside = home / "outside"
        for folder, word in ((self.project / "door", "inside"), (self.outside, "canary")):
            folder.mkdir(parents=True)
            for name in ("secret", "file"):
                (folder / name).write_text(f"{word}\n")
        (self.project / "file").write_text("inside\n")
        (self.outside / "only-outside").write_text("canary\n")
        (self.project / "link").symlink_to(self.outside)
        (self.project / "pointer").symlink_to(self.outside / "file")
        self.watch = Watch(self.project)
        self.ed: Editor = editor(home, Workspace(self.project, watched(way, self.watch)))
        self.number = 0
        self.edited: set[str] = set()

    def outside_is_untouched(self) -> bool:
        found = {path.name: path.read_text() for path in self.outside.iterdir()}
        return found == dict.fromkeys(("secret", "file", "only-outside"), "canary\n")


@pytest.fixture(params=WAYS)
def race(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Race]:
    one = Race(tmp_path, request.param)
    with subprocess.Popen([sys.executable, "-c", RACER, str(one.project)], stdout=subprocess.PIPE) as racer:
        assert racer.stdout
        racer.stdout.readline()
        yield one
        assert racer.poll() is None, "the racer gave up"
        racer.kill()


def read(race: Race) -> ToolResult:
    return race.ed.run("read_file", path=("door/secret", "file")[race.number % 2])


def list_folder(race: Race) -> ToolResult:
    return race.ed.run("list_directory", path="door")


def search(race: Race) -> ToolResult:
    return race.ed.run("grep", pattern="canary", path=("door", "file")[race.number % 2])


def edit(race: Race) -> ToolResult:
    path = ("door/secret", "file")[race.number % 2]
    old, new = ("edited", "inside") if path in race.edited else ("inside", "edited")
    result = race.ed.run("edit_file", path=path, edits=[{"old": old, "new": new}])
    if not result.is_error:
        race.edited ^= {path}
    return result


def write(race: Race) -> ToolResult:
    return race.ed.run("write_file", path=f"door/new-{race.number % 50}", content=f"{race.number}\n")


def move(race: Race) -> ToolResult:
    one, other = f"door/moved-{race.number % 7}", f"back-{race.number % 7}"
    race.ed.write(other, "x")
    return race.ed.run("move_file", path=other, to=one)


def delete(race: Race) -> ToolResult:
    path = f"door/doomed-{race.number // 4 % 5}"
    if race.number % 4 < 2:
        return race.ed.run("write_file", path=path, content=f"{race.number}\n")
    return race.ed.run("delete_file", path=path if race.number % 4 == 2 else "file")


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
