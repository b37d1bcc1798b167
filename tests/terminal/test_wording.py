"""Numbers and happenings in a person's words."""

from __future__ import annotations

from decimal import Decimal

import pytest

from manual_slop.terminal.wording import call_words, cost_words, duration, retry_words, size, tool_words, turn_words
from manual_slop.values.errors import ProviderError
from manual_slop.values.events import Retrying
from manual_slop.values.messages import ToolCall
from manual_slop.values.usage import Cost, Usage
from tests.terminal.doubles import CALL, LISTED, ran


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.0004, "<1 ms"),
        (0.0031, "3 ms"),
        (0.0996, "0.1 s"),
        (1.34, "1.3 s"),
        (59.96, "1 min 00 s"),
        (125, "2 min 05 s"),
    ],
)
def test_durations_have_the_unit_a_person_thinks_in(seconds: float, words: str):
    assert duration(seconds) == words


@pytest.mark.parametrize(("count", "words"), [(0, "0 B"), (999, "999 B"), (1240, "1.2 kB"), (999_960, "1.0 MB")])
def test_sizes_have_the_unit_a_person_thinks_in(count: int, words: str):
    assert size(count) == words


def test_the_last_line_says_tokens_money_its_origin_rounds_and_time():
    words = turn_words(Usage(412, 96, cache_read_tokens=128), LISTED, 1.3, 2)
    assert words == (
        "412 in (128 cached) · 96 out · $0.001200 list price (pricing/openai.toml, 2026-11-22) · 2 rounds · 1.3 s"
    )


def test_reasoning_and_cache_writes_are_counted_apart():
    usage = Usage(1000, 50, cache_write_tokens=900, reasoning_tokens=40)
    assert turn_words(usage, LISTED, 1, 1).startswith("1,000 in (900 written to cache) · 50 out (40 reasoning)")


def test_unknown_is_not_zero():
    assert cost_words(Cost(None, "unpriced")) == "unpriced"
    assert cost_words(Cost(None, "unpriced", note="no rate")) == "unpriced (no rate)"


def test_a_local_model_costs_nothing_and_a_free_one_costs_zero():
    assert cost_words(Cost(Decimal(0), "local")) == "local, no charge"
    assert cost_words(Cost(Decimal(0), "list price", "map")) == "$0 list price (map)"


def test_guesses_are_marked_as_such():
    assert cost_words(Cost(Decimal("0.5"), "estimated", "map")) == "~$0.5000 estimated (map)"
    assert turn_words(Usage(2, 1, estimated=True), LISTED, 1).startswith("~2 in · ~1 out")


def test_what_the_provider_billed_stands_beside_our_own_sum():
    cost = Cost(Decimal("0.002"), "billed", "the provider's own bill", note="list price comes to $0.001")
    assert cost_words(cost) == "$0.002000 billed by the provider (list price comes to $0.001)"


def test_a_tool_line_says_what_it_was_given_how_much_it_answered_and_how_long_it_took():
    assert tool_words(ran()) == "read_file README.md start_line=3 · 1.2 kB · 3 ms"


def test_a_failed_tool_says_why():
    assert (
        tool_words(ran("Error: no such\nfile", is_error=True))
        == "read_file README.md start_line=3 · no such file · 3 ms"
    )


@pytest.mark.parametrize("arguments", ["", "{", '["a"]', '{"a": NaN}', "\x1b[2J" * 1000])
def test_arguments_that_cannot_be_read_are_shown_as_they_are_but_tamed(arguments: str):
    words = call_words(ToolCall("1", "tool\x1b", arguments))
    assert words.startswith("tool␛")
    assert "\x1b" not in words
    assert len(words) < 80


def test_a_retry_says_why_and_when():
    error = ProviderError("rate_limit", "openai", "openai/gpt-4o", "slow\ndown")
    assert retry_words(Retrying(2, 1.5, error)) == "rate_limit: slow down · try 2 in 1.5 s"


def test_a_call_without_arguments_is_just_its_name():
    assert call_words(ToolCall("1", "list", "")) == "list"
    assert call_words(CALL) == "read_file README.md start_line=3"


def test_what_a_call_is_about_stands_first_and_of_what_has_parts_only_how_many():
    edit = ToolCall("1", "edit_file", '{"edits": [{"old": "a", "new": "b"}], "path": "src/app.py", "why": {}}')
    assert call_words(edit) == "edit_file src/app.py edits=[1] why=[0]"
    assert call_words(ToolCall("1", "mcp", '{"tags": ["a", "b"]}')) == "mcp [2]"
    assert call_words(ToolCall("1", "mcp", '{"path": 3, "b": true}')) == "mcp 3 b=True"
