"""Everything at once: a conversation that hangs, one whose command runs, one that waits for an answer."""

from __future__ import annotations

from pathlib import Path

from manual_slop.app_controller import AppController
from manual_slop.store.shared import shared_store
from manual_slop.values.approval import Answer
from manual_slop.values.events import MessageAdded
from tests.support.patience import wait_until

_HUNG, _CHANGE = "answer me", "write the file tea.txt with the text: hot"


def make_everything_busy(controller: AppController, marker: str) -> None:
    """Until all three are under way; the command sleeps for `marker` seconds."""
    controller.choose_model("rehearsal/fault-first-stall")
    hung = controller.state.current
    controller.send(_HUNG)
    controller.new_conversation()
    controller.choose_model("rehearsal/demo")
    running = controller.state.current
    controller.send(_command(marker))
    wait_until(lambda: controller.pump() * 0 + len(controller.state.waiting))
    [request] = controller.state.waiting.values()
    controller.answer(request, Answer("approve", by="you"))
    wait_until(lambda: controller.pump() * 0 + is_running(marker))
    controller.new_conversation()
    controller.send(_CHANGE)
    wait_until(lambda: controller.pump() * 0 + len(controller.state.waiting))
    assert controller.state.conversations[hung].running
    assert controller.state.conversations[running].running


def what_is_lost(marker: str) -> set[str]:
    """Those of its prompts that are not in the store."""
    store = shared_store()
    said = {
        envelope.event.message.text
        for one in store.sessions()
        for envelope in store.envelopes(one.id)
        if isinstance(envelope.event, MessageAdded) and envelope.event.message.role == "user"
    }
    return {_HUNG, _command(marker), _CHANGE} - said


def is_running(marker: str) -> bool:
    """Whether a process with that word in its command line is alive."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if marker.encode() in path.read_bytes():
                return True
        except OSError:
            continue
    return False


def _command(marker: str) -> str:
    return f"run `sleep {marker}`"
