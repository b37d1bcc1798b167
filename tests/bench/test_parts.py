"""Each part of the benchmarks runs to its end and says all it promises. What it measures is for people."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.bench import __main__ as bench
from tests.bench import store


def test_a_quick_run_of_the_store_measures_everything(tmp_path: Path) -> None:
    figures = store.measure(store.QUICK, tmp_path)
    assert set(figures) == {"producers", "one", "reading", "search", "list"}
    assert figures["producers"]["events"] == store.QUICK.producers * store.QUICK.events
    assert [it["messages"] for it in figures["reading"].values()] == [2, 20, store.QUICK.messages]
    assert figures["list"]["events"] == store.QUICK.listed
    assert figures["search"][str(store.QUICK.searched)]["queries"]["store"]["hits"] > 0


def test_parts_are_printed_with_their_targets_and_written_as_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "bench.json"
    bench.main(["engine", "money", "--quick", "--json", str(file)])
    said = capsys.readouterr().out
    written = json.loads(file.read_text("utf-8"))
    assert set(written["parts"]) == {"engine", "money"}
    assert written["about"]["command"] == f"python -m tests.bench engine money --quick --json {file}"
    for part in written["parts"].values():
        assert part["figures"]
        assert all(target["words"] in said for target in part["targets"])
    assert "what-if by tier" in said
    assert "tickets over 64 workers" in said


def test_a_part_that_does_not_exist_is_refused_with_those_that_do(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        bench.main(["windows"])
    assert ended.value.code == 2
    assert "there is no part windows; there are provider, terminal, window" in capsys.readouterr().err
