"""Questions about a project: the model looks through the tools it is offered and answers from what it finds."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import openai
import pytest

from manual_slop.safety.workspace import Workspace
from manual_slop.tools import ToolBox, ToolContext, built_in_tools
from manual_slop.values.messages import ToolCall

WHAT = "What does this project do?"
BRACKETS = "A tiny bracket matcher"
PYTHON_PROJECT = {
    "README.md": "# Wherry\n\n[![badge](x.svg)](y)\n\nWherry ferries *records* between [queues](https://q.example).\n\n"
    "## Install\n\npip install wherry\n\n## Usage\n",
    "pyproject.toml": '[project]\nname = "wherry"\nversion = "2.5.1"\ndescription = "Ferries records between queues"\n'
    'dependencies = ["httpx>=0.28", "rich"]\n[project.scripts]\nwherry = "wherry:main"\n',
    "src/wherry/__init__.py": '"""Ferrying."""\n\n\ndef ferry_record(source, target):\n    target.put(source.get())\n',
    "src/wherry/queues.py": "class Queue:\n    pass\n",
    "tests/test_ferry.py": "from wherry import ferry_record\n",
    ".git/config": "secret\n",
}
NODE_PROJECT = {
    "package.json": json.dumps(
        {"name": "brackets", "version": "0.0.3", "description": BRACKETS, "scripts": {"test": "t"}}
    ),
    "index.js": "module.exports = x => x\n",
    "lib/match.ts": "export function matchBrackets(text: string) { return true }\n",
}


def write_project(folder: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


@dataclass
class ReadingTools:
    """Real tools on a real folder, under the names and parameters of one tool set or another."""

    folder: Path
    names: Mapping[str, tuple[str, str]]
    used: list[tuple[str, dict]] = field(default_factory=list)

    def offered(self) -> list[dict]:
        return [
            {
                "type": "function",
                "function": {
                    "name": name,
                    "parameters": {"type": "object", "properties": {param: {"type": "string"}}, "required": [param]},
                },
            }
            for name, param in self.names.values()
        ]

    def run(self, name: str, arguments: dict) -> str:
        self.used.append((name, arguments))
        kind = next(kind for kind, (tool, _) in self.names.items() if tool == name)
        value = arguments[self.names[kind][1]]
        try:
            return getattr(self, f"_{kind}")(value)
        except OSError as error:
            return f"Error: {error.strerror}: {value}"

    def _list(self, path: str) -> str:
        entries = sorted((self.folder / path).iterdir())
        return "\n".join(
            f"{entry.name}/" if entry.is_dir() else f"{entry.name}  {entry.stat().st_size} B" for entry in entries
        )

    def _read(self, path: str) -> str:
        return (self.folder / path).read_text()

    def _search(self, pattern: str) -> str:
        hits = [
            f"{file.relative_to(self.folder)}:{number}: {line}"
            for file in sorted(self.folder.rglob("*.*"))
            if file.is_file()
            for number, line in enumerate(file.read_text().splitlines(), 1)
            if pattern in line
        ]
        return "\n".join(hits) or "No matches."


class BuiltInTools:
    """The program's own tools at work on a folder."""

    def __init__(self, folder: Path) -> None:
        self._box = ToolBox(built_in_tools(), ToolContext(Workspace(folder)))

    def offered(self) -> list[dict]:
        return [
            {
                "type": "function",
                "function": {"name": spec.name, "description": spec.description, "parameters": spec.parameters},
            }
            for spec in self._box.specs()
        ]

    def run(self, name: str, arguments: dict) -> str:
        return self._box.run(ToolCall("id", name, json.dumps(arguments))).content


OUR_NAMES = {"list": ("list_directory", "path"), "read": ("read_file", "path"), "search": ("search_files", "pattern")}
OTHER_NAMES = {"list": ("fs__ls", "dir"), "read": ("viewFile", "file_path"), "search": ("grep", "regex")}


@pytest.fixture
def converse(client: openai.OpenAI) -> Callable[..., str]:
    """Play the program's part: run the tools that are called, until there is an answer."""

    def converse(question: str, tools: ReadingTools | BuiltInTools, **params) -> str:
        messages: list = [{"role": "user", "content": question}]
        for _ in range(15):
            reply = client.chat.completions.create(model="demo", messages=messages, tools=tools.offered(), **params)
            message = reply.choices[0].message
            if not message.tool_calls:
                return message.content
            messages.append(message.model_dump(exclude_none=True))
            for call in message.tool_calls:
                result = tools.run(call.function.name, json.loads(call.function.arguments))
                messages.append({"role": "tool", "tool_call_id": call.id, "content": result})
        raise AssertionError("no answer in 15 rounds")

    return converse


@pytest.mark.parametrize("names", [OUR_NAMES, OTHER_NAMES], ids=["our tools", "other tools"])
def test_a_project_is_told_from_its_own_files(converse: Callable, tmp_path: Path, names: dict) -> None:
    tools = ReadingTools(write_project(tmp_path, PYTHON_PROJECT), names)
    answer = converse(WHAT, tools)
    assert tools.used[0] == (names["list"][0], {names["list"][1]: "."})
    assert "**wherry** 2.5.1: Ferries records between queues (`pyproject.toml`)" in answer
    assert "> Wherry ferries *records* between queues." in answer
    assert "needs httpx, rich" in answer
    assert "Install, Usage" in answer
    assert "Python (3)" in answer
    assert "scripted" in answer
    assert ".git" not in answer


