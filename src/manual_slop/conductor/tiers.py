"""The settings of the four tiers: those that come with the program, the person's above them, the project's on top."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from manual_slop.conductor.jobs import Tools
from manual_slop.money.limits import GRAMMAR, parse_limit
from manual_slop.providers.config_checks import Wrong, as_model_names, as_table, as_text, as_truth, near_miss
from manual_slop.providers.own_files import read_own_text
from manual_slop.providers.toml_lines import parse_toml
from manual_slop.safety.path_rules import WorkspaceError
from manual_slop.safety.workspace import Workspace
from manual_slop.session.params import KNOWN
from manual_slop.values import paths
from manual_slop.values.errors import ConfigError
from manual_slop.values.tickets import MOST_WORKERS, TIERS, Tier

_LARGEST = 256 * 1024  # bytes of a project's file
_OF_PROJECTS = frozenset({"model", "fallback", "escalation", "prompt"})
"""What a project may set: nothing by which more is allowed, reached or spent unseen."""


@dataclass(frozen=True, slots=True)
class TierSettings:
    """How one tier is run; see `conductor/README.md`. `system` are its instructions, `budget` a limit in words."""

    tier: Tier
    model: str = ""
    fallback: tuple[str, ...] = ()
    escalation: tuple[str, ...] = ()
    attempts: int = 2
    tools: tuple[str, ...] = ()
    params: Mapping[str, Any] = field(default_factory=dict)
    budget: str = ""
    max_workers: int = 4
    prompt: str = ""
    diagnose: bool = True
    system: str = ""

    @property
    def setup(self) -> Tools:
        """What its conversations are set up with."""
        return Tools(self.system, self.tools, dict(self.params))

    @property
    def models(self) -> tuple[str, ...]:
        """The model and those it escalates to, in order, each once."""
        return tuple(dict.fromkeys((self.model, *self.escalation)))


@dataclass(frozen=True, slots=True)
class ProviderLimits:
    """What a provider takes at once and in a minute; `None` sets no limit."""

    max_workers: int | None = None
    rpm: int | None = None
    tpm: int | None = None


@dataclass(frozen=True, slots=True)
class Tiers:
    """The settings of all tiers. `notices` are for the person: what was not listened to, and why."""

    by_tier: Mapping[Tier, TierSettings]
    providers: Mapping[str, ProviderLimits] = field(default_factory=dict)
    notices: tuple[str, ...] = ()

    def __getitem__(self, tier: Tier) -> TierSettings:
        return self.by_tier[tier]

    def with_models(self, models: Mapping[Tier, str]) -> Tiers:
        """The same, with other models for some tiers; what they fall back on and escalate to stays."""
        changed = {tier: replace(one, model=models.get(tier, one.model)) for tier, one in self.by_tier.items()}
        return replace(self, by_tier=MappingProxyType(changed))


def load_tiers(workspace: Workspace | None, default_model: str) -> Tiers:
    """The tiers as the files have them now; tiers without a model get `default_model`.

    Raises `ConfigError` for what is wrong in the person's own file. A project's mistakes are notices.
    """
    layers = _Layers(workspace)
    layers.take(paths.shipped("conductor") / "tiers.toml")
    layers.take(paths.config_dir() / "conductor" / "tiers.toml")
    if workspace is not None:
        layers.take_of_project("conductor/tiers.toml")
        layers.take_of_project(".manual-slop/project.toml")
    tiers = {tier: layers.settings(tier, default_model) for tier in TIERS}
    limits = {name: ProviderLimits(**table) for name, table in layers.providers.items()}
    return Tiers(MappingProxyType(tiers), MappingProxyType(limits), tuple(dict.fromkeys(layers.notices)))


def read_tier_models(given: Sequence[str]) -> dict[Tier, str]:
    """`["3=openai/gpt-4o"]` → `{"3": "openai/gpt-4o"}`. Raises `ConfigError`."""
    models: dict[Tier, str] = {}
    for word in given:
        tier, equals, model = word.partition("=")
        known = next((one for one in TIERS if one == tier.strip()), None)
        if known is None or not equals or not model.strip():
            raise ConfigError(f"--tier takes 1=MODEL to 4=MODEL, not “{word}”")
        models[known] = model.strip()
    return models


class _Layers:
    """Files taken one above the other, key by key."""

    def __init__(self, workspace: Workspace | None) -> None:
        self._workspace = workspace
        self.tables: dict[str, dict[str, Any]] = {tier: {} for tier in TIERS}
        self.providers: dict[str, dict[str, int]] = {}
        self.notices: list[str] = []

    def take(self, path: Path) -> None:
        """A file of the person's, or one that comes with the program; each mistake is an error with its place."""
        text = read_own_text(path)
        if text is None:
            return
        document = parse_toml(text, path)
        problem = ""
        try:
            for key in document:
                if key not in ("tiers", "providers"):
                    raise Wrong(f"{key} is not known here{near_miss(key, ('tiers', 'providers'))}")
            for tier, table in _checked_tiers(document).items():
                self.tables[tier].update(table)
            for name, table in as_table(document.get("providers", {})).items():
                limits = _checked(f"providers.{name}", as_table(table), _LIMIT_CHECKS)
                self.providers.setdefault(name, {}).update(limits)
        except Wrong as wrong:
            problem = str(wrong)
        if problem:
            raise ConfigError(problem, path)

    def take_of_project(self, path: str) -> None:
        """A file of the project, of which only harmless keys count."""
        text = self._of_project(path)
        if text is None:
            return
        try:
            document = parse_toml(text, Path(path))
            for tier, table in as_table(document.get("tiers", {})).items():
                self._take_harmless(path, tier, as_table(table))
        except (ConfigError, Wrong) as error:
            self.notices.append(f"{path} is not used: {str(error).removeprefix(f'{path}: ')}")

    def settings(self, tier: Tier, default_model: str) -> TierSettings:
        """What all files together say of a tier."""
        table = self.tables[tier]
        prompt = table.get("prompt", "")
        model = table.get("model") or default_model
        return TierSettings(tier, **{**table, "model": model, "prompt": prompt, "system": self._instructions(prompt)})

    def _take_harmless(self, path: str, tier: str, table: Mapping[str, Any]) -> None:
        if tier not in self.tables:
            self.notices.append(f"{path}: there is no tier {tier}")
            return
        known = _checked(f"tiers.{tier}", {key: value for key, value in table.items() if key in _CHECKS}, _CHECKS)
        refused = [key for key in table if key not in _OF_PROJECTS and known.get(key) != self.tables[tier].get(key, "")]
        if refused:
            names = ", ".join(refused)
            self.notices.append(f"{path}: tiers.{tier} may not set {names} in a project: not listened to")
        self.tables[tier].update({key: known[key] for key in known if key in _OF_PROJECTS and known[key]})

    def _instructions(self, name: str) -> str:
        """The prompt of that name: the project's, else the person's, else ours. Raises `ConfigError` for none."""
        if not name:
            return ""
        own = self._of_project(f"conductor/prompts/{name}")
        if own is not None:
            return own
        for folder in (paths.config_dir() / "conductor", paths.shipped("conductor")):
            text = read_own_text(folder / "prompts" / name)
            if text is not None:
                return text
        raise ConfigError(f"there is no prompt {name} in conductor/prompts of the config folder or of the project")

    def _of_project(self, path: str) -> str | None:
        if self._workspace is None:
            return None
        try:
            return self._workspace.read_bytes(path, _LARGEST).decode("utf-8-sig")
        except UnicodeDecodeError:
            self.notices.append(f"{path} is not UTF-8 text and is not used")
        except WorkspaceError:
            return None  # there is none, or none that may be read
        return None


