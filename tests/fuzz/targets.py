"""What is fuzzed: each target takes any bytes and raises only where our code is wrong.

A parser may refuse with its own error; it may not raise another, hang, or take what breaks its promise.
"""

from __future__ import annotations

import json
import math
import random
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from manual_slop.conductor.plan_json import graph_problems, read_tickets, tickets_json
from manual_slop.money import price
from manual_slop.money.limits import parse_limit
from manual_slop.money.map_rates import rates_from_entry
from manual_slop.providers.config import load_config
from manual_slop.providers.map_file import MapRefused, read_entries
from manual_slop.providers.price_sources import read_price_file
from manual_slop.safety.path_rules import WorkspaceError, parts_of
from manual_slop.session.export.archive import as_archive
from manual_slop.session.export.reading import read_archive
from manual_slop.session.export.taking_in import take_in
from manual_slop.store.export_file import ExportError
from manual_slop.store.store import Store
from manual_slop.tools.arguments import ArgumentsError, fit
from manual_slop.tools.patch_lines import patched
from manual_slop.tools.patch_text import PatchError, read_patch
from manual_slop.tools.text_file import take_apart
from manual_slop.values.errors import ConfigError
from manual_slop.values.strict_json import StrictJSONError, parse_arguments
from manual_slop.values.usage import Usage
from tests.support import broken_streams
from tests.support.stories import a_session

_FILE = b"".join(b"line %d\n" % number for number in range(1, 11))
_ROOT = "/home/me/project"
_SCHEMA = {
    "type": "object",
    "properties": {
        "path": {"type": "string"},
        "line": {"type": "integer"},
        "names": {"type": "array", "items": {"type": "string"}},
        "mode": {"type": "string", "enum": ["fast", "safe"]},
    },
    "required": ["path"],
    "additionalProperties": False,
}
_SESSION = "a1" * 16


@dataclass(frozen=True, slots=True)
class Target:
    """A parser, what it usually reads, and words of its language."""

    try_: Callable[[bytes], None]
    seeds: Sequence[bytes]
    words: Sequence[bytes] = ()


def stream(data: bytes) -> None:
    """A stream is the same however it is cut, and its deltas are its message."""
    whole = broken_streams.heard([data])
    assert whole == broken_streams.heard(broken_streams.pieces(data, random.Random(len(data))))
    assert len(whole) == 1 or whole[0], "the deltas are not the message"


def arguments(data: bytes) -> None:
    """What is taken for a call's arguments is an object that JSON can say again, and fits or is refused in words."""
    try:
        read = parse_arguments(data.decode("utf-8", "surrogateescape"))
    except StrictJSONError as error:
        _told(error)
        return
    assert json.loads(json.dumps(read, allow_nan=False)) == read
    try:
        assert set(fit(read, _SCHEMA)) <= set(_SCHEMA["properties"])
    except ArgumentsError as error:
        _told(error)


def config(data: bytes) -> None:
    """Settings are read, or refused with the name of their file, and reading changes nothing."""
    path = _scratch("config.toml", data)
    try:
        assert all(str(issue) for issue in load_config(path).issues)
    except ConfigError as error:
        _told(error, path.name)
    assert path.read_bytes() == data


def prices(data: bytes) -> None:
    """A price file never raises; what is taken for a price is a number, and none is below nothing."""
    found = read_price_file(_scratch("acme.toml", data))
    assert all(str(issue) for issue in found.issues)
    for rates in found.prices.models.values():
        for value in (rates.input, rates.output, rates.cached_input):
            assert value is None or (math.isfinite(value) and value >= 0)


def cost_map(data: bytes) -> None:
    """A cost map is taken or refused in words; whatever an entry of one holds, its prices are prices."""
    try:
        read_entries(data)
    except MapRefused as error:
        _told(error)
    try:
        entries = json.loads(data)
    except (ValueError, RecursionError):
        return
    for name, entry in entries.items() if isinstance(entries, dict) else ():
        rates = rates_from_entry(name, entry, "map") if isinstance(entry, dict) else None
        usd = price(Usage(300_000, 5, 7), rates).usd
        assert usd is None or (usd.is_finite() and usd >= 0)


def limits(data: bytes) -> None:
    """A limit is above nothing, or refused in words."""
    try:
        limit = parse_limit(data.decode("utf-8", "replace"))
    except (ConfigError, ValueError) as error:
        _told(error)
        return
    assert limit.usd is None or (limit.usd.is_finite() and limit.usd >= 0)


def patch(data: bytes) -> None:
    """A patch is read and fits, or is refused; a file it leaves alone stays what it was."""
    before = take_apart(_FILE)
    try:
        for part in read_patch(data.decode("utf-8", "replace")):
            patched(before, part.hunks, "a.txt")
    except PatchError as error:
        _told(error)
    assert take_apart(_FILE) == before


