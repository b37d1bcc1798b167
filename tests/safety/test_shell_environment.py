"""What commands find in their environment: little, and nothing that could be a key or steer a program."""

from __future__ import annotations

from pathlib import Path

import pytest

from manual_slop.safety.sandbox import METHODS
from manual_slop.safety.shell.environment import fresh
from manual_slop.safety.shell.shell import Limits, Shell, available
from manual_slop.values.secrets import Secret
from tests.support.shells import UNCONFINED, confined

HOSTILE = (
    *(
        "LD_PRELOAD",
        "LD_LIBRARY_PATH",
        "LD_AUDIT",
        "DYLD_INSERT_LIBRARIES",
        "GCONV_PATH",
        "BASH_ENV",
        "ENV",
        "SHELLOPTS",
    ),
    *(
        "BASHOPTS",
        "PS4",
        "IFS",
        "CDPATH",
        "PROMPT_COMMAND",
        "BASH_FUNC_ls%%",
        "GIT_SSH_COMMAND",
        "GIT_DIR",
        "GIT_EDITOR",
    ),
    *("GIT_EXTERNAL_DIFF", "GIT_CONFIG_COUNT", "PAGER", "EDITOR", "VISUAL", "LESSOPEN", "MANPAGER", "BROWSER"),
    *(
        "PYTHONPATH",
        "PYTHONSTARTUP",
        "PYTHONHOME",
        "PERL5OPT",
        "PERL5LIB",
        "RUBYOPT",
        "NODE_OPTIONS",
        "JAVA_TOOL_OPTIONS",
    ),
    *(
        "OPENAI_API_KEY",
        "ANTHROPIC_API_KEY",
        "AWS_SECRET_ACCESS_KEY",
        "GITHUB_TOKEN",
        "SSH_AUTH_SOCK",
        "DBUS_SESSION_BUS_ADDRESS",
    ),
    *("DATABASE_URL", "HTTPS_PROXY", "DISPLAY", "XAUTHORITY", "OLDPWD"),
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


@pytest.mark.skipif(not available(), reason="commands need a system with fork and exec")
@pytest.mark.parametrize("method", [None, *METHODS])
def test_none_of_many_hostile_names_reaches_a_command(root: Path, method: str | None, monkeypatch: pytest.MonkeyPatch):
    assert len(HOSTILE) >= 40
    for name in HOSTILE:
        monkeypatch.setenv(name, "/tmp/hostile-value")
    shell = confined(root, method) if method else Shell(root, UNCONFINED)
    result = shell.run("env -0; export LD_PRELOAD=/tmp/hostile-value PAGER=x; cd /; umask 0")
    again = shell.run(["env", "-0"])
    for said in (result.head, again.head):
        names = {line.partition("=")[0] for line in said.split("\0") if line}
        assert not names & ({*HOSTILE, "MANUAL_SLOP_HOME"} - {"OLDPWD"})
        assert "hostile-value" not in said
    assert {line.partition("=")[0] for line in again.head.split("\0") if line} == set(shell.environment_names())


def test_the_usual_names_are_passed_on():
    usual = {"PATH": "/bin", "HOME": "/h", "LANG": "C", "LC_ALL": "C", "TERM": "xterm", "USER": "u", "LOGNAME": "u"}
    assert fresh(inherited={**usual, "TZ": "UTC", "SHELL": "/bin/zsh", "lang": "x"}) == {**usual, "TZ": "UTC"}


def test_names_that_the_person_chose_are_passed_on():
    assert fresh(["JAVA_HOME"], {"JAVA_HOME": "/java", "OTHER": "x"}) == {"JAVA_HOME": "/java"}


@pytest.mark.parametrize("name", ["OPENAI_API_KEY", "GH_TOKEN", "DB_PASSWORD", "MY_SECRET", "npm_config__authToken"])
def test_a_name_that_looks_like_a_key_never_is(name: str):
    assert fresh([name], {name: "value"}) == {}


@pytest.mark.parametrize(
    "value",
    ["sk-proj-0123456789abcdef", "ghp_0123456789abcdefghij", "AKIAIOSFODNN7EXAMPLE", "postgres://user:word@host/db"],
)
def test_nor_is_a_value_that_looks_like_one(value: str):
    assert fresh(["SETTING"], {"SETTING": value}) == {}


def test_nor_is_a_value_that_holds_a_key_we_know():
    Secret("entirely-ordinary-words")
    assert fresh(["SETTING"], {"SETTING": "x entirely-ordinary-words y"}) == {}


@pytest.mark.parametrize("path", [".:/bin", ":/bin", "/bin:", "bin:/bin", "../x:/bin:./y"])
def test_folders_of_path_that_move_with_the_current_one_are_left_out(path: str):
    assert fresh(inherited={"PATH": path}) == {"PATH": "/bin"}


def test_what_the_person_chose_in_the_limits_reaches_commands(root: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("JAVA_HOME", "/java")
    shell = Shell(root, UNCONFINED, Limits(environment=("JAVA_HOME",)))
    assert shell.run("echo $JAVA_HOME").head == "/java\n"
    assert "JAVA_HOME" in shell.environment_names()