def _checked_tiers(document: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    checked: dict[str, dict[str, Any]] = {}
    for tier, table in as_table(document.get("tiers", {})).items():
        if tier not in TIERS:
            raise Wrong(f"tiers.{tier}: the tiers are {', '.join(TIERS)}")
        checked[tier] = _checked(f"tiers.{tier}", as_table(table), _CHECKS)
    return checked


def _checked(where: str, table: Mapping[str, Any], checks: Mapping[str, Callable[[Any], Any]]) -> dict[str, Any]:
    good = {}
    for key, value in table.items():
        try:
            if key not in checks:
                raise Wrong(f"is not known here{near_miss(key, checks)}")
            good[key] = checks[key](value)
        except Wrong as wrong:
            raise Wrong(f"{where}.{key} {wrong}") from None
    return good


def _as_model(value: Any) -> str:
    return "" if value == "" else as_text(value)


def _as_count(value: Any) -> int:
    if type(value) is not int or not 1 <= value <= 1_000_000_000:
        raise Wrong("must be a whole number, at least 1")
    return value


def _as_few(value: Any) -> int:
    if _as_count(value) > MOST_WORKERS:
        raise Wrong(f"must be at most {MOST_WORKERS}")
    return int(value)


def _as_prompt(value: Any) -> str:
    name = as_text(value)
    if "/" in name or "\\" in name or name.startswith(".") or not name.endswith(".md"):
        raise Wrong("must be the name of a .md file in conductor/prompts")
    return name


def _as_budget(value: Any) -> str:
    if value == "":
        return ""
    words = f"{value}" if isinstance(value, int | float) and not isinstance(value, bool) else as_text(value)
    try:
        parse_limit(words)
    except (ValueError, ArithmeticError):
        raise Wrong(f"must be a budget: {GRAMMAR}") from None
    return words


def _as_params(value: Any) -> Mapping[str, Any]:
    for name in as_table(value):
        if name not in KNOWN:
            raise Wrong(f"{name} is no parameter{near_miss(name, KNOWN)}")
    return MappingProxyType(dict(value))


_CHECKS: Mapping[str, Callable[[Any], Any]] = {
    "model": _as_model,
    "fallback": as_model_names,
    "escalation": as_model_names,
    "attempts": _as_few,
    "tools": as_model_names,
    "params": _as_params,
    "budget": _as_budget,
    "max_workers": _as_few,
    "prompt": _as_prompt,
    "diagnose": as_truth,
}
_LIMIT_CHECKS: Mapping[str, Callable[[Any], Any]] = {"max_workers": _as_few, "rpm": _as_count, "tpm": _as_count}
