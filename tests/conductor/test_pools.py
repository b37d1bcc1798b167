"""Jobs are carried out in processes that do not outlive the run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from manual_slop.conductor.pools import THREADS, pool_for
from tests.support.patience import wait_until
from tests.support.shared import ROOT

PROGRAM = f"""
import os, time
from manual_slop.conductor.pools import pool_for
if __name__ == "__main__":
    pool = pool_for({THREADS + 1})
    print(*{{job.result() for job in [pool.submit(os.getpid) for _ in range(40)]}}, flush=True)
    time.sleep(600)
"""


def test_few_workers_are_threads_of_ours():
    with pool_for(THREADS) as pool:
        assert pool.submit(os.getpid).result() == os.getpid()


def test_many_workers_are_processes_of_their_own():
    with pool_for(THREADS + 1) as pool:
        assert pool.submit(os.getpid).result() != os.getpid()


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="who is alive is read from /proc")
def test_the_processes_of_a_run_that_is_killed_end_with_it(tmp_path: Path):
    script = tmp_path / "pools.py"
    script.write_text(PROGRAM)
    with subprocess.Popen([sys.executable, str(script)], cwd=ROOT, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout
        workers = [int(word) for word in run.stdout.readline().split()]
        assert workers
        run.kill()
    wait_until(lambda: not any(_lives(worker) for worker in workers))


def _lives(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
