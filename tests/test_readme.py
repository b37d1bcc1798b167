"""What README.md claims is what a command shows."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from typer.main import get_command

from manual_slop import ai_client, cli
from manual_slop.money.limits import read_rules
from manual_slop.providers.config import load_config
from manual_slop.providers.price_settings import price_settings
from manual_slop.safety.approval_config import load_policy
from manual_slop.session.context_settings import context_settings
from manual_slop.session.settings import session_settings
from manual_slop.terminal.exit_codes import MEANINGS
from manual_slop.tools.settings import work_settings
from manual_slop.values import errors, events, paths
from manual_slop.values.budget import Limit
from tests.support.scripted_server import ScriptedServer, calls, says
from tests.support.shared import ROOT

README = (ROOT / "README.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    """The code blocks of a language, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def run(*command: str, home: Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "MANUAL_SLOP_HOME": str(home), "COLUMNS": "200"}
    nothing = subprocess.DEVNULL
    return subprocess.run(
        command,
        cwd=cwd,
        env=environment,
        stdin=nothing,
        capture_output=True,
        encoding="utf-8",
        timeout=100,
        check=False,
    )


def in_any_measure(text: str) -> list[str]:
    """The lines of a terminal, without what changes from run to run: figures, order and emphasis."""
    figures = re.compile(r"<?\d[\d,.]*( k?B| ms| s)?")
    plain = re.sub(r" \([\d,]+ cached\)|[`*]", "", text)
    return sorted(figures.sub("#", line).strip() for line in plain.splitlines())


def test_the_first_command_shows_what_is_printed_here(tmp_path: Path):
    excerpt = blocks("console")[0].splitlines()
    assert excerpt[0] == '$ uv run manual-slop send "what does this project do?"'
    real = run(sys.executable, "-m", "manual_slop", "send", "what does this project do?", home=tmp_path, cwd=ROOT)
    assert real.returncode == 0, real.stderr
    if "using rehearsal/demo" not in real.stderr:
        pytest.skip("a model server runs on this machine, and is preferred")
    shown = in_any_measure(real.stderr + real.stdout)
    promised = [line for line in in_any_measure("\n".join(excerpt[1:])) if line != "…"]
    assert [line for line in promised if line not in shown] == []


def test_the_python_example_runs(tmp_path: Path):
    project = tmp_path / "project"
    project.mkdir()
    (project / "README.md").write_text("# Teapot\n\nTeapot brews tea on a schedule.\n", "utf-8")
    (example,) = blocks("python")
    result = run(sys.executable, "-c", example, home=tmp_path, cwd=project)
    assert result.returncode == 0, result.stderr
    assert "brews tea" in result.stdout
    assert re.search(r"^\d+ \d+ 0 local$", result.stdout, re.MULTILINE)
    assert "auth · Set OPENAI_API_KEY" in result.stdout
    assert not result.stderr


@pytest.fixture
def acme(monkeypatch: pytest.MonkeyPatch):
    """The vendor of the README, at work on loopback, set up by nothing but the README's two files."""
    _, credentials, config, prices, _ = blocks("toml")
    folder = paths.config_dir()
    (folder / "pricing").mkdir(parents=True)
    with ScriptedServer([calls(("list_directory", {"path": "."})), says("Hello", " there.")]) as server:
        (folder / "config.toml").write_text(config.replace("https://api.acme.example", server.url), "utf-8")
        (folder / "pricing" / "acme.toml").write_text(prices, "utf-8")
        monkeypatch.setenv("ACME_API_KEY", "acme-key-for-tests")
        yield server
    assert credentials == '[openai]\napi_key = "sk-..."\n'


def test_the_settings_shown_for_approval_and_commands_are_understood():
    path = paths.config_dir() / "config.toml"
    path.parent.mkdir(parents=True)
    path.write_text(blocks("toml")[0], "utf-8")
    config = load_config()
    policy, problems = load_policy()
    work = work_settings(config, Path("/home/me/pear"))

    assert (config.issues, problems, work.issues) == ((), (), ())
    assert (policy.mode, policy.tests_allowed, len(policy.rules)) == ("edits", True, 1)
    assert (work.sandbox.mode, work.test_command) == ("required", ("uv", "run", "pytest", "-q"))


