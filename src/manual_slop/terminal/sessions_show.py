"""`manual-slop sessions show`: a session to read, with what each answer cost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.text import Text

from manual_slop.session.export.wording import arguments, bill, picture_words, speaker
from manual_slop.session.story import Step, story
from manual_slop.terminal.json_lines import document, event_fields
from manual_slop.terminal.screen import say, screen
from manual_slop.terminal.sessions_store import opened
from manual_slop.terminal.visible import one_line, visible
from manual_slop.terminal.wording import DOT, call_words, duration, size
from manual_slop.values.envelope import Envelope

_INDENT = 6


def show_session(name: str, tools: bool, json: bool) -> None:
    """Show one session; as JSON its events, one a line, each with its number and time."""
    with opened() as store:
        session_id = store.find(name)
        envelopes = store.envelopes(session_id)
        if json:
            for envelope in envelopes:
                screen().put(document(envelope_fields(envelope)))
            return
        summary = store.summary(session_id)
        out = screen().out
        say(out, Text.assemble((one_line(summary.title) or "(nothing was said)", "name")))
        say(out, Text(DOT.join((session_id, f"{summary.opened:%Y-%m-%d %H:%M} UTC")), "dim"))
        tell_story(out, story(envelopes), tools=tools)
        say(out, Text(f"\n{summary.turns} turns{DOT}{summary.calls} calls{DOT}{summary.cost}", "dim"))
        if summary.interrupted:
            say(out, Text("✂ the last turn broke off: `manual-slop sessions resume` goes on with it", "warn"))


def envelope_fields(envelope: Envelope) -> dict[str, object]:
    """An event with its number and time, as JSON has it."""
    return {"number": envelope.number, "at": envelope.at, **event_fields(envelope.event)}


def tell_story(console: Console, steps: Iterable[Step], *, tools: bool) -> None:
    """Print steps, one after the other; what tools were given and answered only with `tools`."""
    for step in steps:
        for line in _lines(step, tools):
            say(console, line)


def _lines(step: Step, tools: bool) -> Iterator[RenderableType]:
    match step.kind:
        case "prompt" | "answer":
            yield from _speech(step)
        case "tool":
            yield from _tool(step, tools)
        case "error":
            yield _line(step, f"✗ {one_line(step.text)}", "bad")
        case "note":
            yield _line(step, f"! {one_line(step.text)}", "warn")
        case "setting":
            yield _line(step, one_line(step.text), "dim")


def _speech(step: Step) -> Iterator[RenderableType]:
    yield Text("")
    head = DOT.join(part for part in (one_line(speaker(step)), bill(step)) if part)
    yield _line(step, head, "name" if step.kind == "prompt" else "tool")
    for image in step.images:
        yield _indented(f"[picture: {one_line(picture_words(image))}]", "dim")
    if step.reasoning:
        yield _indented("\n".join(f"┊ {line}" for line in visible(step.reasoning).split("\n")), "dim")
    if step.text:
        yield _indented(visible(step.text))


def _tool(step: Step, tools: bool) -> Iterator[RenderableType]:
    if step.call is None or step.result is None:
        return
    failed = step.result.is_error
    told = one_line(step.result.content) if failed else size(len(step.result.content.encode("utf-8", "replace")))
    words = DOT.join(part for part in (call_words(step.call), told, duration(step.seconds)) if part)
    yield _line(step, f"{'✗' if failed else '▸'} {words}", "warn" if failed else "none")
    if tools:
        yield _indented(visible(arguments(step.call)), "dim")
        yield _indented(visible(step.result.content), "dim")


def _line(step: Step, text: str, style: str) -> Text:
    return Text.assemble((f"{step.number:>{_INDENT - 1}} ", "dim"), (text, style))


def _indented(text: str, style: str = "none") -> Padding:
    return Padding(Text(text, style), (0, 0, 0, _INDENT))
