"""The person's `config.toml`: default model, aliases, vendors of their own and time limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from manual_slop.providers.config_checks import (
    OVERRIDE_CHECKS,
    ROOMS,
    TIMEOUT_CHECKS,
    TOP_CHECKS,
    VENDOR_CHECKS,
    Check,
    Wrong,
    as_name,
    as_text,
    near_miss,
)
from manual_slop.providers.own_files import read_own_text
from manual_slop.providers.rows import builtin_names
from manual_slop.providers.toml_lines import key_lines, parse_toml
from manual_slop.values import paths

_WHERE_AND_HOW = frozenset({"litellm", "api_base", "api_key_env", "api_key_required", "headers"})


@dataclass(frozen=True, slots=True)
class ConfigIssue:
    """Something wrong in a settings file that does not stop the rest of it from working."""

    path: Path
    line: int | None
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}" if self.line else f"{self.path}: {self.message}"


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Time limits in seconds; `None` leaves the program's own."""

    connect: float | None = None
    first_token: float | None = None
    between_chunks: float | None = None
    total: float | None = None


@dataclass(frozen=True, slots=True)
class Vendor:
    """A `[providers.<name>]` table: a vendor of the person's own, or other settings for a built-in provider.

    `litellm` is the protocol it speaks; an empty text or `None` means that the key was not given. Header values may be
    `env:NAME`. `prices` are the inline price tables by model, unchecked: those who price check them.
    """

    name: str
    litellm: str = ""
    api_base: str = ""
    api_key_env: str = ""
    api_key_required: bool | None = None
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    default_model: str = ""
    models: tuple[str, ...] = ()
    prices: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    local: bool = False


@dataclass(frozen=True, slots=True)
class Config:
    """What `config.toml` says, as far as it is right.

    `rooms` are the tables that other rooms check (`approval`, `shell` …); `lines` says where a key stands, a number
    among the keys being a place in an array.
    `unusable` are the vendors whose settings are wrong where it matters what is sent where, with the first reason.
    """

    path: Path
    default_model: str = ""
    aliases: Mapping[str, str] = field(default_factory=dict)
    vendors: Mapping[str, Vendor] = field(default_factory=dict)
    timeouts: Timeouts = Timeouts()
    rooms: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    lines: Mapping[tuple[str, ...], int] = field(default_factory=dict, repr=False)
    issues: tuple[ConfigIssue, ...] = ()
    unusable: Mapping[str, ConfigIssue] = field(default_factory=dict)


def load_config(path: Path | None = None) -> Config:
    """Read `config.toml` (of the config folder, unless told). A missing file means the defaults.

    What is wrong in it becomes `issues` with their lines, and the rest still works. Raises `ConfigError` for a file
    that cannot be read or is not TOML.
    """
    path = path or paths.config_dir() / "config.toml"
    text = read_own_text(path)
    if text is None:
        return Config(path)
    return _Reader(path, text).config()


class _Reader:
    """Turns one parsed file into a `Config`, gathering what is wrong with it."""

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self._document = parse_toml(text, path)
        self._lines = key_lines(text)
        self._issues: list[ConfigIssue] = []
        self._unusable: dict[str, ConfigIssue] = {}

    def config(self) -> Config:
        top = self._checked(self._document, (), TOP_CHECKS)
        return Config(
            self._path,
            top.get("default_model", ""),
            MappingProxyType(self._aliases(top.get("aliases", {}))),
            MappingProxyType(self._vendors(top.get("providers", {}))),
            Timeouts(**self._checked(top.get("timeouts", {}), ("timeouts",), TIMEOUT_CHECKS)),
            MappingProxyType({name: top[name] for name in ROOMS if name in top}),
            MappingProxyType(self._lines),
            tuple(sorted(self._issues, key=lambda issue: issue.line or 0)),
            MappingProxyType(self._unusable),
        )

    def _issue(self, keys: tuple[str, ...], message: str) -> ConfigIssue:
        issue = ConfigIssue(self._path, self._lines.get(keys), message)
        self._issues.append(issue)
        return issue

    def _checked(self, table: Mapping[str, Any], above: tuple[str, ...], checks: Mapping[str, Check]) -> dict[str, Any]:
        """The keys of a table that have a check and pass it; the others become issues."""
        good = {}
        for key, value in table.items():
            try:
                good[key] = checks[key](value) if key in checks else _unknown(key, checks)
            except Wrong as wrong:
                self._refuse((*above, key), str(wrong))
        return good

    def _refuse(self, keys: tuple[str, ...], reason: str) -> None:
        issue = self._issue(keys, f"{'.'.join(keys)} {reason}")
        if keys[0] == "providers" and keys[-1] in _WHERE_AND_HOW:
            self._unusable.setdefault(keys[1], issue)

    def _aliases(self, table: Mapping[str, Any]) -> dict[str, str]:
        aliases = {}
        for name, target in table.items():
            try:
                aliases[as_name(name)] = as_text(target)
            except Wrong as wrong:
                self._issue(("aliases", name), f"aliases.{name} {wrong}")
        looped = {name for name in aliases if _goes_round(name, aliases)}
        for name in looped:
            self._issue(("aliases", name), f"aliases.{name} leads in a circle")
        return {name: target for name, target in aliases.items() if name not in looped}

    def _vendors(self, table: Mapping[str, Any]) -> dict[str, Vendor]:
        vendors = {}
        for name, settings in table.items():
            try:
                vendor = self._vendor(as_name(name), settings)
            except Wrong as wrong:
                self._unusable.setdefault(name, self._issue(("providers", name), f"providers.{name} {wrong}"))
                continue
            if name not in self._unusable:
                vendors[name] = vendor
        return vendors

    def _vendor(self, name: str, settings: Any) -> Vendor:
        if not isinstance(settings, dict):
            raise Wrong("must be a table")
        known_as = builtin_names().get(name)
        if known_as and known_as != name:
            raise Wrong(f"is another name of {known_as}: write [providers.{known_as}]")
        checks = OVERRIDE_CHECKS if known_as else VENDOR_CHECKS
        vendor = Vendor(name, **self._checked(settings, ("providers", name), checks))
        if not known_as and not vendor.api_base and vendor.litellm in ("", "openai", "custom_openai", "litellm_proxy"):
            raise Wrong('needs api_base = "https://…": where its server is')
        return vendor


def _unknown(key: str, checks: Mapping[str, Check]) -> Any:
    if key == "api_key":
        raise Wrong("does not belong here: keys stand in credentials.toml or in the environment")
    if checks is OVERRIDE_CHECKS and key in VENDOR_CHECKS:
        raise Wrong("cannot be set for a built-in provider: give a vendor of your own another name")
    raise Wrong(f"is not known here{near_miss(key, checks)}")


def _goes_round(name: str, aliases: Mapping[str, str]) -> bool:
    seen = {name}
    while (name := aliases.get(name, "")) and name not in seen:
        seen.add(name)
    return bool(name)
