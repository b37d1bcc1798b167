"""What a call takes from a budget before it is made, and what stands for it until its end is heard."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from manual_slop.money.rates_json import dump_rates
from manual_slop.providers.access import Access
from manual_slop.providers.retry import RetryPolicy
from manual_slop.safety.workspace import Workspace
from manual_slop.session.session import Session
from manual_slop.store.errors import StoreError
from manual_slop.tools.declaration import ToolContext
from manual_slop.tools.registry import ToolBox, built_in_tools
from manual_slop.values.budget import Amount, BudgetExceeded, Limit, NodeState
from manual_slop.values.errors import ProviderError
from manual_slop.values.ledger import UsageRecorded
from manual_slop.values.messages import Image
from manual_slop.values.paths import config_dir
from tests.support.pictures import RED_SQUARE
from tests.support.scripted_server import ScriptedServer, says

D = Decimal
MOST = 16_384
"""Tokens that gpt-4o may write."""


class Own:
    """A budget that remembers what is asked of it; `judge` is asked about each worst case, and may refuse."""

    def __init__(self, judge: Callable[[Amount], None] = lambda worst: None) -> None:
        self.drafts: list[UsageRecorded] = []
        self.asked: list[Amount] = []
        self._judge = judge

    def reserve(self, draft: UsageRecorded, worst: Amount) -> None:
        self.drafts.append(draft)
        self.asked.append(worst)
        self._judge(worst)

    def settle(self, entry: UsageRecorded) -> tuple[NodeState, ...]:
        return ()

    def release(self, call_id: str) -> None:
        pass


def full(limit: Limit) -> BudgetExceeded:
    return BudgetExceeded(NodeState(("all",), limit), "openai", "openai/gpt-4o", "full", "raise it")


def say(budget: Own, model: str = "openai/gpt-4o", toolbox: ToolBox | None = None, **more: Any) -> dict[str, Any]:
    """Say something within the budget; the request as it was sent."""
    session = Session(Access(), model, retries=RetryPolicy(1), toolbox=toolbox)
    session.budget = budget
    with ScriptedServer([says("hi")]) as server:
        session.send("hello", api_base=f"{server.url}/v1", api_key="sk-canary-purse", **more)
        sent: dict[str, Any] = server.seen[0].body
        return sent


def read(budget: Own) -> int:
    """The most that the prompt comes to, by what was asked for with so much room for the answer."""
    return budget.asked[0].tokens - MOST


def tools(folder: Path) -> ToolBox:
    return ToolBox(built_in_tools(), ToolContext(Workspace(folder)))


def test_the_worst_is_the_longest_answer_that_the_model_gives_and_what_goes_in_at_its_dearest(tmp_path: Path) -> None:
    plain, with_tools = Own(), Own()
    say(plain)
    say(with_tools, toolbox=tools(tmp_path))
    assert plain.asked == [Amount(D("2.5") / 1_000_000 * read(plain) + D(10) / 1_000_000 * MOST, read(plain) + MOST)]
    assert 0 < read(plain) < 100 < 1_000 < read(with_tools)


@pytest.mark.parametrize("name", ["max_tokens", "max_completion_tokens"])
def test_the_longest_answer_asked_for_is_what_is_set_aside_and_cut_under_its_own_name(name: str) -> None:
    plain, asking = Own(), Own()
    say(plain)
    assert say(asking, **{name: 5_000})[name] == 5_000
    assert asking.asked[0].tokens == read(plain) + 5_000

    def judge(worst: Amount) -> None:
        if worst.tokens > read(plain) + 3_000:
            raise full(Limit(tokens=read(plain) + 3_000))

    sent = say(Own(judge), **{name: 5_000})
    assert sent[name] == 3_000
    assert len({"max_tokens", "max_completion_tokens"} & sent.keys()) == 1


@pytest.mark.parametrize(
    ("params", "least"),
    [({}, 1_024), ({"reasoning_effort": "low"}, 1_024 + 8_192), ({"thinking": {"budget_tokens": 3_000}}, 4_024)],
    ids=str,
)
def test_an_answer_is_cut_to_what_must_fit_at_the_least_and_then_refused(params: dict[str, Any], least: int) -> None:
    def judge(worst: Amount) -> None:
        raise full(Limit(tokens=1))

    budget = Own(judge)
    with pytest.raises(BudgetExceeded):
        say(budget, **params)
    assert [worst.tokens - read(budget) for worst in budget.asked] == [MOST, least]


def test_an_answer_is_cut_by_dollars_too() -> None:
    def judge(worst: Amount) -> None:
        if worst.usd > D("0.05"):
            raise full(Limit(D("0.05")))

    budget = Own(judge)
    say(budget)
    cut = budget.asked[1]
    assert D("0.0499") < cut.usd <= D("0.05")


def test_where_there_is_room_and_yet_a_refusal_it_is_told_as_it_is() -> None:
    def judge(worst: Amount) -> None:
        raise full(Limit(tokens=worst.tokens))

    budget = Own(judge)
    with pytest.raises(BudgetExceeded):
        say(budget)
    assert len(budget.asked) == 1


def test_a_model_on_this_computer_takes_tokens_and_no_dollars_even_where_somebody_wrote_a_price() -> None:
    prices = config_dir() / "pricing" / "lm_studio.toml"
    prices.parent.mkdir(parents=True)
    prices.write_text('provider = "lm_studio"\n[models.m1]\ninput = 100\noutput = 100\n', "utf-8")

    def judge(worst: Amount) -> None:
        if len(budget.asked) == 1:
            raise full(Limit(D("0.000001"), worst.tokens - 1_000))

    budget = Own(judge)
    say(budget, "lm_studio/m1")
    assert [(worst.usd, worst.unpriced) for worst in budget.asked] == [(0, 0)] * 2
    assert budget.asked[1].tokens == budget.asked[0].tokens - 1_000
    assert budget.drafts[0].rates == ""


def test_what_stands_for_a_call_until_its_end_is_heard_says_all_that_is_known_of_it(tmp_path: Path) -> None:
    budget = Own()
    before = datetime.now(UTC)
    say(budget)
    (draft,) = budget.drafts
    assert (draft.model, draft.provider, draft.purpose) == ("openai/gpt-4o", "openai", "interrupted")
    assert draft.usage.estimated
    assert 0 < draft.usage.input_tokens <= read(budget)
    assert (draft.usage.output_tokens, draft.cost.basis) == (0, "estimated")
    assert draft.cost.usd == draft.usage.input_tokens * D("2.5") / 1_000_000
    assert draft.cost.note == "the program ended before the answer came: what went in, by an estimate"
    access = Access()
    assert draft.rates == dump_rates(access.rates(access.route("openai/gpt-4o", api_key="k"))) != ""
    assert draft.began is not None
    assert draft.began.tzinfo is UTC
    assert timedelta(0) <= draft.began - before < timedelta(minutes=5)


def test_tools_and_pictures_weigh_too_and_a_doubt_about_the_price_is_kept(tmp_path: Path) -> None:
    plain, with_tools, seeing, dated = Own(), Own(), Own(), Own()
    say(plain)
    say(with_tools, toolbox=tools(tmp_path))
    say(seeing, images=[Image("image/png", RED_SQUARE)])
    say(dated, "openai/gpt-4o-2031-01-01")
    weights = [one.drafts[0].usage.input_tokens for one in (plain, with_tools, seeing)]
    assert weights[0] < min(weights[1:])
    note = dated.drafts[0].cost.note
    assert note.startswith("the program ended before the answer came: what went in, by an estimate; priced as gpt-4o: ")


def test_a_budget_that_cannot_be_asked_says_what_to_do() -> None:
    def judge(worst: Amount) -> None:
        raise StoreError("the disk is full", "full")

    with pytest.raises(ProviderError) as caught:
        say(Own(judge))
    assert caught.value.message == "the budget cannot be checked: the disk is full"
    assert caught.value.advice == "Mend that, or take the budget away: without one, calls are not checked."
    assert (caught.value.kind, caught.value.provider, caught.value.model) == ("budget", "openai", "openai/gpt-4o")
