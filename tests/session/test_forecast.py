"""What the next prompt may cost: judged by the conversation's own turns, with the context as it is now."""

from __future__ import annotations

from decimal import Decimal

import pytest

from manual_slop.providers.access import Access
from manual_slop.session.forecast import TurnSample, turns_of
from manual_slop.session.session import Session
from manual_slop.values.context import Range
from manual_slop.values.errors import ProviderError
from manual_slop.values.ledger import Purpose, UsageRecorded
from manual_slop.values.messages import Image
from manual_slop.values.usage import UNPRICED, Usage


def call(
    turn: str, read: int, wrote: int, purpose: Purpose = "chat", cached: int = 0, error: str = ""
) -> UsageRecorded:
    usage = Usage(read, wrote, cache_read_tokens=cached)
    return UsageRecorded("openai/gpt-4o", usage, UNPRICED, purpose, turn_id=turn, error=error)


def session(*entries: UsageRecorded) -> Session:
    made = Session(Access(), "openai/gpt-4o", system_prompt="x" * 3996)
    made.settled.extend(entries)
    return made


def test_turns_are_their_rounds_and_what_is_no_turn_is_no_measure() -> None:
    entries = [
        *(call("a", 1000, 10), call("a", 1400, 20, "tool round", cached=1200)),
        *(
            call("b", 2000, 30, "retry"),
            call("c", 9, 9, "compaction"),
            call("d", 500, 0, "cancelled", error="cancelled"),
        ),
    ]
    assert turns_of(entries) == (TurnSample(2, 30, 400, 0.5), TurnSample(1, 30, 0, 0.0))


def test_without_a_turn_only_the_input_is_known_and_that_is_said() -> None:
    (one,) = session().forecast()
    assert (one.turns, one.output) == (0, None)
    assert one.input == Range(1007, 1007)
    assert one.usd == (Decimal("0.0025175"), Decimal("0.0025175"))
    assert "no turn to judge by" in one.assumption


def test_each_earlier_turn_is_played_again_with_the_context_as_it_is_now() -> None:
    entries = [call(str(at), 100, 10 * (at + 1)) for at in range(9)]
    talk = session(*entries, call("z", 100, 500), call("z", 300, 500, "tool round"))
    (one,) = talk.forecast("y" * 400)
    assert one.input == Range(1107, 1107)
    assert one.output == Range(50, 90)
    assert one.turns == 10
    assert one.usd == (Decimal("0.0032675"), Decimal("0.0036675"))
    assert (one.fits, one.local) == (True, False)


def test_other_models_are_priced_for_the_same_turns_and_nothing_is_cached_there() -> None:
    talk = session(call("a", 1000, 100, cached=1000))
    own, other, unpriced = talk.forecast(
        models=("anthropic/claude-sonnet-4-5", "openai/nobody-knows-it", "openai/gpt-4o")
    )
    assert own.usd is not None
    assert other.usd is not None
    assert own.usd[0] == Decimal("0.00225875")  # 1,007 in, all of it cached at half the price, and 100 out
    assert other.usd[0] > own.usd[0]
    assert "nothing cached" in other.assumption
    assert (unpriced.usd, unpriced.fits) == (None, None)


def test_a_prompt_too_long_for_a_model_is_said_to_be(rehearsal_url: str) -> None:
    talk = Session(Access(rehearsal=lambda: rehearsal_url), "rehearsal/demo")
    demo, small = talk.forecast("x" * 8000, ("rehearsal/window-1000",))
    assert (demo.fits, small.fits, small.local) == (True, False, True)


def test_pictures_take_part() -> None:
    talk = session()
    without, beside = talk.forecast("hi")[0], talk.forecast("hi", images=(Image("image/png", b"x", 750, 1000),))[0]
    assert beside.input.median - without.input.median == 1000


def test_a_model_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(ProviderError, match="opnai"):
        session().forecast(models=("opnai/gpt-4o",))
