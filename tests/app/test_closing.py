"""Closing the window while everything is under way: soon over, nothing left running, nothing lost."""

from __future__ import annotations

import time
from pathlib import Path

from manual_slop.app_controller import AppController
from manual_slop.store.shared import close_shared_stores, shared_store
from manual_slop.values.approval import Answer
from manual_slop.values.events import MessageAdded
from tests.support.patience import is_soon, wait_until


def test_a_hung_provider_a_running_command_and_an_open_question_are_left_within_two_seconds(tmp_path: Path):
    number = 0

    def attempt() -> float:
        nonlocal number
        number += 1
        controller = _busy(tmp_path, f"300.010{number}")
        began = time.monotonic()
        controller.close()
        close_shared_stores()
        took = time.monotonic() - began
        assert not _running(f"300.010{number}")
        return took

    is_soon(attempt, seconds=2.0, tries=4)
    store = shared_store()
    said = [
        envelope.event.message.text
        for one in store.sessions()
        for envelope in store.envelopes(one.id)
        if isinstance(envelope.event, MessageAdded) and envelope.event.message.role == "user"
    ]
    assert {"answer me", "run `sleep 300.0101`", "write the file tea.txt with the text: hot"} <= set(said)


def _busy(project: Path, marker: str) -> AppController:
    """One conversation that hangs, one whose command runs, one that waits for an answer."""
    controller = AppController(project)
    controller.choose_model("rehearsal/fault-first-stall")
    hung = controller.state.current
    controller.send("answer me")
    controller.new_conversation()
    controller.choose_model("rehearsal/demo")
    running = controller.state.current
    controller.send(f"run `sleep {marker}`")
    wait_until(lambda: controller.pump() * 0 + len(controller.state.waiting))
    [request] = controller.state.waiting.values()
    controller.answer(request, Answer("approve", by="you"))
    wait_until(lambda: controller.pump() * 0 + _running(marker))
    controller.new_conversation()
    controller.send("write the file tea.txt with the text: hot")
    wait_until(lambda: controller.pump() * 0 + len(controller.state.waiting))
    assert controller.state.conversations[hung].running
    assert controller.state.conversations[running].running
    return controller


def _running(marker: str) -> bool:
    """Whether a process with that word in its command line is alive."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if marker.encode() in path.read_bytes():
                return True
        except OSError:
            continue
    return False
