"""The wire log: what went out and came in, to be found, read and taken along, and no key in any of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from imgui_bundle import imgui

from manual_slop.app.wire import WIRE, WIRE_CALL
from manual_slop.app.wire_lines import WireLines, sifted
from manual_slop.app.wire_page import LONGEST_LINE, lines_of, wire_page
from manual_slop.gui.context import App
from manual_slop.store.shared import shared_store
from manual_slop.values.secrets import REDACTED, Secret
from manual_slop.values.wire import Asked, WireCall, WireHead, WireRequest, WireResponse
from tests.support.entries import NOON, entry
from tests.support.gui import Person, draw, use

KEY = Secret("sk-canary-in-the-window's-wire-log", "the test").reveal()
JSON = {"content-type": "application/json"}


def call(number: int = 0, request: bytes = b'{"model": "m1"}', response: bytes = b'{"ok": true}', status: int = 200):
    return WireCall(
        f"c{number}",
        "s1",
        "t1",
        NOON + timedelta(seconds=number),
        Asked("acme/m1" if number % 2 else "openai/gpt-4o", "custom/m1"),
        WireRequest("POST", "https://x.example/v1/chat/completions", JSON, request),
        WireResponse(status, JSON, response, ((0.25, 5), (0.75, len(response) - 5))),
        "rate_limit" if status == 429 else "",
    )


def many(count: int) -> Iterator[WireHead]:
    for number in range(1, count + 1):
        yield WireHead(number, call(number, status=429 if number % 10 == 0 else 200), 2_000_000, 300)


def in_view(app: App, session_id: str = "s1") -> None:
    app.state.conversation.session_id = session_id


def test_it_says_what_will_be_here_before_anything_was_sent(app: App):
    def scene(person: Person) -> None:
        person.opens("Wire log")
        assert "Nothing sent yet" in person.reads()

    use(app, scene)


def test_a_conversation_without_kept_requests_says_why(app: App):
    in_view(app)

    def scene(person: Person) -> None:
        person.opens("Wire log")
        person.waits_until(lambda: app.state.fetched(WIRE, "s1").at, "the list")
        assert "wire_log = false" in person.reads()

    use(app, scene)


def test_a_turn_shows_up_call_by_call_and_one_of_them_can_be_read_and_copied(app: App):
    read, copied = [], []

    def scene(person: Person) -> None:
        person.opens("Wire log")
        person.writes("//Discussion/**/##draft", "what does this project do?")
        person.presses("Ctrl+Enter")
        person.waits_until(lambda: app.state.conversation.calls and not app.state.conversation.running, "the answer")
        person.opens("Wire log")
        session_id = app.state.conversation.session_id

        def listed() -> WireLines:
            return app.state.fetched(WIRE, session_id).value or WireLines()

        person.waits_until(lambda: len(listed().lines) == len(app.state.conversation.calls), "all the calls")
        line = listed().lines[-1]
        person.clicks(f"//Wire log/**/{line.began.astimezone():%H:%M:%S}##{line.id}")
        person.waits_until(lambda: app.state.fetched(WIRE_CALL, line.id).value, "the call")
        person.waits(3)
        read.append(person.reads())
        person.clicks("//Wire log/\uf0c5  Copy as JSON")
        person.waits_until(lambda: imgui.get_clipboard_text().startswith("{"), "the clipboard")
        copied.append(imgui.get_clipboard_text())
        person.clicks("//Wire log/\uf060  All calls")
        person.waits(2)
        assert "only failures" in person.reads()

    use(app, scene)
    assert "POST http://127.0.0.1" in read[0]
    assert '"content": "what does this project do?"' in read[0]
    assert json.loads(copied[0])["asked"]["model"] == "rehearsal/demo"


def test_no_key_is_in_what_is_shown_or_copied(app: App):
    shared_store().wire.keep(call(1, b'{"user": "%s"}' % KEY.encode())).result()
    in_view(app)
    seen = []

    def scene(person: Person) -> None:
        person.opens("Wire log")
        person.waits_until(lambda: app.state.fetched(WIRE, "s1").value, "the list")
        app.memo["wire view"].chosen = "c1"
        person.waits_until(lambda: app.state.fetched(WIRE_CALL, "c1").value, "the call")
        person.waits(3)
        seen.append(person.reads())
        person.clicks("//Wire log/\uf0c5  Copy as JSON")
        person.waits_until(lambda: imgui.get_clipboard_text().startswith("{"), "the clipboard")
        seen.append(imgui.get_clipboard_text())

    use(app, scene)
    assert all(REDACTED in text and KEY not in text for text in seen)


def test_calls_are_found_by_words_and_by_having_failed():
    lines = WireLines().then(list(many(100)), ()).lines
    assert [line.status for line in sifted(lines, "rate_limit", failures=False)] == [429] * 10
    assert [line.id for line in sifted(lines, "", failures=True)][:2] == ["c100", "c90"]
    assert len(sifted(lines, "ACME post", failures=False)) == 0
    assert len(sifted(lines, "ACME x.example", failures=False)) == 50


def test_what_the_ledger_says_later_is_taken_up_and_only_new_calls_are_added():
    heads = list(many(3))
    spent = replace(entry(), call_id="c1", began=NOON, ended=NOON + timedelta(seconds=2))
    known = WireLines().then(heads[:2], ()).then(heads[2:], [spent])
    assert [line.id for line in known.lines] == ["c1", "c2", "c3"]
    assert (known.lines[0].total, known.lines[0].waited, known.lines[1].total) == (2.0, 1.25, None)
    assert known.last == 3


def test_a_hundred_thousand_calls_can_be_scrolled_through(app: App):
    in_view(app)
    fetched = app.state.fetched(WIRE, "s1")
    fetched.value, fetched.at = WireLines().then(list(many(100_000)), ()), NOON

    def scene(person: Person) -> None:
        person.opens("Wire log")
        person.writes("//Wire log/##sieve", "rate_limit")
        person.waits(3)
        assert "10,000 of 100,000" in person.reads()

    use(app, scene)


def test_a_body_of_twenty_megabytes_is_cut_into_lines_and_drawn(app: App):
    page = wire_page(call(1, response=b"x" * 20_000_000))
    assert sum(len(line.removeprefix("↪ ")) for line in page.response[-50_000:]) == 20_000_000
    in_view(app)
    for table, key, value in ((WIRE, "s1", WireLines().then(list(many(3)), ())), (WIRE_CALL, "c1", page)):
        fetched = app.state.fetched(table, key)
        fetched.value, fetched.at = value, NOON

    def scene(person: Person) -> None:
        person.opens("Wire log")
        app.memo["wire view"].chosen = "c1"
        person.waits(2)
        person.ctx.item_click("//Wire log/parts/###Response")
        person.waits(3)

    use(app, scene)


def test_json_is_put_in_order_and_other_texts_stay_as_they_are():
    page = wire_page(call(1, b'{"a":[1,{"b":2}]}', b"data: {}\n\ndata: [DONE]\r\n"))
    assert page.request[-6:] == ("    1,", "    {", '      "b": 2', "    }", "  ]", "}")
    assert page.response[-4:] == ("data: {}", "", "data: [DONE]", "")


def test_broken_json_deep_json_and_bytes_that_are_no_text_do_no_harm():
    for body in (b'{"a":', b"[" * 100_000, b"\xff\xfe\x00", b""):
        assert wire_page(call(1, body)).request


def test_what_is_missing_is_said():
    whole = call(1)
    assert whole.response
    cut = replace(whole, response=replace(whole.response, ended=False, missing=7))
    assert wire_page(cut).notes == (
        "the response broke off before its end",
        "7 more bytes of the response were too many to keep",
    )
    assert wire_page(replace(whole, request=None, response=None)).request == ("Nothing left the program.",)


def test_a_long_line_goes_on_behind_an_arrow():
    assert [len(line) for line in lines_of("x" * (LONGEST_LINE + 1))] == [LONGEST_LINE, 3]


def test_the_panel_without_a_display_shows_hostile_words_as_such(app: App):
    in_view(app)
    head = next(many(1))
    odd = replace(head, call=replace(head.call, asked=Asked("acme/\x1b[31m\u202em1", "x")))
    fetched = app.state.fetched(WIRE, "s1")
    fetched.value, fetched.at = WireLines().then([odd], ()), NOON

    def scene(person: Person) -> None:
        person.opens("Wire log")
        assert "␛[31m⟨U+202E⟩m1" in person.reads()

    use(app, scene)
    draw(app)
