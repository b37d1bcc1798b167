"""A project's tools, ready to work: the workspace, what keeps its changes, the shell, and the tools chosen for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from manual_slop.providers.config import Config
from manual_slop.safety.changes import Changes
from manual_slop.safety.shell.shell import Shell, available
from manual_slop.safety.workspace import Workspace
from manual_slop.store.errors import StoreError
from manual_slop.store.shared import shared_store
from manual_slop.tools.declaration import Tool, ToolContext
from manual_slop.tools.registry import ToolBox, built_in_tools
from manual_slop.tools.settings import work_settings
from manual_slop.tools.web.search import search_service
from manual_slop.values.errors import ConfigError


def project_changes(workspace: Workspace) -> Changes:
    """What changes this project's files and can take it back, by the journal and kept contents of the data folder.

    Raises `ConfigError` where that cannot be opened.
    """
    try:
        store = shared_store()
    except StoreError as error:
        raise ConfigError(str(error)) from None
    return Changes(workspace, store.journal, store.blobs)


def open_toolbox(
    workspace: Workspace,
    config: Config,
    names: bool | Sequence[str] = True,
    test_command: tuple[str, ...] | None = None,
    variables: tuple[tuple[str, str], ...] = (),
) -> ToolBox:
    """The tools of a project: all that can work here, or those named. Raises `ConfigError` for a name that is none.

    MCP servers of the person's settings are started for it, unless none of their tools is named. `test_command` takes
    the place of the one in the settings, which know a worktree of the project by another path; `variables` are given to
    commands.
    """
    foreign, problems = _foreign_tools(config, names)
    tools = (*built_in_tools(), *foreign)
    chosen = [tool for tool in tools if names is True or (names and tool.name in names)]
    missing = set() if isinstance(names, bool) else set(names) - {tool.name for tool in chosen}
    if missing:
        known = ", ".join(tool.name for tool in tools)
        told = "".join(f"; {problem}" for problem in problems)
        raise ConfigError(f"there is no tool {', '.join(sorted(missing))}; the tools are {known}{told}")
    settings = work_settings(config, workspace.root)
    changes = project_changes(workspace)
    changes.clear_leftovers()
    search, issues = search_service(config)
    limits = replace(settings.limits, variables=variables)
    context = ToolContext(
        workspace,
        changes=changes,
        shell=Shell(workspace.root, settings.sandbox, limits) if available() else None,
        test_command=test_command or settings.test_command,
        search=search,
    )
    return ToolBox(chosen, context, notices=(*problems, *map(str, issues)))


def _foreign_tools(config: Config, names: bool | Sequence[str]) -> tuple[tuple[Tool, ...], tuple[str, ...]]:
    """Tools of the person's MCP servers, and what is wrong with the servers."""
    wanted = names if isinstance(names, bool) else any(name.startswith("mcp__") for name in names)
    if not wanted or not config.rooms.get("mcp"):
        return (), ()
    from manual_slop.tools.mcp_client.offering import offered  # 10 ms, and a thread for each server

    offer = offered(config)
    return offer.tools, offer.problems
