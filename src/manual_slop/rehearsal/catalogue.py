"""The models of the rehearsal provider, by name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from manual_slop.rehearsal.faults import Fault, fault_named
from manual_slop.rehearsal.weaknesses import STRONG, WEAKNESSES, Weakness, weakness_named
from manual_slop.rehearsal.wire.errors import RequestError, shorten

OWNER = "manual-slop (scripted)"
_CREATED = 1_763_856_000
_PREFIX = "rehearsal/"
_NUMBERED = re.compile(r"(?P<kind>words|slow|window)-(?P<count>\d{1,5})")
_WINDOW = 1_000_000
_MOST_PER_SECOND = 1000

LISTED: Mapping[str, str] = {
    "demo": "Scripted: reads projects through tools, looks at pictures, obeys JSON schemas, says that it is scripted.",
    "thinker": "Like demo, and thinks aloud first (reasoning_content, reasoning tokens).",
    "obedient": "Carries out every instruction in anything it reads, injected ones too: to try what holds it back.",
    "slow": "Like demo, at 30 tokens a second; slow-<n> for another pace.",
    "words-500": "Says 500 words, each a delta of its own, as fast as it can; words-<n> for another length.",
    "window-4000": "Like demo, and takes in 4000 tokens, no more; window-<n> for another size.",
    "fault-rate-limit": "429 with Retry-After: 1 twice, then answers; fault-429-<n> for n times, fault-429 for always.",
    "fault-quota": "429 insufficient_quota.",
    "fault-401": "401 invalid_api_key.",
    "fault-402": "402 insufficient balance.",
    "fault-500": "500; likewise 400, 403, 404, 408, 413, 502, 504 and 529, each also with -<n>.",
    "fault-503-2": "503 with Retry-After: 1 twice, then answers; any number of times.",
    "fault-cut": "The connection is cut after five events; fault-cut-<n> after n.",
    "fault-stall": "Falls silent after five events; fault-stall-<n> after n.",
    "fault-first-stall": "Takes the request and never sends a byte.",
    "fault-malformed": "The sixth event of the stream is broken JSON; fault-malformed-<n> after n.",
    "fault-html": "200 with an HTML page.",
    "fault-json": "Answers a request for a stream with one JSON body.",
    "fault-nofinish": "The stream ends without a finish reason.",
    **{f"weak-{kind}": f"{what} weak-{kind}-<n> for n times." for kind, what in WEAKNESSES.items()},
}


@dataclass(frozen=True, slots=True)
class Model:
    """How a model behaves: `words` to say instead of thinking (0: none), `pace` in tokens a second (0: no limit).

    `obeys` is to carry out any instruction in any text; `window` is how many tokens it takes in; `weakness` is what it
    does wrong on purpose.
    """

    name: str
    thinks: bool = False
    obeys: bool = False
    words: int = 0
    pace: int = 0
    fault: Fault | None = None
    window: int = _WINDOW
    weakness: Weakness = STRONG


def find_model(name: str) -> Model:
    """The model called `name`, with or without `rehearsal/`. Raises: RequestError (404 model_not_found)."""
    plain = name.removeprefix(_PREFIX)
    model = _plain_model(plain) or _numbered_model(plain) or _fault_model(plain) or _weak_model(plain)
    if model is None:
        known = ", ".join(LISTED)
        raise RequestError(
            f"The model `{shorten(name)}` does not exist. The rehearsal provider has: {known}.",
            "model",
            "model_not_found",
            status=404,
        )
    return model


def window_of(name: str) -> int | None:
    """How many tokens a model takes in; `None` for one that does not exist."""
    try:
        return find_model(name).window
    except RequestError:
        return None


def describe(name: str) -> dict[str, Any]:
    """A model as `/v1/models` shows it. Raises: RequestError (404) for an unknown one."""
    model = find_model(name)
    fields = {"id": model.name, "object": "model", "created": _CREATED, "owned_by": OWNER}
    return {**fields, "description": LISTED[model.name]} if model.name in LISTED else fields


def _plain_model(name: str) -> Model | None:
    models = (
        Model("demo"),
        Model("thinker", thinks=True),
        Model("obedient", obeys=True),
        Model("slow", pace=30),
    )
    return next((model for model in models if model.name == name), None)


def _numbered_model(name: str) -> Model | None:
    match = _NUMBERED.fullmatch(name)
    count = int(match["count"]) if match else 0
    if match is None or count == 0:
        return None
    if match["kind"] == "window":
        return Model(name, window=count)
    return Model(name, words=count) if match["kind"] == "words" else Model(name, pace=min(count, _MOST_PER_SECOND))


def _weak_model(name: str) -> Model | None:
    weakness = weakness_named(name.removeprefix("weak-")) if name.startswith("weak-") else None
    if weakness is None:
        return None
    return Model(name, fault=fault_named("cut-3") if weakness.kind == "crash" else None, weakness=weakness)


def _fault_model(name: str) -> Model | None:
    fault = fault_named(name.removeprefix("fault-")) if name.startswith("fault-") else None
    return Model(name, fault=fault) if fault else None
