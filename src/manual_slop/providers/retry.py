"""When a failed call is tried again: tenacity decides, one policy, nothing retries beneath it."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass

from manual_slop.providers.litellm_gateway import Answer
from manual_slop.providers.stream import Listener
from manual_slop.values.cancel import Cancel
from manual_slop.values.errors import ProviderError
from manual_slop.values.events import Retrying


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how patiently. Waits are in seconds; `longest_wait` also caps what a provider may ask for.

    `waits` is off where time has no part in it: no provider is asked, all that comes was recorded.
    """

    attempts: int = 4
    first_wait: float = 1.0
    longest_wait: float = 60.0
    waits: bool = True


class RetryBudget:
    """Retries a session may still spend, so that an outage is not answered with a storm.

    Starts with `reserve`; each call earns a part of a retry, each retry costs a whole one.
    """

    def __init__(self, reserve: float = 10.0, earned_per_call: float = 0.2) -> None:
        self._left = self._most = reserve
        self._earned = earned_per_call
        self._lock = threading.Lock()

    def earn(self) -> None:
        """A call is made."""
        with self._lock:
            self._left = min(self._most, self._left + self._earned)

    def spend(self) -> bool:
        """Take one retry, if one is left."""
        with self._lock:
            if self._left < 1:
                return False
            self._left -= 1
            return True


def with_retries(
    ask: Callable[[], Answer],
    listener: Listener,
    cancel: Cancel,
    budget: RetryBudget,
    policy: RetryPolicy,
    jitter: Callable[[], float] = random.random,
) -> Answer:
    """`ask` until it answers, up to the policy: only what may pass by itself, and never once the first token was shown.

    Waits a random part of a doubling time, or what the provider asks for. `jitter` gives a number in [0, 1).
    """
    budget.earn()
    first = ask()
    if not _may_pass(first, policy, cancel):
        return first
    import tenacity  # 40 ms: only after a failure

    kept = [first]

    def worth_retrying(answer: Answer) -> bool:
        return _may_pass(answer, policy, cancel) and budget.spend()

    def wait(state: tenacity.RetryCallState) -> float:
        if not policy.waits:
            return 0.0
        error = _error_of(state)
        if error is not None and error.retry_after is not None:
            return error.retry_after
        return jitter() * min(policy.longest_wait, policy.first_wait * 2.0 ** (state.attempt_number - 1))

    def announce(state: tenacity.RetryCallState) -> None:
        error = _error_of(state)
        if error is not None and state.next_action is not None:
            listener(Retrying(state.attempt_number + 1, state.next_action.sleep, error))

    return tenacity.Retrying(
        stop=tenacity.stop_after_attempt(policy.attempts),
        retry=tenacity.retry_if_result(worth_retrying),
        wait=wait,
        sleep=lambda seconds: _sleep(cancel, seconds),
        before_sleep=announce,
        retry_error_callback=lambda state: state.outcome.result() if state.outcome else None,
    )(lambda: kept.pop() if kept else ask())


def _may_pass(answer: Answer, policy: RetryPolicy, cancel: Cancel) -> bool:
    """Whether the same question may be answered a little later: nothing of an answer was shown, and nobody stopped."""
    error = answer.error
    if error is None or not error.retryable or answer.message.parts or cancel.requested:
        return False
    return (error.retry_after or 0) <= policy.longest_wait


def _sleep(cancel: Cancel, seconds: float) -> None:
    cancel.wait(seconds)


def _error_of(state: object) -> ProviderError | None:
    outcome = getattr(state, "outcome", None)
    answer = outcome.result() if outcome is not None else None
    return answer.error if isinstance(answer, Answer) else None
