"""The context in the terminal: a bar, a table, where the figures come from, and what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from manual_slop.session.compaction import Compaction
from manual_slop.terminal.context_view import compaction_words, context_hint, context_view, percent
from manual_slop.terminal.json_lines import document
from manual_slop.terminal.screen import say
from manual_slop.values.context import ContextMeter, Forecast, Range, Share, Told
from manual_slop.values.messages import user
from manual_slop.values.usage import Cost, Usage
from tests.terminal.doubles import into_pipes, on_terminal

TOLD = Told(
    Usage(96_000, 400, cache_read_tokens=72_000), "anthropic/claude-sonnet-4-5", datetime(2026, 11, 23, tzinfo=UTC)
)
METER = ContextMeter(
    "anthropic/claude-sonnet-4-5",
    99_000,
    (Share("system prompt", 500, 1), Share("tools", 3_500, 20), Share("tool results", 95_000, 41)),
    128_000,
    "litellm's map",
    8_000,
    TOLD,
    3_000,
)
NEXT = (
    Forecast(METER.model, Range(99_100, 310_000), Range(300, 2_000), (Decimal("0.0312"), Decimal("0.4567")), 7, True),
    Forecast("ollama_chat/qwen3", Range(99_100, 310_000), Range(300, 2_000), (Decimal(0), Decimal(0)), 7, None, True),
    Forecast("a/b", Range(99_100, 99_100), None, None, 7, False),
)


def shown(meter: ContextMeter, forecasts: Sequence[Forecast] = ()) -> str:
    screen, _, err = into_pipes()
    say(screen.err, context_view(meter, forecasts))
    return err.getvalue()


def test_what_takes_how_much_is_shown_with_what_is_left() -> None:
    lines = [line.split() for line in shown(METER).splitlines()]
    assert shown(METER).startswith(
        "anthropic/claude-sonnet-4-5 · ~99,000 of 128,000 tokens, 82 % of the room for input\n"
    )
    assert ["tool", "results", "95,000", "96", "%", "41"] in lines
    assert ["system", "prompt", "500", "0.5", "%", "1"] in lines
    assert ["kept", "for", "the", "answer", "8,000"] in lines
    assert ["free", "21,000"] in lines


def test_each_figure_says_where_it_comes_from() -> None:
    text = shown(METER)
    assert "anthropic/claude-sonnet-4-5 counted 96,000 in its last call, 75 % of them from its cache." in text
    assert "is estimated by that call's ratio" in text
    assert "The window is what litellm's map says." in text
    assert "Older turns" not in text


def test_what_nobody_knows_is_said_with_what_to_do() -> None:
    text = shown(ContextMeter("acme/m1", 1_200, compact_at=0.9))
    assert "~1,200 tokens, of a window nobody knows" in text
    assert "█" not in text
    assert "No provider has counted yet" in text
    assert '[context.windows] "acme/m1" = … in config.toml tells the window.' in text
    assert "summarised from 90 % on" in text


def test_the_next_prompt_is_a_range_by_model() -> None:
    lines = [line for line in shown(METER, NEXT).splitlines() if "~99,100" in line]
    assert lines[0].split()[1:] == ["~99,100", "–", "310,000", "~300", "–", "2,000", "$0.031", "–", "$0.46", "yes"]
    assert lines[1].endswith("no charge  ?")
    assert lines[2].split()[1:] == ["~99,100", "?", "unpriced", "no"]
    assert "judged by 7 turns of this conversation" in shown(METER, NEXT)


@pytest.mark.parametrize("width", [60, 80, 120])
def test_it_fits_a_terminal(width: int) -> None:
    screen, terminal = on_terminal(width, 60)
    say(screen.out, context_view(METER, NEXT))
    assert max(len(line) for line in terminal.text.splitlines()) <= width
    assert "free" in terminal.text


def test_a_hint_is_given_when_the_window_fills_up_and_not_before() -> None:
    assert context_hint(METER) == "context 82 % full: /compact makes room"
    assert context_hint(ContextMeter("a/b", 10, window=100)) == ""
    assert context_hint(ContextMeter("a/b", 10)) == ""


def test_a_compaction_says_what_it_made_and_cost() -> None:
    done = Compaction(user("s"), 8, "a/b", 9_000, 2_000, 3, Usage(7_000, 300), Cost(Decimal("0.01"), "list price"))
    words = compaction_words(done)
    assert words.startswith("~9,000 → ~2,000 tokens · 7,000 in · 300 out · $0.01")
    assert words.endswith("3 calls · /uncompact brings them back")


@pytest.mark.parametrize(
    ("part", "words"), [(0, "0 %"), (0.0002, "<0.1 %"), (0.0082, "0.8 %"), (0.826, "83 %"), (1.4, "140 %")]
)
def test_parts_are_shown_as_exactly_as_they_are_known(part: float, words: str) -> None:
    assert percent(part) == words


def test_the_meter_is_data_for_programs_too() -> None:
    assert '"window": 128000' in document(METER)
    assert '"p90": 310000' in document(NEXT)
