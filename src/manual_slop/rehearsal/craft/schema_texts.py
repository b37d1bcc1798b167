"""Texts that obey a JSON Schema: by pattern, by format, or words of the conversation at the right length."""

from __future__ import annotations

import datetime
import itertools
import math
import uuid
from collections.abc import Callable, Mapping

from manual_slop.rehearsal.craft.hints import Hints
from manual_slop.rehearsal.craft.regex_sample import UnsupportedPattern, samples
from manual_slop.rehearsal.craft.schema_rules import Schema, Unsatisfiable, count_in

_LONGEST = 100_000
_USUAL_GROWTH = 3
_MOST_GROWTH = 70


def write_text(schema: Schema, key: str, hints: Hints, turn: int) -> str:
    """A text that obeys `pattern`, else `format`, else the lengths; another `turn` gives another text.

    Raises: Unsatisfiable when it would be too long or the lengths contradict each other.
    """
    low, high = count_in(schema, "minLength", 0), count_in(schema, "maxLength", math.inf)
    if low > min(high, _LONGEST):
        raise Unsatisfiable("no such length")
    if isinstance(schema.get("pattern"), str):
        matching = _by_pattern(schema["pattern"], low, high, turn)
        if matching is not None:
            return matching
    by_format = _FORMATS.get(str(schema.get("format")))
    if by_format is not None:
        return by_format(hints, turn)
    return _fitted(hints.text_for(key, turn), math.ceil(low), high)


def _by_pattern(pattern: str, low: float, high: float, turn: int) -> str | None:
    """A sample of the right length, or `None` when the pattern is beyond us."""
    growths = itertools.chain(range(turn + _USUAL_GROWTH, -1, -1), range(turn + _USUAL_GROWTH + 1, _MOST_GROWTH))
    try:
        sample = samples(pattern)
        return next((text for growth in growths if low <= len(text := sample(growth)) <= high), None)
    except (UnsupportedPattern, RecursionError):
        return None


def _fitted(text: str, low: int, high: float) -> str:
    if len(text) > high:
        return text[: math.floor(high)]
    return text if len(text) >= low else (f"{text or 'text'} " * low)[:low]


def _found(kind: str, otherwise: str) -> Callable[[Hints, int], str]:
    """Something of that kind from the conversation, else an example with the turn in it."""

    def write(hints: Hints, turn: int) -> str:
        found = hints.find(kind)
        return found[turn] if turn < len(found) else otherwise.format(turn)

    return write


def _date(hints: Hints, turn: int) -> str:
    found = hints.find("date")
    for text in found[turn : turn + 1]:
        try:
            return datetime.date.fromisoformat(text).isoformat()
        except ValueError:
            continue
    return (datetime.date(2026, 1, 1) + datetime.timedelta(days=turn)).isoformat()


def _moment(hints: Hints, turn: int) -> str:
    return f"{_date(hints, turn)}T12:00:00Z"


def _example(template: str) -> Callable[[Hints, int], str]:
    return lambda hints, turn: template.format(turn)


_FORMATS: Mapping[str, Callable[[Hints, int], str]] = {
    "date": _date,
    "date-time": _moment,
    "time": lambda hints, turn: f"12:{turn // 60 % 60:02}:{turn % 60:02}Z",
    "duration": _example("PT{0}S"),
    "email": _found("email", "person{0}@example.com"),
    "idn-email": _found("email", "person{0}@example.com"),
    "uri": _found("url", "https://example.com/{0}"),
    "iri": _found("url", "https://example.com/{0}"),
    "uri-reference": _found("url", "/example/{0}"),
    "iri-reference": _found("url", "/example/{0}"),
    "uri-template": _example("/example/{0}"),
    "hostname": _example("host{0}.example.com"),
    "idn-hostname": _example("host{0}.example.com"),
    "ipv4": lambda hints, turn: f"192.0.2.{turn % 255 + 1}",
    "ipv6": lambda hints, turn: f"2001:db8::{turn + 1:x}",
    "uuid": lambda hints, turn: str(uuid.uuid5(uuid.NAMESPACE_URL, f"{hints.text[:200]}#{turn}")),
    "json-pointer": _example("/{0}"),
    "relative-json-pointer": _example("{0}"),
    "regex": _example("a{{{0}}}"),
    "byte": _example("dGV4dA=="),
}
