"""The sums of the dashboard, made behind the window: read once, added to, explained, and mended when they fail."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from manual_slop import cost_tracker
from manual_slop.app.figures import Figures, Wanted
from manual_slop.app.spending import BOOK, BUDGETS, EXPLAINED, FIGURES
from manual_slop.app_controller import AppController
from manual_slop.money.provenance import Explanation
from manual_slop.values.paths import config_dir
from tests.support.entries import entry
from tests.support.patience import wait_until

EVERYTHING = Wanted("everything")


@pytest.fixture
def controller() -> Iterator[AppController]:
    made = AppController()
    yield made
    made.close()


def figures(controller: AppController, wanted: Wanted, calls: int) -> Figures:
    """Those that are wanted, when so many calls are in them."""

    def there() -> bool:
        controller.pump()
        value = controller.spending.look(wanted).value
        return value is not None and value.wanted == wanted and value.total.cost.calls == calls

    wait_until(there)
    found: Figures = controller.state.fetched(FIGURES).value
    return found


def test_the_ledger_is_read_once_and_new_calls_are_added_to_what_was_counted(controller):
    cost_tracker.record(entry(call_id="old", session_id="s1"))
    figures(controller, EVERYTHING, 1)
    book = controller.state.fetched(BOOK).value
    controller.post("x", entry(call_id="new", session_id="s2"))
    controller.post("x", entry(call_id="old", session_id="s1"))
    figures(controller, EVERYTHING, 2)
    assert controller.state.fetched(BOOK).value is book


def test_a_session_counts_what_it_began_and_nothing_else(controller):
    child = entry(call_id="child", session_id="s9")
    began = cost_tracker.UsageRecorded(**{**_fields(child), "origin": cost_tracker.Origin("s1", tier="3", track="k")})
    for one in (entry(call_id="own", session_id="s1"), began, entry(call_id="other", session_id="s2")):
        controller.post("x", one)
    assert figures(controller, Wanted("session", "s1"), 2).last_model == {"–": "openai/gpt-4o", "3": "openai/gpt-4o"}
    figures(controller, Wanted("tracks", "s1"), 1)
    figures(controller, Wanted("session", ""), 0)


def test_nothing_is_counted_while_nothing_changed(controller):
    counts = []
    load = controller.spending._load
    controller.spending._load = lambda what, key, work: (counts.append(what), load(what, key, work))
    figures(controller, EVERYTHING, 0)
    for _ in range(50):
        controller.pump()
        controller.spending.look(EVERYTHING)
    assert counts.count(FIGURES) == 1
    assert counts.count(BOOK) == 1


def test_calls_that_another_program_made_are_there_when_the_ledger_is_read_again(controller):
    figures(controller, EVERYTHING, 0)
    cost_tracker.record(entry(call_id="theirs"))
    controller.spending.read_again()
    figures(controller, EVERYTHING, 1)


def test_a_row_is_explained_by_its_rates_and_sources(controller):
    controller.post("x", entry(call_id="a", tier="3"))
    controller.post("x", entry("acme/m1", call_id="b", tier="3"))
    controller.post("x", entry(call_id="c", tier="1"))
    found = figures(controller, EVERYTHING, 3)

    def explained(key: str) -> list[Explanation]:
        controller.pump()
        value: list[Explanation] = controller.spending.explain("tier", key, found).value or []
        return value

    wait_until(lambda: explained("3"))
    priced, unpriced = explained("3")
    assert (priced.model, priced.source, len(priced.terms)) == ("openai/gpt-4o", "pricing/openai.toml", 2)
    assert (unpriced.model, unpriced.usd) == ("acme/m1", None)
    wait_until(lambda: explained(""))
    assert sum(part.calls for part in explained("")) == 3
    assert len(controller.state.loaded[EXPLAINED]) == 1


def test_a_row_asked_about_while_the_ledger_is_read_again_is_explained_after_that(controller):
    controller.post("x", entry(call_id="a", tier="3"))
    found = figures(controller, EVERYTHING, 1)
    controller.spending.read_again()
    assert controller.spending.explain("tier", "3", found).value is None
    wait_until(lambda: (controller.pump(), controller.spending.explain("tier", "3", found).value)[1])


def test_a_ledger_that_is_being_read_is_not_read_twice(controller):
    reads = []
    load = controller.spending._load
    controller.spending._load = lambda what, key, work: (reads.append(what), load(what, key, work))
    controller.spending.look(EVERYTHING)
    controller.spending.read_again()
    figures(controller, EVERYTHING, 0)
    assert reads.count(BOOK) == 1


def test_a_model_that_makes_no_sense_is_unpriced_and_the_others_stand(controller):
    controller.post("x", entry(call_id="a", tier="1"))
    found = figures(controller, Wanted("everything", models=("nobody/x", "openai/gpt-4o-mini")), 1)
    assert found.matrix.total.what_if["nobody/x"].unpriced == 1
    assert "nobody" in found.reasons["1", "nobody/x"]
    assert found.matrix.total.what_if["openai/gpt-4o-mini"].usd > 0


def test_a_budget_that_cannot_be_read_is_told_and_the_sums_are_not_lost(controller):
    config_dir().mkdir(parents=True, exist_ok=True)
    (config_dir() / "config.toml").write_text("[budgets]\nper_day = 'much'\n", encoding="utf-8")
    controller.post("x", entry(call_id="a", session_id="s1"))
    figures(controller, Wanted("session", "s1"), 1)
    wait_until(lambda: (controller.pump(), controller.state.fetched(BUDGETS, "s1").error)[1])
    assert "per_day" in controller.state.fetched(BUDGETS, "s1").error


def _fields(one) -> dict[str, object]:
    return {name: getattr(one, name) for name in one.__slots__}
