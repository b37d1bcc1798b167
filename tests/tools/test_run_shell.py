"""The shell tool: what a person is shown before is what runs, and what a model reads after is bounded and plain."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from manual_slop.safety.sandbox import METHODS, Sandbox
from manual_slop.safety.shell.shell import Shell, available
from manual_slop.safety.workspace import Workspace
from manual_slop.tools import ToolBox, ToolContext
from manual_slop.tools.run_shell import run_shell
from manual_slop.values.approval import Action
from manual_slop.values.cancel import Cancel
from manual_slop.values.messages import ToolCall, ToolResult
from tests.support.patience import wait_until, with_time_enough
from tests.support.shells import UNCONFINED, confined

pytestmark = pytest.mark.skipif(not available(), reason="commands need a system with fork and exec")


@pytest.fixture(autouse=True)
def _no_powershell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/usr/bin:/bin")


def box(project: Path, shell: Shell | None = None) -> ToolBox:
    return ToolBox([run_shell], ToolContext(Workspace(project), shell=shell or Shell(project, UNCONFINED)))


def call(**arguments: object) -> ToolCall:
    return ToolCall("call-1", "run_shell", json.dumps(arguments))


def ran(project: Path, **arguments: object) -> ToolResult:
    return box(project).run(call(**arguments))


def previewed(tools: ToolBox, **arguments: object) -> Action:
    action = tools.action(call(**arguments), "session")
    assert isinstance(action, Action), action.content
    return action


def test_the_model_reads_how_it_ended_and_what_it_printed(project: Path):
    result = ran(project, command="echo one; echo two >&2; exit 3")
    assert not result.is_error
    first, second, *printed = result.content.splitlines()
    assert first.startswith("[exit code 3 after ")
    assert second.startswith("[confinement: none: ")
    assert printed == ["one", "two"]


def test_the_preview_is_the_exact_script_with_all_that_surrounds_it(project: Path):
    (project / "src").mkdir()
    script = "echo 'é\t\u202e' \\\n  && rm -rf x\r\n\x1b[2K"
    preview = previewed(box(project), command=script, cwd="src").preview
    assert (preview.kind, preview.text, preview.cwd) == ("command", script, "src")
    assert {"PATH", "TMPDIR"} <= set(preview.environment)
    assert preview.confinement.startswith("none: ")
    assert previewed(box(project), command="true").risk == "EXECUTE"


@pytest.mark.parametrize("method", METHODS)
def test_the_confinement_in_force_is_in_the_preview_and_in_the_result(project: Path, method: str):
    tools = box(project, confined(project, method))
    assert previewed(tools, command="true").preview.confinement.startswith(f"{method}: ")
    assert f"[confinement: {method}: " in tools.run(call(command="true")).content


def test_looking_at_a_preview_runs_nothing(project: Path):
    previewed(box(project), command="touch it-ran")
    assert not (project / "it-ran").exists()


@pytest.mark.parametrize("cwd", ["..", "/", "nowhere", "~"])
def test_a_folder_outside_is_refused_before_anybody_is_asked(project: Path, cwd: str):
    answer = box(project).action(call(command="true", cwd=cwd), "session")
    assert isinstance(answer, ToolResult)
    assert answer.is_error
    assert ran(project, command="true", cwd=cwd).is_error


@pytest.mark.parametrize("seconds", [0, -5, 3601])
def test_time_limits_have_limits(project: Path, seconds: int):
    result = ran(project, command="true", timeout_seconds=seconds)
    assert result.is_error
    assert "timeout_seconds" in result.content


def test_a_command_that_took_too_long_says_so_and_what_it_had_printed(project: Path):
    def said(seconds: float) -> str:
        return ran(project, command="echo begun; sleep 600", timeout_seconds=int(seconds)).content

    content = with_time_enough(said, lambda content: "begun" in content, 1)
    assert "the time limit was reached" in content
    assert "begun" in content


def test_a_command_that_the_person_stops_is_an_error_with_what_it_had_printed(project: Path):
    cancel = Cancel()

    def press() -> None:
        wait_until((project / "begun").exists)
        cancel.request()

    threading.Thread(target=press).start()
    result = box(project).run(call(command="echo begun; touch begun; sleep 600"), cancel)
    assert result.is_error
    assert "stopped by the person" in result.content
    assert "begun" in result.content


def test_what_it_left_running_is_told(project: Path):
    assert "left 1 running" in ran(project, command="sleep 60 >/dev/null 2>&1 &").content


def test_of_long_output_both_ends_are_shown_in_whole_lines_and_the_size(project: Path):
    lines = ran(project, command="seq 1000000").content.splitlines()
    assert lines[2:5] == ["1", "2", "3"]
    assert lines[-1] == "1000000"
    gap = next(at for at, line in enumerate(lines) if "left out" in line)
    assert "6,888,896 bytes" in lines[gap]
    assert lines[gap - 1] == str(gap - 2)
    assert int(lines[gap + 1]) == 1000000 - (len(lines) - gap - 2)


def test_one_endless_line_fits_too(project: Path):
    content = ran(project, command="head -c 3000000 /dev/zero | tr '\\0' x; printf END").content
    assert len(content) < 64 * 1024
    assert content.endswith("xEND")


def test_colours_are_taken_out_and_that_is_said(project: Path):
    content = ran(project, command="printf '\\033[31mred\\033[0m\\r\\n'").content
    assert content.endswith("[colours and cursor movements are left out]\nred\n")
    assert "colours" not in ran(project, command="printf 'plain\\r\\n'").content


def test_binary_output_is_named_and_not_shown(project: Path):
    assert ran(project, command="head -c 100000 /dev/urandom").content.endswith(
        "[100,000 bytes of binary output, not shown]"
    )


def test_silence_is_told_from_nothing_having_happened(project: Path):
    assert ran(project, command="true").content.endswith("[no output]")


def test_a_command_that_cannot_run_is_an_error_in_words(project: Path):
    result = ran(project, command="a\0b")
    assert result.is_error
    assert "NUL" in result.content


def test_where_confinement_is_required_and_impossible_nothing_is_even_asked(project: Path):
    tools = box(project, Shell(project, Sandbox("required", methods=())))
    answer = tools.action(call(command="touch it-ran"), "session")
    assert isinstance(answer, ToolResult)
    assert "nothing was run" in answer.content
    assert tools.run(call(command="touch it-ran")).is_error
    assert not (project / "it-ran").exists()


def test_without_a_shell_the_tool_is_not_offered(project: Path):
    assert not ToolBox([run_shell], ToolContext(Workspace(project))).specs()
    assert box(project).specs()
