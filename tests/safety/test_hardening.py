"""The program's own memory and environment are closed to the other processes of the same person."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from manual_slop.safety.shell.kernel import on_linux

pytestmark = pytest.mark.skipif(not on_linux(), reason="only Linux has what is tested here")

_PROGRAM = """
import os, resource, sys
from manual_slop.safety.hardening import harden
if sys.argv[1] == "hardened":
    harden()
{become}
print(resource.getrlimit(resource.RLIMIT_CORE), flush=True)
os.waitpid(os.posix_spawn("/bin/cat", ["cat", f"/proc/{{os.getpid()}}/environ"], {{}}), 0)
"""
# Root may read everything; what is tested is what an ordinary person's processes may.
_BECOME_ORDINARY = (
    "from manual_slop.safety.shell import kernel\nkernel.drop_capabilities()" if os.name == "posix" else ""
)


def said_by(how: str) -> str:
    environment = {**os.environ, "PYTHONPATH": "src", "NOTE": "canary-77aa10"}
    code = _PROGRAM.format(become=_BECOME_ORDINARY)
    command = [sys.executable, "-c", code, how]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=True).stdout


def test_a_child_cannot_read_the_environment_of_a_hardened_program():
    assert "canary-77aa10" not in said_by("hardened")


def test_a_child_can_read_that_of_any_other():
    assert "canary-77aa10" in said_by("as it is")


def test_a_crash_leaves_no_image_of_memory():
    assert said_by("hardened").startswith("(0, 0)")
