"""B1, B2 and B3: JSON, streams and TOML that are wrong in every published way and in thousands of others."""

from __future__ import annotations

import json
from pathlib import Path

from manual_slop import ai_client
from manual_slop.providers.config import load_config
from manual_slop.providers.price_sources import read_price_file
from manual_slop.providers.retry import RetryPolicy
from manual_slop.safety.workspace import Workspace
from manual_slop.terminal.findings import findings
from manual_slop.tools.declaration import ToolContext, tool
from manual_slop.tools.registry import ToolBox
from manual_slop.values.errors import ConfigError, ProviderError
from manual_slop.values.paths import config_dir
from manual_slop.values.strict_json import StrictJSONError, parse
from tests.acceptance.trial import Row, Trial
from tests.support.broken_streams import heard, mutated, pieces, shapes
from tests.support.scripted_server import Scripted, ScriptedServer, calls, says
from tests.support.shared import shared_path
from tests.terminal.doubles import into_pipes

REFUSED_ON_PURPOSE = {"y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json"}
OWN_JSON = {
    **{
        f"n_own_number_{at}": text
        for at, text in enumerate(["NaN", "Infinity", "-Infinity", "1e400", "-1e999", "0x1", "1_0", "+1", "01"])
    },
    **{f"n_own_depth_{depth}": "[" * depth + "]" * depth for depth in (65, 100, 1_000, 100_000)},
    **{f"n_own_twice_{at}": f'{{"a": 1, "{key}": 2}}' for at, key in enumerate(["a", "\\u0061"])},
    **{f"n_own_surrogate_{at}": f'"{half}"' for at, half in enumerate(["\\ud800", "\\udc00", "\\ud800x", "a\\udfff"])},
    **{
        f"n_own_of_other_languages_{at}": text
        for at, text in enumerate(
            ["True", "None", "undefined", "'a'", "{a: 1}", "{'a': 1}", "`a`", "0o7", "1n", '"a" + "b"', "(1)", "{1: 2}"]
        )
    },
    **{
        f"n_own_remark_{at}": text
        for at, text in enumerate(["// a\n{}", "/* a */ {}", "# a\n{}", "{} // a", '{"a": /* b */ 1}', "<!-- a -->{}"])
    },
    **{
        f"n_own_escape_{at}": f'"{text}"'
        for at, text in enumerate(
            ["\\x41", "\\u{41}", "\\u004", "\\'", "\\0", "\\", "\\uD83D\\u", "a\tb", "a\nb", "\0"]
        )
    },
    **{f"n_own_two_{at}": text for at, text in enumerate(["{}{}", "[] []", "1 2", '"a""b"', "{},", ",{}"])},
    "n_own_long_number": "1" * 5_001,
    "n_own_nothing_after": '{"a": 1} x',
    **{f"y_own_number_{at}": text for at, text in enumerate(["-0", "1E+2", "1e-9", "0.1", "9007199254740993"])},
    "y_own_long_text": f'"{"x" * 100_000}"',
    "y_own_escapes": '"\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9"',
    "y_own_wide": json.dumps({str(at): at for at in range(2_000)}),
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
    *(f"[providers.x.headers]\na = {value}" for value in ("1", "[]", '"a\\nb"', '"\\u0000"')),
    *(f"[providers.x]\nmodels = {value}" for value in ("1", '"m"', "[1]", "[[]]")),
    *(f"[sessions]\nkeep_days = {value}" for value in ("-1", "1.5", '"x"', "nan")),
    *(f"[context]\ncompact_at = {value}" for value in ("2", "-1", '"often"', "nan")),
    *(f"[mcp.servers.x]\ncommand = {value}" for value in ("1", '""', "[]", "[1]")),
    *("providers = 1", "providers.x = 1", "aliases = []", "[projects]\nx = 1"),
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


def streams(trial: Trial) -> None:
    """Mutated streams, each read whole and cut at random: the same both times, and nothing raised but our own."""
    chance, streams_seen = trial.chance, shapes()
    for _ in range(trial.sized(500, 20_000, 60_000)):
        data = mutated(chance.choice(streams_seen), chance)
        trial.count("bad inputs")
        whole = heard([data])
        trial.nought("streams that depend on how they are cut", whole != heard(pieces(data, chance)))
        trial.nought("deltas that are not the message", len(whole) > 1 and not whole[0])
        trial.count("streams refused", len(whole) == 1)
    trial.ran_on = f"mutations of {len(streams_seen)} streams, each whole and in random pieces"


def toml_files(trial: Trial) -> None:
    """Each file as config.toml and as a price file: read or refused with its place, and no key in what is said."""
    folder = shared_path("corpora", "toml", "tests")
    files = [path.read_bytes() for path in sorted(folder.rglob("*.toml"))][:: trial.sized(10, 1, 1)]
    own = [text.encode("utf-8", "surrogatepass") for text in (*OWN_CONFIGS, *OWN_PRICES)]
    config, prices = trial.folder / "config.toml", trial.folder / "acme.toml"
    for data in (*files, *own):
        trial.count("bad inputs")
        said = _configured(trial, config, data)
        prices.write_bytes(data)
        said += " ".join(str(issue) for issue in read_price_file(prices).issues)
        trial.nought("keys in what is said", KEY in said)
    for place, texts in (("config.toml", OWN_CONFIGS), ("pricing/acme.toml", OWN_PRICES)):
        for text in texts[:: trial.sized(10, 1, 1)]:
            _diagnosed(trial, place, text)
    trial.ran_on = (
        f"{len(files)} files of toml-test, {len(OWN_CONFIGS)} configs and {len(OWN_PRICES)} price files of our own"
    )


def _diagnosed(trial: Trial, place: str, text: str) -> None:
    """The doctor tells of a mistake in one of the person's files, whoever reads that part of it."""
    path = config_dir() / place
    path.parent.mkdir(parents=True, exist_ok=True)
    before = _doctor()
    path.write_text(text, "utf-8")
    told = _doctor() - before
    path.unlink()
    trial.nought("own mistakes that the doctor does not tell of", not told)
    trial.nought("keys in what is said", KEY in " ".join(told))


def _doctor() -> set[str]:
    return {one.text for one in findings(into_pipes()[0]) if one.level in ("warn", "bad")}


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
