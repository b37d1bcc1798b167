"""A turn on a thread of its own: shown as it happens, stopped by Ctrl-C, ended whatever happens."""

from __future__ import annotations

import io
import json
import os
import signal
import threading

import pytest

from manual_slop.terminal.interrupts import stopping
from manual_slop.terminal.json_view import JsonView
from manual_slop.terminal.turn_loop import Tell, run_turn
from manual_slop.values.cancel import Cancel
from manual_slop.values.errors import ConfigError, ProviderError
from manual_slop.values.events import TextDelta, TurnFailed
from manual_slop.values.secrets import Secret
from manual_slop.values.usage import UNPRICED, Usage
from tests.terminal.doubles import finished

AUTH = ProviderError("auth", "openai", "openai/gpt-4o", "no key")


def _lines(stream: io.StringIO) -> list[dict]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def _failing(error: BaseException, *, told: bool = False):
    def work(tell: Tell, cancel: Cancel) -> None:
        if told:
            tell(TurnFailed(AUTH, Usage(), UNPRICED, "s"))
        raise error

    return work


def test_events_are_shown_in_order_and_success_is_zero():
    stream = io.StringIO()

    def work(tell: Tell, cancel: Cancel) -> None:
        for number in range(500):
            tell(TextDelta(f"{number}."))
        tell(finished())

    assert run_turn(work, JsonView(stream)) == 0
    assert [line["text"] for line in _lines(stream)[:-1]] == [f"{number}." for number in range(500)]
    assert _lines(stream)[-1]["type"] == "turn_finished"


@pytest.mark.parametrize("told", [True, False])
def test_a_providers_error_ends_the_turn_exactly_once(told: bool):
    stream = io.StringIO()
    assert run_turn(_failing(AUTH, told=told), JsonView(stream)) == 3
    assert [line["type"] for line in _lines(stream)] == ["turn_failed"]


def test_wrong_settings_end_the_turn_too():
    stream = io.StringIO()
    assert run_turn(_failing(ConfigError("config.toml:3: wrong")), JsonView(stream)) == 2
    assert _lines(stream)[-1]["error"]["kind"] == "configuration"


def test_what_nobody_foresaw_ends_the_turn_and_is_raised():
    stream = io.StringIO()
    with pytest.raises(ZeroDivisionError):
        run_turn(_failing(ZeroDivisionError("x")), JsonView(stream))
    assert _lines(stream)[-1]["error"]["kind"] == "unknown"


def test_ctrl_c_presses_the_cancel_button_and_the_turn_may_still_speak():
    stream = io.StringIO()

    def work(tell: Tell, cancel: Cancel) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        assert cancel.wait(60)
        tell(TextDelta("last words."))
        raise ProviderError("cancelled", "p", "p/m", "cancelled")

    assert run_turn(work, JsonView(stream)) == 130
    assert [line["type"] for line in _lines(stream)] == ["text_delta", "turn_failed"]
    assert _lines(stream)[-1]["error"]["kind"] == "cancelled"


def test_a_key_in_two_pieces_is_in_no_line_and_the_pieces_are_still_the_whole():
    Secret("sk-canary-over-two-lines", "test")
    stream = io.StringIO()

    def work(tell: Tell, cancel: Cancel) -> None:
        for piece in ("see sk-canary-", "over-two-lines", " and sk-can"):
            tell(TextDelta(piece))
        raise ProviderError("network", "p", "p/m", "cut")

    assert run_turn(work, JsonView(stream)) == 6
    told = [line["text"] for line in _lines(stream)[:-1]]
    assert "".join(told) == "see ‹redacted› and sk-can"
    assert told[0] == "see "


def test_a_second_ctrl_c_does_not_wait_for_the_turn_but_still_tells_its_end():
    stream = io.StringIO()
    never = threading.Event()

    def work(tell: Tell, cancel: Cancel) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        cancel.wait(60)
        os.kill(os.getpid(), signal.SIGINT)
        never.wait(60)

    with pytest.raises(KeyboardInterrupt):
        run_turn(work, JsonView(stream))
    never.set()
    assert _lines(stream)[-1]["error"]["kind"] == "cancelled"


class _ClosedPipe(io.StringIO):
    def write(self, text: str) -> int:
        raise BrokenPipeError


def test_when_nobody_reads_any_more_the_turn_is_stopped_and_costs_no_more():
    stopped = threading.Event()

    def work(tell: Tell, cancel: Cancel) -> None:
        tell(TextDelta("x"))
        if cancel.wait(60):
            stopped.set()

    with pytest.raises(BrokenPipeError):
        run_turn(work, JsonView(_ClosedPipe()))
    assert stopped.wait(60)


def test_afterwards_signals_mean_what_they_meant_before():
    before = signal.getsignal(signal.SIGINT)
    with stopping(Cancel()):
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before


def test_a_signal_that_was_ignored_stays_ignored():
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        cancel = Cancel()
        with stopping(cancel):
            os.kill(os.getpid(), signal.SIGTERM)
        assert not cancel.requested
    finally:
        signal.signal(signal.SIGTERM, before)
