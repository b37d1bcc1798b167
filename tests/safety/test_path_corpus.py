"""No string that was ever published as a way out of a folder is one, through any tool."""

from __future__ import annotations

from pathlib import Path

import pytest

from manual_slop.safety import openat2
from manual_slop.safety.confinement import Confinement, KernelConfinement, WalkConfinement
from tests.support.escapes import INSIDE, outside
from tests.support.path_corpus import ODD, OWN, Trial, corpus, own
from tests.support.scale import FULL

pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="descriptors are looked up in /proc")

WAYS = [
    pytest.param(KernelConfinement, marks=pytest.mark.skipif(not openat2.available(), reason="no openat2 here")),
    WalkConfinement,
]


def test_our_own_list_is_long_enough():
    assert len({*OWN.split(), *ODD}) >= 75


@pytest.mark.timeout(600)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("tool", ["read", "list", "search", "edit"])
def test_no_string_opens_anything_outside(tmp_path: Path, way: type[Confinement], tool: str):
    trial = Trial(tmp_path, way)
    strings = corpus(trial.project)
    assert len(strings) >= 36_000
    some = strings if FULL else [*strings[:: 6 if way is KernelConfinement else 24], *own(trial.project)]
    before = outside(tmp_path, trial.project)
    for path in some:
        getattr(trial, tool)(path)
    assert outside(tmp_path, trial.project) == before
    print(f"{tool}, {way.__name__}: {len(some):,} of {len(strings):,} strings, {trial.reached:,} led inside, 0 outside")
    assert trial.reached > 5


@pytest.mark.parametrize("way", WAYS)
def test_new_files_are_made_inside_or_not_at_all(tmp_path: Path, way: type[Confinement]):
    trial = Trial(tmp_path, way)
    before = outside(tmp_path, trial.project)
    for path in own(trial.project):
        for tool, arguments in (
            ("write_file", {"path": path, "content": "x"}),
            ("move_file", {"path": "boot.ini", "to": path}),
            ("apply_patch", {"patch": f"--- /dev/null\n+++ b/{path}\n@@ -0,0 +1 @@\n+x\n"}),
        ):
            trial.ed.run(tool, **arguments)
            assert not trial.watch.outside, f"{tool} {path!r}"
            trial.ed.write("boot.ini", INSIDE)
    assert outside(tmp_path, trial.project) == before
