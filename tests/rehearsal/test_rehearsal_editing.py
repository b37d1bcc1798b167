"""Direct wishes: one thing to be done to a file, one call, and what came of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openai
import pytest

from manual_slop.rehearsal.skills.directives import read_directives
from manual_slop.rehearsal.skills.effects import effect_of, open_workbox, refusal_in
from manual_slop.values.tools import ToolSpec
from tests.support.rehearsed import Bench, converse

WISHES: dict[str, tuple[str, dict[str, Any]]] = {
    "create a file notes.txt with hello there": (
        "write_file",
        {"path": "notes.txt", "content": "hello there\n"},
    ),
    'Please create a new file called `docs/a b.md` containing the text "One.\nTwo."': (
        "write_file",
        {"path": "docs/a b.md", "content": "One.\nTwo.\n"},
    ),
    "write a file run.py with:\n```python\nprint(1)\n```": ("write_file", {"path": "run.py", "content": "print(1)\n"}),
    "replace `one` by `two` in old.txt": (
        "edit_file",
        {"path": "old.txt", "edits": [{"old": "one", "new": "two"}]},
    ),
    "Could you please change one to two in the file old.txt.": (
        "edit_file",
        {"path": "old.txt", "edits": [{"old": "one", "new": "two"}]},
    ),
    "rename old.txt to new.txt": ("move_file", {"path": "old.txt", "to": "new.txt"}),
    "Delete the file old.txt!": ("delete_file", {"path": "old.txt"}),
    "run `python3 -V`": ("run_shell", {"command": "python3 -V"}),
}


@pytest.mark.parametrize("wish", WISHES)
def test_a_wish_is_one_call_and_its_result_is_told(client: openai.OpenAI, tmp_path: Path, wish: str) -> None:
    bench = Bench(tmp_path, {"old.txt": "one\n"}, runner="run_shell")
    answer = converse(client, bench, wish)
    assert bench.used == [WISHES[wish]]
    assert answer.startswith("Done: ")


def test_what_was_wished_for_has_happened(client: openai.OpenAI, tmp_path: Path) -> None:
    bench = Bench(tmp_path, {"old.txt": "one\n"})
    converse(client, bench, "replace one by two in old.txt", "rename old.txt to sub/new.txt")
    assert (bench.project / "sub/new.txt").read_text() == "two\n"
    assert not (bench.project / "old.txt").exists()


def test_running_the_tests_is_a_wish_too(client: openai.OpenAI, tmp_path: Path) -> None:
    bench = Bench(tmp_path, {"test_x.py": "import unittest\n"})
    converse(client, bench, "run the tests")
    assert bench.used == [("run_tests", {})]


def test_a_refused_wish_is_not_tried_in_another_way(client: openai.OpenAI, tmp_path: Path) -> None:
    bench = Bench(tmp_path, {"old.txt": "one\n"}, lambda name, arguments: "keep it", runner="run_shell")
    answer = converse(client, bench, "delete old.txt")
    assert len(bench.used) == 1
    assert "It was refused: “keep it”" in answer


def test_a_wish_that_fails_says_so(client: openai.OpenAI, tmp_path: Path) -> None:
    answer = converse(client, Bench(tmp_path, {}), "delete gone.txt")
    assert answer.startswith("It did not work")
    assert "there is no such file" in answer


def test_without_the_tool_nothing_is_pretended(client: openai.OpenAI, tmp_path: Path) -> None:
    answer = converse(client, Bench(tmp_path, {}, runner=""), "run `ls`")
    assert "no tool that can run commands" in answer


def test_taking_back_is_left_to_the_program(client: openai.OpenAI, tmp_path: Path) -> None:
    bench = Bench(tmp_path, {})
    assert "`manual-slop undo`" in converse(client, bench, "undo that")
    assert not bench.used


@pytest.mark.parametrize("words", ["delete everything", "what does rename do?", "how do I delete old.txt?"])
def test_what_is_no_wish_changes_nothing(client: openai.OpenAI, tmp_path: Path, words: str) -> None:
    bench = Bench(tmp_path, {"old.txt": "one\n"}, runner="run_shell")
    converse(client, bench, words)
    assert not {"delete_file", "move_file", "run_shell"} & set(bench.names_used())


def test_tools_of_other_programs_are_known_by_their_names_and_parameters() -> None:
    assert [effect_of(name) for name in ("Bash", "str_replace", "createFile", "mv", "fs__unlink", "read_file")] == [
        "shell", "edit", "write", "move", "delete", "",
    ]  # fmt: skip
    text = {"type": "string"}
    flat = {"type": "object", "properties": {"file_path": text, "old_string": text, "new_string": text}}
    box = open_workbox([ToolSpec("Edit", "", flat)])
    assert box.edit("a.py", "x", "y")[0].arguments == {"file_path": "a.py", "old_string": "x", "new_string": "y"}
    assert box.run("ls") == ()


def test_reasons_are_read_in_simple_words() -> None:
    assert refusal_in("The person refused it: use `a - b`") == "use `a - b`"
    assert refusal_in("Not run: nobody can be asked here") == "nobody can be asked here"
    assert refusal_in("Edited calc.py") is None
    assert read_directives(["use subtraction"]).prefer == ("-",)
    assert read_directives(["please use `x <= y` here"]).prefer == ("x <= y",)
    assert read_directives(["leave the file src/a.py alone"]).forbids("src/a.py")
    assert read_directives(["do not touch anything in src/"]).forbids("src/deep/a.py")
    assert not read_directives(["don't touch calc.py"]).forbids("other.py")
    assert read_directives(["explain first"]).explain
    assert not read_directives(["no", "hm"])


def test_the_model_still_says_that_it_is_scripted(client: openai.OpenAI, tmp_path: Path) -> None:
    assert "scripted" in converse(client, Bench(tmp_path, {"old.txt": "one\n"}), "delete old.txt")
