"""The tool that runs the command which the person, and nobody else, chose for testing a project."""

from __future__ import annotations

from pathlib import Path

import pytest

from manual_slop.safety.shell.shell import Shell, available
from manual_slop.safety.workspace import Workspace
from manual_slop.tools import ToolBox, ToolContext
from manual_slop.tools.run_tests import run_tests
from manual_slop.values.approval import Action
from manual_slop.values.messages import ToolCall
from tests.support.shells import UNCONFINED

pytestmark = pytest.mark.skipif(not available(), reason="commands need a system with fork and exec")

CALL = ToolCall("call-1", "run_tests", "{}")


def box(project: Path, *command: str) -> ToolBox:
    context = ToolContext(Workspace(project), shell=Shell(project, UNCONFINED), test_command=command or None)
    return ToolBox([run_tests], context)


def test_the_chosen_command_is_run_as_its_words_stand(project: Path):
    result = box(project, "printf", "%s|", "a b", "$HOME", "*").run(CALL)
    assert not result.is_error
    assert result.content.endswith("\na b|$HOME|*|")


def test_a_failing_test_is_a_result_and_no_error(project: Path):
    result = box(project, "sh", "-c", "echo 1 failed; exit 1").run(CALL)
    assert not result.is_error
    assert result.content.startswith("[exit code 1 ")


def test_a_person_is_shown_the_words_as_a_shell_would_take_them(project: Path):
    action = box(project, "pytest", "-k", "a b").action(CALL, "session")
    assert isinstance(action, Action)
    assert (action.preview.kind, action.preview.text, action.preview.cwd) == ("command", "pytest -k 'a b'", ".")
    assert action.risk == "EXECUTE"


def test_a_model_cannot_add_to_it(project: Path):
    assert box(project, "true").run(ToolCall("call-1", "run_tests", '{"command": "rm -rf ."}')).is_error


def test_where_nobody_chose_a_command_the_tool_is_not_offered(project: Path):
    assert not box(project).specs()
    assert not ToolBox([run_tests], ToolContext(Workspace(project), test_command=("true",))).specs()
    assert box(project, "true").specs()


def test_a_command_that_is_not_installed_is_told(project: Path):
    result = box(project, "no-such-runner").run(CALL)
    assert result.is_error
    assert "no-such-runner" in result.content
