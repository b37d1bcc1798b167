"""What the person's `config.toml` says about running commands and testing projects.

[shell]
mode = "auto"                  # auto, required or off: how commands are confined
network = false                # whether they reach the network
write_git = false              # whether they may change .git
seconds = 120                  # how long one may take
environment = ["CUDA_HOME"]    # variables they get beside the usual ones

[projects."/home/me/pear"]
test = ["uv", "run", "pytest", "-q"]
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast, get_args

from manual_slop.providers.config import Config, ConfigIssue
from manual_slop.providers.config_checks import Wrong, as_seconds, as_text, as_truth, as_variable, near_miss
from manual_slop.safety.sandbox import Mode, Sandbox
from manual_slop.safety.shell.shell import Limits

Check = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class WorkSettings:
    """How commands run in one project. `issues` say what in the settings is wrong; the safer reading stands then."""

    sandbox: Sandbox
    limits: Limits
    test_command: tuple[str, ...] | None = None
    issues: tuple[ConfigIssue, ...] = ()


def work_settings(config: Config, project: Path) -> WorkSettings:
    """The settings for a project folder, which is named by its absolute path. Nothing in the folder itself counts."""
    reader = _Reader(config)
    shell = reader.table(("shell",), config.rooms.get("shell", {}), _SHELL)
    own = reader.table(("projects", str(project)), _project(config, project, reader), _PROJECT)
    sandbox = Sandbox(
        cast("Mode", shell.get("mode", "required" if reader.wrong("mode") else "auto")),
        shell.get("network", False),
        shell.get("write_git", False),
    )
    limits = Limits(shell.get("seconds", Limits().seconds), environment=shell.get("environment", ()))
    return WorkSettings(sandbox, limits, own.get("test"), tuple(reader.issues))


class _Reader:
    """Checks tables key by key and gathers what is wrong with them."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self.issues: list[ConfigIssue] = []
        self._wrong: set[str] = set()

    def wrong(self, key: str) -> bool:
        return key in self._wrong

    def issue(self, keys: tuple[str, ...], message: str) -> None:
        self._wrong.add(keys[-1])
        line = self._config.lines.get(keys)
        self.issues.append(ConfigIssue(self._config.path, line, f"{'.'.join(keys)} {message}"))

    def table(self, above: tuple[str, ...], table: Mapping[str, Any], checks: Mapping[str, Check]) -> dict[str, Any]:
        good: dict[str, Any] = {}
        for key, value in table.items():
            if key not in checks:
                self.issue((*above, key), f"is not known here{near_miss(key, checks)}")
                continue
            try:
                good[key] = checks[key](value)
            except Wrong as wrong:
                self.issue((*above, key), str(wrong))
        return good


def _project(config: Config, project: Path, reader: _Reader) -> Mapping[str, Any]:
    for name, table in config.rooms.get("projects", {}).items():
        if not isinstance(table, dict):
            reader.issue(("projects", name), "must be a table")
        elif not Path(name).is_absolute():
            reader.issue(("projects", name), "must be an absolute path: a project is named by where it lies")
        elif Path(name) == project or Path(name).resolve() == project:
            return table
    return {}


def _as_mode(value: Any) -> str:
    if value not in get_args(Mode):
        raise Wrong("must be auto, required or off")
    return str(value)


def _as_command(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or not all(isinstance(word, str) and word for word in value):
        raise Wrong('must be a list of words, such as ["pytest", "-q"]')
    return tuple(as_text(word) for word in value)


def _as_variables(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise Wrong("must be a list of names of variables")
    return tuple(as_variable(name) for name in value)


_SHELL: Mapping[str, Check] = {
    "mode": _as_mode,
    "network": as_truth,
    "write_git": as_truth,
    "seconds": as_seconds,
    "environment": _as_variables,
}
_PROJECT: Mapping[str, Check] = {"test": _as_command}