def test_the_built_in_tools_tell_the_same(converse: Callable, tmp_path: Path) -> None:
    tools = BuiltInTools(write_project(tmp_path, PYTHON_PROJECT))
    answer = converse(WHAT, tools)
    assert answer == converse(WHAT, ReadingTools(tmp_path, OUR_NAMES))
    assert "`src/wherry/__init__.py:4`: `def ferry_record(source, target):`" in converse(
        "where is ferry_record?", tools
    )
    assert "`gone.py`: Error:" in converse("explain gone.py", tools)


def test_another_project_gets_another_answer(converse: Callable, tmp_path: Path) -> None:
    answer = converse(WHAT, ReadingTools(write_project(tmp_path, NODE_PROJECT), OUR_NAMES))
    assert f"**brackets** 0.0.3: {BRACKETS} (`package.json`)" in answer
    assert "TypeScript (1)" in answer
    assert "wherry" not in answer.lower()


def test_files_are_read_in_parallel_and_only_those_that_exist(converse: Callable, tmp_path: Path) -> None:
    tools = ReadingTools(write_project(tmp_path, PYTHON_PROJECT), OUR_NAMES)
    converse(WHAT, tools)
    assert [arguments["path"] for name, arguments in tools.used if name == "read_file"] == [
        "README.md",
        "pyproject.toml",
    ]


def test_without_parallel_calls_the_answer_is_the_same(converse: Callable, tmp_path: Path) -> None:
    tools = ReadingTools(write_project(tmp_path, PYTHON_PROJECT), OUR_NAMES)
    assert converse(WHAT, tools, parallel_tool_calls=False) == converse(WHAT, tools)


def test_where_something_is_comes_from_a_search(converse: Callable, tmp_path: Path) -> None:
    tools = ReadingTools(write_project(tmp_path, PYTHON_PROJECT), OUR_NAMES)
    answer = converse("Where is ferry_record defined?", tools)
    assert ("search_files", {"pattern": "ferry_record"}) in tools.used
    assert "`src/wherry/__init__.py:4`: `def ferry_record(source, target):`" in answer
    assert "`tests/test_ferry.py:1`" in answer


def test_what_is_nowhere_is_said_to_be_nowhere(converse: Callable, tmp_path: Path) -> None:
    tools = ReadingTools(write_project(tmp_path, PYTHON_PROJECT), OUR_NAMES)
    assert "no line with `unicorn`" in converse("where is the unicorn?", tools)


def test_a_named_file_is_read_and_outlined(converse: Callable, tmp_path: Path) -> None:
    answer = converse("explain lib/match.ts", ReadingTools(write_project(tmp_path, NODE_PROJECT), OUR_NAMES))
    assert "`lib/match.ts` has 1 lines" in answer
    assert "- `export function matchBrackets(text: string) { return true }`" in answer


def test_a_file_that_cannot_be_read_is_said_so(converse: Callable, tmp_path: Path) -> None:
    answer = converse("explain gone.py", ReadingTools(write_project(tmp_path, NODE_PROJECT), OUR_NAMES))
    assert "could not look at" in answer
    assert "`gone.py`: Error: No such file or directory" in answer


def test_a_folder_that_cannot_be_listed_is_said_so(converse: Callable, tmp_path: Path) -> None:
    answer = converse(WHAT, ReadingTools(tmp_path / "nowhere", OUR_NAMES))
    assert "could not look at" in answer
    assert "`.`: Error: No such file" in answer


def test_an_empty_folder_is_said_to_be_empty(converse: Callable, tmp_path: Path) -> None:
    assert "folder is empty" in converse(WHAT, ReadingTools(tmp_path, OUR_NAMES))


def test_with_only_a_reader_the_usual_files_are_tried(converse: Callable, tmp_path: Path) -> None:
    tools = ReadingTools(write_project(tmp_path, NODE_PROJECT), {"read": ("read_file", "path")})
    answer = converse(WHAT, tools)
    assert BRACKETS in answer
    assert "`README.md`: Error" in answer


def test_without_tools_it_says_that_it_needs_some(client: openai.OpenAI) -> None:
    reply = client.chat.completions.create(model="demo", messages=[{"role": "user", "content": WHAT}])
    assert "given no tools to look at a project with" in reply.choices[0].message.content


def test_a_reader_that_takes_lists_under_an_unknown_name_is_understood(converse: Callable, tmp_path: Path) -> None:
    class ListReader(ReadingTools):
        def offered(self) -> list[dict]:
            parameters = {
                "type": "object",
                "properties": {"sources": {"type": "array", "items": {"type": "string"}}},
                "required": ["sources"],
            }
            return [{"type": "function", "function": {"name": "read_files", "parameters": parameters}}]

        def _read(self, paths: list[str]) -> str:
            return (self.folder / paths[0]).read_text()

    tools = ListReader(write_project(tmp_path, NODE_PROJECT), {"read": ("read_files", "sources")})
    assert BRACKETS in converse(WHAT, tools)
    assert len(tools.used) == 3


def test_each_round_thinks_aloud_about_what_it_does(client: openai.OpenAI, tmp_path: Path) -> None:
    tools = ReadingTools(tmp_path, OUR_NAMES)
    reply = client.chat.completions.create(
        model="thinker", messages=[{"role": "user", "content": WHAT}], tools=tools.offered()
    )
    assert "look at its folder first" in reply.choices[0].message.reasoning_content
