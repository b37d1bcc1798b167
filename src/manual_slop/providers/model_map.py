"""The cost map that litellm carries, read as data without importing it: prices, limits and abilities of models."""

from __future__ import annotations

import functools
import importlib.util
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from manual_slop.money.map_rates import day, rates_from_entry
from manual_slop.money.rates import Rates, undated
from manual_slop.providers.map_file import map_path, read_kept

_FILE = "model_prices_and_context_window_backup.json"
_MODES = ("chat", "responses")
# Parts of names that the map calls chat models although nobody can chat with them.
_NO_CHAT = (
    *("ft:", "embed", "audio", "batch", "realtime", "-tts", "transcribe", "lyria", "-guard-"),
    *("container", "-commitment/", "together-ai-"),
)
# The map files a provider's models under another name than the one models are called by.
_LISTED_UNDER: Mapping[str, str] = {"ollama_chat": "ollama"}
_MAKERS_OF: Mapping[str, frozenset[str]] = {
    "openai": frozenset({"openai", "text-completion-openai"}),
    "bedrock": frozenset({"bedrock", "bedrock_converse"}),
    "cohere": frozenset({"cohere", "cohere_chat"}),
}

Entry = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What the map knows of a model; `None` where it says nothing, which is not "no"."""

    vision: bool | None = None
    tools: bool | None = None
    reasoning: bool | None = None
    parallel_tools: bool | None = None
    response_schema: bool | None = None
    prompt_caching: bool | None = None
    max_input_tokens: int | None = None
    max_output_tokens: int | None = None
    retires: date | None = None
    source_url: str = ""


class ModelMap:
    """The map's entries, found by provider prefix and model name. Read-only, safe to share between threads.

    `version` is litellm's; `fetched` the day on which a newer map was fetched, `None` for the one litellm carries;
    `problem` says why the map is empty, when it is.
    """

    def __init__(
        self, entries: Mapping[str, Any], version: str = "", problem: str = "", fetched: date | None = None
    ) -> None:
        self._entries = entries
        self.version = version
        self.problem = problem
        self.fetched = fetched

    @property
    def entries(self) -> Mapping[str, Any]:
        """Everything in it, by the map's own names."""
        return self._entries

    @property
    def name(self) -> str:
        """What bills call it."""
        return f"litellm map fetched {self.fetched}" if self.fetched else f"litellm map {self.version}"

    def __len__(self) -> int:
        return len(self._entries)

    def exact(self, prefix: str, name: str) -> tuple[str, Entry] | None:
        """The key and entry of `prefix/name`, or of the bare name if it is that provider's own; else `None`."""
        listed = _LISTED_UNDER.get(prefix, prefix)
        key = f"{listed}/{name}"
        entry = self._entries.get(key)
        if isinstance(entry, dict):
            return key, entry
        entry = self._entries.get(name)
        return (name, entry) if isinstance(entry, dict) and _makes(listed, entry) else None

    def entry(self, prefix: str, name: str) -> tuple[str, Entry] | None:
        """As `exact`; a dated snapshot without an entry of its own gets its model's, as the key returned shows."""
        base = undated(name)
        return self.exact(prefix, name) or (self.exact(prefix, base) if base else None)

    def rates(self, prefix: str, name: str) -> Rates | None:
        """The rates of exactly this model, or `None` when the map has no price of it."""
        found = self.exact(prefix, name)
        rates = rates_from_entry(found[0], found[1], self.name) if found else None
        return replace(rates, as_of=self.fetched) if rates and self.fetched else rates

    def capabilities(self, prefix: str, name: str) -> ModelFacts:
        """What a model can do and how much it takes. All unknown when it is not in the map."""
        found = self.entry(prefix, name)
        return _facts(found[1]) if found else ModelFacts()

    def chat_models(self, prefix: str) -> list[str]:
        """The names, without prefix and sorted, of a provider's chat models; no embedding, audio, batch, fine-tuned."""
        return sorted(set(self._chat_names(_LISTED_UNDER.get(prefix, prefix))))

    def _chat_names(self, listed: str) -> Iterator[str]:
        start = f"{listed}/"
        for key, entry in self._entries.items():
            if not isinstance(entry, dict) or entry.get("mode") not in _MODES:
                continue
            if key.startswith(start) or ("/" not in key and _makes(listed, entry)):
                name = key.removeprefix(start)
                if not any(word in name for word in _NO_CHAT):
                    yield name


def model_map() -> ModelMap:
    """The map in force, each read once (about 25 ms): one that was fetched, as long as litellm is the version it was
    fetched beside, else that of the installed litellm. Empty, with `problem` set, if it cannot be read."""
    path = map_path()
    try:
        state = path.stat()
    except OSError:
        return _carried()
    return _fetched(path, state.st_mtime_ns, state.st_size) or _carried()


@functools.lru_cache(maxsize=4)
def _fetched(path: Path, _changed: int, _size: int) -> ModelMap | None:
    kept = read_kept(path)
    if kept is None or kept.litellm != _carried().version:
        return None
    return ModelMap(kept.entries, kept.litellm, fetched=kept.fetched)


@functools.cache
def _carried() -> ModelMap:
    from importlib.metadata import PackageNotFoundError, version  # 16 ms: only when the map is wanted

    try:
        installed = version("litellm")
        found = importlib.util.find_spec("litellm")
        folder = Path(found.origin).parent if found and found.origin else None
    except (PackageNotFoundError, ValueError):
        folder = None
    if folder is None:
        return ModelMap({}, problem="litellm is not installed")
    return read_map(folder / _FILE, installed)


def read_map(path: Path, version: str) -> ModelMap:
    """The map in a JSON file; empty, with `problem` set, if there is none in it."""
    try:
        entries = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        return ModelMap({}, version, f"litellm's cost map cannot be read: {error}")
    if not isinstance(entries, dict):
        return ModelMap({}, version, "litellm's cost map is not a table of models")
    return ModelMap(entries, version)


def _makes(listed: str, entry: Entry) -> bool:
    """Whether an entry under a bare name is a model of that provider, and not one it merely shares the name with."""
    maker = entry.get("litellm_provider")
    if not isinstance(maker, str):
        return False
    return maker in _MAKERS_OF.get(listed, (listed,)) or (listed == "vertex_ai" and maker.startswith("vertex_ai-"))


def _facts(entry: Entry) -> ModelFacts:
    return ModelFacts(
        vision=_vision(entry),
        tools=_ability(entry, "supports_function_calling"),
        reasoning=_ability(entry, "supports_reasoning"),
        parallel_tools=_ability(entry, "supports_parallel_function_calling"),
        response_schema=_ability(entry, "supports_response_schema"),
        prompt_caching=_ability(entry, "supports_prompt_caching"),
        max_input_tokens=_count(entry, "max_input_tokens"),
        max_output_tokens=_count(entry, "max_output_tokens"),
        retires=day(entry.get("deprecation_date")),
        source_url=source if isinstance(source := entry.get("source"), str) else "",
    )


def _vision(entry: Entry) -> bool | None:
    modalities = entry.get("supported_modalities")
    listed = "image" in modalities if isinstance(modalities, list) else None
    said = _ability(entry, "supports_vision")
    return listed if said is None else said


def _ability(entry: Entry, key: str) -> bool | None:
    value = entry.get(key)
    return value if isinstance(value, bool) else None


def _count(entry: Entry, key: str) -> int | None:
    value = entry.get(key)
    return value if type(value) is int and value > 0 else None
