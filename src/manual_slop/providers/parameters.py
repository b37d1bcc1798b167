"""Which parameters a model takes: by litellm's word for its protocol, the map's for the model, and what we know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from manual_slop.providers.litellm_loader import litellm
from manual_slop.providers.model_map import model_map
from manual_slop.providers.quirks import openai
from manual_slop.providers.registry import Route

EVERY = frozenset(
    {
        *("temperature", "top_p", "max_tokens", "reasoning_effort", "verbosity"),
        *("seed", "stop", "frequency_penalty", "presence_penalty"),
    }
)
"""Those that are asked about."""

_SAMPLING = frozenset({"temperature", "top_p", "frequency_penalty", "presence_penalty"})
_USUAL_EFFORTS = ("low", "medium", "high")
_MILDER, _STRONGER = ("none", "minimal"), ("xhigh", "max")


@dataclass(frozen=True, slots=True)
class Taken:
    """What a model takes. `efforts` are its levels of reasoning, mildest first; `most_output` is in tokens.

    `source` is who says so; `hottest` is the highest temperature.
    """

    names: frozenset[str]
    efforts: tuple[str, ...] = _USUAL_EFFORTS
    most_output: int | None = None
    hottest: float = 2.0
    source: str = ""


def taken(route: Route) -> Taken:
    """The parameters of the model at the end of a route. Imports litellm, which takes seconds the first time."""
    if route.protocol == "custom_openai":
        return Taken(EVERY, (*_MILDER, *_USUAL_EFFORTS), source="nobody: such a server is asked as it is")
    provider = route.provider.litellm
    entry: Mapping[str, Any] = {} if route.custom else (model_map().entry(provider, route.name) or ("", {}))[1]
    names = _names(route) - _refused(route, entry)
    most = entry.get("max_output_tokens")
    return Taken(
        names,
        _efforts(entry),
        most if type(most) is int and most > 0 else None,
        1.0 if "claude" in route.name else 2.0,
        f"litellm for {route.protocol}" + (", its map for the model" if entry else ""),
    )


def _names(route: Route) -> frozenset[str]:
    try:
        said = litellm().get_supported_openai_params(model=route.litellm_model)
    except Exception:  # noqa: BLE001  # litellm raises bare Exception for names it does not know
        said = None
    return EVERY & frozenset(said) if said else EVERY


def _refused(route: Route, entry: Mapping[str, Any]) -> frozenset[str]:
    """What the model itself does not take, whatever its protocol does."""
    refused: set[str] = set()
    openais = route.protocol in ("openai", "azure")
    if entry.get("supports_sampling_params") is False or (openais and openai.is_reasoning_model(route.name)):
        refused |= _SAMPLING
    if entry and entry.get("supports_reasoning") is not True:
        refused.add("reasoning_effort")
    return frozenset(refused)


def _efforts(entry: Mapping[str, Any]) -> tuple[str, ...]:
    def offered(levels: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(level for level in levels if entry.get(f"supports_{level}_reasoning_effort") is True)

    return (*offered(_MILDER), *_USUAL_EFFORTS, *offered(_STRONGER))
