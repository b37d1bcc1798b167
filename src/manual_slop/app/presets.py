"""Presets: a model and a manner under a name, in `presets.toml` of the config folder and of a project.

[presets."careful review"]
model = "openai/gpt-4o"
mode = "ask"                    # ask, edits or never; left out: as config.toml says
system = "Look twice."          # in the place of the program's own instructions
tools_off = ["run_shell"]

[presets."careful review".params]
temperature = 0.2

[presets."careful review".risks]
WRITE = "ask"                   # READ, WRITE, EXECUTE, NETWORK: ask or deny; WRITE also allow
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from manual_slop.app.manner import Manner
from manual_slop.app.manner_table import Fault, as_table, from_table
from manual_slop.providers.config import ConfigIssue
from manual_slop.providers.config_checks import near_miss
from manual_slop.providers.own_files import LARGEST, read_own_text
from manual_slop.providers.toml_lines import key_lines, parse_toml
from manual_slop.values.errors import ConfigError
from manual_slop.values.paths import config_dir

IN_PROJECT = ".manual-slop/presets.toml"
_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Preset:
    """A model (empty: whichever is chosen) and how it is spoken to. `project`: it came with a project's files."""

    name: str
    model: str = ""
    manner: Manner = field(default_factory=Manner)
    project: bool = False


@dataclass(frozen=True, slots=True)
class Shelf:
    """The presets there are, by name, a person's own first; what is wrong in their files, with lines."""

    presets: tuple[Preset, ...] = ()
    issues: tuple[str, ...] = ()

    def named(self, name: str) -> Preset | None:
        """The one of that name."""
        return next((one for one in self.presets if one.name == name), None)


def presets_path() -> Path:
    """Where a person's own lie."""
    return config_dir() / "presets.toml"


def read_presets(project: Path | None = None) -> Shelf:
    """A person's own presets, and those of a project under names that are not taken.

    One that cannot be read is left out and said: what was meant may have been a limit. Raises `ConfigError` where
    the person's file is no TOML.
    """
    own = _shelf(presets_path(), read_own_text(presets_path()) or "", project=False)
    theirs = _of_project(project) if project is not None else Shelf()
    names = {one.name for one in own.presets}
    added = tuple(one for one in theirs.presets if one.name not in names)
    return Shelf((*own.presets, *added), (*own.issues, *theirs.issues))


def find_preset(name: str, project: Path | None = None) -> Preset:
    """The preset of that name. Raises `ConfigError` that says which there are."""
    shelf = read_presets(project)
    found = shelf.named(name)
    if found is not None:
        return found
    why = next((issue for issue in shelf.issues if f"“{name}”" in issue), "")
    if why:
        raise ConfigError(f"the preset cannot be used: {why}")
    known = [one.name for one in shelf.presets]
    listed = f"; the presets are {', '.join(known)}" if known else f"; there is none yet in {presets_path()}"
    raise ConfigError(f"there is no preset “{name}”{near_miss(name, known)}{listed}")


def named_well(name: str) -> str:
    """The name without spaces around it. Raises `ConfigError` for one that cannot be used."""
    name = name.strip()
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise ConfigError(f"a preset's name has 1 to {_LONGEST_NAME} printable characters")
    return name


def table_of(preset: Preset) -> dict[str, Any]:
    """A preset as it is written. Raises `ConfigError` for mode “all”, which is meant anew each time."""
    if preset.manner.mode == "all":
        raise ConfigError("mode “all” is not kept in a preset: choose another mode first")
    return {**({"model": preset.model} if preset.model else {}), **as_table(preset.manner)}


def _of_project(project: Path) -> Shelf:
    from manual_slop.safety.path_rules import WorkspaceError
    from manual_slop.safety.workspace import Workspace

    try:
        workspace = Workspace(project)
        raw = workspace.read_bytes(IN_PROJECT, LARGEST)
    except (WorkspaceError, OSError):
        return Shelf()
    try:
        return _shelf(project / IN_PROJECT, raw.decode("utf-8-sig"), project=True)
    except (ConfigError, UnicodeDecodeError) as error:
        return Shelf(issues=(f"{IN_PROJECT} of the project is not read: {error}",))


def _shelf(path: Path, text: str, *, project: bool) -> Shelf:
    document, lines = parse_toml(text, path), key_lines(text)
    found: list[Preset] = []
    issues: list[str] = []

    def issue(keys: tuple[str, ...], message: str) -> None:
        issues.append(str(ConfigIssue(path, lines.get(keys), message)))

    for key in document:
        if key != "presets":
            issue((key,), f"{key} is not known here{near_miss(key, ['presets'])}")
    tables = document.get("presets", {})
    if not isinstance(tables, dict):
        issue(("presets",), 'presets must hold a table a preset, such as [presets."careful review"]')
        return Shelf(issues=tuple(issues))
    for name, table in tables.items():
        try:
            found.append(_preset(name, table, project=project))
        except Fault as fault:
            issue(("presets", name, *fault.keys), f"the preset “{name}” is left out: {fault}")
    return Shelf(tuple(sorted(found, key=lambda one: one.name.casefold())), tuple(issues))


def _preset(name: str, table: Any, *, project: bool) -> Preset:
    try:
        named_well(name)
    except ConfigError as error:
        raise Fault((), str(error)) from None
    if not isinstance(table, dict):
        raise Fault((), "it must be a table")
    rest = dict(cast("Mapping[str, Any]", table))
    model = rest.pop("model", "")
    if not isinstance(model, str) or not (model.isprintable()):
        raise Fault(("model",), "model must be a text such as openai/gpt-4o")
    return Preset(name, model, from_table(rest), project)
