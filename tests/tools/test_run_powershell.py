"""The PowerShell tool, tried on a stand-in that records what it is given: exactly the script, and nothing to read."""

from __future__ import annotations

import base64
import json
import shutil
import sys
from pathlib import Path

import pytest

from manual_slop.safety.shell.shell import Shell, available
from manual_slop.safety.workspace import Workspace
from manual_slop.tools import ToolBox, ToolContext
from manual_slop.tools.run_powershell import run_powershell
from manual_slop.tools.run_shell import run_shell
from manual_slop.values.approval import Action
from manual_slop.values.messages import ToolCall, ToolResult
from tests.support.shells import UNCONFINED

pytestmark = pytest.mark.skipif(not available(), reason="commands need a system with fork and exec")

STAND_IN = f"""#!{sys.executable} -IS
import json, os, sys
print(json.dumps({{"argv": sys.argv[1:], "stdin": sys.stdin.read(), "cwd": os.getcwd()}}))
sys.exit(5)
"""


def install(folder: Path, name: str = "pwsh") -> Path:
    folder.mkdir(exist_ok=True)
    program = folder / name
    program.write_text(STAND_IN)
    program.chmod(0o755)
    return program


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of PATH."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return folder


def box(project: Path) -> ToolBox:
    return ToolBox([run_shell, run_powershell], ToolContext(Workspace(project), shell=Shell(project, UNCONFINED)))


def call(script: str, **more: object) -> ToolCall:
    return ToolCall("call-1", "run_powershell", json.dumps({"script": script, **more}))


def names(project: Path) -> list[str]:
    return [spec.name for spec in box(project).specs()]


SCRIPTS = [
    "Get-ChildItem | Where-Object { $_.Length -gt 10 }",
    'Write-Output "a `"quoted`" word" \'and $another\'; exit $LASTEXITCODE',
    "if ($true) {\n    'two'\n\n    'lines'\n}\n",
    "-Command evil",
    "# é 測試 \U0001f600\r\n\t$x = @'\n'@",
    "",
]


@pytest.mark.parametrize("script", SCRIPTS)
def test_the_script_arrives_as_it_is_and_nothing_can_be_typed(project: Path, programs: Path, script: str):
    install(programs)
    result = box(project).run(call(script))
    *_, said = result.content.splitlines()
    got = json.loads(said)
    *options, word = got["argv"]
    assert base64.b64decode(word).decode("utf-16-le") == script
    assert {"-NoProfile", "-NonInteractive"} <= set(options)
    assert options[-1] == "-EncodedCommand"
    assert (got["stdin"], got["cwd"]) == ("", str(project))
    assert result.content.startswith("[exit code 5 ")


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_person_is_shown_the_script_and_not_its_encoding(project: Path, programs: Path, script: str):
    install(programs)
    action = box(project).action(call(script), "session")
    assert isinstance(action, Action)
    assert (action.preview.kind, action.preview.text, action.risk) == ("command", script, "EXECUTE")


def test_where_there_is_powershell_it_is_offered_instead_of_the_shell(project: Path, programs: Path):
    assert names(project) == ["run_shell"]
    install(programs, "powershell.exe")
    assert names(project) == ["run_powershell"]


def test_a_powershell_of_the_project_is_none(project: Path, monkeypatch: pytest.MonkeyPatch):
    install(project / "bin")
    monkeypatch.setenv("PATH", f"{project}/bin:/usr/bin:/bin")
    assert names(project) == ["run_shell"]


@pytest.mark.parametrize("script", ["x" * 48_001, "half \ud83d"])
def test_a_script_that_cannot_be_passed_on_is_an_error_in_words(project: Path, programs: Path, script: str):
    install(programs)
    result = box(project).run(ToolCall("call-1", "run_powershell", json.dumps({"script": script})))
    assert result.is_error


def test_the_longest_script_is_passed_on(project: Path, programs: Path):
    install(programs)
    assert not box(project).run(call("x" * 48_000)).is_error


def test_one_that_went_away_is_told(project: Path, programs: Path):
    program = install(programs)
    tools = box(project)
    program.unlink()
    result = tools.run(call("1"))
    assert result.is_error
    assert "not installed" in result.content


@pytest.mark.skipif(not shutil.which("pwsh"), reason="PowerShell is not installed here")
def test_the_real_one_runs_a_script(project: Path):
    result: ToolResult = box(project).run(call("Write-Output (1 + 2); exit 4"))
    assert result.content.startswith("[exit code 4 ")
    assert result.content.rstrip().endswith("3")
