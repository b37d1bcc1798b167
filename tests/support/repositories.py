"""Git repositories to read, made with git itself, and one that tries to run things whenever git looks at it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

ENVIRONMENT = {
    "PATH": os.environ.get("PATH", ""),
    "HOME": "/nonexistent",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
    "GIT_AUTHOR_DATE": "1700000000 +0100",
    "GIT_COMMITTER_DATE": "1700000000 +0100",
    "LC_ALL": "C",
}


def git(folder: Path, *arguments: str, check: bool = True, at: int = 0) -> str:
    """What git prints. `at` are seconds to add to the date of a commit. Skips the test where there is no git."""
    date = dict.fromkeys(("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"), f"{1700000000 + at} +0100")
    try:
        done = subprocess.run(
            ["git", *arguments],
            cwd=folder,
            env=ENVIRONMENT | date,
            capture_output=True,
            text=True,
            check=check,
            timeout=60,
            stdin=subprocess.DEVNULL,
        )
    except FileNotFoundError:
        pytest.skip("there is no git here to make a repository with")
    return done.stdout


def repository(folder: Path) -> Path:
    """A repository with three commits on `main`: a file that grows, one that goes, one that comes."""
    git(folder, "init", "-q", "-b", "main")
    (folder / "src").mkdir()
    (folder / "src" / "app.py").write_text("".join(f"line {n}\n" for n in range(1, 31)))
    (folder / "old.txt").write_text("old\n")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "first")
    (folder / "src" / "app.py").write_text("".join(f"line {n}\n" for n in range(1, 41)))
    git(folder, "commit", "-q", "-a", "-m", "app: longer\n\nBecause.", at=100)
    (folder / "old.txt").unlink()
    (folder / "new.bin").write_bytes(b"\0\1\2")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "new for old", at=200)
    return folder


def hostile_repository(folder: Path, marker: Path) -> Path:
    """A repository that leaves `marker` when git is used on it with no defence, by every way there is to do so."""
    repository(folder)
    script = folder / "evil.sh"
    script.write_text(f"#!/bin/sh\necho ran >> '{marker}'\ncat 2>/dev/null\n")
    script.chmod(0o755)
    for hook in ("post-index-change", "pre-commit", "post-checkout", "fsmonitor-watchman", "reference-transaction"):
        (folder / ".git" / "hooks").mkdir(exist_ok=True)
        (folder / ".git" / "hooks" / hook).write_text(script.read_text())
        (folder / ".git" / "hooks" / hook).chmod(0o755)
    (folder / ".gitattributes").write_text("* filter=evil diff=evil merge=evil\n")
    (folder / "src" / "app.py").write_text("changed\n")
    (folder / "included").write_text(f"[core]\n\tfsmonitor = {script}\n")
    with (folder / ".git" / "config").open("a") as config:
        config.write(
            f"[core]\n\tfsmonitor = {script}\n\tpager = {script}\n\teditor = {script}\n\tsshCommand = {script}\n"
            f"\talternateRefsCommand = {script}\n\tgitProxy = {script}\n\taskPass = {script}\n"
            f'[filter "evil"]\n\tclean = {script}\n\tsmudge = {script}\n\tprocess = {script}\n\trequired = true\n'
            f'[diff]\n\texternal = {script}\n[diff "evil"]\n\ttextconv = {script}\n\tcommand = {script}\n'
            f'[merge "evil"]\n\tdriver = {script}\n[credential]\n\thelper = {script}\n[include]\n\tpath = ../included\n'
            f"[alias]\n\tstatus = !{script}\n[gpg]\n\tprogram = {script}\n[log]\n\tshowSignature = true\n"
        )
    return folder
