"""The benchmark runs to its end and says all it promises. What it measures is for people: no figure is asserted."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.bench.provider import measure, processes, report, rows
from tests.bench.provider.peers import PINS
from tests.bench.provider.replies import LONG, SENTENCE, TOOL_ROUNDS
from tests.bench.provider.worker import GROUPS


@pytest.mark.timeout(900)  # a minute on an idle machine: litellm is imported six times
def test_a_quick_run_measures_everybody_at_everything(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    ran = subprocess.run(
        [sys.executable, "-m", "tests.bench", "provider", "--quick", "--no-peers", "--json", str(file)],
        cwd=processes.ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode in (0, 1), ran.stderr  # 1: something was slow in one single turn
    written = json.loads(file.read_text("utf-8"))
    found = written["parts"]["provider"]["figures"]
    for row in rows.ROWS:
        assert set(found["rows"][row.task]) == set(row.contenders) - set(PINS)
        assert row.title in ran.stdout
    assert all(name in ran.stdout for group, names in GROUPS.items() if group not in PINS for name in names)
    assert set(found["bursts"]) == {str(threads) for threads in rows.SESSIONS}
    assert {"httpx", "litellm default", "ours"} <= set(found["cold"])
    assert len(found["memory"]) == 10
    assert all(len(tries) == measure.QUICK.cancels for tries in found["cancel"].values())
    assert ran.stdout.count("kept  ") + ran.stdout.count("MISSED") == len(written["parts"]["provider"]["targets"])


def figures(milliseconds: float) -> rows.Figures:
    seconds = milliseconds / 1e3
    return rows.figures([{"wall": [seconds], "first": [seconds], "cpu": seconds}])


def results(**ours: float) -> dict[str, object]:
    """A run in which everybody takes 10 ms for everything, but us where told."""
    table = {row.task: {name: figures(10.0) for name in row.contenders} for row in rows.ROWS}
    for task, milliseconds in ours.items():
        table[task.replace("_", " ")].update({name: figures(milliseconds) for name in ("ours", "ours whole")})
    return {
        "rows": table,
        "bursts": {str(threads): table["single"] for threads in rows.SESSIONS},
        "burst_calls": 8,
        "cold": {name: {"first": 1000.0, "second": 1.0} for name in ("ours", "litellm default")},
        "imports": {"median_ms": {"manual_slop.ai_client": 90.0}, "loads": []},
        "memory": {str(calls): 200.0 for calls in range(10)},
        "cancel": {"in the middle": [1.0, 2.0]},
    }


AHEAD = {"stream": 2.0, "loop": 9.0}


def missed(run: dict[str, object]) -> list[str]:
    return [target.words for target in report.targets(run) if not target.kept]


def test_a_run_that_keeps_every_target_says_so() -> None:
    assert missed(results(**AHEAD)) == []


@pytest.mark.parametrize(
    ("slow", "words"),
    [
        ({"single": 11.0}, "a single reply takes 1.10 × bare litellm"),
        ({"stream": 12.0}, "a stream takes 1.20 × the OpenAI SDK"),
        ({"loop": 25.0}, "we add 1.50 ms to a tool round"),
        ({"history_1000": 12.0}, "+2.00 at most from 10 on (≤ 1)"),
        ({"history_10000": 12.0}, "+2.00 at most from 10 on (≤ 1)"),
        ({"image": 12.0}, "reply to a picture of 5 MB: 1.20 × litellm with its defaults"),
        ({"stream": 12.0}, "a stream takes 1.20 × LangChain"),
        ({"loop": 12.0}, "the tool loop takes 1.20 × pydantic-ai"),
    ],
)
def test_a_target_that_is_missed_is_named_with_its_figure(slow: dict[str, float], words: str) -> None:
    assert any(words in line for line in missed(results(**{**AHEAD, **slow})))


def test_who_is_ahead_is_named_with_what_litellm_takes() -> None:
    run = results(single=11.0) | {"where": {"share": {}, "steps": {}}}
    said = list(report.lines(run))
    assert "aisuite 10.0 (we: 1.1 ×)" in said[said.index("  single reply: ours 11.0, litellm 10.0") + 1]


def test_a_growing_process_a_heavy_import_and_a_slow_cancel_are_missed_targets() -> None:
    run = results(**AHEAD)
    run["memory"] = {str(calls): 200.0 + 2 * calls for calls in range(10)}
    run["imports"] = {"median_ms": {"manual_slop.ai_client": 151.0}, "loads": ["litellm"]}
    run["cancel"] = {"in the middle": [1.0, 101.0]}
    run["cold"] = {"ours": {"first": 1100.0}, "litellm default": {"first": 1000.0}}
    assert len(missed(run)) == 5


def ask(url: str, *, stream: bool = False, results_before: int = 0, prompt: str = "hi") -> httpx.Response:
    said = [{"role": "tool", "content": "1"}] * results_before
    body = {"messages": [{"role": "user", "content": prompt}, *said], "stream": stream}
    return httpx.post(f"{url}/v1/chat/completions", json=body, trust_env=False)


def test_the_server_answers_as_its_paths_say(tmp_path: Path) -> None:
    with processes.server(tmp_path) as url:
        assert ask(f"{url}/plain").json()["choices"][0]["message"]["content"] == SENTENCE
        assert ask(f"{url}/mark", prompt="#12# #34#").json()["choices"][0]["message"]["content"] == "#34#"
        events = [line for line in ask(f"{url}/long", stream=True).text.splitlines() if line.startswith("data: {")]
        deltas = [choice["delta"] for event in events for choice in json.loads(event[6:])["choices"]]
        assert "".join(delta.get("content") or "" for delta in deltas) == LONG
        assert len(events) == 500 + 3
        for done in (0, TOOL_ROUNDS - 1):
            message = ask(f"{url}/loop", results_before=done).json()["choices"][0]["message"]
            assert message["tool_calls"][0]["id"] == f"call_{done}"
        assert "tool_calls" not in ask(f"{url}/loop", results_before=TOOL_ROUNDS).json()["choices"][0]["message"]
        started = time.monotonic()
        assert ask(f"{url}/delay-100/plain").status_code == 200
        assert time.monotonic() - started >= 0.1
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(f"{url}/stall/v1", json={}, timeout=0.05, trust_env=False)
