"""What a project's own files say about it: name, version, description, dependencies, commands."""

from __future__ import annotations

import configparser
import json
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

_MOST_NAMED = 500
_REQUIREMENT = re.compile(r"[A-Za-z0-9@][\w./@-]*")


@dataclass(frozen=True, slots=True)
class Facts:
    """What one manifest declares; empty where it says nothing."""

    name: str = ""
    version: str = ""
    description: str = ""
    requires: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()


def is_manifest(path: str) -> bool:
    """Whether `read_manifest` knows this kind of file, by its name."""
    return _file_name(path) in _READERS


def manifests_first(paths: Iterable[str]) -> list[str]:
    """The manifests among `paths`, the most telling kinds first, those nearest the top before deeper ones."""
    known = [path for path in paths if is_manifest(path)]
    order = list(_READERS)
    return sorted(known, key=lambda path: (path.count("/"), order.index(_file_name(path))))


def read_manifest(path: str, text: str) -> Facts:
    """What the manifest at `path` declares. A cut or broken file gives what can still be read of it."""
    try:
        return _READERS[_file_name(path)](text)
    except (ValueError, TypeError, AttributeError, RecursionError, configparser.Error):
        return _by_line(text)


def _file_name(path: str) -> str:
    return path.rsplit("/", 1)[-1].lower()


def _pyproject(text: str) -> Facts:
    data = tomllib.loads(text)
    project = data.get("project") or data.get("tool", {}).get("poetry", {})
    return _facts(project, project.get("dependencies"), project.get("scripts"))


def _package_json(text: str) -> Facts:
    data = json.loads(text)
    return _facts(data, data.get("dependencies") or data.get("require"), data.get("scripts"))


def _cargo(text: str) -> Facts:
    data = tomllib.loads(text)
    bins = [item.get("name") for item in data.get("bin", [])]
    return _facts(data.get("package", {}), data.get("dependencies"), bins)


def _go_mod(text: str) -> Facts:
    module = re.search(r"^module\s+(\S+)", text, re.MULTILINE)
    requires = re.findall(r"^(?:require)?\s+([\w./-]+\.[\w./-]+)\s+v\S+", text, re.MULTILINE)
    return Facts(module[1] if module else "", requires=_short(requires))


def _setup_cfg(text: str) -> Facts:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(text)
    requires = parser.get("options", "install_requires", fallback="").split("\n")
    return _facts(dict(parser["metadata"]) if "metadata" in parser else {}, requires, None)


def _pom(text: str) -> Facts:
    own = re.sub(r"<(parent|dependencies|build|dependencyManagement)>.*?</\1>", "", text, flags=re.DOTALL)
    fields = {tag: _tag(own, tag) for tag in ("artifactId", "name", "version", "description")}
    requires = re.findall(r"<dependency>.*?<artifactId>([^<]+)", text, re.DOTALL)
    return Facts(fields["name"] or fields["artifactId"], fields["version"], fields["description"], _short(requires))


def _tag(text: str, tag: str) -> str:
    match = re.search(rf"<{tag}>\s*([^<]+?)\s*</{tag}>", text)
    return match[1] if match else ""


def _cmake(text: str) -> Facts:
    match = re.search(r"project\s*\(\s*([\w.-]+)(?:[^)]*?VERSION\s+([\d.]+))?", text, re.IGNORECASE)
    about = re.search(r"DESCRIPTION\s+\"([^\"]+)\"", text)
    return Facts(match[1] if match else "", (match[2] or "") if match else "", about[1] if about else "")


def _by_line(text: str) -> Facts:
    """`name`, `version` and `description` from lines that look so in TOML, YAML, INI and JSON alike."""
    return Facts(_line_value(text, "name"), _line_value(text, "version"), _line_value(text, "description"))


def _line_value(text: str, key: str) -> str:
    match = re.search(rf"^\s*[\"']?{key}[\"']?\s*[:=]\s*[\"']?([^\"'\n,#]+)", text, re.MULTILINE)
    return match[1].strip() if match else ""


def _facts(fields: Mapping[str, Any], requires: Any, commands: Any) -> Facts:
    name, version, description = (_text(fields.get(key)) for key in ("name", "version", "description"))
    return Facts(name, version, description, _short(requires or ()), _short(commands or ()))


def _text(value: Any) -> str:
    return " ".join(value.split()) if isinstance(value, str) else ""


def _short(names: Iterable[Any]) -> tuple[str, ...]:
    """The bare names of requirements or commands (`httpx` of `httpx>=0.28`)."""
    matches = (_REQUIREMENT.match(name) for name in names if isinstance(name, str))
    return tuple(match[0] for match in matches if match)[:_MOST_NAMED]


_READERS: Mapping[str, Callable[[str], Facts]] = {
    "pyproject.toml": _pyproject,
    "package.json": _package_json,
    "cargo.toml": _cargo,
    "go.mod": _go_mod,
    "setup.cfg": _setup_cfg,
    "composer.json": _package_json,
    "pom.xml": _pom,
    "cmakelists.txt": _cmake,
    "pubspec.yaml": _by_line,
    "deno.json": _package_json,
}
