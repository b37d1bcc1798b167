"""A newer price map: only on request, checked, shown before it counts, kept beside the old one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from manual_slop import cli
from manual_slop.money.map_difference import Change, map_difference
from manual_slop.providers import map_file
from manual_slop.providers.access import Access
from manual_slop.providers.map_file import MapRefused, keep_map, map_path, read_entries, read_kept, take_back
from manual_slop.providers.model_map import model_map
from manual_slop.providers.places import place
from manual_slop.store.ledger_table import record
from manual_slop.store.shared import close_shared_stores, shared_store
from manual_slop.terminal.screen import screen
from manual_slop.values.paths import config_dir
from tests.support.entries import entry
from tests.support.scripted_server import Scripted, ScriptedServer, fails

MODEL = "anthropic/claude-sonnet-4-5"
TODAY = datetime.now(UTC).date()


def newer() -> dict[str, Any]:
    """The map in use with a dearer model, a new one, and one gone."""
    entries = json.loads(json.dumps(dict(model_map().entries)))
    entries["claude-sonnet-4-5"]["output_cost_per_token"] = 0.00002
    entries["gpt-4"]["input_cost_per_token"] = 0.00001
    entries["brand-new"] = {"input_cost_per_token": 1e-6, "output_cost_per_token": 2e-6, "litellm_provider": "openai"}
    del entries["gpt-4-32k" if "gpt-4-32k" in entries else "gpt-3.5-turbo-16k"]
    return entries


@pytest.fixture(autouse=True)
def _screen() -> Iterator[None]:
    """Each command has streams of its own."""
    yield
    screen.cache_clear()


def run(arguments: list[str]) -> int:
    """One command, as if typed."""
    screen.cache_clear()
    return cli.run(arguments)


@pytest.fixture
def served() -> Iterator[Callable[..., ScriptedServer]]:
    """Serves bytes as the newer map."""
    servers: list[ScriptedServer] = []

    def serve(*pieces: bytes, **more: Any) -> ScriptedServer:
        server = ScriptedServer([more.get("reply") or Scripted(list(pieces), kind="application/json")])
        server.__enter__()
        servers.append(server)
        config_dir().mkdir(parents=True, exist_ok=True)
        (config_dir() / "config.toml").write_text(f'[prices]\nmap_url = "{server.url}/map.json"\n', "utf-8")
        return server

    yield serve
    for server in servers:
        server.__exit__(None)
    close_shared_stores()


def priced() -> tuple[str, str]:
    """What the model's output costs now, and where that is from."""
    access = Access()
    rates = access.rates(place(access, MODEL))
    assert rates is not None
    return str(rates.output), f"{rates.source}, {rates.as_of}"


def test_a_newer_map_counts_when_it_was_agreed_to_and_can_be_taken_back(served: Any, capfd: Any):
    served(json.dumps(newer()).encode())
    assert priced()[0] == "15"
    assert run(["price", "--refresh", "--yes"]) == 0
    out, err = capfd.readouterr()
    assert "claude-sonnet-4-5" in out
    assert "1 new: brand-new" in out
    assert "1 gone: gpt-" in out
    assert f"litellm map fetched {TODAY}" in err
    assert priced() == ("20", f"litellm map fetched {TODAY}, {TODAY}")
    assert run(["price", "--back"]) == 0
    assert priced()[0] == "15"
    assert run(["price", "--back"]) == 2
    assert "no map was fetched" in capfd.readouterr().err


def test_models_that_were_used_are_shown_first(served: Any, capfd: Any):
    served(json.dumps(newer()).encode())
    shared_store().database.write(lambda connection: record(connection, entry(MODEL, call_id="c1")))
    assert run(["price", "--refresh"]) == 0
    out, err = capfd.readouterr()
    assert (
        out.index("models you have used")
        < out.index("claude-sonnet-4-5")
        < out.index("other models")
        < out.index("gpt-4")
    )
    assert "nothing was changed: --yes puts it in force" in err
    assert not map_path().exists()


def test_programs_get_all_of_it(served: Any, capfd: Any):
    served(json.dumps(newer()).encode())
    assert run(["price", "--refresh", "--json"]) == 0
    told = json.loads(capfd.readouterr().out)
    assert (told["in_force"], told["new"]) == (False, ["brand-new"])
    assert {"model": "claude-sonnet-4-5", "bucket": "output", "old": "15", "new": "20", "above": 0} in told["changed"]


def test_the_same_map_changes_nothing(served: Any, capfd: Any):
    served(json.dumps(dict(model_map().entries)).encode())
    assert run(["price", "--refresh"]) == 0
    assert "no price differs" in capfd.readouterr().out


def _with(value: Any) -> bytes:
    entries = {f"m{number}": {"input_cost_per_token": 1e-6} for number in range(200)}
    return json.dumps({**entries, "bad": {"output_cost_per_token": value}}).encode()


