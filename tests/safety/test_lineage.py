"""What only a person may do is refused to the commands of models, whatever these do to look like one."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from manual_slop.safety.shell.lineage import require_person, within_command
from manual_slop.safety.shell.shell import Shell, available
from tests.support.shells import UNCONFINED

_ASKS = "from manual_slop.safety.shell.lineage import within_command; print('within', within_command())"
_HIDES = {
    "plain": "",
    "without the mark": "env -u MANUAL_SLOP_COMMAND ",
    "in a session of its own": "env -u MANUAL_SLOP_COMMAND setsid -w ",
    "with nothing in its environment": "env -i ",
    "behind a terminal": "env -u MANUAL_SLOP_COMMAND script -qec ",
}

pytestmark = pytest.mark.skipif(not available(), reason="no commands can be run on this system")


def test_a_person_s_program_is_not_within_a_command() -> None:
    """Nor is whatever started these tests."""
    assert not within_command()
    require_person("this")


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="this system does not tell who started whom")
@pytest.mark.parametrize("way", _HIDES)
def test_a_command_is_seen_as_one_whatever_it_does(tmp_path: Path, way: str) -> None:
    """Also where nothing confines it."""
    (tmp_path / "asks.py").write_text(_ASKS)
    call = f"{sys.executable} asks.py"
    script = f"{_HIDES[way]}'{call}' /dev/null" if way.startswith("behind") else f"{_HIDES[way]}{call}"
    printed = Shell(tmp_path, UNCONFINED).run(script).head
    if "script: " in printed or "not found" in printed:
        pytest.skip("there is no `script` here")
    assert printed.split() == ["within", "True"]


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="this system does not tell who started whom")
def test_what_a_command_leaves_behind_is_seen_as_one_too(tmp_path: Path) -> None:
    """Its parent is gone, and it waits for that."""
    (tmp_path / "asks.py").write_text(f"import os, time\nwhile os.getppid() == {{0}}:\n    time.sleep(0.01)\n{_ASKS}")
    text = (tmp_path / "asks.py").read_text().replace("{0}", "int(os.environ['OLD'])")
    (tmp_path / "asks.py").write_text(text)
    script = f"(OLD=$BASHPID env -u MANUAL_SLOP_COMMAND setsid {sys.executable} asks.py > said.txt &) ; sleep 0.1"
    shell = Shell(tmp_path, UNCONFINED)
    shell.run(f"{script}; until [ -s said.txt ]; do sleep 0.02; done", timeout=60)
    assert (tmp_path / "said.txt").read_text().split() == ["within", "True"]
