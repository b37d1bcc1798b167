"""A window in a program of its own, which says "streaming" while an answer comes, and is meant to be killed then.

python -m tests.support.doomed_window FOLDER PROMPT
"""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from manual_slop.app.items import Answered
from manual_slop.app_controller import AppController
from manual_slop.gui.context import App
from tests.support.gui import Person, use
from tests.support.shared import ROOT

_ENOUGH = 40  # characters that have come


def kill_one_that_streams(project: Path, prompt: str) -> None:
    """Start such a program and kill it in the middle of its answer, as `kill -9` does."""
    command = [sys.executable, "-m", __name__, str(project), prompt]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            said = process.stdout.readline()
        finally:
            process.kill()
    assert said == "streaming\n"
    assert process.returncode == -signal.SIGKILL


def _main(project: Path, prompt: str) -> None:
    app = App(AppController(project))
    app.controller.choose_model("rehearsal/slow")

    def scene(person: Person) -> None:
        person.writes("//Discussion/**/##draft", prompt)
        person.presses("Ctrl+Enter")
        person.waits_until(lambda: any(_has_begun(item) for item in app.state.conversation.items))
        print("streaming", flush=True)
        person.waits_until(lambda: False, "its end")

    use(app, scene)


def _has_begun(item: object) -> bool:
    return isinstance(item, Answered) and len(item.text) > _ENOUGH


if __name__ == "__main__":
    _main(Path(sys.argv[1]), sys.argv[2])