HOSTILE = {
    "negative": _with(-1e-6),
    "NaN": _with(float("nan")),
    "infinite": _with(float("inf")),
    "huge": _with(1e308),
    "dear": _with(2),
    "overflowing": _with(0).replace(b'"output_cost_per_token": 0', b'"output_cost_per_token": 1e999'),
    "tiers": _with(0).replace(b"}}", b', "tiered_pricing": [{"input_cost_per_token": -1}]}}'),
    "above": _with(0)
    .replace(b"output_cost_per_token", b"output_cost_per_token_above_200k_tokens")
    .replace(b": 0}", b": -1}"),
    "not JSON": b"<html>Log in to this hotel's network</html>",
    "cut": _with(1e-6)[:-9],
    "list": b"[]",
    "empty": b"{}",
    "few": b'{"m": {"input_cost_per_token": 1e-6}}',
    "deep": b"[" * 200_000,
    "nothing": b"",
    "digits": _with(0).replace(b"0}}", b"9" * 5_000 + b"}}"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_map_is_refused_whole_and_nothing_changes(served: Any, capfd: Any, name: str):
    served(HOSTILE[name])
    before = priced()
    assert run(["price", "--refresh", "--yes"]) == 2
    assert "no newer prices: it " in (err := capfd.readouterr().err) or "which is no price" in err
    assert "those in use stay" in err
    assert priced() == before
    assert not map_path().exists()


def test_a_map_without_end_is_given_up(served: Any, capfd: Any):
    served(*[b" " * 2_000_000] * 50)  # 100 MB
    assert run(["price", "--refresh", "--yes"]) == 2
    assert "it is larger than 32 MB" in capfd.readouterr().err


def test_an_error_of_the_server_is_told(served: Any, capfd: Any):
    served(reply=fails(404))
    assert run(["price", "--refresh", "--yes"]) == 2
    assert "answers HTTP 404" in capfd.readouterr().err


def test_a_server_that_is_not_there_is_told(capfd: Any):
    config_dir().mkdir(parents=True)
    (config_dir() / "config.toml").write_text('[prices]\nmap_url = "http://127.0.0.1:1/map.json"\n', "utf-8")
    assert run(["price", "--refresh"]) == 2
    assert "cannot be reached" in capfd.readouterr().err


def _map(rate: float) -> dict[str, Any]:
    return {"m": {"input_cost_per_token": rate}}


def test_the_map_before_is_kept_one_deep():
    for rate, day in ((1e-6, "01"), (2e-6, "02"), (3e-6, "03")):
        keep_map(_map(rate), "u", datetime.fromisoformat(f"2026-11-{day}").date(), model_map().version)
    assert model_map().entries == _map(3e-6)
    assert take_back() == "the map fetched on 2026-11-02"
    assert model_map().entries == _map(2e-6)
    assert take_back() == "the map litellm carries"
    assert len(model_map().entries) > 1_000
    with pytest.raises(MapRefused):
        take_back()


def test_a_map_fetched_beside_an_older_litellm_counts_no_more():
    keep_map(_map(1e-6), "u", TODAY, "1.0.0")
    assert len(model_map().entries) > 1_000


@pytest.mark.parametrize("bands", ["5", '"x"', "true", "[5]", '{"range": 1}', '[{"range": [1e999, 2]}]', "null"])
def test_tiers_that_are_none_in_a_fetched_map_cost_no_model_its_price(bands: str):
    priced = json.dumps({f"m{number}": {"input_cost_per_token": 1e-6} for number in range(100)})
    data = f'{{"acme/odd": {{"input_cost_per_token": 1e-6, "tiered_pricing": {bands}}}, {priced[1:]}'
    keep_map(read_entries(data.encode()), "u", TODAY, model_map().version)
    found = model_map().rates("acme", "odd")
    assert found is not None
    assert (found.input, found.tiers) == (1, ())


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"map": 3}', b'{"fetched": "x"}'])
def test_a_spoilt_file_is_as_if_there_were_none(content: bytes):
    map_path().parent.mkdir(parents=True)
    map_path().write_bytes(content)
    assert read_kept(map_path()) is None
    assert len(model_map().entries) > 1_000


def test_a_disk_that_takes_nothing_leaves_the_old_map(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    (tmp_path / "home" / "data").mkdir(parents=True)
    (tmp_path / "home" / "data" / "prices").write_text("a file where the folder should be", "utf-8")
    with pytest.raises(OSError, match="prices"):
        keep_map(_map(1e-6), "u", TODAY, "1")


def test_differences_are_by_rate_and_size_of_call():
    old = {"a": {"input_cost_per_token": 1e-6}, "b": {"input_cost_per_token": 1e-6}, "img": {"input_cost_per_image": 1}}
    new = {"a": {"input_cost_per_token": 1e-6, "input_cost_per_token_above_200k_tokens": 2e-6}, "c": old["b"], "x": 5}
    found = map_difference(old, new)
    assert found.changed == (Change("a", "input", Decimal(1), Decimal(2), 200_000),)
    assert (found.new, found.gone) == (("c",), ("b",))
    assert map_difference(old, old).none


def test_the_map_litellm_carries_would_be_taken():
    data = json.dumps(dict(model_map().entries)).encode()
    assert read_entries(data) == model_map().entries
    assert len(data) < map_file.LARGEST / 4