def test_the_settings_shown_for_money_and_memory_are_understood():
    path = paths.config_dir() / "config.toml"
    path.parent.mkdir(parents=True)
    path.write_text(blocks("toml")[4], "utf-8")
    config = load_config()
    sessions, context, prices = session_settings(config), context_settings(config), price_settings(config)
    budgets = read_rules(config.rooms["budgets"])

    assert (config.issues, sessions.issues, context.issues, prices.issues) == ((), (), (), ())
    assert (budgets.per_session, budgets.per_day) == (Limit(Decimal("2.00")), Limit(Decimal("10.00")))
    assert (sessions.record, sessions.keep_days, sessions.wire_days) == (True, 0, 30)
    assert (context.warn_at, context.compact_at, context.model) == (0.8, None, "openai/gpt-4o-mini")
    assert prices.stale_after_days == 90


def test_a_vendor_needs_two_files_and_no_code(acme: ScriptedServer, tmp_path: Path):
    heard: list[events.Event] = []
    reply = ai_client.new_session(project=tmp_path, on_event=heard.append).send("hello")
    assert (str(reply), reply.model, reply.rounds) == ("Hello there.", "acme/m1", 2)
    assert "".join(event.text for event in heard if isinstance(event, events.TextDelta)) == "Hello there."
    assert str(reply.cost.usd) == "0.000150"  # two calls of 10 in at 2.50 and 5 out at 10.00 a million
    assert reply.cost.basis == "override"
    assert "acme.toml" in reply.cost.source
    assert acme.seen[0].path == "/v1/chat/completions"
    assert acme.seen[0].headers["authorization"] == "Bearer acme-key-for-tests"


def test_a_vendor_is_listed(acme: ScriptedServer):
    assert [model.model for model in ai_client.list_models("acme").models] == ["acme/m1"]


def test_every_command_and_option_named_is_there():
    known = get_command(cli.app).commands
    named = re.findall(r"manual-slop ([a-z]+)", README)
    assert set(named) == set(known)
    for line in re.findall(
        r"manual-slop [a-z]+ .*", "\n".join([*blocks("sh"), *re.findall(r"`(manual-slop .*?)`", README)])
    ):
        command = known[line.split()[1]]
        options = {name for option in command.params for name in option.opts}
        assert set(re.findall(r"(?<= )--?[a-z][a-z-]*(?= |$)", line.partition("|")[0])) <= options, line


def test_the_exit_codes_are_those_of_the_program():
    table = re.findall(r"^\| (\d+) \| (.*) \|$", README, re.MULTILINE)
    assert {int(code): meaning for code, meaning in table} == dict(MEANINGS)


def test_the_events_and_kinds_of_errors_are_those_of_the_program():
    snake = {re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower() for kind in events.Event.__args__}
    assert {name for name in snake if f"`{name}`" in README} == snake
    assert all(f"`{kind}`" in README for kind in errors.ERROR_KINDS)


def test_the_gate_holds_the_lock_against_the_project_and_names_its_renewal() -> None:
    gate = (ROOT / ".ci" / "run").read_text("utf-8")
    assert "uv pip compile --quiet --universal --no-annotate --no-header --constraint requirements.lock" in gate
    assert "README.md says how to renew it" in gate
    assert re.findall(r"`(uv export .*?) --output-file requirements\.lock`", README)


def test_every_link_leads_somewhere():
    links = re.findall(r"\]\((?!https:)(.*?)\)", README)
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_pictures_that_are_shown_are_there_and_small():
    shown = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README)
    assert shown
    for name in shown:
        assert (ROOT / name).read_bytes().startswith(b"\x89PNG")
        assert (ROOT / name).stat().st_size < 150_000, name
