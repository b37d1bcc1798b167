"""What a project's own `.manual-slop/project.toml` puts before the model; it can set nothing that decides or pays.

[context]
files = ["README.md", { path = "src/app.py", mode = "outline" }]   # full, outline, skeleton, summary or none
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from manual_slop.safety.path_rules import WorkspaceError
from manual_slop.safety.workspace import Workspace
from manual_slop.session.context_files import MOST_FILES, ContextFile, as_mode
from manual_slop.values.errors import ConfigError

NAME = ".manual-slop/project.toml"
_LARGEST = 64 * 1024


@dataclass(frozen=True, slots=True)
class ProjectFiles:
    """The files a project wants the model to see; `notices` are for the person."""

    files: tuple[ContextFile, ...] = ()
    notices: tuple[str, ...] = ()


def project_files(workspace: Workspace) -> ProjectFiles:
    """What the project's file says, as far as it is right. Never raises for what the folder holds."""
    if not os.path.lexists(workspace.root / NAME):
        return ProjectFiles()
    try:
        document = tomllib.loads(workspace.read_bytes(NAME, _LARGEST).decode("utf-8"))
    except (WorkspaceError, OSError, ValueError, RecursionError) as error:
        return ProjectFiles(notices=(f"{NAME} is not read: {error}",))
    table = document.get("context", {})
    listed = table.get("files", []) if isinstance(table, dict) else None
    if not isinstance(listed, list):
        return ProjectFiles(notices=(f"{NAME}: context.files must be a list of paths",))
    return _checked(listed)


def _checked(listed: list[Any]) -> ProjectFiles:
    files: dict[str, ContextFile] = {}
    wrong = []
    for at, value in enumerate(listed[:MOST_FILES], 1):
        try:
            file = _file(value)
            files[file.path] = file
        except ConfigError as error:
            wrong.append(f"{NAME}: file {at} of context.files: {error}")
    if len(listed) > MOST_FILES:
        wrong.append(f"{NAME}: only the first {MOST_FILES} of {len(listed):,} files are taken")
    return ProjectFiles(tuple(files.values()), (*_told(tuple(files.values())), *wrong))


def _file(value: Any) -> ContextFile:
    table = {"path": value} if isinstance(value, str) else value
    if not isinstance(table, dict) or not isinstance(table.get("path"), str) or not table["path"]:
        raise ConfigError('must be a path, or { path = "…", mode = "outline" }')
    return ContextFile(table["path"], as_mode(str(table.get("mode", "full"))))


def _told(files: tuple[ContextFile, ...]) -> Iterator[str]:
    if files:
        count = "1 file" if len(files) == 1 else f"{len(files)} files"
        yield f"{NAME} puts {count} before the model with each turn"
