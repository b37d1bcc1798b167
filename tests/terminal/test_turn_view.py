"""A turn as a person sees it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manual_slop.terminal.turn_view import TurnView
from manual_slop.values.approval import Action, Answer, Preview, Request
from manual_slop.values.errors import ConfigError, ProviderError
from manual_slop.values.events import (
    ApprovalRequested,
    ApprovalResolved,
    Event,
    Notice,
    ReasoningDelta,
    Retrying,
    TextDelta,
    ToolCallDelta,
    ToolStarted,
    TurnFailed,
    TurnStarted,
)
from manual_slop.values.secrets import Secret
from manual_slop.values.usage import UNPRICED, Usage
from tests.terminal.doubles import (
    CALL,
    LISTED,
    Clock,
    finished,
    into_a_pipe_beside_a_terminal,
    into_pipes,
    on_terminal,
    ran,
    said,
)

STARTED = TurnStarted("turn", "session", "openai/gpt-4o")
BILL = "412 in (128 cached) · 96 out · $0.001200 list price (pricing/openai.toml, 2026-11-22) · 2 rounds · <1 ms"
ERROR = ProviderError("auth", "openai", "openai/gpt-4o", "No key.", status=401, advice="Set one.")


def _play(view: TurnView, events: list[Event]) -> None:
    view.begin()
    for event in events:
        view.show(event)
        view.redraw()
    view.end()


def _on_terminal(events: list[Event], width: int = 120, height: int = 24) -> str:
    screen, terminal = on_terminal(width, height)
    _play(TurnView(screen, clock=Clock()), events)
    return terminal.text


def test_the_first_thing_seen_is_what_is_going_on():
    screen, terminal = on_terminal()
    TurnView(screen, lambda: "loading", Clock()).begin()
    assert terminal.text.endswith(" loading…")


def test_after_two_seconds_it_says_for_how_long_and_how_to_stop():
    screen, terminal = on_terminal()
    clock = Clock()
    view = TurnView(screen, lambda: "loading", clock)
    view.begin()
    view.show(STARTED)
    clock.now += 2.5
    view.redraw()
    assert terminal.text.endswith("openai/gpt-4o · loading… 2.5 s · Ctrl-C stops")


def test_a_running_tool_is_named_while_it_runs_and_told_when_it_has_run():
    screen, terminal = on_terminal()
    view = TurnView(screen, clock=Clock())
    view.begin()
    view.show(ToolCallDelta(0, "call_1", "read_file", ""))
    view.redraw()
    assert terminal.text.endswith("preparing read_file…")
    view.show(ToolStarted(CALL))
    view.redraw()
    assert terminal.text.endswith("▸ read_file README.md start_line=3…")
    view.show(ran())
    view.end()
    assert terminal.text == "▸ read_file README.md start_line=3 · 1.2 kB · 3 ms"


def test_a_whole_turn_reads_well():
    events = [
        STARTED,
        Notice("o1 was retired"),
        ReasoningDelta("I look\nat "),
        ReasoningDelta("it."),
        ToolStarted(CALL),
        ran(),
        *said("It is **good**.\n\n- a\n- b\n"),
        finished(),
    ]
    assert _on_terminal(events) == "\n".join(
        (
            "! o1 was retired",
            "",
            "┊ I look",
            "┊ at it.",
            "",
            "▸ read_file README.md start_line=3 · 1.2 kB · 3 ms",
            "",
            "It is good.",
            "",
            " • a",
            " • b",
            "",
            BILL,
        )
    )


MARKS = st.text(st.sampled_from("ab #*-`1.|>\n"), max_size=120)


@given(MARKS, st.integers(1, 20))
@settings(max_examples=100)
def test_what_streams_looks_in_the_end_like_what_comes_at_once(text: str, piece: int):
    streamed = _on_terminal(said(text, piece), 40, 8)
    at_once = _on_terminal(said(text, 1000), 40, 8)
    assert [line for line in streamed.splitlines() if line.strip()] == [
        line for line in at_once.splitlines() if line.strip()
    ]


def test_an_answer_longer_than_the_screen_is_all_there_in_the_end():
    text = "\n".join(f"{number}. item" for number in range(1, 60))
    shown = _on_terminal(said(text), 40, 8).splitlines()
    assert [line.strip() for line in shown] == text.splitlines()


def test_a_block_too_long_to_set_anew_each_time_still_streams():
    code = "```\n" + "x = 1\n" * 5000
    screen, terminal = on_terminal(40, 8)
    view = TurnView(screen, clock=Clock())
    view.begin()
    view.show(TextDelta(code))
    view.redraw()
    assert terminal.text.splitlines() == ["x = 1"] * 6
    view.end()
    assert len(terminal.text.splitlines()) == 5000


def test_into_a_pipe_goes_the_answer_alone_and_as_it_is():
    screen, out, err = into_pipes()
    _play(TurnView(screen, clock=Clock()), [STARTED, ran(), *said("It is **good**.\n\x1b"), finished()])
    assert out.getvalue() == "It is **good**.\n\x1b\n"
    assert err.getvalue() == f"▸ read_file README.md start_line=3 · 1.2 kB · 3 ms\n{BILL}\n"


def test_pieces_reach_a_pipe_at_once():
    screen, out, _ = into_pipes()
    view = TurnView(screen, clock=Clock())
    view.begin()
    view.show(TextDelta("half a wo"))
    assert out.getvalue() == "half a wo"


def test_the_messages_of_several_rounds_stand_apart_in_a_pipe():
    screen, out, _ = into_pipes()
    _play(TurnView(screen, clock=Clock()), [*said("I look."), ran(), *said("", 1), *said("It is good."), finished()])
    assert out.getvalue() == "I look.\n\nIt is good.\n"


def test_beside_a_pipe_the_terminal_shows_everything_but_the_answer():
    screen, out, terminal = into_a_pipe_beside_a_terminal()
    _play(TurnView(screen, clock=Clock()), [STARTED, ReasoningDelta("hm"), ran(), *said("yes"), finished()])
    assert out.getvalue() == "yes\n"
    assert "yes" not in terminal.text
    assert "┊ hm" in terminal.text
    assert "2 rounds" in terminal.text


def test_a_failure_keeps_what_had_arrived_and_says_what_to_do():
    events = [*said("half")[:-1], TurnFailed(ERROR, Usage(5, 1, estimated=True), LISTED, "s")]
    assert _on_terminal(events).splitlines() == [
        "half",
        "",
        "✗ auth · openai/gpt-4o · HTTP 401",
        "  No key.",
        "→ Set one.",
        "~5 in · ~1 out · $0.001200 list price (pricing/openai.toml, 2026-11-22) · <1 ms",
    ]


def test_a_cancelled_turn_is_no_error():
    stopped = ProviderError("cancelled", "openai", "openai/gpt-4o", "cancelled")
    assert _on_terminal([TurnFailed(stopped, Usage(), UNPRICED, "s")]) == "■ stopped"
    stopped = stopped.with_partial("half")
    assert _on_terminal([TurnFailed(stopped, Usage(), UNPRICED, "s")]) == "■ stopped; what had arrived is kept"


def test_a_retry_is_told_with_its_reason():
    shown = _on_terminal([Retrying(2, 1.5, ERROR)])
    assert shown == "↻ auth: No key. · try 2 in 1.5 s"


def test_what_waits_for_a_person_and_what_they_said_is_told():
    action = Action("s", "c", "write_file", "WRITE", '{"path":"a.py"}', Preview("diff", "+x"))
    request = Request("r", action, "it writes a file", 0.0)
    answer = Answer("refuse", reason="not now", by="a person")
    shown = _on_terminal([ApprovalRequested(request), ApprovalResolved(request, answer)])
    assert shown == "? write_file a.py waits for approval: it writes a file\n  refused · not now"


@pytest.mark.parametrize(
    ("reason", "words"),
    [("length", "output limit"), ("content_filter", "content filter"), ("bad_tool_call", "could not be read")],
)
def test_an_answer_that_ended_early_says_so(reason: str, words: str):
    assert words in _on_terminal([finished(stop_reason=reason)])


def test_silence_is_pointed_out():
    assert "! the model ended without a word" in _on_terminal([finished("")])


def test_settings_that_stand_in_the_way_are_one_line():
    screen, _, err = into_pipes()
    TurnView(screen).fail(ConfigError("config.toml:3: wrong"))
    assert err.getvalue() == "✗ config.toml:3: wrong\n"


def test_nothing_a_model_or_a_tool_says_commands_the_terminal():
    evil = "\x1b]52;c;ZXZpbA==\x07\x1b[2J"
    events = [
        Notice(evil),
        ReasoningDelta(evil),
        ToolCallDelta(0, "1", evil, ""),
        ran(evil, is_error=True),
        *said(evil),
    ]
    screen, terminal = on_terminal()
    _play(
        TurnView(screen, clock=Clock()),
        [*events, TurnFailed(ProviderError("server", "p", "p/m", evil), Usage(), UNPRICED, "s")],
    )
    assert "\x1b]" not in terminal.getvalue()
    assert "\x07" not in terminal.getvalue()
    assert "\x1b[2J" not in terminal.getvalue()


def test_no_secret_is_shown_that_comes_in_pieces():
    Secret("sk-canary-in-pieces", "test")
    pieces = ["I saw sk-", "can", "ary-in-p", "ieces", " there. sk-can"]
    for screen, *files in (on_terminal(), into_pipes()):
        _play(
            TurnView(screen, clock=Clock()),
            [*map(ReasoningDelta, pieces), *map(TextDelta, pieces), finished("".join(pieces))],
        )
        shown = [file.getvalue() for file in files]
        assert not [text for text in shown if "canary" in text or "ary-in" in text]
        assert sum("there. sk-can" in text for text in shown)
        assert sum(text.count("‹redacted› there") for text in shown) >= 2


def test_no_secret_is_shown():
    Secret("sk-canary-on-the-screen", "test")
    told = "sk-canary-on-the-screen"
    events = [Notice(told), ReasoningDelta(told), ran(told, is_error=True), *said(told, 100)]
    for screen, *files in (on_terminal(), into_pipes()):
        _play(TurnView(screen, clock=Clock()), events)
        assert not [file for file in files if "canary" in file.getvalue()]
