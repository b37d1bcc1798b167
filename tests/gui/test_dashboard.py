"""The dashboard as a person uses it: what was spent, where it comes from, and what it would have been elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from imgui_bundle.immapp import icons_fontawesome_6 as icons

from manual_slop import cost_tracker
from manual_slop.app.spending import BUDGETS, FIGURES
from manual_slop.gui.context import App
from manual_slop.gui.dashboard.view import view_of
from manual_slop.gui.panel_list import PANELS
from manual_slop.gui.remembered import remembered_window, settings_of
from manual_slop.values.paths import config_dir
from manual_slop.values.usage import Usage
from tests.support.entries import entry, some_entries
from tests.support.gui import Person, use

PANEL = "MMA Dashboard"


def spend(app: App, *entries) -> None:
    """Calls are made in the conversation in view."""
    app.state.conversation.session_id = "s1"
    for one in entries:
        app.controller.post(app.state.current, one)


def counted(app: App, calls: int) -> Callable[[], bool]:
    def so_many() -> bool:
        figures = app.state.fetched(FIGURES).value
        return figures is not None and figures.total.cost.calls == calls

    return so_many


def test_each_tier_is_shown_with_what_it_used_and_cost_and_new_calls_are_added(app: App):
    read = []

    def scene(person: Person) -> None:
        spend(app, entry(tier="3", call_id="a"), entry(tier="1", call_id="b"), entry("acme/m1", tier="3", call_id="c"))
        person.opens(PANEL)
        person.waits_until(counted(app, 3))
        read.append(person.reads())
        spend(app, entry(tier="4", usage=Usage(2_000_000, 10), call_id="d"), entry(tier="3", call_id="a"))
        person.waits_until(counted(app, 4))
        read.append(person.reads())

    use(app, scene)
    assert "1 orchestrator" in read[0]
    assert "≥ $0.003500" in read[0]  # 1,000 in and 100 out of gpt-4o, and one that nobody can price
    assert "3 calls" in read[0]
    assert "2.00M" in read[1]
    assert "4 calls" in read[1]


def test_what_was_recorded_before_is_read_and_can_be_sifted_by_scope_and_day(app: App):
    for number, one in enumerate(some_entries(40)):
        assert cost_tracker.record(one), number

    def scene(person: Person) -> None:
        view = view_of(app)
        person.opens(PANEL)
        person.waits_until(counted(app, 0))
        view.scope = "everything"
        person.waits_until(counted(app, 40))
        view.by = "model"
        assert "anthropic/claude-sonnet-4-5" in person.reads()
        spend(app, entry(call_id="new", track="k1"))
        person.waits_until(counted(app, 41))
        view.scope = "session"
        person.waits_until(counted(app, 1))
        view.scope = "tracks"
        person.waits_until(counted(app, 1))

    use(app, scene)


def test_tiers_are_priced_under_other_models_and_what_has_no_price_says_why(app: App):
    read = []

    def scene(person: Person) -> None:
        spend(app, entry(tier="1", usage=Usage(1_000_000, 100_000), call_id="a"))
        app.controller.spending.models = ("openai/gpt-4o-mini", "nobody/knows-it")
        person.opens(PANEL)
        person.clicks(f"//{PANEL}/pages/What if")
        person.waits_until(lambda: counted(app, 1)() and app.state.fetched(FIGURES).value.wanted.models)
        person.waits(3)
        read.append(person.reads())

    use(app, scene)
    figures = app.state.fetched(FIGURES).value
    cheap = figures.matrix.total.what_if["openai/gpt-4o-mini"]
    assert cheap.usd == Decimal("0.21")
    assert "$0.2100" in read[0]
    assert "−$3.29 (−94 %)" in read[0]
    assert "unpriced" in read[0]
    assert "nobody" in figures.reasons["1", "nobody/knows-it"]


def test_models_to_compare_with_are_found_ticked_and_remembered(app: App):
    def scene(person: Person) -> None:
        spend(app, entry(tier="1", call_id="a"))
        person.opens(PANEL)
        person.clicks(f"//{PANEL}/pages/What if")
        person.clicks(f"//{PANEL}/pages/What if/{icons.ICON_FA_PLUS}  Models to compare with##pick")
        person.waits_until(lambda: app.state.fetched("comparable models").value)
        person.types("openai/ 4o-mini")
        person.waits(3)
        person.presses("Enter")
        person.waits_until(lambda: app.controller.spending.models)

    use(app, scene)
    assert app.controller.spending.models == ("openai/gpt-4o-mini",)
    again = remembered_window(settings=settings_of(app))
    assert again.controller.spending.models == ("openai/gpt-4o-mini",)
    again.controller.close()


def test_the_nearest_budget_is_shown_and_others_on_request(app: App):
    config_dir().mkdir(parents=True, exist_ok=True)
    (config_dir() / "config.toml").write_text('[budgets]\nper_session = 1.00\ntotal = "50.00"\n', encoding="utf-8")
    dear = entry(usage=Usage(360_000, 0), call_id="a")
    cost_tracker.record(dear)
    read = []

    def scene(person: Person) -> None:
        spend(app, dear)
        person.opens(PANEL)
        person.waits_until(lambda: counted(app, 1)() and app.state.fetched(BUDGETS, "s1").value)
        person.waits()
        read.append(person.reads())
        person.clicks(f"//{PANEL}/+ 1")
        read.append(person.reads())

    use(app, scene)
    assert "session s1" in read[0]
    assert "90 %" in read[0]
    assert "of $50.00" not in read[0]
    assert "of $50.00" in read[1]


def test_settings_that_cannot_be_read_are_told_and_the_sums_stand(app: App):
    config_dir().mkdir(parents=True, exist_ok=True)
    (config_dir() / "config.toml").write_text("[budgets]\nper_session = 'much'\n", encoding="utf-8")
    read = []

    def scene(person: Person) -> None:
        spend(app, entry(call_id="a"))
        person.opens(PANEL)
        person.waits_until(lambda: counted(app, 1)() and app.state.fetched(BUDGETS, "s1").error)
        person.waits()
        read.append(person.reads())

    use(app, scene)
    assert "The budgets cannot be read" in read[0]
    assert "1 call " in read[0]


@pytest.mark.parametrize("theme", ["dark", "light", "contrast"])
def test_it_is_drawn_in_every_theme_however_small(app: App, theme):
    app.theme = theme

    def scene(person: Person) -> None:
        spend(app, *some_entries(60))
        person.opens(PANEL)
        person.waits_until(lambda: app.state.fetched(FIGURES).value)
        for page in ("Costs", "What if", "Tracks"):
            person.clicks(f"//{PANEL}/pages/{page}")
            person.waits(3)

    use(app, scene, size=(640, 400), panels=PANELS)
