"""What of a ticket's acceptance is a command, and what running it ourselves says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from manual_slop.conductor.checks import command_for_tests, command_in, commands_of, run_checks
from manual_slop.providers.config import Config, load_config
from manual_slop.safety.shell.shell import Shell
from manual_slop.values import paths
from manual_slop.values.cancel import Cancel
from manual_slop.values.tickets import Ticket


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("`pytest -q`", "pytest -q"),
        ("`pytest -q` passes", "pytest -q"),
        ("`pytest -q` passes.", "pytest -q"),
        ("Run: `make check`", "make check"),
        ("$ ./check.sh --all", "./check.sh --all"),
        ("pytest", "pytest"),
        ("pytest -q tests/test_a.py", "pytest -q tests/test_a.py"),
        ("npm test", "npm test"),
        ("go test ./...", "go test ./..."),
        ("cargo build", "cargo build"),
        ("add adds", ""),
        ("make it faster", ""),
        ("go through all files and rename them", ""),
        ("python is not mentioned in the README.", ""),
        ("`add` returns the sum", ""),
        ("the function `add` and `mul` hold", ""),
        ("", ""),
    ],
)
def test_a_command_is_told_from_a_sentence(line: str, command: str) -> None:
    """Marked as one, or like one in its form; what is doubtful is a sentence for QA."""
    assert command_in(line) == command


def test_each_command_counts_once() -> None:
    """However often it is named."""
    assert commands_of(Ticket("t", "T", "…", acceptance=("`a -b`", "words", "$ a -b", "`c -d`"))) == ("a -b", "c -d")


def _settings(project: Path, command: list[str]) -> Config:
    paths.config_dir().mkdir(parents=True, exist_ok=True)
    file = paths.config_dir() / "config.toml"
    file.write_text(f"[projects.{json.dumps(str(project))}]\ntest = {json.dumps(command)}\n")
    file.chmod(0o600)
    return load_config()


def test_the_persons_own_command_goes_first_and_is_known_by_the_persons_folder(tmp_path: Path) -> None:
    """Though it runs in another; commands in a row keep to themselves."""
    project, place = tmp_path / "project", tmp_path / "place"
    project.mkdir()
    place.mkdir()
    config = _settings(project, ["sh", "-c", "pwd"])
    ticket = Ticket("t", "T", "…", acceptance=("`false`", "`echo out; exit 0`"))
    own, failed, passed = run_checks(config, project, place, (ticket,))
    assert (own.command, own.passed, own.output) == ("sh -c pwd", True, f"{place}\n")
    assert (failed.command, failed.passed, failed.how) == ("false", False, "exit code 1")
    assert (passed.passed, passed.output) == (True, "out\n")
    joined = command_for_tests(config, project, (ticket,))
    assert joined is not None
    row = Ticket("row", "Row", "…", acceptance=("`true`",))
    assert Shell(place).run(joined).exit_code == 1
    assert command_for_tests(config, place, (row,)) == (*joined[:-1], "true")


def test_a_program_of_the_project_that_no_worktree_has_is_the_projects(tmp_path: Path) -> None:
    """Of a virtual environment, say."""
    config = _settings(tmp_path, [".venv/bin/python", "-m", "pytest"])
    assert command_for_tests(config, tmp_path, ()) == (f"{tmp_path}/.venv/bin/python", "-m", "pytest")


def test_what_cannot_run_or_is_stopped_or_takes_too_long_has_not_passed(tmp_path: Path) -> None:
    """And says how it was."""
    stop = Cancel()
    stop.request()
    (stopped,) = run_checks(load_config(), tmp_path, tmp_path, (Ticket("t", "T", "…", acceptance=("`true`",)),), stop)
    assert not stopped.passed
    (missing,) = run_checks(
        load_config(), tmp_path, tmp_path, (Ticket("t", "T", "…", acceptance=("$ no-such-program",)),)
    )
    assert (missing.passed, missing.how) == (False, "exit code 127")


def test_a_ticket_without_commands_has_no_checks(tmp_path: Path) -> None:
    """Then QA reads the diff alone."""
    assert run_checks(load_config(), tmp_path, tmp_path, (Ticket("t", "T", "…", acceptance=("it works",)),)) == ()
    assert command_for_tests(load_config(), tmp_path, ()) is None
