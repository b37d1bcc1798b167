"""The settings of MCP servers: what is wrong is told with its line, and the rest works."""

from __future__ import annotations

from pathlib import Path

import pytest

from manual_slop.providers.config import load_config
from manual_slop.tools.mcp_client.environment import server_environment
from manual_slop.tools.mcp_client.foreign import ForeignTool, our_name
from manual_slop.tools.mcp_client.settings import ServerSettings, server_settings


def read(tmp_path: Path, text: str) -> tuple[tuple[ServerSettings, ...], list[str]]:
    path = tmp_path / "config.toml"
    path.write_text(text, "utf-8")
    servers, issues = server_settings(load_config(path))
    return servers, [str(issue).removeprefix(f"{path}:") for issue in issues]


def test_servers_are_read_with_all_they_may_say(tmp_path: Path):
    servers, issues = read(
        tmp_path,
        """
        [mcp.servers.notes]
        command = ["uvx", "notes"]
        env = ["NOTES_TOKEN"]
        risk = {list = "READ"}
        timeout = 5
        [mcp.servers.web]
        url = "http://127.0.0.1:8000/mcp"
        """,
    )
    notes, web = servers
    assert not issues
    assert notes == ServerSettings("notes", ("uvx", "notes"), "", ("NOTES_TOKEN",), {"list": "READ"}, 5.0)
    assert (notes.risk("list"), notes.risk("delete")) == ("READ", "EXECUTE")
    assert (web.url, web.command, web.timeout) == ("http://127.0.0.1:8000/mcp", (), 60.0)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('command = "uvx notes"', "command must be a list of words"),
        ('command = ["a"]\nurl = "http://x"', "needs command"),
        ("", "needs command"),
        ('url = "ftp://x"', "url "),
        ('command = ["a"]\nrisk = {x = "NONE"}', "risk of x must be one of READ"),
        ('command = ["a"]\nenv = ["sk-1234"]', "env must be the name of an environment variable"),
        ('command = ["a"]\ntimeout = -1', "timeout must be more than 0"),
        ('comand = ["a"]', "did you mean command?"),
    ],
)
def test_a_wrong_server_is_left_out_with_its_line_and_the_others_stay(tmp_path: Path, line: str, told: str):
    servers, issues = read(tmp_path, f'[mcp.servers.good]\ncommand = ["g"]\n[mcp.servers.bad]\n{line}\n')
    assert [server.name for server in servers] == ["good"]
    assert told in issues[0]
    assert int(issues[0].partition(":")[0]) >= 3


@pytest.mark.parametrize("name", ["a__b", "_a", "a_", "a b", "x" * 25, ""])
def test_a_server_name_that_could_be_mistaken_is_refused(tmp_path: Path, name: str):
    servers, issues = read(tmp_path, f'[mcp.servers."{name}"]\ncommand = ["g"]\n')
    assert not servers
    assert "is no name for a server" in issues[0]


@pytest.mark.parametrize("room", ["mcp = 1", "mcp = {servers = 1}", "mcp = {servers = {a = 1}}", "mcp = {server = {}}"])
def test_whatever_stands_there_is_read_without_a_fall(tmp_path: Path, room: str):
    path = tmp_path / "config.toml"
    path.write_text(room, "utf-8")
    config = load_config(path)
    servers, issues = server_settings(config)
    assert not servers
    assert issues or config.issues


def test_names_of_tools_go_over_any_wire_and_stay_apart():
    names = [our_name("s", name) for name in ("list", "list.all", "list/all", "x" * 80, "x" * 81, "é", "", "list_all")]
    assert len(set(names)) == len(names)
    assert all(len(name) <= 64 and name.replace("-", "_").isascii() and name.isidentifier() for name in names)
    assert names[0] == "mcp__s__list"


def test_the_fingerprint_notices_every_change():
    tool = ForeignTool("t", "words", {"type": "object"})
    server = ServerSettings("s", ("a", "b"), environment=("X",))
    others = [
        (ServerSettings("s", ("a", "c"), environment=("X",)), tool),
        (ServerSettings("s", ("a b",), environment=("X",)), tool),
        (ServerSettings("s", ("a", "b")), tool),
        (server, ForeignTool("t", "words ", {"type": "object"})),
        (server, ForeignTool("t", "words", {"type": "object", "x": 1})),
    ]
    prints = {one.fingerprint(at) for at, one in others}
    assert len(prints | {tool.fingerprint(server)}) == 6


def test_a_named_variable_is_passed_unless_it_is_a_key_of_ours():
    found = {"PATH": "/usr/bin", "MY_TOKEN": "abc-token", "OPENAI_API_KEY": "sk-not-yours", "OTHER": "x"}
    assert server_environment(("MY_TOKEN", "OPENAI_API_KEY"), found) == {"PATH": "/usr/bin", "MY_TOKEN": "abc-token"}
