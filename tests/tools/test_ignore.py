"""Ignored is what git would ignore."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from manual_slop.safety.workspace import Workspace
from manual_slop.tools.ignore import IgnoreRules

FILES = """
a.py a.log keep.log build/out.o build/keep.log src/a.py src/build/x src/gen/a.py src/gen/keep.py
docs/_build/x.html docs/a.md node_modules/x/y.js lib/node_modules/z.js tmp/a tmp/b.txt .env .env.example
deep/1/2/3/secret.key deep/secret.key.pub x/foo/bar x/y/foo/bar data/a.csv data/b.CSV data/sub/c.csv
ünï/cödé.txt cache/.keep cache/x out/a out/sub/b only/here.txt not/only/here.txt
q1 q12 qa r[1] sub/a.log sub/important.log sub/deeper/important.log
""".split()  # noqa: SIM905 - a table

RULES = {
    ".gitignore": """
# comment
*.log
!keep.log
build/
node_modules
/docs/_build/
tmp/*
!tmp/b.txt
.env
!.env.example
deep/**/*.key
**/foo/bar
data/*.csv
\\#not-a-comment
cache/*
!cache/.keep
/out/**
only/here.txt
q?
q[0-9]2
r\\[1\\]
cödé.txt
""",
    "src/.gitignore": "gen/*\n!gen/keep.py\n",
    "sub/.gitignore": "!important.log\r\n",
    "sub/deeper/.gitignore": "*\n",
}


def write(project: Path) -> None:
    for name in FILES:
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text("x")
    for name, rules in RULES.items():
        (project / name).write_bytes(rules.encode())


def kept(project: Path) -> set[str]:
    workspace = Workspace(project)
    rules = IgnoreRules(workspace)
    return {
        path for path, _ in workspace.walk(keep=lambda path, entry: not rules.ignores(path, entry.kind == "folder"))
    }


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_the_same_files_are_left_as_by_git_itself(project: Path):
    write(project)
    clean = {"PATH": "/usr/bin:/bin:/usr/local/bin", "HOME": str(project.parent), "GIT_CONFIG_NOSYSTEM": "1"}
    subprocess.run(["git", "init", "-q"], cwd=project, env=clean, check=True)
    command = ["git", "ls-files", "-z", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=project, env=clean, check=True, capture_output=True).stdout.decode()
    assert kept(project) == {name for name in listed.split("\0") if name}


def test_the_folder_of_git_itself_is_never_worth_reading(project: Path):
    (project / ".git").mkdir()
    (project / ".git" / "config").write_text("x")
    (project / "sub").mkdir()
    (project / "sub" / ".git").write_text("gitdir: elsewhere")
    (project / "sub" / ".gitmodules").write_text("x")
    assert kept(project) == {"sub/.gitmodules"}


def test_what_lies_in_something_ignored_is_covered(project: Path):
    write(project)
    rules = IgnoreRules(Workspace(project))
    assert rules.covers("node_modules/x")
    assert rules.covers(".git/objects")
    assert rules.covers("lib/node_modules")
    assert rules.covers("src/gen/below/and/below")
    assert not rules.covers("src")
    assert not rules.covers("src/gen")
    assert not rules.covers(".")


HOSTILE = {
    "slow": b"**/a/" * 12 + b"b",
    "binary": b"\xff\xfe\x00",
    "odd": b"[\n\\\n(\n{9999}\n",
    "many": b"x\n" * 100_000,
    "huge": b"*" * 300_000,
    "thousands": b"*a*\n" * 9999,
}


@pytest.mark.parametrize("rules", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.timeout(60)
def test_a_hostile_gitignore_hides_nothing_and_costs_little(project: Path, rules: bytes):
    (project / ".gitignore").write_bytes(rules)
    (project / ("c" * 200)).write_text("x")
    (project / ("a/" * 100)).mkdir(parents=True)
    assert "c" * 200 in kept(project)


def test_a_gitignore_that_leads_out_of_the_project_is_not_read(project: Path):
    (project.parent / "rules").write_text("*")
    (project / ".gitignore").symlink_to("../rules")
    (project / "a").write_text("x")
    assert "a" in kept(project)
