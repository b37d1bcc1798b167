"""The `mma` commands: which there are, and where each is; none is imported before it is typed."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import typer
from typer.core import TyperGroup

COMMANDS: Mapping[str, str] = {
    "init": "mma_plan.init",
    "plan": "mma_plan.plan",
    "show": "mma_show.show",
    "edit": "mma_edit.edit",
    "approve": "mma_approve.approve",
    "forecast": "mma_forecast.forecast",
    "run": "mma_run.run_command",
    "status": "mma_status.status_command",
    "pause": "mma_tell.pause_command",
    "resume": "mma_run.resume_command",
    "stop": "mma_tell.stop_command",
    "ticket": "mma_tell.ticket_command",
    "inbox": "mma_inbox.inbox_command",
    "merge": "mma_merge.merge_command",
    "report": "mma_report.report",
    "cost": "mma_cost.cost_command",
}
"""Each command by its module beside this one and the function there."""

_LOOK: Mapping[str, Any] = {
    "add_completion": False,
    "pretty_exceptions_enable": False,
    "rich_markup_mode": None,
    "context_settings": {"help_option_names": ["-h", "--help"]},
}


class _Lazy(TyperGroup):
    """Looks a command up when it is typed."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Their names, in the order of use."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of that name, `None` where there is none."""
        place = COMMANDS.get(cmd_name)
        if place is None:
            return None
        module, _, function = place.partition(".")
        alone = typer.Typer(**_LOOK)
        alone.command(cmd_name)(getattr(importlib.import_module(f"manual_slop.terminal.{module}"), function))
        command = typer.main.get_command(alone)
        command.name = cmd_name
        return command


def mma_app() -> typer.Typer:
    """The group of commands, for the command line to hang in."""
    group = typer.Typer(
        name="mma",
        cls=_Lazy,
        help="A goal, planned, built and reviewed by models in four tiers, through gates that you open.",
        no_args_is_help=False,
        invoke_without_command=True,
        **_LOOK,
    )
    group.callback()(_without_a_command)
    return group


def _without_a_command(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
