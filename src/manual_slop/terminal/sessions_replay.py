"""`manual-slop sessions replay`: a session run again on its own recorded answers, and what is no longer the same."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

from rich.padding import Padding
from rich.text import Text

from manual_slop.safety.offline import stay_offline
from manual_slop.session.replay.drift import Drift
from manual_slop.session.replay.report import Report, TurnReport, replay
from manual_slop.terminal.exit_codes import DIFFERENT, DONE
from manual_slop.terminal.json_lines import document
from manual_slop.terminal.screen import say, screen
from manual_slop.terminal.sessions_store import opened
from manual_slop.terminal.visible import one_line, visible
from manual_slop.terminal.wording import DOT
from manual_slop.values.errors import ConfigError


def replay_session(name: str, folder: Path | None, json: bool) -> int:
    """Replay a session and tell what differs. Returns the exit code; raises `ConfigError`."""
    if folder is not None and not folder.is_dir():
        raise ConfigError(f"--dir {folder} is not a folder")
    stay_offline()
    with opened() as store:
        report = replay(store, store.find(name), folder.resolve() if folder else None)
    if json:
        screen().put(document({**dataclasses.asdict(report), "same": report.same}, indent=2))
    else:
        for line in report_view(report):
            say(screen().out, line)
    return DONE if report.same else DIFFERENT


def report_view(report: Report) -> Iterator[Text | Padding]:
    """A line a turn, its differences below it, and a verdict."""
    for drift in (one for one in report.drifts if not one.turn):
        yield from _difference(drift)
    for turn in report.turns:
        found = [drift for drift in report.drifts if drift.turn == turn.number]
        yield _turn_line(turn, len(found))
        for drift in found:
            yield from _difference(drift)
    yield _verdict(report)


def _turn_line(turn: TurnReport, differences: int) -> Text:
    if turn.skipped:
        return Text(f"– turn {turn.number}{DOT}not run again: {one_line(turn.skipped)}", "warn")
    done = [_counted(turn.calls, "call")]
    if turn.tools:
        done.append(f"{_counted(turn.tools, 'tool result')} ({turn.read} read again)")
    sign, style = ("≠", "bad") if differences else ("=", "good")
    return Text.assemble((f"{sign} ", style), f"turn {turn.number}{DOT}{DOT.join(done)}")


def _difference(drift: Drift) -> Iterator[Text | Padding]:
    yield Text.assemble("    ", (f"{drift.kind} ", "bad"), one_line(drift.where))
    yield Padding(Text(visible(drift.text)), (0, 0, 0, 6))


def _verdict(report: Report) -> Text:
    ran = sum(not turn.skipped for turn in report.turns)
    of_all = f"{ran} of {_counted(len(report.turns), 'turn')} run again{DOT}no connection was made"
    read = f"{DOT}read: {one_line(report.project)}" if report.project else ""
    if report.same:
        return Text.assemble(("the same", "good"), f"{DOT}{_counted(report.messages, 'message')}{DOT}{of_all}{read}")
    return Text.assemble((_counted(len(report.drifts), "difference"), "bad"), f"{DOT}{of_all}{read}")


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' * (number != 1)}"
