"""S1 and S5: commands that flood, fork and reach out of their confinement."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from manual_slop.safety.sandbox import METHODS, Method
from manual_slop.safety.shell.shell import Shell, available
from tests.acceptance.trial import Row, Trial
from tests.support.confinements import GIT, OUTSIDE
from tests.support.families import FAMILIES
from tests.support.floods import FLOODS, PROGRAM
from tests.support.shared import ROOT
from tests.support.shells import UNCONFINED, confined, processes, zombies

MEBIBYTE = 1024 * 1024
PLACES = ("/etc", "/usr", "/tmp", "/var/tmp", "/dev/shm", "/run", "/")
REACHING = (
    "(exec 3<>/dev/tcp/127.0.0.1/{port})",
    "{python} -c 'import socket; socket.create_connection((\"127.0.0.1\", {port}), 2)'",
    "curl -s -m 2 http://127.0.0.1:{port}/",
)
OTHERS = {
    "signal another process": ("kill -0 {pid} && echo REACHED", "REACHED"),
    "read the program's memory": ("head -c 1 /proc/{pid}/mem && echo REACHED", "REACHED"),
    "read the program's environment": ("grep -c . /proc/{pid}/environ && echo REACHED", "REACHED"),
    "gain rights": ("grep -q 'NoNewPrivs:.1' /proc/self/status || echo REACHED", "REACHED"),
    "keep capabilities": ("grep CapEff /proc/self/status | grep -v ' *0000000000000000$' | grep REACHED", "REACHED"),
}


def floods_and_families(trial: Trial) -> None:
    """Gigabytes are drained in little memory, and no child outlives its command."""
    if not available():
        pytest.skip("commands need a system with fork and exec")
    size = trial.sized(10**8, 10**9, 10**9)
    for kind, script in FLOODS.items():
        _flood(trial, kind, script.replace("1000000000", str(size)), size)
    lines = Shell(trial.scratch("lines"), UNCONFINED).run("seq 1000000")
    trial.nought("lines lost", not (lines.head.startswith("1\n2\n") and lines.tail.endswith("999999\n1000000\n")))
    families = [*FAMILIES.values()] * trial.sized(1, 7, 20)
    root = trial.scratch("families")
    for family in families:
        _family(trial, root, family)
    trial.ran_on = f"{', '.join(FLOODS)} of {size:,} bytes; {len(FAMILIES)} kinds of children"


def _flood(trial: Trial, kind: str, script: str, size: int) -> None:
    command = [sys.executable, "-c", PROGRAM, str(trial.scratch(kind)), script]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    said = json.loads(subprocess.run(command, capture_output=True, env=environment, check=True, cwd=ROOT).stdout)
    trial.count("floods")
    trial.notes.append(f"{kind}: {said['grown'] / MEBIBYTE:+.0f} MiB in {said['seconds']:.1f} s")
    trial.nought("floods that cost 64 MiB or more", said["grown"] >= 64 * MEBIBYTE)
    trial.nought("floods not wholly counted", said["total"] != size)
    trial.nought("spilled files larger than 64 MiB", said["spilled"] > 64 * MEBIBYTE)


def _family(trial: Trial, root: Path, family: str) -> None:
    marker = str(900 + uuid.uuid4().int % 10**9 / 10**9)
    result = Shell(root, UNCONFINED).run(family.format(marker), timeout=0.2)
    trial.count("families of children")
    trial.nought("survivors", len(processes(marker)) + (result.survivors or 0))
    trial.nought("zombies", len(zombies()))


def confinement(trial: Trial) -> None:
    """Every way out of a confined command, for each way to confine one that works here."""
    if not available():
        pytest.skip("commands need a system with fork and exec")
    worked = []
    for method in METHODS:
        try:
            _confined_by(trial, method)
            worked.append(method)
        except pytest.skip.Exception as why:
            trial.notes.append(str(why))
    if not worked:
        pytest.skip("; ".join(trial.notes))
    trial.ran_on = " and ".join(worked)
    trial.at_least("cases", 40 * len(worked))


def _confined_by(trial: Trial, method: Method) -> None:
    root = trial.scratch(method) / "project"
    (root / ".git" / "hooks").mkdir(parents=True)
    (root / ".git" / "config").write_text("[core]\n")
    (root / "src").mkdir()
    shell = confined(root, method)
    for way in OUTSIDE.values():
        _outside(trial, shell, way)
    for script in GIT:
        shell.run(script)
        changed = (root / ".git" / "config").read_text() != "[core]\n" or any((root / ".git" / "hooks").iterdir())
        trial.count("cases")
        trial.nought("changes of .git", changed)
    _system(trial, shell)
    _network(trial, shell)
    for script, sign in OTHERS.values():
        trial.count("cases")
        trial.nought("processes and rights reached", sign in shell.run(script.format(pid=os.getpid())).head.split())


def _outside(trial: Trial, shell: Shell, way: str) -> None:
    with _elsewhere() as outside:
        (outside / "folder").mkdir(parents=True)
        (outside / "file").write_text("kept")
        shell.run(way.format(outside, python=sys.executable))
        there = sorted(path.name for path in outside.iterdir())
        trial.count("cases")
        trial.nought("changes outside", there != ["file", "folder"] or (outside / "file").read_text() != "kept")


@contextmanager
def _elsewhere() -> Iterator[Path]:
    """A folder that is no temporary one: those are replaced by a private one anyway."""
    for place in (ROOT / ".pytest_cache", Path.home(), Path("/var/lib")):
        if not place.is_relative_to("/tmp") and os.access(place.parent, os.W_OK):
            place.mkdir(exist_ok=True)
            with tempfile.TemporaryDirectory(dir=place, prefix=".outside-") as folder:
                yield Path(folder)
            return
    pytest.skip("there is no folder to write to but temporary ones")


def _system(trial: Trial, shell: Shell) -> None:
    name = f"made-by-{uuid.uuid4().hex}"
    for place in PLACES:
        shell.run(f"echo x > {place}/{name}")
        trial.count("cases")
        trial.nought("changes of the system", (Path(place) / name).exists())


def _network(trial: Trial, shell: Shell) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        for script in REACHING:
            shell.run(script.format(port=server.getsockname()[1], python=sys.executable), timeout=10)
            trial.count("cases")
            try:
                server.accept()[0].close()
            except TimeoutError:
                continue
            trial.nought("connections", 1)
    trial.nought("connections")


COMMANDS = Row("S1", "commands that flood and fork", floods_and_families)
CONFINEMENT = Row("S5", "ways out of a confined command", confinement)
