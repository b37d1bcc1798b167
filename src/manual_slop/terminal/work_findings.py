"""What `manual-slop doctor` finds about tools at work: who is asked, what confines commands, what they left behind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from manual_slop.providers.config import Config
from manual_slop.safety.approval import MODE_WORDS
from manual_slop.safety.approval_config import load_policy
from manual_slop.safety.sandbox import Sandbox, Walls
from manual_slop.safety.shell.errors import ShellError
from manual_slop.safety.shell.levels import choose
from manual_slop.safety.shell.shell import available
from manual_slop.store.errors import StoreError
from manual_slop.store.journal import Entry, JournalError
from manual_slop.store.shared import shared_store
from manual_slop.terminal.finding import Finding
from manual_slop.tools.mcp_client.settings import server_settings
from manual_slop.tools.settings import work_settings
from manual_slop.tools.text import counted
from manual_slop.tools.web.search import search_service
from manual_slop.values.paths import data_dir

_MOST_TOLD = 3


def approval_findings() -> Iterator[Finding]:
    """The policy in force. Raises `ConfigError` where `config.toml` cannot be read at all."""
    policy, issues = load_policy()
    parts = [f"mode “{policy.mode}”: {MODE_WORDS[policy.mode]}"]
    if policy.rules:
        parts.append(f"{counted(len(policy.rules), 'rule')} besides")
    if policy.tests_allowed:
        parts.append("run_tests goes through")
    yield Finding("approval", "note", "; ".join(parts))
    for issue in issues:
        yield Finding("approval", "bad", str(issue))


def tool_findings(config: Config, project: Path) -> Iterator[Finding]:
    """How commands run in `project`, which others serve tools, and what is wrong with the settings of either."""
    settings = work_settings(config, project)
    yield _confinement(settings.sandbox, project)
    tables = config.rooms.get("projects", {})
    others = (work_settings(config, Path(name).resolve()) for name, table in tables.items() if isinstance(table, dict))
    issues = dict.fromkeys(str(issue) for one in (settings, *others) for issue in one.issues)
    yield from (Finding("commands", "bad", issue) for issue in issues)
    servers, problems = server_settings(config)
    if servers:
        names = ", ".join(server.name for server in servers)
        yield Finding("mcp", "note", f"{counted(len(servers), 'server')}, not started to look: {names}")
    yield from (Finding("mcp", "bad", str(problem)) for problem in problems)
    search, problems = search_service(config)
    if search:
        yield Finding("search", "note", f"the web is searched by {search.place('').host}")
    yield from (Finding("search", "bad", str(problem)) for problem in problems)


def journal_findings() -> Iterator[Finding]:
    """What was begun and whose end nobody saw. Makes no store where there is none."""
    if not (data_dir() / "sessions.db").is_file():
        return
    try:
        unknown = shared_store().journal.unknown()
    except (StoreError, JournalError) as error:
        yield Finding("journal", "bad", str(error))
        return
    if unknown:
        told = "; ".join(map(_begun, unknown[: -_MOST_TOLD - 1 : -1]))
        more = ", the latest" if len(unknown) > _MOST_TOLD else ""
        what = f"{counted(len(unknown), 'effect')} were begun and nobody saw their end"
        if len(unknown) == 1:
            what = "one effect was begun and nobody saw its end"
        yield Finding("journal", "warn", f"{what}{more}: {told}")


def _confinement(sandbox: Sandbox, project: Path) -> Finding:
    if not available():
        return Finding("commands", "note", "no commands are run on this system")
    walls = Walls(str(project), "", sandbox.network, sandbox.write_git, hidden=())
    try:
        _, level = choose(sandbox, walls)
    except ShellError as error:
        return Finding("commands", "bad", str(error))
    if level.name == "none":
        return Finding("commands", "warn", level.detail)
    return Finding("commands", "good", f"confined by {level}")


def _begun(entry: Entry) -> str:
    paths = ", ".join(change.path for change in entry.effect.changes[:_MOST_TOLD])
    where = f" of {paths}" if paths else ""
    return f"{entry.effect.tool}{where} on {entry.begun:%Y-%m-%d %H:%M} UTC"
