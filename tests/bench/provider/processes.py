"""The processes of a run: the server, and a worker for each group of contenders, spoken to through pipes.

Other libraries are installed by uv, each in an environment of its own that ends with the run.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from tests.bench.provider.peers import PINS
from tests.bench.provider.worker import GROUPS
from tests.support.environment import take_personal

ROOT = Path(__file__).resolve().parents[3]


def python_for(group: str) -> list[str]:
    """The command that runs Python with what a group needs. Raises `RuntimeError` where that takes a missing uv."""
    if group not in PINS:
        return [sys.executable]
    uv = shutil.which("uv")
    if uv is None:
        raise RuntimeError("other libraries are installed by uv, which is not on the path: ask for --no-peers")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    dated = ["--exclude-newer", project["tool"]["uv"]["exclude-newer"], "--python", sys.executable]
    installed = [word for pin in PINS[group] for word in ("--with", pin)]
    return [uv, "run", "--quiet", "--isolated", "--no-project", *dated, *installed, "python"]


@contextmanager
def _started(python: Sequence[str], *arguments: str, home: Path) -> Iterator[subprocess.Popen[str]]:
    """A process whose words on stderr are shown only if it fails: some libraries leave tracebacks behind."""
    with (
        tempfile.TemporaryFile("w+") as words,
        subprocess.Popen(
            [*python, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=words,
            text=True,
            cwd=ROOT,
            env=environment(home),
        ) as process,
    ):
        try:
            yield process
        finally:
            assert process.stdin is not None
            process.stdin.close()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
            if process.returncode:
                words.seek(0)
                print(words.read()[-5_000:], file=sys.stderr)


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
        "LLM_USER_PATH": str(home / "llm"),
        "ANY_LLM_DISABLE_TELEMETRY": "1",
    }


class Crew:
    """The workers of all groups. Only one works at a time."""

    def __init__(self, workers: Mapping[str, subprocess.Popen[str]]) -> None:
        self._by_contender = {name: worker for group, worker in workers.items() for name in GROUPS[group]}
        self.names = frozenset(self._by_contender)

    def do(self, contender: str, task: str, **more: Any) -> dict[str, Any]:
        """Have a contender do something and wait for what it says. Raises `RuntimeError` when its process died."""
        worker = self._by_contender[contender]
        assert worker.stdin is not None
        print(json.dumps({"contender": contender, "do": task, **more}), file=worker.stdin, flush=True)
        return _answer(worker, f"{contender}: {task}")


@contextmanager
def server(home: Path) -> Iterator[str]:
    """The server, in a process of its own; the beginning of its URL."""
    with _started([sys.executable], "-m", "tests.bench.provider.server", home=home) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"


@contextmanager
def crew(base: str, home: Path, *, peers: bool) -> Iterator[Crew]:
    """The workers of all groups, ready to ask the server at `base`; all of them end with the block."""
    with ExitStack() as stack:
        workers = {
            group: stack.enter_context(
                _started(python_for(group), "-m", "tests.bench.provider.worker", group, base, home=home)
            )
            for group in groups(peers)
        }
        for group, worker in workers.items():
            _answer(worker, group)
        yield Crew(workers)


def groups(peers: bool) -> list[str]:
    """All groups, or those that need nothing installed."""
    return [group for group in GROUPS if peers or group not in PINS]


def alone(group: str, *arguments: str, home: Path) -> str:
    """What a module says in a fresh process with what a group needs: the last line of it."""
    ran = subprocess.run(
        [*python_for(group), "-m", *arguments],
        cwd=ROOT,
        env=environment(home),
        capture_output=True,
        text=True,
        check=True,
    )
    return ran.stdout.splitlines()[-1]


def _answer(worker: subprocess.Popen[str], what: str) -> dict[str, Any]:
    assert worker.stdout is not None
    line = worker.stdout.readline()
    if not line:
        raise RuntimeError(f"the worker ended in the middle of {what!r}; its words are above")
    answer: dict[str, Any] = json.loads(line)
    return answer
