"""Recorded traffic of real providers, served on loopback by the shared replay tool in a process of its own."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from typing import Any

from tests.support.shared import shared_path


class Replay:
    """The running replay server: where each case is found, and what was asked of it."""

    def __init__(self, port: int) -> None:
        self.root = f"http://127.0.0.1:{port}"

    def url(self, case_id: str, *modifiers: str, version: str = "v1") -> str:
        """The `api_base` under which `case_id` is answered.

        `modifiers` are the tool's own, such as `"cut=3"`. `version` is `""` for Anthropic, Azure and Ollama, `"v1beta"`
        for Gemini.
        """
        return "/".join(filter(None, (self.root, "case", ";".join((case_id, *modifiers)), version)))

    def log(self, case_id: str | None = None) -> list[dict[str, Any]]:
        """The requests seen since the last `reset`, all of them or those of one case."""
        seen: list[dict[str, Any]] = self._ask("log" if case_id is None else f"log?case={case_id}")
        return seen

    def reset(self) -> None:
        """Forget requests and counters."""
        self._ask("reset", method="POST")

    def _ask(self, path: str, method: str = "GET") -> Any:
        request = urllib.request.Request(f"{self.root}/{path}", method=method)
        with urllib.request.urlopen(request, timeout=10) as response:
            return json.load(response)


@contextlib.contextmanager
def serve_recordings() -> Iterator[Replay]:
    """Run the replay tool on a free port until the block ends. Skips (in CI: fails) without the shared folder."""
    tool, cases = shared_path("tools", "replay", "replay.py"), shared_path("recordings", "cases")
    command = [sys.executable, str(tool), "--set", str(cases), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            first_line = process.stdout.readline() if process.stdout else ""
            if not first_line:
                raise RuntimeError(f"the replay tool did not start: exit code {process.wait(10)}")
            yield Replay(json.loads(first_line)["port"])
        finally:
            process.terminate()
