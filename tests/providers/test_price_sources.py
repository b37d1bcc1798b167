"""Where a price comes from: which source wins, and what a broken file does to the others."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from manual_slop.money import price
from manual_slop.providers.model_map import ModelMap
from manual_slop.providers.price_sources import PriceBook, PriceFolder, price_book, read_price_file
from manual_slop.values.usage import Usage

REPO = Path(__file__).resolve().parents[2]
CORPUS = REPO / "../shared/corpora/toml/tests"
D = Decimal


def priced(provider: str, model: str, usd: float, extra: str = "") -> str:
    return f'provider = "{provider}"\n[models."{model}"]\ninput = {usd}\noutput = {usd}\n{extra}'


def listed(**inputs: float) -> ModelMap:
    return ModelMap(
        {
            name.replace("__", "/"): {
                "litellm_provider": "acme",
                "mode": "chat",
                "input_cost_per_token": usd / 1_000_000,
                "output_cost_per_token": usd / 1_000_000,
                "deprecation_date": "2026-10-23",
            }
            for name, usd in inputs.items()
        },
        "1.0",
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "pricing"
    path.mkdir()
    return path


def book(folder: Path, known: ModelMap | None = None, **inline: Any) -> PriceBook:
    return PriceBook([PriceFolder(folder, "your pricing/")], inline, listed=known or ModelMap({}))


def usd(found: PriceBook, name: str, provider: str = "acme", prefix: str = "acme", **more: str) -> Decimal | None:
    rates = found.rates(provider, prefix, name, **more)
    return rates and rates.input


def test_an_override_beats_the_map_and_says_where_it_stands(folder: Path) -> None:
    (folder / "acme.toml").write_text(priced("acme", "m1", 7))
    rates = book(folder, listed(m1=1)).rates("acme", "acme", "m1")
    assert rates is not None
    assert (rates.input, rates.basis, rates.source) == (7, "override", "your pricing/acme.toml")


def test_without_an_override_the_map_counts_and_then_nothing_does(folder: Path) -> None:
    prices = book(folder, listed(m1=1))
    rates = prices.rates("acme", "acme", "m1")
    assert rates is not None
    assert (rates.input, rates.basis, rates.source) == (1, "list price", "litellm map 1.0")
    assert prices.rates("acme", "acme", "m2") is None


def test_a_dated_snapshot_prefers_its_own_price_wherever_it_stands(folder: Path) -> None:
    (folder / "acme.toml").write_text(priced("acme", "m1", 7))
    prices = book(folder, listed(**{"m1": 1, "m1-2026-01-01": 3}))
    assert usd(prices, "m1-2026-01-01") == 3
    assert usd(prices, "m1-2026-02-02") == 7
    assert usd(book(folder, listed(m2=4)), "m2-2026-02-02") == 4


def test_the_price_of_an_undated_model_says_that_it_stands_in(folder: Path) -> None:
    (folder / "acme.toml").write_text(priced("acme", "m1", 7))
    rates = book(folder).rates("acme", "acme", "m1-2026-02-02")
    assert price(Usage(1, 1), rates).note == "priced as m1: m1-2026-02-02 has no price of its own"


def test_the_model_asked_for_decides_and_the_one_that_answered_stands_in(folder: Path) -> None:
    prices = book(folder, listed(m1=1, m2=2))
    assert usd(prices, "m1", answered="m2") == 1
    assert usd(prices, "my-deployment", answered="m2") == 2
    assert usd(prices, "my-deployment", answered="m9") is None
    rates = prices.rates("acme", "acme", "my-deployment", answered="m2")
    assert price(Usage(1, 1), rates).note == "priced as m2, which answered"


@pytest.mark.parametrize(
    ("provider", "prefix", "known"),
    [
        ("acme", "acme", True),
        ("acme", "acme_chat", True),
        ("other", "acme", False),
        ("ac", "acme", False),
    ],
)
def test_a_vendor_that_speaks_anothers_protocol_does_not_get_its_prices(
    folder: Path, provider: str, prefix: str, known: bool
) -> None:
    prices = book(folder, listed(acme__m1=1, acme_chat__m1=1))
    assert (prices.rates(provider, prefix, "m1") is not None) is known


def test_a_vendor_named_acme_is_not_priced_as_openai(folder: Path) -> None:
    prices = PriceBook([PriceFolder(folder, "")])
    assert prices.rates("acme", "openai", "gpt-4o") is None
    assert prices.rates("acme", "acme", "gpt-4o") is None
    assert prices.rates("acme", "openai", "my-model", answered="gpt-4o") is None


def test_prices_in_the_config_file_win_over_price_files(folder: Path) -> None:
    (folder / "acme.toml").write_text(priced("acme", "m1", 7))
    prices = book(folder, acme={"m1": {"input": 2.5, "output": 10}, "m2": {"input": 0.1, "output": 1}})
    rates = prices.rates("acme", "openai", "m1")
    assert rates is not None
    assert (rates.input, rates.basis, rates.source) == (D("2.5"), "override", "config.toml")
    assert usd(prices, "m2") == D("0.1")


def test_slips_in_the_config_file_are_shown_with_their_lines(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('[providers.acme.prices."m1"]\noutput = 1\ninput = "free"\n\n[providers.acme.prices.m2]\n')
    read = MappingProxyType(tomllib.loads(config.read_text())["providers"]["acme"]["prices"])
    prices = PriceBook([], {"acme": read}, config=config, listed=ModelMap({}))
    assert [(issue.path, issue.line, issue.message.split(" ")[0]) for issue in prices.issues] == [
        (config, 3, "input"),
        (config, 5, "input"),
        (config, 5, "output"),
    ]
    config.unlink()
    assert [issue.line for issue in PriceBook([], {"acme": {"m1": {}}}, config=config).issues] == [None, None]


def test_the_later_folder_wins_silently(tmp_path: Path) -> None:
    for name, amount in (("shipped", 1), ("own", 2)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "acme.toml").write_text(priced("acme", "m1", amount))
    folders = [PriceFolder(tmp_path / name, f"{name}/") for name in ("shipped", "own")]
    prices = PriceBook(folders, listed=ModelMap({}))
    assert usd(prices, "m1") == 2
    assert prices.issues == ()


def test_a_model_priced_in_two_files_of_a_folder_is_an_issue_and_the_later_wins(folder: Path) -> None:
    (folder / "a.toml").write_text(priced("acme", "m1", 1))
    (folder / "b.toml").write_text(priced("acme", "m1", 2))
    prices = book(folder)
    assert usd(prices, "m1") == 2
    assert [str(issue) for issue in prices.issues] == [
        f"{folder / 'b.toml'}: acme/m1 is also priced in a.toml: this file wins"
    ]


def test_an_override_still_tells_when_the_model_retires(folder: Path) -> None:
    (folder / "acme.toml").write_text(priced("acme", "m1", 7))
    prices = book(folder, listed(m1=1, m2=1))
    rates = prices.rates("acme", "acme", "m1")
    assert rates is not None
    assert rates.retires == date(2026, 10, 23)
    assert prices.retires("acme", "acme", "m2") == date(2026, 10, 23)
    assert prices.retires("other", "acme", "m2") is None


def test_a_retirement_date_of_ones_own_wins_over_the_maps(folder: Path) -> None:
    (folder / "acme.toml").write_text(priced("acme", "m1", 7, "retires = 2027-01-01\n"))
    prices = book(folder, listed(m1=1))
    assert prices.retires("acme", "acme", "m1") == date(2027, 1, 1)


def test_the_models_of_price_files_are_listed(folder: Path) -> None:
    (folder / "acme.toml").write_text(priced("acme", "m2", 7, '[models."m1"]\ninput = 1\noutput = 1\n'))
    assert book(folder).models("acme") == ["m1", "m2"]


def test_every_slip_is_shown_with_its_line(folder: Path) -> None:
    path = folder / "acme.toml"
    path.write_text(
        'provider = "acme"\n'
        "surprise = 1\n"
        '[models."a.b"]\n'
        "# a comment\n"
        "input = -1\n"
        'output = """\n10"""\n'
        '[[models."a.b".above]]\n'
        "tokens = 5\n"
        "input = nan\n"
        "[models.m2]\ninput = 1\noutput = 2\n"
    )
    prices = book(folder)
    assert [(issue.line, issue.message.split(" ")[0]) for issue in prices.issues] == [
        (2, "unknown"),
        (5, "input"),
        (6, "output"),
        (10, "input"),
    ]
    assert str(prices.issues[0]).startswith(f"{path}:2: unknown key 'surprise'")
    assert usd(prices, "m2") == 1


def test_a_syntax_error_is_shown_with_line_and_column_and_other_files_still_work(folder: Path) -> None:
    (folder / "bad.toml").write_text('provider = "acme"\n[models.m1]\ninput = \n')
    (folder / "good.toml").write_text(priced("acme", "m2", 3))
    prices = book(folder)
    (issue,) = prices.issues
    assert (issue.path.name, issue.line) == ("bad.toml", 3)
    assert issue.message.startswith("not valid TOML: ")
    assert "line 3, column" in issue.message
    assert usd(prices, "m2") == 3


def test_a_model_declared_twice_in_a_file_is_a_syntax_error_on_its_line(folder: Path) -> None:
    (folder / "acme.toml").write_text(priced("acme", "m1", 1, '[models."m1"]\ninput = 2\noutput = 2\n'))
    (issue,) = book(folder).issues
    assert issue.line == 5


@pytest.mark.parametrize(
    ("content", "line", "why"),
    [
        (b'provider = "acme"\n\xff', 2, "not UTF-8"),
        (b"a = " + b"[" * 20_000, 1, "nested"),
        (b"a = " + b"9" * 5_000, None, "cannot be read"),
        (b"# " + b"x" * 1_100_000, None, "larger than"),
        (b"\x00", 1, "not valid TOML"),
        (b"\xef\xbb\xbfprovider = 1", 1, "not valid TOML"),
    ],
)
def test_hostile_bytes_are_an_issue(folder: Path, content: bytes, line: int | None, why: str) -> None:
    (folder / "acme.toml").write_bytes(content)
    (issue,) = book(folder).issues
    assert issue.line == line
    assert why in issue.message


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_what_is_no_regular_file_is_an_issue_and_never_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "fifo.toml")
    (folder / "folder.toml").mkdir()
    (folder / "gone.toml").symlink_to(folder / "nowhere")
    (folder / "loop.toml").symlink_to(folder / "loop.toml")
    (folder / ".#acme.toml").symlink_to("editor@host")
    (folder / "notes.txt").write_text("not for us")
    assert [issue.path.name for issue in book(folder).issues] == ["fifo.toml", "folder.toml", "gone.toml", "loop.toml"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file_is_an_issue(folder: Path) -> None:
    (folder / "acme.toml").write_text(priced("acme", "m1", 1))
    (folder / "acme.toml").chmod(0)
    (issue,) = book(folder).issues
    assert "Permission denied" in issue.message


def test_a_folder_that_is_a_file_is_an_issue_and_a_missing_one_is_not(tmp_path: Path) -> None:
    (tmp_path / "pricing").write_text("")
    (issue,) = book(tmp_path / "pricing").issues
    assert "cannot be read" in issue.message
    assert book(tmp_path / "none").issues == ()


def test_a_changed_file_counts_in_the_next_book(folder: Path) -> None:
    path = folder / "acme.toml"
    path.write_text(priced("acme", "m1", 1))
    first = book(folder)
    assert usd(first, "m1") == 1
    path.write_text(priced("acme", "m1", 22))
    assert usd(first, "m1") == 1
    assert usd(book(folder), "m1") == 22


def corpus(kind: str) -> Iterator[Path]:
    return (CORPUS / kind).rglob("*.toml")


@pytest.mark.skipif(not CORPUS.is_dir(), reason="needs ../shared/corpora")
def test_every_invalid_toml_of_the_corpus_is_an_issue_and_prices_nothing() -> None:
    files = [read_price_file(path) for path in corpus("invalid")]
    assert len(files) > 400
    assert [file.path.name for file in files if not file.issues or file.prices.models] == []


@pytest.mark.skipif(not CORPUS.is_dir(), reason="needs ../shared/corpora")
def test_no_valid_toml_of_the_corpus_makes_reading_fail() -> None:
    files = [read_price_file(path) for path in corpus("valid")]
    assert len(files) > 150
    assert all(file.issues for file in files)


def test_shipped_price_files_are_without_fault_and_hold_the_four_models() -> None:
    prices = PriceBook([PriceFolder(REPO / "pricing", "pricing/")])
    assert prices.issues == ()
    assert prices.models("openai") == ["gpt-4o", "gpt-4o-mini", "o1", "o3-mini"]
    for name in prices.models("openai"):
        rates = prices.rates("openai", "openai", name)
        assert rates is not None
        assert None not in (rates.input, rates.cached_input, rates.output, rates.as_of)
        assert rates.source_url.startswith("https://")


def test_shipped_prices_are_those_of_the_map() -> None:
    shipped = PriceBook([PriceFolder(REPO / "pricing", "pricing/")])
    map_only = PriceBook([])
    for name in shipped.models("openai"):
        ours, theirs = shipped.rates("openai", "openai", name), map_only.rates("openai", "openai", name)
        assert ours is not None
        assert theirs is not None
        assert (ours.input, ours.cached_input, ours.output) == (theirs.input, theirs.cached_input, theirs.output)
        assert ours.retires == theirs.retires


def test_the_example_in_the_readme_is_without_fault(folder: Path) -> None:
    example = (REPO / "pricing/README.md").read_text().split("```toml\n")[1].split("```")[0]
    (folder / "acme.toml").write_text(example)
    prices = book(folder)
    assert prices.issues == ()
    rates = prices.rates("acme", "acme", "m1")
    assert rates is not None
    assert rates.for_call(200_001).output == 15
    assert prices.models("acme") == ["m1", "m1-mini"]


def test_the_book_in_force_holds_the_shipped_prices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MANUAL_SLOP_HOME", str(tmp_path))
    assert "gpt-4o" in price_book().models("openai")
    assert price_book().issues == ()
