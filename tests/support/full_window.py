"""What every panel of a window is given to show: much of it, or far too much; and what can then be read there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from manual_slop.app.app_state import apply
from manual_slop.app.context_view import ContextView, Standing
from manual_slop.app.contexts import CONTEXT_VIEW
from manual_slop.app.news import Loaded, News, SessionNamed
from manual_slop.app.offers import Offer, Offers
from manual_slop.app.recorded import SESSIONS
from manual_slop.app.wire import WIRE
from manual_slop.app.wire_lines import WireLines
from manual_slop.gui.context import App
from manual_slop.providers.model_map import ModelFacts
from manual_slop.session.context_files import ContextFile, Shown
from manual_slop.store.sessions_table import SessionSummary
from manual_slop.values.context import ContextMeter, Share
from manual_slop.values.usage import CostSum
from manual_slop.values.wire import Asked, WireCall, WireHead, WireRequest, WireResponse
from tests.support.entries import GPT, NOON, some_entries
from tests.support.tracks import some_tracks
from tests.support.windows import make_busy, make_enormous

HARD = "漢字 🙂 שלום \u202e " + "unbroken" * 40
"""Words that lists find hard: from other scripts, from right to left, without a place to break."""


@dataclass(frozen=True, slots=True)
class Much:
    """How many there are of each thing."""

    messages: int
    calls: int
    sessions: int
    files: int
    models: int
    tickets: int


BUSY = Much(0, 40, 12, 9, 60, 9)
ENORMOUS = Much(100_000, 5_000, 10_000, 5_000, 4_000, 1_000)


def fill(app: App, much: Much) -> None:
    """Give all panels something; they have asked for what they show before, or their answers would come later."""
    source = app.state.current
    if much.messages:
        make_enormous(app.state, much.messages)
    else:
        make_busy(app.state)
    app.controller.post(source, SessionNamed("s1"))
    for one in some_entries(much.calls):
        app.controller.post(source, replace(one, session_id="s1"))
    app.controller.post("", some_tracks(much.tickets))


def fill_tables(app: App, much: Much) -> None:
    """What panels have read from elsewhere, put in the place of what they found there."""
    state, provider = app.state, app.state.conversation.model.partition("/")[0]
    for table, key, value in (
        (SESSIONS, "", [_session(number) for number in range(much.sessions)]),
        (WIRE, "s1", WireLines().then([_head(number) for number in range(1, much.calls + 1)], ())),
        (CONTEXT_VIEW, state.current, _context(much.files)),
        ("offers", provider, _offers(provider, much.models)),
    ):
        apply(state, News("", NOON, Loaded(table, key, value)))


def proofs(app: App, much: Much) -> Mapping[str, str]:
    """What stands in each panel that is filled."""
    tools, words = len(app.state.tool_log), len(app.state.log)
    return {
        "Discussion": "writing …" if not much.messages else "⟨U+202E⟩",
        "AI Settings": f"{much.models:,} of {much.models:,} models",
        "MMA Dashboard": f"{much.calls:,} calls",
        "Sessions": "Session number 1 ",
        "Context": "src/part 0 ",
        "Wire log": f"{much.calls:,} of {much.calls:,}",
        "Approvals": "Allow this session",
        "Tool log": f"{tools:,} of {tools:,}",
        "Log": f"{words:,} of {words:,}",
        "Diagnostics": f"{tools:,} tools, {words:,} words",
    }


def _session(number: int) -> SessionSummary:
    title, spent = f"Session number {number} {HARD}", CostSum(GPT.input, 9, number % 3) if GPT.input else CostSum()
    at = NOON + timedelta(minutes=number)
    return SessionSummary(f"{number:032}", title, "openai/gpt-4o", "/home/me/pear", at, at, 3, 9, spent, False, 90)


def _head(number: int) -> WireHead:
    at, headers = NOON + timedelta(seconds=number), {"content-type": "application/json"}
    request = WireRequest("POST", f"https://x.example/{HARD}", headers, b"{}")
    response = WireResponse(429 if number % 10 == 0 else 200, headers, b"{}", ((0.25, 1), (0.75, 1)))
    error = "rate_limit" if number % 10 == 0 else ""
    call = WireCall(f"c{number}", "s1", "t1", at, Asked(f"acme/{HARD}", "custom/m1"), request, response, error)
    return WireHead(number, call, 2_000_000, 300)


def _context(files: int) -> ContextView:
    shares = tuple(Share(kind, 20_000, 7) for kind in ("system prompt", "files", "tools", "person", "assistant"))
    meter = ContextMeter("acme/m1", 100_000, shares, 128_000, "config.toml", 8_192)
    shown = tuple(
        Shown(ContextFile(f"src/part {number} {HARD}.py"), "x", number, "" if number % 3 else "it is gone")
        for number in range(files)
    )
    return ContextView(meter, None, "no", 3, 9, (Standing("AGENTS.md", 90, "cut at 32 KiB", False),), shown, True)


def _offers(provider: str, count: int) -> Offers:
    facts = ModelFacts(vision=True, tools=True, max_input_tokens=128_000, retires=NOON.date())
    models = tuple(Offer(f"{provider}/m{number} {HARD}", facts, GPT, NOON.date(), False) for number in range(count))
    return Offers(provider, "endpoint", NOON, "", models)
