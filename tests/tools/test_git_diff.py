"""What a model sees of changes, line by line."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from manual_slop.tools.git.lines import unified
from manual_slop.values.messages import ToolResult
from tests.support.repositories import git, repository

Run = Callable[..., ToolResult]


def test_a_change_is_shown_as_git_shows_it(project: Path, run: Run):
    repository(project)
    path = project / "src" / "app.py"
    path.write_text(path.read_text().replace("line 5\n", "five\nfive and a half\n").replace("line 40\n", "forty"))
    theirs = git(project, "diff").splitlines()
    ours = run("git_diff").content.splitlines()
    assert ours == [line.partition(" @@ ")[0] + " @@" if line.startswith("@@") else line
                    for line in theirs if not line.startswith("index ")] or ours == [
        line if not line.startswith("@@") else line[: line.index("@@", 3) + 2]
        for line in theirs
        if not line.startswith("index ")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "heads"),
    [
        ({}, ["src/app.py"]),
        ({"staged": True}, ["added.txt"]),
        ({"revision": "HEAD"}, ["added.txt", "src/app.py"]),
        ({"revision": "HEAD~2..HEAD"}, ["new.bin", "old.txt", "src/app.py"]),
        ({"revision": "HEAD~2..HEAD~1"}, ["src/app.py"]),
        ({"revision": "main^..", "path": "old.txt"}, ["old.txt"]),
        ({"revision": "HEAD~2..HEAD", "path": "src"}, ["src/app.py"]),
        ({"path": "old.txt"}, []),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_what_is_compared_can_be_chosen(
    project: Path, run: Run, arguments: dict[str, object], heads: list[str], packed: bool
):
    repository(project)
    (project / "added.txt").write_text("a\n")
    git(project, "add", ".")
    (project / "src" / "app.py").write_text("changed\n")
    if packed:
        git(project, "gc", "-q", "--aggressive", "--prune=now")
    lines = run("git_diff", **arguments).content.splitlines()
    assert [line.rpartition(" b/")[2] for line in lines if line.startswith("diff ")] == heads
    assert heads or lines == ["No differences."]


def test_files_that_come_and_go_and_binary_ones_are_told(project: Path, run: Run):
    repository(project)
    assert run("git_diff", revision="HEAD~1..HEAD").content.splitlines() == [
        "diff --git a/new.bin b/new.bin",
        "new file",
        "Binary files differ (0 B and 3 B)",
        "diff --git a/old.txt b/old.txt",
        "deleted file",
        "--- a/old.txt",
        "+++ /dev/null",
        "@@ -1 +0,0 @@",
        "-old",
    ]


@pytest.mark.parametrize("revision", ["nope", "HEAD~9", "HEAD^2", "../../x", "HEAD~x", "--output=x", "0000000"])
def test_a_revision_that_is_none_is_refused(project: Path, run: Run, revision: str):
    repository(project)
    result = run("git_diff", revision=revision)
    assert result.is_error
    assert "revision" in result.content


def test_a_part_of_an_id_is_enough(project: Path, run: Run):
    repository(project)
    first = git(project, "rev-parse", "HEAD~1")[:7]
    assert "old.txt" in run("git_diff", revision=f"{first}..HEAD").content
    git(project, "gc", "-q", "--aggressive", "--prune=now")
    assert "old.txt" in run("git_diff", revision=f"{first}..HEAD").content


def test_a_long_diff_is_cut_and_it_is_said(project: Path, run: Run):
    repository(project)
    (project / "src" / "app.py").write_text("another line of text\n" * 10_000)
    assert run("git_diff").content.endswith("ask for less, such as a narrower pattern, glob or path]")


def test_every_difference_can_be_applied_and_gives_the_new_text(tmp_path: Path):
    chance = random.Random(5)
    for _ in range(60):
        old = [f"{chance.randrange(6)}\n" for _ in range(chance.randrange(30))]
        new = [line for line in old if chance.random() < 0.8]
        for _ in range(chance.randrange(6)):
            new.insert(chance.randrange(len(new) + 1), f"{chance.randrange(6)}\n")
        if new and chance.random() < 0.3:
            new[-1] = new[-1].removesuffix("\n")
        (tmp_path / "f").write_text("".join(old))
        diff = "\n".join(["--- a/f", "+++ b/f", *unified(old, new)]) + "\n"
        if old != new:
            (tmp_path / "diff").write_text(diff)
            subprocess.run(["git", "apply", "--unidiff-zero", "diff"], cwd=tmp_path, check=True, timeout=60)
        assert ((tmp_path / "f").read_text() if (tmp_path / "f").exists() else "") == "".join(new)


def test_texts_with_nothing_in_common_are_told_at_once():
    old, new = [f"a{n}\n" for n in range(20_000)], [f"b{n}\n" for n in range(20_000)]
    assert sum(line.startswith(("-", "+")) for line in unified(old, new)) == 40_000


@pytest.mark.parametrize("changed", [False, True])
def test_a_file_under_another_name_is_told_as_renamed_like_git_does(project: Path, run: Run, changed: bool):
    repository(project)
    text = (project / "src" / "app.py").read_text()
    (project / "src" / "app.py").unlink()
    (project / "src" / "main.py").write_text(text.replace("line 7\n", "seven\n") if changed else text)
    git(project, "add", "-A")
    ours = run("git_diff", staged=True).content.splitlines()
    theirs = git(project, "diff", "--cached", "-M").splitlines()
    assert "rename from src/app.py" in ours
    leave_out = ("index ", "similarity ", "@@")
    assert [line for line in ours if not line.startswith(leave_out)] == [
        line for line in theirs if not line.startswith(leave_out)
    ]


def test_the_likest_of_several_is_taken_and_each_file_once(project: Path, run: Run):
    repository(project)
    for name in ("a", "b"):
        (project / name).write_text("".join(f"{name} {number}\n" for number in range(20)))
    git(project, "add", "-A")
    git(project, "commit", "-q", "-m", "two")
    (project / "b").rename(project / "c")
    (project / "a").rename(project / "d")
    (project / "e").write_text("nothing of the kind\n")
    git(project, "add", "-A")
    lines = run("git_diff", staged=True).content.splitlines()
    assert [line for line in lines if line.startswith(("diff", "new"))] == [
        "diff --git a/b b/c",
        "diff --git a/a b/d",
        "diff --git a/e b/e",
        "new file",
    ]


def test_what_was_a_place_of_keys_is_not_shown_under_another_name(project: Path, run: Run):
    repository(project)
    (project / ".env").write_text("KEY=very-secret\n" * 5)
    git(project, "add", "-A")
    git(project, "commit", "-q", "-m", "keys")
    (project / ".env").rename(project / "plain.txt")
    git(project, "add", "-A")
    assert "very-secret" not in run("git_diff", staged=True).content
