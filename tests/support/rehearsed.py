"""A project folder in which the scripted model works with real tools, and a person who may refuse."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import openai

from tests.support.editing import editor

Refuse = Callable[[str, Mapping[str, Any]], str | None]
"""Takes a tool's name and arguments; gives the reason to refuse it with, or `None` to let it run."""

_NO_ARGUMENTS = {"type": "object", "properties": {}}
_COMMAND = {"type": "object", "properties": {"command": {"type": "string"}}, "required": ["command"]}
_LISTED = ("list_directory", "read_file", "write_file", "edit_file", "delete_file", "move_file")


def nothing(_name: str, _arguments: Mapping[str, Any]) -> str | None:
    """Nothing is refused."""
    return None


class Bench:
    """The program's own tools on `files`, beside a `run_tests` (or `run_shell`) that runs Python's unittest.

    `used` are the calls that were made, refused ones too.
    """

    def __init__(self, folder: Path, files: Mapping[str, str], refuse: Refuse = nothing, runner: str = "run_tests"):
        self.editor = editor(folder)
        self.project = self.editor.project
        self.refuse = refuse
        self.runner = runner
        self.used: list[tuple[str, dict[str, Any]]] = []
        for name, text in files.items():
            self.editor.write(name, text)

    def offered(self) -> list[dict[str, Any]]:
        """The tools as a request lists them."""
        listed = {spec.name: spec.parameters for spec in self.editor.box.specs() if spec.name in _LISTED}
        runner = {self.runner: _COMMAND if self.runner == "run_shell" else _NO_ARGUMENTS} if self.runner else {}
        functions = ({"name": name, "parameters": parameters} for name, parameters in {**listed, **runner}.items())
        return [{"type": "function", "function": function} for function in functions]

    def run(self, name: str, arguments: dict[str, Any]) -> str:
        """What a call answers."""
        self.used.append((name, arguments))
        reason = self.refuse(name, arguments)
        if reason is not None:
            return f"The person refused it: {reason}"
        if name in ("run_tests", "run_shell"):
            return self._tested(arguments.get("command", "python3 -m unittest discover"))
        return self.editor.run(name, **arguments).content

    def texts(self) -> dict[str, str]:
        """All Python files as they are."""
        return {str(path.relative_to(self.project)): path.read_text() for path in self.project.rglob("*.py")}

    def names_used(self) -> list[str]:
        """The tools that were called, in order."""
        return [name for name, _ in self.used]

    def _tested(self, command: str) -> str:
        argv = [sys.executable, "-B", *command.split()[1:]]
        run = subprocess.run(argv, cwd=self.project, capture_output=True, text=True, timeout=60, check=False)
        return f"[exit code {run.returncode} after 0.1 s]\n[confinement: none]\n{run.stdout}{run.stderr}"


def converse(client: openai.OpenAI, bench: Any, *questions: str, model: str = "demo", **params: Any) -> str:
    """Play the program's part: run the tools that are called until there is an answer; the answer to the last one."""
    messages: list[Any] = []
    content = ""
    for question in questions:
        messages.append({"role": "user", "content": question})
        content = _answer(client, bench, messages, model, params)
        messages.append({"role": "assistant", "content": content})
    return content


def _answer(client: openai.OpenAI, bench: Any, messages: list[Any], model: str, params: dict[str, Any]) -> str:
    for _ in range(40):
        reply = client.chat.completions.create(model=model, messages=messages, tools=bench.offered(), **params)
        message = reply.choices[0].message
        if not message.tool_calls:
            return message.content or ""
        messages.append(message.model_dump(exclude_none=True))
        for call in message.tool_calls:
            result = bench.run(call.function.name, json.loads(call.function.arguments))
            messages.append({"role": "tool", "tool_call_id": call.id, "content": result})
    raise AssertionError("no answer in 40 rounds")
