"""A demonstration: a small project with a bug in it, and a real conversation about it with the scripted model."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from manual_slop.app_controller import AppController
from manual_slop.values.approval import Answer

MODEL = "rehearsal/demo"
PROMPTS = ("what does this project do?", "fix the failing test in this project")
_APPROVED = 3  # the next request is left waiting, to be seen

FILES: Mapping[str, str] = {
    "README.md": "# Teapot\n\nTeapot brews tea on a schedule. `python -m unittest` runs its tests.\n",
    "AGENTS.md": "Run the tests before and after a change. Change as little as possible.\n",
    "teapot.py": '''"""Brews tea on a schedule."""

from dataclasses import dataclass

MINUTES = {"green": 2, "black": 4, "herbal": 8}


@dataclass(frozen=True)
class Pot:
    """A pot of tea: its kind and how many cups it holds."""

    kind: str
    cups: int = 2

    def minutes(self) -> int:
        """How long it brews; a pot for more than four cups takes a minute longer."""
        extra = 1 if self.cups > 4 else 0
        return MINUTES[self.kind] - extra
''',
    "test_teapot.py": """import unittest

from teapot import Pot


class TestPot(unittest.TestCase):
    def test_green_tea_is_quick(self):
        self.assertEqual(Pot("green").minutes(), 2)

    def test_a_large_pot_takes_longer(self):
        self.assertEqual(Pot("black", cups=6).minutes(), 5)


if __name__ == "__main__":
    unittest.main()
""",
}


def make_project(home: Path) -> Path:
    """The made-up project, in a new folder of `home`."""
    folder = home / "teapot"
    folder.mkdir(parents=True)
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


class Demo:
    """Somebody who asks, approves some of what the model wants to do, and leaves the rest to be looked at."""

    def __init__(self, controller: AppController) -> None:
        self._controller = controller
        self._prompts = list(PROMPTS)
        self._approved: set[str] = set()
        controller.choose_model(MODEL)

    def go_on(self) -> bool:
        """The next step, once a frame. Whether there is nothing more to do but look."""
        state = self._controller.state
        for request in tuple(state.waiting.values()):
            if request.id not in self._approved and len(self._approved) == _APPROVED:
                return True
            if request.id not in self._approved:
                self._approved.add(request.id)
                self._controller.answer(request, Answer("approve", by="you"))
        if not state.conversation.running and self._prompts:
            self._controller.send(self._prompts.pop(0))
            return False
        return not state.conversation.running and not self._prompts
