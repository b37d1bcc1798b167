"""What only a person may do is refused to the commands of models, whatever these do to look like one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from manual_slop.safety.shell import lineage
from manual_slop.safety.shell.lineage import require_person, within_command
from manual_slop.safety.shell.shell import Shell, available
from manual_slop.safety.shell.strays import MARK
from manual_slop.values.errors import ConfigError
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


def test_what_carries_the_mark_may_not_do_what_is_a_person_s() -> None:
    asks = "from manual_slop.safety.shell.lineage import require_person; require_person('merging')"
    environment = {**os.environ, MARK: "1"}
    done = subprocess.run([sys.executable, "-c", asks], env=environment, capture_output=True, text=True, check=False)
    assert "merging is for a person: a command that a model runs cannot do it" in done.stderr


def test_inside_a_process_with_the_mark_it_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("manual_slop.values.paths.inherited", lambda known: known(MARK))
    assert within_command()
    with pytest.raises(ConfigError, match="is for a person"):
        require_person("merging")


def test_a_parent_that_is_gone_and_a_table_that_cannot_be_read_are_no_launchers() -> None:
    assert lineage._parent(2**22 + 1) == 0
    assert not lineage._is_launcher(2**22 + 1)
