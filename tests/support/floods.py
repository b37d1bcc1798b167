"""Commands that put out a gigabyte, and a program that says what draining it took."""

from __future__ import annotations

FLOODS = {
    "text": "yes 'a line of ordinary length, as compilers print them' | head -c 1000000000",
    "binary": "head -c 1000000000 /dev/zero",
    "one line": "tr '\\0' x < /dev/zero | head -c 1000000000",
}


PROGRAM = """
import json, resource, sys
from manual_slop.safety.sandbox import Sandbox
from manual_slop.safety.shell.shell import CommandResult, Shell
from tests.support.patience import with_time_enough
shell = Shell(sys.argv[1], Sandbox("off"))
shell.run("yes | head -c 100000")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
result = shell.run(sys.argv[2])
print(json.dumps({
    "grown": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024,
    "total": result.total_bytes, "head": len(result.head), "tail": len(result.tail), "binary": result.binary,
    "exit": result.exit_code, "spilled": result.spilled_to.stat().st_size, "seconds": result.seconds,
}))
"""
