"""A track's report: all of it there, and nothing of it running in whoever reads it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from manual_slop import ai_client, cost_tracker
from manual_slop.conductor.approving import approve, proposal
from manual_slop.conductor.plan_files import open_project, write_track
from manual_slop.conductor.report import TrackReport, report_on, seconds_worked
from manual_slop.conductor.report_text import as_html, as_markdown
from manual_slop.conductor.tiers import load_tiers
from manual_slop.conductor.track_words import event_words
from manual_slop.store.errors import StoreError
from manual_slop.store.shared import close_shared_stores, shared_store
from manual_slop.store.tracks import TrackEntry
from manual_slop.values.ledger import Origin, UsageRecorded
from manual_slop.values.tickets import Ticket, Track, Verdict
from manual_slop.values.track_events import RunEnded, RunStarted, TicketChanged, TrackChanged, VerdictGiven
from manual_slop.values.usage import Cost, Usage
from tests.support.plans import two_parts
from tests.support.repositories import git

HOSTILE = "</pre><script>alert(1)</script> ![x](https://evil.example/x.png) [y](javascript:alert(1)) | `"


@pytest.fixture(autouse=True)
def _store() -> Iterator[None]:
    yield
    close_shared_stores()


def spent(ticket: str, tier: str, track: str = "t", seconds: int = 5) -> None:
    began = datetime.now(UTC)
    origin = Origin("run", "e", track, tier, ticket)
    cost = Cost(Decimal("0.25"), "list price")
    call_id = f"{track}-{ticket}-{tier}"
    cost_tracker.record(
        UsageRecorded(
            "openai/gpt-4o", Usage(1000, 100), cost, "chat", call_id, "s" + call_id, "turn", origin,
            began=began, ended=began + timedelta(seconds=seconds),
        )
    )  # fmt: skip


def worked(folder: Path, words: str = "words", track: str = "t") -> TrackReport:
    """A track of one ticket that was worked on, committed and passed, with `words` wherever somebody may write."""
    two_parts(folder) if not folder.is_dir() else None
    workspace, store = open_project(folder), shared_store()
    ticket = Ticket("a", words, f"do {words}", (), ("shop/prices.py",), (), (words,))
    write_track(workspace, Track(track, words, words, f"# {words}", (ticket,), "e"))
    approve(store, proposal(store, workspace, track), "ada")
    (folder / "shop" / "prices.py").write_text(f"# {words}\n", "utf-8")
    git(folder, "commit", "-q", "-a", "-m", "work")
    commit = git(folder, "rev-parse", "HEAD").strip()
    spent("a", "3", track)
    spent("a", "4", track)
    store.tracks.append(
        track,
        [
            RunStarted("r1"),
            TicketChanged("a", "running", attempt=1, model="openai/gpt-4o", session_id="5e551011"),
            VerdictGiven("a", 1, Verdict(True, (words,)), "m"),
            TicketChanged("a", "done", commit=commit),
            RunEnded("r1", "all is done"),
            TrackChanged("merged", words, "ada"),
        ],
    )
    return report_on(store, ai_client.new_access(), load_tiers(workspace, "openai/gpt-4o"), track)


def test_a_report_tells_plan_diffs_verdicts_costs_and_what_happened(tmp_path: Path):
    text = as_markdown(worked(tmp_path / "p"))
    assert "| `a` | words |  | shop/prices.py | done | 1 | openai/gpt-4o |" in text
    assert "| 3 worker | 1 | 1,000 | 0 | 100 | $0.2500 |" in text
    assert "| all | 2 | 2,000 | 0 | 200 | $0.5000 |" in text
    assert "There was no forecast" in text
    assert "QA: passed" in text
    assert "-def total(amounts):" in text
    assert "+# words" in text
    assert "the plan gate is opened, by ada" in text
    assert "the track is merged, by ada: words" in text


def test_the_forecast_is_the_one_from_before_the_approval(tmp_path: Path):
    worked(tmp_path / "p")
    worked(tmp_path / "p", "more words", "t2")
    spent("late", "3", "t")
    tiers = load_tiers(None, "openai/gpt-4o")
    report = report_on(shared_store(), ai_client.new_access(), tiers, "t2")
    assert report.forecast.n == 1
    text = as_markdown(report)
    assert "| tokens | 2,200 | 2,200 | 2,200 | in the lower half |" in text
    assert "drawn from 1 earlier tickets" in text


def test_nothing_in_a_page_runs_or_is_fetched_whatever_was_written(tmp_path: Path):
    page = as_html(worked(tmp_path / "p", HOSTILE))
    assert "<script" not in page
    assert "<img" not in page
    assert 'href="javascript' not in page
    assert "default-src &#x27;none&#x27;" in page
    assert page.count("</main>") == 1
    assert "&lt;script&gt;" in page


def test_a_project_that_is_gone_leaves_a_report_without_diffs(tmp_path: Path):
    worked(tmp_path / "p")
    (tmp_path / "p").rename(tmp_path / "elsewhere")
    store = shared_store()
    report = report_on(store, ai_client.new_access(), load_tiers(None, "openai/gpt-4o"), "t")
    assert report.diffs == {}
    assert "done" in as_markdown(report)


def test_a_track_nobody_told_of_is_an_error(tmp_path: Path):
    with pytest.raises(StoreError, match="there is no track nothing"):
        report_on(shared_store(), ai_client.new_access(), load_tiers(None, "a/b"), "nothing")


def test_the_time_of_runs_is_added_up_also_where_one_never_ended():
    at = datetime(2026, 11, 23, tzinfo=UTC)
    moments = [
        (0, RunStarted("r1")),
        (10, RunEnded("r1", "stopped")),
        (100, RunStarted("r2")),
        (103, TicketChanged("a", "running")),
    ]
    entries = tuple(
        TrackEntry("t", number, at + timedelta(seconds=seconds), event)
        for number, (seconds, event) in enumerate(moments, 1)
    )
    assert seconds_worked(entries) == 13.0
    assert seconds_worked(()) == 0.0


def test_every_event_of_a_track_has_words():
    from typing import get_args

    from manual_slop.values.track_events import GateClosed, GateOpened, TicketAdded, TicketSet, TrackEvent, TrackPlanned

    ticket = Ticket("a", "A", "x")
    told = [
        TrackPlanned("T", "g", "/p", "e", "d" * 64, "s", (ticket,)),
        TrackChanged("paused", "why", "ada"),
        GateOpened("spawn", "d", "ada", "a"),
        GateClosed("merge", "it changed"),
        TicketAdded(ticket, "a clash"),
        TicketChanged("a", "failed", "no", attempt=2),
        TicketSet("a", "x/y", "high", "ada"),
        VerdictGiven("a", 2, Verdict(False), "m"),
        RunStarted("r", loud=("plan",)),
        RunEnded("r", "why"),
    ]
    assert {type(event) for event in told} == set(get_args(TrackEvent))
    words = [event_words(event) for event in told]
    assert all(words)
    assert words[5] == "a is failed (attempt 2): no"
    assert words[2] == "the spawn gate is opened for a, by ada: d"
    assert event_words(replace(told[8], loud=())) == "run r begins"  # type: ignore[type-var]
