"""The processes of a run: the server, and a worker for each group of contenders, spoken to through pipes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from tests.bench.worker import GROUPS
from tests.support.environment import take_personal

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def _started(*arguments: str, home: Path) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment(home),
    ) as process:
        try:
            yield process
        finally:
            assert process.stdin is not None
            process.stdin.close()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def environment(home: Path) -> dict[str, str]:
    """This one without keys and proxies, with an empty home; litellm reads its own map and no `.env`."""
    ours = dict(os.environ)
    take_personal(ours)
    return {
        **ours,
        "MANUAL_SLOP_HOME": str(home),
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "LITELLM_OFFLINE_MODE": "true",
        "LITELLM_MODE": "PRODUCTION",
    }


class Crew:
    """The workers of all groups. Only one works at a time."""

    def __init__(self, workers: Mapping[str, subprocess.Popen[str]]) -> None:
        self._by_contender = {name: worker for group, worker in workers.items() for name in GROUPS[group]}

    def do(self, contender: str, task: str, **more: Any) -> dict[str, Any]:
        """Have a contender do something and wait for what it says. Raises `RuntimeError` when its process died."""
        worker = self._by_contender[contender]
        assert worker.stdin is not None
        print(json.dumps({"contender": contender, "do": task, **more}), file=worker.stdin, flush=True)
        return _answer(worker, f"{contender}: {task}")


@contextmanager
def server(home: Path) -> Iterator[str]:
    """The server, in a process of its own; the beginning of its URL."""
    with _started("-m", "tests.bench.server", home=home) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"


@contextmanager
def crew(home: Path) -> Iterator[Crew]:
    """A server and the workers of all groups, ready; all of them end with the block."""
    with ExitStack() as stack:
        base = stack.enter_context(server(home))
        workers = {
            group: stack.enter_context(_started("-m", "tests.bench.worker", group, base, home=home)) for group in GROUPS
        }
        for group, worker in workers.items():
            _answer(worker, group)
        yield Crew(workers)


def _answer(worker: subprocess.Popen[str], what: str) -> dict[str, Any]:
    assert worker.stdout is not None
    line = worker.stdout.readline()
    if not line:
        raise RuntimeError(f"the worker ended in the middle of {what!r}; its words are above")
    answer: dict[str, Any] = json.loads(line)
    return answer
