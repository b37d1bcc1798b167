"""Writes a key into the person's `credentials.toml`; everything else in it stays, comments too."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import tomli_w

from manual_slop.providers.credentials import key_fault
from manual_slop.providers.own_files import alone_with, read_own_text, write_own_text
from manual_slop.providers.toml_lines import line_of, parse_toml
from manual_slop.values import paths
from manual_slop.values.errors import ConfigError
from manual_slop.values.secrets import Secret

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def save_key(provider: str, key: str, path: Path | None = None) -> Secret:
    """Keep `key` as that of `provider`, in place of the one before. The file is made if there is none (mode 0600).

    Raises `ConfigError`, with no word of any key, for what cannot be a key, for a file that others can read or that is
    somebody else's, for a link, and for one that is not TOML; the file is then as it was.
    """
    path = path or paths.config_dir() / "credentials.toml"
    secret = Secret(key.strip(), f"credentials.toml [{provider}]")
    del key
    problem = key_fault(secret.reveal())
    if problem:
        raise ConfigError(f"what was typed {problem}")
    with alone_with(path):
        _keep(path, provider, secret)
    return secret


def _keep(path: Path, provider: str, secret: Secret) -> None:
    text = read_own_text(path, private=True) or ""
    before = parse_toml(text, path, quote=False)
    if not isinstance(before.get(provider, {}), dict):
        raise ConfigError(f"holds {provider} outside of a section: write [{provider}] and below it api_key = …", path)
    wanted = {**before, provider: {**before.get(provider, {}), "api_key": secret.reveal()}}
    changed = _changed(text, provider, secret.reveal())
    write_own_text(path, changed if _says(changed, wanted) else tomli_w.dumps(wanted))


def _changed(text: str, provider: str, key: str) -> str:
    """The text with one line more, or one line changed."""
    assignment = tomli_w.dumps({"api_key": key}).strip()
    lines = text.splitlines()
    at, header = line_of(text, (provider, "api_key")), line_of(text, (provider,))
    if at is not None:
        lines[at - 1] = assignment
    elif header is not None:
        lines.insert(header, assignment)
    else:
        name = provider if _BARE.fullmatch(provider) else f'"{provider}"'
        lines += [*([""] if lines else []), f"[{name}]", assignment]
    return "\n".join(lines) + "\n"


def _says(text: str, wanted: dict[str, Any]) -> bool:
    """Whether the changed text means what it should: a section may be written in more ways than are edited here."""
    import tomllib

    try:
        return tomllib.loads(text) == wanted
    except tomllib.TOMLDecodeError:
        return False
