"""MCP servers in the person's settings, from `config.toml` to a project's toolbox."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from manual_slop import ai_client
from manual_slop.providers.config import Config, load_config
from manual_slop.safety.workspace import Workspace
from manual_slop.tools.workbench import open_toolbox
from manual_slop.values.errors import ConfigError
from manual_slop.values.messages import ToolCall
from tests.support.mcp_servers import FOLDER


def settings(path: Path) -> Config:
    command = json.dumps([sys.executable, "-S", str(FOLDER / "odd.py"), "plain"])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        f"[mcp.servers.odd]\ncommand = {command}\n[mcp.servers.gone]\ncommand = ['no-such-command']\n"
        "[mcp.servers.wrong]\ntimeout = 0\n",
        "utf-8",
    )
    return load_config(path)


def test_tools_of_servers_stand_beside_ours_and_what_is_wrong_with_others_is_told(project: Path, tmp_path: Path):
    tools = open_toolbox(Workspace(project), settings(tmp_path / "config.toml"))
    names = [spec.name for spec in tools.specs()]
    assert names[0] == "list_directory"
    assert names[-1] == "mcp__odd__look"
    assert tools.run(ToolCall("1", "mcp__odd__look", '{"x": "1"}')).content == "looked"
    told = "\n".join(tools.notices)
    assert "config.toml:6: mcp.servers.wrong.timeout must be" in told
    assert "gone could not be connected" in told


def test_servers_are_started_only_for_tools_that_are_wanted(project: Path, tmp_path: Path):
    config = settings(tmp_path / "config.toml")
    ours = open_toolbox(Workspace(project), config, ["read_file"])
    assert [spec.name for spec in ours.specs()] == ["read_file"]
    assert not ours.notices
    theirs = open_toolbox(Workspace(project), config, ["mcp__odd__look"])
    assert [spec.name for spec in theirs.specs()] == ["mcp__odd__look"]
    with pytest.raises(ConfigError, match=r"no tool mcp__gone__x.*gone could not be connected"):
        open_toolbox(Workspace(project), config, ["mcp__gone__x"])


def test_a_session_tells_the_person_what_is_wrong_and_a_project_adds_no_server(project: Path, tmp_path: Path):
    (project / ".mcp.json").write_text('{"mcpServers": {"evil": {"command": "touch", "args": ["ran"]}}}', "utf-8")
    (project / "config.toml").write_text("[mcp.servers.evil]\ncommand = ['touch', 'ran']\n", "utf-8")
    settings(tmp_path / "home" / "config" / "config.toml")
    session = ai_client.new_session("rehearsal/demo", project=project)
    assert session.toolbox is not None
    assert not [spec.name for spec in session.toolbox.specs() if "evil" in spec.name]
    assert any("gone could not be connected" in notice for notice in session.toolbox.notices)
