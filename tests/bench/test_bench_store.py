"""The benchmark of the store runs to its end and says all it promises. What it measures is for people."""

from __future__ import annotations

from pathlib import Path

from tests.bench import bench_store


def test_a_quick_run_measures_everything(tmp_path: Path) -> None:
    figures = bench_store.measure(bench_store.QUICK, tmp_path)
    assert set(figures) == {"producers", "one", "reading", "search", "list"}
    assert figures["producers"]["events"] == bench_store.QUICK.producers * bench_store.QUICK.events
    assert figures["reading"]["messages"] == bench_store.QUICK.messages
    assert figures["list"]["events"] == bench_store.QUICK.listed
    assert figures["search"]["queries"]["store"]["hits"] > 0