def path(data: bytes) -> None:
    """What is taken for a path leads to no place outside of the project."""
    text = data.decode("utf-8", "surrogateescape")
    for windows in (False, True):
        try:
            parts = parts_of(text, (_ROOT,), windows=windows)
        except WorkspaceError as error:
            _told(error)
            continue
        assert not any(part in ("", ".", "..") or "/" in part or "\0" in part for part in parts)
        assert not windows or not any("\\" in part or ":" in part for part in parts)


def archive(data: bytes) -> None:
    """A session comes in whole or not at all."""
    store = Store.open(None)
    try:
        take_in(store, read_archive(data))
    except ExportError as error:
        _told(error)
        assert store.sessions() == []
    finally:
        store.close()


def plan(data: bytes) -> None:
    """Tickets are read or faults are told, and what is read can be written and read again."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return
    tickets, problems = read_tickets(value)
    if problems:
        return
    assert all(isinstance(one, str) for one in graph_problems(tickets, overlaps=True))
    assert read_tickets(json.loads(json.dumps(tickets_json(tickets)))) == (tickets, ())


def _told(error: Exception, word: str = "") -> None:
    said = str(error)
    assert said, "a refusal without words"
    assert word in said


def _scratch(name: str, data: bytes) -> Path:
    path = _FOLDER / name
    path.write_bytes(data)
    return path


def _an_archive() -> bytes:
    store = Store.open(None)
    store.append(_SESSION, a_session(_SESSION))
    text = as_archive(store, _SESSION)
    store.close()
    return text.encode()


_FOLDER = Path(tempfile.mkdtemp(prefix="fuzz-"))
_CONFIG = b"""default_model = "acme/m1"
[aliases]
fast = "openai/gpt-4o-mini"
[providers.acme]
litellm = "openai"
api_base = "https://api.acme.example/v1"
models = ["m1"]
[budgets]
per_session = 2.00
per_day = "2.00,200000tok"
[approval]
mode = "edits"
[[approval.rules]]
decision = "deny"
tool = "*"
path = "secrets/**"
"""
_PRICES = b"""provider = "acme"
source = "https://acme.example/pricing"
as_of = 2026-11-22
[models."m1"]
input = 2.50
cached_input = 1.25
output = 10.00
tiers = [{ above = 200000, input = 5.0, output = 20.0 }]
"""
_MAP = json.dumps(
    {
        "acme/m1": {
            "mode": "chat",
            "input_cost_per_token": 2e-6,
            "output_cost_per_token": 1e-5,
            "input_cost_per_token_above_200k_tokens": 4e-6,
            "tiered_pricing": [{"range": [0, 32_000.0], "input_cost_per_token": 1e-6}],
            "deprecation_date": "2026-10-23",
            "source": "https://acme.example",
        },
        "m2:free": {"input_cost_per_token": 0, "output_cost_per_token": 0, "litellm_provider": "xai"},
    }
).encode()
_PATCH = b"--- a/a.txt\n+++ b/a.txt\n@@ -2,3 +2,3 @@\n line 2\n-line 3\n+LINE 3\n line 4\n"
_RENAMING = b"diff --git a/a.txt b/b.txt\nsimilarity index 90%\nrename from a.txt\nrename to b.txt\n"
_TICKETS = json.dumps(
    [
        {"id": "t1", "title": "One", "brief": "do it", "files": ["a.py"], "acceptance": ["it works"]},
        {"id": "t2", "title": "Two", "brief": "and this", "depends_on": ["t1"], "priority": "high"},
    ]
).encode()

TARGETS: Mapping[str, Target] = {
    "stream": Target(stream, broken_streams.shapes(), broken_streams.INSERTED),
    "arguments": Target(arguments, [b'{"path": "a", "line": 3, "names": ["b"]}', b"{}"], [b'"mode"', b"1e999", b"NaN"]),
    "config": Target(config, [_CONFIG], [b"[[", b'"""', b"\xef\xbb\xbf", b"inf", b"= {"]),
    "prices": Target(prices, [_PRICES], [b"nan", b"-", b"[[", b"1e400", b"true"]),
    "map": Target(cost_map, [_MAP], [b"null", b"true", b"1e999", b"-1", b"[]", b'"_above_1k_tokens"']),
    "limits": Target(limits, [b"2.00,200000tok", b"$5", b"100k tok"], [b"tok", b"$", b",", b"inf", b"k"]),
    "patch": Target(patch, [_PATCH, _RENAMING, 2 * _PATCH], [b"@@ ", b"-0,0", b"/dev/null", b"\\ No newline", b'"']),
    "path": Target(path, [b"src/app.py", b"/home/me/project/x", b"./a//b/"], [b"..", b"C:", b"\\", b"\0", b"::$DATA"]),
    "archive": Target(archive, [_an_archive()], [b'"type"', b"null", b"[]", b"{}", b"1e999"]),
    "plan": Target(plan, [_TICKETS], [b'"id"', b"null", b'"depends_on"', b"[[", b"1e999"]),
}
