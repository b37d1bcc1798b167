"""B1, B2 and B3: JSON, streams and TOML that are wrong in every published way and in thousands of others."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from manual_slop import ai_client
from manual_slop.providers import sse
from manual_slop.providers.config import load_config
from manual_slop.providers.price_sources import read_price_file
from manual_slop.providers.retry import RetryPolicy
from manual_slop.providers.stream import Accumulator, read_openai_chunk
from manual_slop.safety.workspace import Workspace
from manual_slop.tools.declaration import ToolContext, tool
from manual_slop.tools.registry import ToolBox
from manual_slop.values.errors import ConfigError, ProviderError
from manual_slop.values.events import TextDelta
from manual_slop.values.strict_json import StrictJSONError, parse
from tests.acceptance.trial import Row, Trial
from tests.support.scripted_server import Scripted, ScriptedServer, calls, chunk, says
from tests.support.shared import shared_path

REFUSED_ON_PURPOSE = {"y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json"}
OWN_JSON = {
    **{
        f"n_own_number_{at}": text
        for at, text in enumerate(["NaN", "Infinity", "-Infinity", "1e400", "-1e999", "0x1", "1_0", "+1", "01"])
    },
    **{f"n_own_depth_{depth}": "[" * depth + "]" * depth for depth in (65, 100, 1_000, 100_000)},
    **{f"n_own_twice_{at}": f'{{"a": 1, "{key}": 2}}' for at, key in enumerate(["a", "\\u0061"])},
    **{f"n_own_surrogate_{at}": f'"{half}"' for at, half in enumerate(["\\ud800", "\\udc00", "\\ud800x", "a\\udfff"])},
    "n_own_long_number": "1" * 5_001,
    "n_own_nothing_after": '{"a": 1} x',
    "y_own_pair": '"\\ud83d\\ude00"',
    "y_own_empty_name": '{"": 0}',
    "y_own_depth": "[" * 40 + "]" * 40,
}
KEY = "sk-canary-of-the-config-0123456789abcdef"
OWN_CONFIGS = (
    *(
        f'[providers.x]\napi_base = {value}\napi_key = "{KEY}"'
        for value in ('"htp://x"', "1", '""', "[]", '"http://["')
    ),
    *(f"[timeouts]\ntotal = {value}" for value in ("-1", "nan", "inf", '"x"', "[]", "1e400")),
    *(f"[budgets]\nsession = {value}" for value in ("-1", "nan", '"x"', '"2 dollars"', "[]")),
    *(f"default_model = {value}" for value in ("1", '"x"', '"a/b/../c"', '"\\u0000"', '""')),
    *(f"[aliases]\na = {value}" for value in ('"a"', '"b"\nb = "a"', "1", "[]")),
    *(
        "approval = 1",
        '[approval]\nmode = "yes"',
        "[[approval.rules]]\ntool = 1",
        "[sandbox]\nmode = 3",
        "\ufeff\ufeff=",
        "=",
    ),
    *(f'{KEY} = "{KEY}', f'[a]\n[a]\nx = "{KEY}"', f'x = "{KEY}"\nx = 1', "[" * 5_000, "x = " + "[" * 5_000),
)
OWN_PRICES = tuple(
    f'provider = "acme"\n[models."m"]\ninput = {value}\noutput = 1'
    for value in ("-1", "nan", "inf", '"2.5"', "true", "[]", "1e400", "99999999999", "{}", "2026-01-01")
)


def _documents() -> dict[str, bytes]:
    files = sorted(shared_path("corpora", "json", "test_parsing").glob("*.json"))
    return {path.name: path.read_bytes() for path in files} | {name: text.encode() for name, text in OWN_JSON.items()}


def json_documents(trial: Trial) -> None:
    """Each document as the arguments of a call, and as the body of an answer: the strict verdict, and no crash."""
    documents = list(_documents().items())[:: trial.sized(8, 1, 1)]
    _as_arguments(trial, documents)
    access = ai_client.new_access()
    for _name, document in documents:
        trial.count("bad inputs")
        with ScriptedServer([Scripted([document], kind="application/json")]) as server:
            session = ai_client.new_session("openai/gpt-4o", access=access, retries=RetryPolicy(1))
            try:
                session.send("go", stream=False, api_base=f"{server.url}/v1", api_key=KEY)
                trial.count("answers read")
            except ProviderError as error:
                trial.count("answers refused in words", bool(error.message))
            session.close()
    trial.ran_on = f"JSONTestSuite and {len(OWN_JSON)} own: {len(documents)} documents, as arguments and as answers"


def _as_arguments(trial: Trial, documents: list[tuple[str, bytes]]) -> None:
    got: list[str] = []
    access = ai_client.new_access()

    @tool("READ")
    def note(context: ToolContext, name: str, value: str = "") -> str:
        """Note a name.

        Args:
            name: What to note.
            value: More of it.
        """
        got.append(name)
        return "noted"

    for name, document in documents:
        trial.count("bad inputs")
        text = document.decode("utf-8", "surrogateescape")
        verdict = _verdict(document)
        expected = "n" if name in REFUSED_ON_PURPOSE else name[0]
        trial.nought("verdicts other than the suite's", expected != "i" and verdict != expected)
        got.clear()
        asked = calls(("note", f'{{"name": {json.dumps(name)}, "value": {text}}}'))
        with ScriptedServer([asked, says("done")]) as server:
            toolbox = ToolBox([note], ToolContext(Workspace(trial.folder)))
            session = ai_client.Session(access, "openai/gpt-4o", toolbox=toolbox)
            trial.count("calls answered", str(session.send("go", api_base=f"{server.url}/v1", api_key=KEY)) == "done")
            session.close()
        trial.nought("calls that ran on broken arguments", bool(got) and verdict == "n")
        trial.nought("calls that ran as something else", bool(got) and got != [name])
    trial.at_least("calls answered", len(documents))


def _verdict(document: bytes) -> str:
    try:
        parse(document)
    except StrictJSONError:
        return "n"
    return "y"


def _streams() -> list[bytes]:
    """What real streams look like: text, two calls at once, thoughts, errors, comments, every line ending."""
    deltas: list[Mapping[str, Any]] = [
        *({"content": word} for word in ("", "Hel", "lo, ", "wörld \u2028", "\U0001f600")),
        {"reasoning_content": "hm"},
        {
            "tool_calls": [
                {"index": 0, "id": "a", "type": "function", "function": {"name": "read", "arguments": '{"p"'}}
            ]
        },
        {"tool_calls": [{"index": 1, "id": "b", "type": "function", "function": {"name": "list", "arguments": "{}"}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": ': "x"}'}}]},
    ]
    whole = b"".join(chunk(delta) for delta in deltas) + chunk({}, "tool_calls") + b"data: [DONE]\n\n"
    errors = b'event: error\ndata: {"error": {"message": "no"}}\n\n' + whole[:300]
    shown = [whole, b": ping\n\n" + whole, errors, whole.replace(b"data: ", b"data:")]
    return [*shown, *(one.replace(b"\n", b"\r\n") for one in shown), whole.replace(b"\n", b"\r")]


INSERTED = (b"\n\n", b"\r", b"data: ", b"null", b"[]", b"{", b'"', b"\xff", b"\\ud800", b"1e999")
REPLACED = ((b'"index": 0', b'"index": 9'), (b'"content"', b'"tool_calls"'), (b"{", b"["), (b'"', b"[]"))


def _mutated(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.randrange(4)):
        at = chance.randrange(len(changed) or 1)
        match chance.randrange(5):
            case 0:
                changed[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                del changed[at : at + chance.randrange(60)]
            case 2:
                changed[at:at] = chance.choice(INSERTED)
            case 3:
                changed[at:at] = changed[max(0, at - 80) : at]
            case _:
                old, new = chance.choice(REPLACED)
                changed = bytearray(changed.replace(old, new, 1))
    return bytes(changed)


def _pieces(data: bytes, chance: random.Random) -> Iterator[bytes]:
    at = 0
    while at < len(data):
        length = chance.choice([1, 2, 3, 7, 50, 1_000])
        yield data[at : at + length]
        at += length


def _heard(pieces: Iterator[bytes] | list[bytes]) -> tuple[object, ...]:
    """What a stream comes to: the message, or the kind of our own error; anything else is raised."""
    told: list[str] = []
    into = Accumulator(lambda event: told.append(event.text) if isinstance(event, TextDelta) else None)
    try:
        for event in sse.data(pieces):
            if event.strip() == b"[DONE]":
                break
            value = json.loads(event)
            if isinstance(value, dict):
                read_openai_chunk(value, into)
    except (sse.BrokenStream, sse.NotAStream, ValueError, RecursionError) as error:
        return (type(error).__name__,)
    message = into.message("acme/m1", "acme")
    calls_ = tuple((call.name, call.arguments) for call in message.tool_calls)
    return ("".join(told) == message.text, message.text, message.reasoning, calls_)


def streams(trial: Trial) -> None:
    """Mutated streams, each read whole and cut at random: the same both times, and nothing raised but our own."""
    chance, shapes = trial.chance, _streams()
    for _ in range(trial.sized(500, 20_000, 60_000)):
        data = _mutated(chance.choice(shapes), chance)
        trial.count("bad inputs")
        whole = _heard([data])
        trial.nought("streams that depend on how they are cut", whole != _heard(_pieces(data, chance)))
        trial.nought("deltas that are not the message", len(whole) > 1 and not whole[0])
        trial.count("streams refused", len(whole) == 1)
    trial.ran_on = f"mutations of {len(shapes)} streams, each whole and in random pieces"


def toml_files(trial: Trial) -> None:
    """Each file as config.toml and as a price file: read or refused with its place, and no key in what is said."""
    folder = shared_path("corpora", "toml", "tests")
    files = [path.read_bytes() for path in sorted(folder.rglob("*.toml"))][:: trial.sized(10, 1, 1)]
    own = [text.encode("utf-8", "surrogatepass") for text in (*OWN_CONFIGS, *OWN_PRICES)]
    config, prices = trial.folder / "config.toml", trial.folder / "acme.toml"
    for at, data in enumerate((*files, *own)):
        trial.count("bad inputs")
        said = _configured(trial, config, data)
        prices.write_bytes(data)
        said += " ".join(str(issue) for issue in read_price_file(prices).issues)
        trial.nought("keys in what is said", KEY in said)
        trial.nought("own mistakes that nobody is told of", at >= len(files) and not said)
    trial.ran_on = (
        f"{len(files)} files of toml-test, {len(OWN_CONFIGS)} configs and {len(OWN_PRICES)} price files of our own"
    )


def _configured(trial: Trial, path: Path, data: bytes) -> str:
    path.write_bytes(data)
    try:
        said = " ".join(str(issue) for issue in load_config(path).issues)
        trial.count("read", not said)
    except ConfigError as error:
        said = str(error)
        trial.nought("refusals that name no file", path.name not in said)
    trial.nought("files changed by reading them", path.read_bytes() != data)
    return said


JSON = Row("B1", "JSON as arguments and as answers", json_documents)
STREAMS = Row("B2", "streams, mutated and cut anywhere", streams)
TOML = Row("B3", "config and price files", toml_files)
