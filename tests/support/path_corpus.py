"""Every published way out of a folder, and a trial of each through the tools."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from urllib.parse import unquote

from manual_slop.safety.confinement import Confinement
from manual_slop.safety.workspace import Workspace
from tests.support.editing import Editor, editor
from tests.support.escapes import CANARY, INSIDE, TARGETS, Watch, lexical, plant, watched
from tests.support.shared import shared_path

OWN = """
.. ../ ../. ./.. ./../ .../ .... ..../.. ..;/ ..%2f .%2e %2e. %2e%2e %2e%2e/ %2e%2e%2fsecret
%252e%252e%252fsecret ..%c0%af ..%c1%9c ..%255c ..%5c ..\\ ..\\secret ..\\..\\secret .\\..\\secret \\secret
\\\\server\\share\\x //server/share/x //?/C:/x \\\\?\\C:\\x \\\\.\\pipe\\x C: C:\\ C:/ C:secret C:../secret
c:\\..\\x file:///etc/passwd file:/etc/passwd file://localhost/etc/passwd /etc/passwd //etc/passwd
///etc//passwd /./etc/passwd /../etc/passwd /proc/self/environ /proc/self/root/etc/passwd
/proc/self/cwd/../secret /proc/1/root/etc/passwd /dev/fd/0 /dev/stdin /dev/tcp/127.0.0.1/80 ~ ~/
~/.ssh/id_rsa ~root/x $HOME/x ${HOME}/x %HOME%/x %USERPROFILE%\\x `pwd`/../secret $(pwd)/../secret
{..,x}/secret ?/secret */../secret [.][.]/secret etc/../../secret etc/./../../secret
etc/passwd/../../../secret etc/passwd/ etc/passwd/. etc/passwd/.. etc//passwd ./etc/./passwd
etc/passwd::$DATA etc/passwd:stream secret. secret.. secret... con nul aux prn com1 lpt1 CON.txt NUL/x
etc/con secret~1 SECRET~1 ETC~1/passwd ．．/secret ‥/secret …/secret ..／secret ..∕secret ..⁄secret ․․/secret
。。/secret ..\u200b/secret \u200b../secret ..\u202e/secret .\u2060./secret ..\u00ad/secret \ufeff../secret
..\u0338/secret .\u0307./secret @docs/../secret @/../secret @../secret -/../secret --/../../secret
../project/etc/passwd ../project-evil/secret ../PROJECT/secret ../../b/project/etc/passwd
"""


ODD = (
    *(
        "",
        " ",
        ".",
        "./",
        "\t",
        "\n",
        "\r",
        "\0",
        "../secret\0",
        "etc/passwd\0.txt",
        "../secret\0.txt",
        "..\n/secret",
        "..\r/x",
    ),
    *(
        "\ud800",
        "..\udcff/secret",
        "a" * 255,
        "a" * 256,
        "a/" * 2048,
        "../" * 1365 + "x",
        "../" * 2000,
        "/" * 4096,
        "." * 5000,
    ),
    *(
        " ../secret",
        "../secret ",
        ".. /secret",
        " . . /secret",
        "..\u00a0/secret",
        "..\u3000/secret",
        "\x1b[2J../secret",
    ),
)


def own(project: Path) -> Iterator[str]:
    yield from OWN.split()
    yield from ODD
    for ending in ("", "/", "/../secret", "/../project-evil/secret", "-evil/secret", "/../../../secret", "/etc/passwd"):
        yield f"{project}{ending}"
        yield f"{project}".upper() + ending
        yield f"/{project}{ending}"
        yield f"{project}".replace("/", "\\") + ending


def corpus(project: Path) -> list[str]:
    """Every string once: published lines raw, decoded once and twice; naughty strings; our own."""
    naughty: list[str] = json.loads(shared_path("corpora", "strings", "blns.json").read_text("utf-8"))
    lines: list[str] = []
    for file in sorted(shared_path("corpora", "paths", "traversal").glob("*.txt")):
        for line in file.read_text("utf-8", "surrogateescape").splitlines():
            lines += [line.replace("{FILE}", wanted) for wanted in ("etc/passwd", "secret")]
    decoded = [unquote(line, errors="surrogateescape") for line in lines]
    twice = [unquote(line, errors="surrogateescape") for line in decoded]
    as_latin = [unquote(line, encoding="latin-1") for line in lines]
    return list(dict.fromkeys(chain(lines, decoded, twice, as_latin, naughty, own(project))))


DECIDED = re.compile(
    "not allowed|outside the project|backslash|control character|drive letter|file streams|longer than|empty|Unicode"
    "|surrogate|too long"
)


class Trial:
    """Each string through each tool, every answer judged."""

    def __init__(self, home: Path, way: type[Confinement]) -> None:
        self.project = plant(home)
        self.watch = Watch(self.project)
        self.ed: Editor = editor(self.project.parent, Workspace(self.project, watched(way, self.watch)))
        self.reached = 0

    def read(self, path: str) -> str:
        return self._judged("read_file", path)

    def list(self, path: str) -> str:
        return self._judged("list_directory", path)

    def search(self, path: str) -> str:
        return self._judged("grep", path, pattern="canary")

    def edit(self, path: str) -> str:
        said = self._judged("edit_file", path, edits=[{"old": "inside", "new": "edited"}])
        if said.startswith("Edited"):
            changed = [name for name in TARGETS.split() if self.ed.read(name) != INSIDE]
            assert changed == [said.partition(":")[0].removeprefix("Edited ")], path
            self.ed.write(changed[0], INSIDE)
            self.ed.run("read_file", path=changed[0])
        return said

    def _judged(self, tool: str, path: str, **arguments: object) -> str:
        self.watch.last = ""
        result = self.ed.run(tool, path=path, **arguments)
        said = result.content
        assert not self.watch.outside, f"{tool} {path!r} opened {self.watch.outside}"
        assert CANARY.decode().strip() not in said.replace("canary-outside", "", said.count(path)), f"{tool} {path!r}"
        self._decided(path, tool, said, result.is_error)
        self.reached += not result.is_error
        return said

    def _decided(self, path: str, tool: str, said: str, is_error: bool) -> None:
        """A way out is refused as one, and not because nothing was found there."""
        leads = lexical(str(self.project), path) if "\0" not in path else "/"
        inside = leads == str(self.project) or leads.startswith(f"{self.project}/")
        if not inside or ".." in path.split("/"):
            assert is_error, f"{tool} {path!r}: {said}"
            assert DECIDED.search(said), f"{tool} {path!r} was not decided: {said}"
            assert self.watch.last == "", f"{tool} {path!r} opened {self.watch.last}"
        elif not is_error and tool == "read_file":
            assert self.watch.last == leads, f"{tool} {path!r} opened {self.watch.last}"
