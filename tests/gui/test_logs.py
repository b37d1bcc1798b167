"""Tool log, log and diagnostics: found by words, opened, copied; nothing, much, and far too much."""

from __future__ import annotations

from datetime import timedelta

from imgui_bundle import imgui

from manual_slop.app.app_state import LogLine, ToolLine, apply
from manual_slop.app.diagnosing import CHECKED, DIAGNOSIS, Fact
from manual_slop.app.news import News, Toast
from manual_slop.app.tool_lines import TOOL_RISKS, ToolSieve, outcome_of, sifted_log, tool_risks
from manual_slop.gui.context import App
from manual_slop.gui.frame_times import FrameTimes
from manual_slop.gui.panels.diagnostics import as_text
from manual_slop.values.events import ToolFinished, ToolStarted
from manual_slop.values.messages import ToolCall, ToolResult
from manual_slop.values.secrets import Secret
from tests.support.entries import NOON
from tests.support.gui import Person, use

KEY = Secret("sk-canary-in-the-tool-log", "the test").reveal()


def ran(number: int, name: str = "read_file", result: str = "done", *, error: bool = False) -> ToolFinished:
    call = ToolCall(f"t{number}", name, f'{{"path": "file {number}"}}')
    return ToolFinished(call, ToolResult(call.id, result, is_error=error), 0.25)


def put_in(app: App, *finished: ToolFinished) -> None:
    for number, one in enumerate(finished):
        at = NOON + timedelta(seconds=number)
        apply(app.state, News(app.state.current, at, ToolStarted(one.call)))
        apply(app.state, News(app.state.current, at, one))


def test_calls_are_sifted_by_words_reach_and_outcome():
    risks = tool_risks()
    lines = [
        ToolLine("", NOON, one)
        for one in (
            ran(1),
            ran(2, "run_shell", "Error: no", error=True),
            ran(3, "mcp__x__y", "refused by the person: no", error=True),
        )
    ]

    def kept(**wanted: str) -> list[int]:
        sieve = ToolSieve(**wanted)
        return [at for at, line in enumerate(lines) if sieve.keeps(line, risks)]

    assert kept() == [0, 1, 2]
    assert kept(words="FILE 2") == [1]
    assert [kept(risk=risk) for risk in ("READ", "EXECUTE", "?")] == [[0], [1], [2]]
    assert [outcome_of(line) for line in lines] == ["done", "failed", "refused"]
    assert kept(outcome="refused") == [2]


def test_a_tool_call_is_opened_and_copied_without_keys(app: App):
    put_in(app, ran(1), ran(2, result=f"the key is {KEY}\x1b[2J"))
    seen = []

    def scene(person: Person) -> None:
        person.opens("Tool log")
        person.waits_until(lambda: app.state.fetched(TOOL_RISKS).value, "how far tools reach")
        person.writes("//Tool log/##sieve", "file 2")
        person.waits(2)
        assert "1 of 2" in person.reads()
        at = app.state.tool_log[-1].at.astimezone()
        person.clicks(f"//Tool log/**/{at:%H:%M:%S}##t2")
        person.waits(2)
        seen.append(person.reads())
        person.clicks("//Tool log/\uf0c5  Copy")
        seen.append(imgui.get_clipboard_text())
        person.clicks("//Tool log/\uf060  All tools")

    use(app, scene)
    assert all("the key is" in text and "␛[2J" in text and KEY not in text for text in seen)


def test_a_result_of_megabytes_is_opened_and_drawn(app: App):
    put_in(app, ran(1, result="x" * 5_000_000 + "\n" * 10_000))

    def scene(person: Person) -> None:
        person.opens("Tool log")
        at = app.state.tool_log[-1].at.astimezone()
        person.clicks(f"//Tool log/**/{at:%H:%M:%S}##t1")
        person.waits(3)

    use(app, scene)


def test_words_of_the_log_are_sifted_and_copied(app: App):
    for loudness in ("good", "note", "warn", "bad"):
        for number in range(1_300):
            apply(app.state, News("", NOON, Toast(f"{loudness} word {number}\nand more", loudness)))
    app.state.toasts.clear()

    def scene(person: Person) -> None:
        person.opens("Log")
        person.writes("//Log/##sieve", "warn 1299")
        person.waits(2)
        assert "1 of 5,000" in person.reads()
        person.clicks("//Log/\uf0c5  Copy")
        assert imgui.get_clipboard_text().endswith("warn warn word 1299\nand more")

    use(app, scene)


def test_the_log_is_sifted_by_how_loud_a_word_was():
    lines = [LogLine(NOON, "bad", "no"), LogLine(NOON, "note", "No")]
    assert sifted_log(lines, "no", "") == lines
    assert sifted_log(lines, "", "bad") == lines[:1]


def test_diagnostics_tell_how_the_program_is_doing_and_can_be_copied(app: App):
    def scene(person: Person) -> None:
        person.opens("Diagnostics")
        person.waits_until(lambda: app.state.fetched(DIAGNOSIS).value, "what had to be found out")
        person.waits(3)
        person.clicks("//Diagnostics/\uf0c5  Copy all")
        person.clicks("//Diagnostics/\uf0f1  Check the store")
        person.waits_until(lambda: app.state.fetched(CHECKED).at, "the store")
        person.waits(2)
        assert "the store is whole" in person.reads()

    use(app, scene)
    told = imgui_text(app)
    for name in ("frame", "threads", "litellm", "price map", "confinement", "size", "writing", "manual-slop"):
        assert name in told


def imgui_text(app: App) -> str:
    return as_text((*app.memo["live facts"][1], *app.state.fetched(DIAGNOSIS).value))


def test_facts_are_written_a_line_each_and_odd_signs_by_name():
    assert as_text([Fact("a", "b", "c\x1b")]) == "a         b               c␛"


def test_frame_times_tell_the_middle_one_the_95th_and_the_longest():
    now = [0.0]
    frames = FrameTimes(lambda: now[0])
    assert frames.figures() == (0.0, 0.0, 0.0)
    frames.end()  # before any began
    for milliseconds in range(1, 101):
        frames.begin()
        now[0] += milliseconds / 1000
        frames.end()
    assert [round(figure) for figure in frames.figures()] == [51, 95, 100]
