"""What is tried again, how long is waited, and when enough is enough."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from manual_slop.providers.litellm_gateway import Answer
from manual_slop.providers.retry import RetryBudget, RetryPolicy, with_retries
from manual_slop.values.cancel import Cancel
from manual_slop.values.errors import ErrorKind, ProviderError
from manual_slop.values.events import Event, Retrying
from manual_slop.values.messages import Message, Text
from manual_slop.values.usage import Usage

ROOT = Path(__file__).parents[2]
GOOD = Answer(Message("assistant", (Text("hi"),)), "stop", Usage(1, 1), "m")


def bad(kind: ErrorKind, *, wait: float | None = None, text: str = "") -> Answer:
    parts = (Text(text),) if text else ()
    error = ProviderError(kind, "openai", "openai/gpt-4o", "no", retry_after=wait)
    return Answer(Message("assistant", parts), "interrupted", Usage(), "m", error=error)


class Clock(Cancel):
    """A cancel button that is never pressed and does not really wait, but notes how long it was asked to."""

    def __init__(self) -> None:
        super().__init__()
        self.waited: list[float] = []

    def wait(self, seconds: float) -> bool:
        self.waited.append(seconds)
        return self.requested


def run(
    *answers: Answer, policy: RetryPolicy | None = None, budget: RetryBudget | None = None, jitter: float = 1.0
) -> tuple[Answer, int, list[float], list[Event]]:
    """The final answer, how often was asked, what was waited, what was told."""
    script, clock, events = list(answers), Clock(), list[Event]()
    asked = 0

    def ask() -> Answer:
        nonlocal asked
        asked += 1
        return script.pop(0) if len(script) > 1 else script[0]

    final = with_retries(ask, events.append, clock, budget or RetryBudget(), policy or RetryPolicy(), lambda: jitter)
    return final, asked, clock.waited, events


def test_a_good_answer_is_taken_at_once() -> None:
    assert run(GOOD) == (GOOD, 1, [], [])


@pytest.mark.parametrize("kind", ["rate_limit", "network", "timeout", "server"])
def test_what_may_pass_is_tried_again(kind: ErrorKind) -> None:
    final, asked, _, events = run(bad(kind), bad(kind), GOOD)

    assert (final, asked) == (GOOD, 3)
    assert [event.attempt for event in events if isinstance(event, Retrying)] == [2, 3]


@pytest.mark.parametrize(
    "kind", ["auth", "quota", "balance", "bad_request", "not_found", "context_length", "content_policy", "cancelled"]
)
def test_what_will_not_pass_is_not_tried_again(kind: ErrorKind) -> None:
    assert run(bad(kind), GOOD)[1] == 1


def test_after_the_first_token_was_shown_nothing_is_tried_again() -> None:
    assert run(bad("network", text="Hel"), GOOD)[1] == 1


def test_enough_is_enough() -> None:
    final, asked, waited, _ = run(bad("server"), policy=RetryPolicy(attempts=3))

    assert final.error is not None
    assert (asked, len(waited)) == (3, 2)


def test_the_wait_doubles_up_to_a_cap_and_is_jittered() -> None:
    assert run(bad("server"), policy=RetryPolicy(attempts=6, longest_wait=5))[2] == [1, 2, 4, 5, 5]
    assert run(bad("server"), policy=RetryPolicy(attempts=3), jitter=0.25)[2] == [0.25, 0.5]


def test_what_the_provider_asks_for_is_waited() -> None:
    assert run(bad("rate_limit", wait=7.5), GOOD)[2] == [7.5]


def test_a_wait_longer_than_the_cap_is_left_to_the_person() -> None:
    final, asked, _, _ = run(bad("rate_limit", wait=3600), GOOD)

    assert asked == 1
    assert final.error is not None
    assert final.error.retry_after == 3600


def test_a_session_does_not_answer_an_outage_with_a_storm() -> None:
    budget = RetryBudget(reserve=2, earned_per_call=0)

    asked = [run(bad("server"), budget=budget)[1] for _ in range(4)]

    assert asked == [3, 1, 1, 1]


def test_calls_earn_retries_back() -> None:
    budget = RetryBudget(reserve=1, earned_per_call=0.5)
    run(bad("server"), budget=budget, policy=RetryPolicy(attempts=2))
    for _ in range(2):
        run(GOOD, budget=budget)

    assert run(bad("server"), GOOD, budget=budget)[1] == 2


def test_a_cancel_ends_the_trying() -> None:
    cancel = Cancel()
    asked: list[int] = []

    def ask() -> Answer:
        asked.append(1)
        cancel.request()
        return bad("server")

    with_retries(ask, _ignore, cancel, RetryBudget(), RetryPolicy())

    assert len(asked) == 1


def _ignore(event: Event) -> None:
    pass


def test_the_library_that_retries_is_loaded_only_after_a_failure() -> None:
    code = (
        "import sys\n"
        "from tests.providers.test_retry import GOOD, bad, run\n"
        "run(GOOD), run(bad('auth'))\n"
        "print('tenacity' in sys.modules)\n"
        "run(bad('server'), GOOD)\n"
        "print('tenacity' in sys.modules)\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert ran.stdout.split() == ["False", "True"]
