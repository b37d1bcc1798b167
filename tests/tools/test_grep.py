"""What a model finds in the files of a project."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from manual_slop.safety.workspace import Workspace
from manual_slop.tools import ToolBox, ToolContext, built_in_tools
from manual_slop.values.cancel import Cancel
from manual_slop.values.messages import ToolCall, ToolResult
from tests.support.patience import is_soon, waited

Run = Callable[..., ToolResult]


@pytest.mark.usefixtures("files")
def test_matching_lines_stand_under_their_files_with_their_numbers(run: Run):
    assert run("grep", pattern="alpha").content == (
        ".env.example\n1\tKEY=alpha\n\n"
        "README.md\n2\tBuilds the alpha.\n\n"
        "docs/latin.txt\n1\tgrößer als alpha\n\n"
        "docs/wide.txt\n1\talpha weit\n\n"
        "src/app.py\n3\tdef alpha(x):\n\n"
        "5 matching lines in 5 files."
    )


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ({"pattern": "alpha", "case_sensitive": False, "glob": "*.{md,ts}"}, ["README.md", "src/deep/util.ts"]),
        ({"pattern": "ALPHA", "glob": "*.md"}, []),
        ({"pattern": "alpha(x)"}, ["src/app.py"]),
        ({"pattern": r"def \w+\(", "is_regex": True}, ["src/app.py"]),
        ({"pattern": r"^let \w+$", "is_regex": True}, ["src/deep/util.ts"]),
        ({"pattern": "Größer", "case_sensitive": False}, ["docs/latin.txt"]),
        ({"pattern": "alpha", "path": "src"}, ["src/app.py"]),
        ({"pattern": "Alpha", "path": "src", "glob": "deep/*"}, ["src/deep/util.ts"]),
        ({"pattern": "alpha", "path": "src/app.py"}, ["src/app.py"]),
        ({"pattern": "alpha", "path": "build"}, ["build/out.txt"]),
        ({"pattern": "alpha", "path": "build/out.txt"}, ["build/out.txt"]),
        ({"pattern": "alpha", "path": ".git"}, [".git/config"]),
        ({"pattern": "alpha", "glob": "!*.txt", "path": "docs"}, []),
    ],
)
@pytest.mark.usefixtures("files")
def test_a_search_is_narrowed_by_path_glob_case_and_pattern(run: Run, arguments: dict[str, object], found: list[str]):
    content = run("grep", **arguments).content
    assert [line for line in content.splitlines()[:-1] if line and "\t" not in line] == found


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"pattern": ""}, "one line"),
        ({"pattern": "x", "context_lines": 21}, "0 to 20"),
        ({}, "`pattern` (a string) is missing"),
        ({"pattern": "a\nb"}, "one line"),
        ({"pattern": "(", "is_regex": True}, "cannot be used: missing )"),
        ({"pattern": "a", "glob": "["}, "not a glob"),
        ({"pattern": "a", "path": "missing"}, "no such file or folder"),
        ({"pattern": "a", "path": "../"}, "not allowed"),
        ({"pattern": "a", "path": "/etc"}, "outside the project"),
    ],
)
@pytest.mark.usefixtures("files")
def test_a_search_that_cannot_be_is_refused(run: Run, arguments: dict[str, object], told: str):
    result = run("grep", **arguments)
    assert result.is_error
    assert told in result.content


def test_nothing_found_says_how_much_was_searched(project: Path, run: Run):
    (project / "a").write_text("x")
    assert run("grep", pattern="y").content == "No match in 1 text file."


def test_a_link_out_of_the_project_is_not_searched(project: Path, run: Run):
    (project.parent / "outside").mkdir()
    (project.parent / "outside" / "secret").write_text("canary")
    (project / "door").symlink_to("../outside")
    (project / "window").symlink_to("../outside/secret")
    assert run("grep", pattern="canary").content == "No match in 0 text files."
    assert run("grep", pattern="canary", path="door").is_error
    assert run("grep", pattern="canary", path="window").is_error


def test_of_a_long_line_the_surroundings_of_the_match_are_shown(project: Path, run: Run):
    (project / "min.js").write_text("x" * 100_000 + "needle" + "y" * 100_000)
    line = run("grep", pattern="needle").content.splitlines()[1]
    assert line == "1\t…" + "x" * 100 + "needle" + "y" * 194 + "…"


def test_too_many_matches_are_cut_and_it_is_said(project: Path, run: Run):
    (project / "a").write_text("hit\n" * 300)
    content = run("grep", pattern="hit").content
    assert content.count("\thit") == 200
    told = "[stopped: there are more than 200 matches; use a narrower pattern, glob or path]"
    assert content.endswith(f"\n200 matching lines in 1 file.\n{told}")


def test_a_long_answer_fits_and_says_that_there_is_more(project: Path, run: Run):
    (project / "a").write_text(("x" * 150 + "hit" + "x" * 250 + "\n") * 190)
    content = run("grep", pattern="hit").content
    assert len(content) < 42_000
    assert content.endswith("[stopped: more would be too long; ask for less, such as a narrower pattern, glob or path]")


def test_files_that_were_not_searched_are_counted(project: Path, run: Run):
    with (project / "big.txt").open("wb") as file:
        file.write(b"needle\n")
        file.truncate(10 * 1024 * 1024 + 1)
    assert run("grep", pattern="needle").content == (
        "No match in 0 text files.\n[not searched: 1 file larger than 10 MiB or not to be opened]"
    )


@pytest.mark.timeout(60)
def test_a_pattern_that_would_never_end_stops_the_search_where_it_hangs(project: Path, run: Run):
    (project / "a.txt").write_text("aaa\nfine\n")
    (project / "b.txt").write_text("x\n" + "a" * 100 + "!\n")
    result = run("grep", pattern="(a|aa)+$", is_regex=True)
    assert not result.is_error
    assert result.content.splitlines()[:2] == ["a.txt", "1\taaa"]
    assert "[stopped: the pattern takes too long on line 2 of b.txt; use a simpler one]" in result.content


def test_a_search_stops_when_the_person_stops_it(project: Path):
    (project / "0.txt").write_text("x\n" * 1_000_000)
    for number in range(1, 40):
        os.link(project / "0.txt", project / f"{number}.txt")
    box = ToolBox(built_in_tools(), ToolContext(Workspace(project)))

    def search() -> float:
        cancel, pressed = Cancel(), list[float]()
        threading.Timer(0.2, lambda: (pressed.append(time.monotonic()), cancel.request())).start()
        result = box.run(ToolCall("1", "grep", '{"pattern": "[yz]", "is_regex": true}'), cancel)
        assert result.content == "Error: stopped"
        return waited(pressed)

    is_soon(search, 0.5)


@pytest.mark.parametrize(
    ("around", "shown"),
    [
        (0, ["2\thit 2", "3\thit 3", "9\thit 9"]),
        (1, ["1-\t1", "2\thit 2", "3\thit 3", "4-\t4", "--", "8-\t8", "9\thit 9", "10-\t10"]),
        (3, ["1-\t1", "2\thit 2", "3\thit 3", "4-\t4", "5-\t5", "6-\t6", "7-\t7", "8-\t8", "9\thit 9", "10-\t10"]),
    ],
)
def test_the_lines_around_a_match_are_shown_once(project: Path, run: Run, around: int, shown: list[str]):
    (project / "a").write_text("\n".join(f"hit {n}" if n in {2, 3, 9} else str(n) for n in range(1, 11)))
    lines = run("grep", pattern="hit", context_lines=around).content.splitlines()
    assert lines == ["a", *shown, "", "3 matching lines in 1 file."]
