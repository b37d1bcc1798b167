"""Model strings as people type them: `provider/model`, an alias, or a name that only OpenAI uses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from manual_slop.providers.rows import Provider
from manual_slop.values.errors import ProviderError

_LONGEST = 200
_SHOWN = 60
_OPENAI_NAME = re.compile(r"(gpt-|chatgpt-|o[134](-|$)).*")


def split_model(model: str, aliases: Mapping[str, str], known: Mapping[str, Provider]) -> tuple[str, str]:
    """The provider's name and the model's, aliases expanded. Raises `ProviderError` with what is near, if anything."""
    model = _expanded(_checked(model), aliases)
    prefix, slash, name = model.partition("/")
    if not slash:
        if not _OPENAI_NAME.fullmatch(model):
            raise _refusal(model, "says no provider", _examples_like(model, aliases, known))
        return "openai", model
    if not prefix or not name.strip("/"):
        raise _refusal(model, "lacks a part", [known[prefix].example] if prefix in known else [])
    return prefix, name


def unknown_provider(prefix: str, name: str, known: Iterable[str]) -> ProviderError:
    """The error for a prefix that nobody answers to."""
    import difflib

    near = difflib.get_close_matches(prefix.lower(), list(known), 2, 0.7)
    model = f"{prefix}/{name}" if name else prefix
    advice = (
        f"{_did_you_mean([f'{found}/{name}' if name else found for found in near])}"
        f"A vendor of your own is added to config.toml: [providers.{_shown(prefix).lower()}] with api_base."
    )
    return ProviderError("bad_request", "", _shown(model), f'No provider is called "{_shown(prefix)}".', advice=advice)


def _checked(model: str) -> str:
    if not isinstance(model, str) or not model.strip():
        raise _refusal("", "is empty", [])
    if len(model) > _LONGEST:
        raise _refusal(model, f"is longer than {_LONGEST} characters", [])
    if not model.isprintable() or any(character.isspace() for character in model):
        raise _refusal(model, "holds a space or a character that cannot be seen", [])
    return model


def _expanded(model: str, aliases: Mapping[str, str]) -> str:
    seen = set()
    while model in aliases and model not in seen:
        seen.add(model)
        model = aliases[model]
    return _checked(model)


def _examples_like(model: str, aliases: Mapping[str, str], known: Mapping[str, Provider]) -> list[str]:
    """Whole model strings that resemble a name: an alias, a provider's example, the same family of models."""
    if model.lower() in known:
        return [known[model.lower()].example or f"{model.lower()}/…"]
    family = model.lower().partition("-")[0]
    of_family = [row.name for row in known.values() if row.default_model.partition("-")[0] == family]
    if of_family:
        return [f"{of_family[0]}/{model}"]
    import difflib

    by_name = {row.example.partition("/")[2]: row.example for row in known.values() if row.example}
    by_name.update({alias: alias for alias in aliases})
    return [by_name[near] for near in difflib.get_close_matches(model, list(by_name), 2, 0.7)]


def _refusal(model: str, reason: str, suggestions: list[str]) -> ProviderError:
    message = f'The model name "{_shown(model)}" {reason}.' if model else f"The model name {reason}."
    advice = f"{_did_you_mean(suggestions)}Write provider/model, such as openai/gpt-4o."
    return ProviderError("bad_request", "", _shown(model), message, advice=advice)


def _did_you_mean(suggestions: list[str]) -> str:
    shown = " or ".join(_shown(suggestion) for suggestion in suggestions)
    return f"Did you mean {shown}? " if shown else ""


def _shown(text: str) -> str:
    """A person's own text, made harmless for a terminal and short."""
    seen = text if text.isprintable() else text.encode("unicode_escape").decode()
    return seen if len(seen) <= _SHOWN else seen[: _SHOWN - 1] + "…"
