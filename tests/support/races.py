"""A racer that swaps folders and files for links, and the tools that work meanwhile."""

from __future__ import annotations

from pathlib import Path

from manual_slop.safety.confinement import Confinement
from manual_slop.safety.workspace import Workspace
from manual_slop.values.messages import ToolResult
from tests.support.editing import Editor, editor
from tests.support.escapes import Watch, watched

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
