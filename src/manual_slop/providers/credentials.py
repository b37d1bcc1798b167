"""Keys: given outright, found in the environment, or in the person's `credentials.toml`, in that order."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from manual_slop.providers.own_files import read_own_text
from manual_slop.providers.rows import Provider
from manual_slop.providers.toml_lines import key_lines, parse_toml
from manual_slop.values import paths
from manual_slop.values.errors import ConfigError
from manual_slop.values.secrets import Secret, redactor

_LONGEST = 8192
_NAME = re.compile(r"[\w.-]{1,64}", re.ASCII)
_PLACEHOLDER = re.compile(
    r"(sk-)?([a-z]{2,5}-)?(\.{3,}|…|x{3,}|\*{3,}) | your[-_\ ].* | <.*> | \{.*\} | changeme | todo | placeholder"
    r" | .*(api|secret)[-_]?key(-here)?",
    re.IGNORECASE | re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Credentials:
    """The keys of a credentials file by section. `found` is whether there is such a file, `note` what to know of it."""

    path: Path
    keys: Mapping[str, Secret] = field(default_factory=dict)
    found: bool = False
    note: str = ""


def load_credentials(path: Path | None = None) -> Credentials:
    """Read `credentials.toml` (of the config folder, unless told).

    Raises `ConfigError` when it is missing, with an example to begin with; when others can read it, with the command
    that mends it; and when something in it cannot be a key, with the section and line, never with its words.
    """
    credentials = read_credentials(path)
    if not credentials.found:
        raise ConfigError(missing_message(credentials.path))
    return credentials


def read_credentials(path: Path | None = None) -> Credentials:
    """As `load_credentials`, but a missing file is simply one without keys."""
    path = path or paths.config_dir() / "credentials.toml"
    keys, problem, line = _sections(read_own_text(path, private=True), path)
    if problem:
        raise ConfigError(problem, path, line)
    note = "who may read this file is not checked on Windows" if keys is not None and os.name == "nt" else ""
    return Credentials(path, MappingProxyType(keys or {}), keys is not None, note)


def find_key(provider: Provider, explicit: str | None, credentials: Credentials) -> Secret | None:
    """A provider's key and, as its `origin`, where it was found. Raises `ConfigError` for what cannot be a key."""
    if explicit:
        return _secret(explicit, "argument")
    for name in provider.key_env:
        if environment(name):
            return _secret(environment(name), f"environment {name}")
    sections = (credentials.keys.get(name) for name in (provider.name, *provider.also))
    return next((key for key in sections if key is not None), None)


def environment(name: str) -> str:
    """An environment variable without the white space around it; empty when it is not set."""
    return os.environ.get(name, "").strip()


def redact_environment(names: Iterable[str]) -> None:
    """Have the values of these variables kept out of every sink, though others read them."""
    for name in names:
        redactor.register(environment(name))


def missing_message(path: Path) -> str:
    """What to do about a credentials file that is not there."""
    return (
        f"There is no {path}. Keys are looked for in the environment (OPENAI_API_KEY, ANTHROPIC_API_KEY, …) and then "
        f"in that file, which only you may read (chmod 600) and which looks like this:\n\n{example_section('openai')}"
    )


def example_section(name: str) -> str:
    """How a section of `credentials.toml` looks."""
    return f'[{name}]\napi_key = "sk-..."\n'


def _secret(value: str, origin: str) -> Secret:
    problem = key_fault(value)
    if not problem:
        return Secret(value, origin)
    del value  # a traceback that shows local variables must not show this one
    raise ConfigError(f"the key from {origin} {problem}")


def key_fault(value: str) -> str:
    """Why a text cannot be a key, or nothing."""
    if len(value) > _LONGEST:
        return "is too long to be a key"
    if not value.isascii() or not value.isprintable() or " " in value:
        return "cannot be a key: it holds spaces, line breaks or other characters that no key has"
    if not value or _PLACEHOLDER.fullmatch(value):
        return "is only a placeholder: put your own key there"
    return ""


def _sections(text: str | None, path: Path) -> tuple[dict[str, Secret] | None, str, int | None]:
    """The keys of a file's text; else the first problem and its line. `None` for keys means that there is no file."""
    if text is None:
        return None, "", None
    try:
        document = parse_toml(text, path, quote=False)
    except ConfigError as error:
        return {}, "is not valid TOML", error.line
    keys = {}
    for name, section in document.items():
        problem, wrong = _section_fault(name, section)
        if problem:
            lines = key_lines(text)
            return {}, problem, lines.get(wrong, lines.get((name,)))
        keys[name] = Secret(section["api_key"], f"credentials.toml [{name}]")
    return keys, "", None


def _section_fault(name: str, section: Any) -> tuple[str, tuple[str, ...]]:
    """What is wrong with a section, or nothing, and the key at which it is."""
    shown = f"[{name}]" if _NAME.fullmatch(name) else "a section"
    if not isinstance(section, dict):
        return "holds something outside of a section: write [openai] and below it api_key = …", (name,)
    extra = next((key for key in section if key != "api_key"), None)
    if extra is not None:
        return f"{shown} may hold api_key and nothing else: base URLs and headers belong in config.toml", (name, extra)
    if not isinstance(section.get("api_key"), str):
        return f'{shown} needs api_key = "…", a text in quotes', (name, "api_key")
    problem = key_fault(section["api_key"])
    return (f"{shown} api_key {problem}" if problem else ""), (name, "api_key")
