"""The context meter: anchored at what the provider counted, estimated in between, honest about what nobody knows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from manual_slop.providers.access import Access
from manual_slop.providers.config import load_config
from manual_slop.safety.workspace import Workspace
from manual_slop.session.context_settings import context_settings
from manual_slop.session.session import Session
from manual_slop.session.token_counts import most_tokens, usual_tokens, weigh
from manual_slop.session.transcript import fold
from manual_slop.tools.declaration import ToolContext
from manual_slop.tools.registry import ToolBox, built_in_tools
from manual_slop.values.context import ContextMeter, Share, ShareKind
from manual_slop.values.events import HistoryCompacted, Notice
from manual_slop.values.ledger import Purpose, UsageRecorded
from manual_slop.values.messages import Image, Message, Opaque, Reasoning, Text, ToolCall, ToolResult, system, user
from manual_slop.values.paths import config_dir
from manual_slop.values.tools import ToolSpec
from manual_slop.values.usage import UNPRICED, Usage
from tests.support.scripted_server import ScriptedServer, calls, says

PICTURE = Image("image/png", b"x", 1500, 1000)


def counted(tokens: int, output: int = 5, cached: int = 0) -> dict[str, Any]:
    details = {"cached_tokens": cached}
    return {"prompt_tokens": tokens, "completion_tokens": output, "prompt_tokens_details": details}


def configure(text: str) -> None:
    config_dir().mkdir(parents=True, exist_ok=True)
    (config_dir() / "config.toml").write_text(text, "utf-8")


def talk(server: ScriptedServer, session: Session, prompt: str, **more: Any) -> ContextMeter:
    session.send(prompt, api_base=f"{server.url}/v1", api_key="sk-canary-context-1", **more)
    return session.context()


def share(meter: ContextMeter, kind: ShareKind) -> int:
    return next((one.tokens for one in meter.shares if one.kind == kind), 0)


def test_before_any_call_everything_is_an_estimate() -> None:
    session = Session(Access(), "openai/gpt-4o", system_prompt="x" * 400)
    meter = session.context()
    assert (meter.told, meter.estimated, meter.tokens) == (None, True, 104)
    assert meter.shares == (Share("system prompt", 104, 1),)
    assert (meter.window, meter.window_source) == (128_000, "litellm's map")


def test_the_count_of_the_provider_stands_and_what_came_since_is_estimated_by_its_ratio() -> None:
    session = Session(Access(), "openai/gpt-4o", system_prompt="x" * 4000)
    with ScriptedServer([says("y" * 2000, usage=counted(1500, cached=1024))]) as server:
        meter = talk(server, session, "z" * 2000)
    guessed = weigh([*session.preamble, session.messages[0]]).text
    assert meter.told is not None
    assert meter.told.usage.input_tokens == 1500
    assert meter.tokens == round(1500 + 504 * 1500 / guessed)
    assert meter.added == meter.tokens - 1500
    assert meter.estimated
    assert meter.cached == 1024 / 1500
    assert sum(one.tokens for one in meter.shares) == meter.tokens


def test_cached_tokens_take_room_like_others() -> None:
    session = Session(Access(), "openai/gpt-4o")
    with ScriptedServer([says("ok", usage=counted(120_000, cached=119_000))]) as server:
        meter = talk(server, session, "hi")
    assert meter.tokens >= 120_000
    assert meter.standing == "full"


def test_a_request_that_is_just_what_was_counted_is_no_estimate() -> None:
    session = Session(Access(), "openai/gpt-4o", system_prompt="Be kind, and brief.")
    with ScriptedServer([says("ok", usage=counted(33))]) as server:
        talk(server, session, "hello")
    session.messages.pop()  # the answer: what is left is what was sent
    meter = session.context()
    assert (meter.tokens, meter.added, meter.estimated) == (33, 0, False)


def test_usage_that_was_itself_estimated_is_no_anchor() -> None:
    session = Session(Access(), "openai/gpt-4o")
    with ScriptedServer([says("ok", usage=None)]) as server:
        assert talk(server, session, "hello").told is None


def test_another_models_count_calibrates_and_is_said_to_be_anothers() -> None:
    session = Session(Access(), "openai/gpt-4o")
    with ScriptedServer([says("ok", usage=counted(2000))]) as server:
        talk(server, session, "x" * 4000)
    session.model = "anthropic/claude-sonnet-4-5"
    meter = session.context()
    assert meter.estimated
    assert meter.told is not None
    assert (meter.model, meter.told.model) == ("anthropic/claude-sonnet-4-5", "openai/gpt-4o")
    assert 1_990 < meter.tokens < 2_050


def test_tools_results_and_pictures_have_shares_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("pear " * 400, "utf-8")
    toolbox = ToolBox(built_in_tools(), ToolContext(Workspace(tmp_path)))
    session = Session(Access(), "openai/gpt-4o", toolbox=toolbox)
    with ScriptedServer([calls(("read_file", {"path": "README.md"})), says("ok", usage=counted(9_000))]) as server:
        meter = talk(server, session, "look", images=(PICTURE,))
    assert [one.kind for one in meter.shares] == ["tools", "person", "assistant", "tool results", "pictures"]
    assert share(meter, "pictures") == 1_600
    assert share(meter, "tools") > share(meter, "tool results") > share(meter, "assistant")
    session.toolbox = None
    assert session.context().tokens < meter.tokens - share(meter, "tools") + 10


def test_pictures_that_cannot_have_counted_so_much_are_scaled_down_with_the_words() -> None:
    session = Session(Access(), "openai/gpt-4o")
    with ScriptedServer([says("ok", usage=counted(700))]) as server:
        meter = talk(server, session, "x" * 400, images=(PICTURE,))
    assert 700 <= meter.tokens < 710
    assert share(meter, "pictures") < 700


def test_thoughts_count_where_they_are_sent_back_and_only_there() -> None:
    thought = Message(
        "assistant", (Reasoning("t" * 4000, Opaque("anthropic", {"x": 1})), Text("hm")), "anthropic/claude-sonnet-4-5"
    )
    for model, expected in (("anthropic/claude-sonnet-4-5", 1000), ("openai/gpt-4o", 0)):
        session = Session(Access(), model)
        session.messages += [user("hi"), thought]
        assert share(session.context(), "reasoning") == expected


def test_a_window_nobody_knows_is_said_to_be_unknown_and_can_be_told() -> None:
    vendor = '[providers.acme]\nlitellm = "openai"\napi_base = "https://api.acme.example/v1"\n'
    configure(vendor)
    meter = Session(Access(), "acme/m1").context()
    assert (meter.window, meter.room, meter.full, meter.standing) == (None, None, None, "unknown")
    configure(f'{vendor}[context.windows]\n"acme/m1" = 4000\n')
    meter = Session(Access(), "acme/m1").context()
    assert (meter.window, meter.window_source, meter.answer_room, meter.room) == (4000, "config.toml", 500, 3500)


def test_the_persons_word_on_a_window_goes_before_the_maps() -> None:
    configure('[context.windows]\n"openai/gpt-4o" = 32000\n')
    assert Session(Access(), "openai/gpt-4o").context().window == 32_000


@pytest.mark.parametrize(("tokens", "standing"), [(700, "fine"), (800, "filling"), (999, "filling"), (1000, "full")])
def test_the_standing_follows_the_threshold(tokens: int, standing: str) -> None:
    assert ContextMeter("a/b", tokens, window=1100, answer_room=100, warn_at=0.8).standing == standing


def test_a_conversation_taken_up_again_is_measured_by_the_count_of_its_last_call() -> None:
    events: list[Any] = []
    session = Session(Access(), "openai/gpt-4o", system_prompt="Be kind.", on_event=events.append)
    with ScriptedServer([says("ok", usage=counted(50)), says("y" * 4000, usage=counted(3000))]) as server:
        talk(server, session, "hi")
        meter = talk(server, session, "x" * 8000)
    again = Session(Access(), "openai/gpt-4o", system_prompt="Be kind.")
    again.restore(fold(events))
    assert again.context() == meter
    assert again.forecast("go on") == session.forecast("go on")
    rewritten = [*events, HistoryCompacted(user("a summary"), 2, "a/b"), call("compaction")]
    again.restore(fold(rewritten))
    assert again.context().told is None


def call(purpose: Purpose) -> UsageRecorded:
    return UsageRecorded("openai/gpt-4o", Usage(9, 9), UNPRICED, purpose)


def test_a_conversation_that_is_forgotten_leaves_no_count_behind() -> None:
    session = Session(Access(), "openai/gpt-4o")
    with ScriptedServer([says("ok", usage=counted(90))]) as server:
        talk(server, session, "hi")
    session.reset()
    assert session.context().told is None


def test_a_prompt_that_will_not_fit_is_told_before_it_is_sent(rehearsal_url: str) -> None:
    events: list[object] = []
    session = Session(Access(rehearsal=lambda: rehearsal_url), "rehearsal/window-1000", on_event=events.append)
    with pytest.raises(Exception, match="maximum context length") as caught:
        session.send("x" * 8000)
    (notice,) = [event.text for event in events if isinstance(event, Notice)]
    assert "about 2,004 tokens" in notice
    assert "takes in 1,000 (the rehearsal server says so)" in notice
    assert "/compact" in notice
    assert caught.value.kind == "context_length"
    assert session.messages == []


def test_a_prompt_that_may_fit_is_sent_without_a_word(rehearsal_url: str) -> None:
    events: list[object] = []
    session = Session(Access(rehearsal=lambda: rehearsal_url), "rehearsal/window-1000", on_event=events.append)
    session.send("repeat: " + "x" * 3000)
    assert [event for event in events if isinstance(event, Notice)] == []


def test_ten_thousand_messages_are_measured_without_the_count_of_each_call() -> None:
    session = Session(Access(), "openai/gpt-4o")
    said = Message("assistant", (Text("an answer of some length " * 8), ToolCall("c", "read", "{}")))
    for at in range(2_500):
        session.messages += [user(f"prompt {at}"), said, Message("tool", (ToolResult("c", "x" * 500),)), said]
    meter = session.context()
    assert sum(one.count for one in meter.shares) == 10_000
    assert meter.standing == "full"


def test_the_worst_case_is_worse_than_the_usual_one() -> None:
    spec = ToolSpec("read", "Reads a file.", {"type": "object"})
    said = [
        system("Be kind."),
        user("größer als gedacht 漢字", (PICTURE,)),
        Message("tool", (ToolResult("c", "r" * 99),)),
    ]
    assert most_tokens(said, [spec]) > weigh(said, [spec]).text + weigh(said).pictures
    assert usual_tokens("漢字") == 2
    assert usual_tokens("\ud83d") == 1


def test_settings_that_are_wrong_are_told_by_line_and_the_defaults_stand() -> None:
    configure("[context]\nwarn_at = 80\ncompact_at = true\nmodle = 'x/y'\n[context.windows]\n'a/b' = 0\n'c/d' = 4096\n")
    settings = context_settings(load_config())
    assert (settings.warn_at, settings.compact_at, settings.model, dict(settings.windows)) == (
        0.8,
        None,
        "",
        {"c/d": 4096},
    )
    problems = [str(issue).rpartition("config.toml:")[2] for issue in settings.issues]
    assert [problem.split(" ")[0] for problem in problems] == ["2:", "3:", "4:", "6:"]
    assert "did you mean model?" in problems[2]


@pytest.mark.parametrize(("text", "value"), [('"never"', None), ("0.9", 0.9), ("1", 1.0)])
def test_when_to_summarise_unasked_is_the_persons_to_say(text: str, value: float | None) -> None:
    configure(f"[context]\ncompact_at = {text}\n")
    settings = context_settings(load_config())
    assert (settings.compact_at, settings.issues) == (value, ())
