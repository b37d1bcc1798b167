"""What several `mma` commands need: the project, its tiers, who sits here, and asking them yes or no."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from manual_slop import ai_client
from manual_slop.ai_client import Access
from manual_slop.conductor.plan_files import open_project
from manual_slop.conductor.tiers import Tiers, load_tiers, read_tier_models
from manual_slop.safety.workspace import Workspace
from manual_slop.terminal.screen import screen
from manual_slop.values.tickets import TIERS

TrackArgument = Annotated[str, typer.Argument(metavar="TRACK", help="The track's id.")]
FolderOption = Annotated[
    Path | None, typer.Option("--dir", metavar="PATH", help="The project; else the current folder.")
]
ModelOption = Annotated[
    str | None, typer.Option("-m", "--model", metavar="MODEL", help="The model of every tier; else as tiers.toml says.")
]
TierOption = Annotated[
    list[str] | None, typer.Option("--tier", metavar="N=MODEL", help="The model of one tier; repeatable.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="For programs: JSON instead of text.")]


@dataclass(frozen=True, slots=True)
class Ground:
    """The project a command is about, its tiers, and the person's keys and settings."""

    workspace: Workspace
    tiers: Tiers
    access: Access


def open_ground(folder: Path | None, model: str | None = None, tiers: Sequence[str] = ()) -> Ground:
    """The project of a folder with the models that were named. Raises `ConfigError`."""
    workspace = open_project(folder or Path.cwd())
    access = ai_client.new_access()
    chosen, why = (model, "") if model else ai_client.choose_model(access)
    loaded = load_tiers(workspace, chosen)
    if model:
        loaded = loaded.with_models(dict.fromkeys(TIERS, model))
    loaded = loaded.with_models(read_tier_models(tiers))
    for notice in loaded.notices:
        screen().note(f"! {notice}", "warn")
    if why and any(one.model == chosen for one in loaded.by_tier.values()):
        screen().note(f"! using {chosen}: {why}", "warn")
    return Ground(workspace, loaded, access)


def who() -> str:
    """The person, as the system knows them."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "a person"


def can_ask() -> bool:
    """Whether somebody sits at a terminal."""
    return sys.stdin is not None and sys.stdin.isatty()


def ask(question: str) -> bool:
    """Whether they say yes; Enter alone is no."""
    screen().note(f"{question} [y/N] ", "warn")
    return sys.stdin.readline().strip().lower() in ("y", "yes")
