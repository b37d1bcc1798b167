"""What is being written is kept: over a kill, without keys, for us alone, until it is sent; given back where it was."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from manual_slop.app.drafting import kept_at, read_draft, write_draft
from manual_slop.app_controller import AppController
from manual_slop.providers.own_files import LARGEST
from manual_slop.values.paths import data_dir
from manual_slop.values.secrets import REDACTED, redactor
from tests.support.patience import HANGS, wait_until
from tests.support.shared import ROOT

WRITER = """
import sys, time
from pathlib import Path
from manual_slop.app_controller import AppController
controller = AppController(Path(sys.argv[1]))
controller.state.draft.text = sys.argv[2]
while True:
    controller.pump()
    if any(Path(sys.argv[3]).glob("*.json")):
        print("kept", flush=True)
    time.sleep(0.01)
"""


def kill_one_who_writes(project: Path, text: str) -> None:
    command = [sys.executable, "-c", WRITER, str(project), text, str(data_dir() / "drafts")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = process.stdout.readline()
        process.kill()
    assert (said, process.returncode) == ("kept\n", -signal.SIGKILL)


def goes_on(controller: AppController, until: Callable[[], object]) -> None:
    """Frames go by."""

    def so() -> object:
        controller.pump()
        return until()

    wait_until(so)


def opened(project: Path | None) -> AppController:
    """A window in which what was kept has been read."""
    controller = AppController(project)
    settle(controller)
    return controller


def settle(controller: AppController) -> None:
    state = controller.state
    goes_on(controller, lambda: state.fetched("draft", state.current).at or state.fetched("draft", state.current).error)


@pytest.mark.skipif(os.name == "nt", reason="a process is killed the POSIX way")
def test_it_is_there_again_after_the_program_was_killed(tmp_path: Path):
    kill_one_who_writes(tmp_path, "a long thought: ümläut\n“and” 🦆")
    controller = opened(tmp_path)
    assert controller.state.draft.text == "a long thought: ümläut\n“and” 🦆"
    assert opened(tmp_path / "elsewhere").state.draft.text == ""
    controller.close(HANGS)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_nobody_else_may_read_it():
    place = kept_at("", None)
    write_draft(place, ("mine", -1))
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700
    assert [path.name for path in place.parent.iterdir()] == [place.name]


def test_a_key_in_it_is_not_written_down():
    redactor.register("sk-quacking-canary-0123456789")
    place = kept_at("", None)
    write_draft(place, ("use sk-quacking-canary-0123456789 please", -1))
    assert "quacking" not in place.read_text()
    assert read_draft(place) == (f"use {REDACTED} please", -1)


def test_it_is_gone_once_it_was_sent(tmp_path: Path):
    controller = opened(tmp_path)
    place = kept_at("", tmp_path)
    controller.choose_model("rehearsal/demo")
    controller.state.draft.text = "hello"
    goes_on(controller, place.exists)
    controller.state.draft.text = ""  # as the composer does
    controller.send("hello")
    goes_on(controller, lambda: not place.exists())
    goes_on(controller, lambda: not controller.state.running)
    controller.close(HANGS)
    assert not list(place.parent.iterdir())


def test_what_was_written_last_is_kept_when_the_window_closes(tmp_path: Path):
    controller = opened(tmp_path)
    for text in ("a", "ab", "abc"):
        controller.state.draft.text = text
        controller.pump()
    controller.state.draft.text = "abcd"
    controller.close(HANGS)
    assert read_draft(kept_at("", tmp_path)) == ("abcd", -1)


def test_it_belongs_to_the_session_as_soon_as_there_is_one(tmp_path: Path):
    controller = opened(tmp_path)
    controller.state.draft.text = "first thought"
    goes_on(controller, kept_at("", tmp_path).exists)
    controller.state.conversation.session_id = "s1"
    controller.state.draft.text, controller.state.draft.instead_of = "second thought", 4
    controller.close(HANGS)
    assert read_draft(kept_at("s1", None)) == ("second thought", 4)
    assert not kept_at("", tmp_path).exists()


def test_it_is_given_back_only_once_it_is_known_which_conversation_is_in_view(tmp_path: Path):
    write_draft(kept_at("", tmp_path), ("kept", -1))
    controller = AppController(tmp_path)
    controller.resuming.pending = "s1"
    for _ in range(5):
        controller.pump()
    assert "draft" not in controller.state.loaded or not controller.state.loaded["draft"]
    controller.resuming.pending = ""
    settle(controller)
    assert controller.state.draft.text == "kept"
    assert controller.state.draft.given == 1
    controller.close(HANGS)


def test_who_writes_already_finds_what_was_kept_under_the_up_key(tmp_path: Path):
    write_draft(kept_at("", tmp_path), ("before", -1))
    controller = AppController(tmp_path)
    controller.state.draft.text = "now"
    settle(controller)
    assert (controller.state.draft.text, controller.state.draft.history) == ("now", ["before"])
    controller.close(HANGS)
    assert read_draft(kept_at("", tmp_path)) == ("now", -1)


def test_the_draft_of_a_conversation_that_is_not_in_view_any_more_is_kept_too(tmp_path: Path):
    controller = opened(tmp_path)
    first = controller.state.current
    controller.state.conversation.session_id = "s1"
    controller.state.draft_of(first).text = "left behind"
    controller.new_conversation()
    controller.close(HANGS)
    assert read_draft(kept_at("s1", None)) == ("left behind", -1)


@pytest.mark.parametrize("length", [LARGEST, 3 * LARGEST])
def test_of_a_text_without_end_the_beginning_is_kept_and_says_so(length: int):
    place = kept_at("", None)
    write_draft(place, ("🦆" * length, -1))
    text, _ = read_draft(place)
    assert text.startswith("🦆" * 80_000)
    assert text.endswith("[the rest was too long to be kept]")


@pytest.mark.parametrize(
    "held", ["", "{", "[]", "null", '{"text": 3, "instead_of": 1}', '{"text": "x"}', "[" * 100_000, "9" * 9999]
)
def test_a_file_of_another_kind_is_no_draft(held: str):
    place = kept_at("", None)
    place.parent.mkdir(parents=True)
    place.write_text(held)
    place.chmod(0o600)
    assert read_draft(place) == ("", -1)


def test_half_a_character_does_not_reach_the_window():
    place = kept_at("", None)
    write_draft(place, ("a\ud800b", -7))
    assert read_draft(place) == ("a?b", -1)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_what_others_may_read_is_not_given_back_and_said(tmp_path: Path):
    place = kept_at("", tmp_path)
    write_draft(place, ("kept", -1))
    place.chmod(0o644)
    controller = opened(tmp_path)
    assert controller.state.draft.text == ""
    goes_on(controller, lambda: controller.state.toasts)
    assert "cannot be given back" in controller.state.toasts[0][1].text
    controller.close(HANGS)


def test_where_nothing_can_be_kept_it_is_said_once(tmp_path: Path):
    controller = opened(tmp_path)
    (data_dir() / "drafts").parent.mkdir(parents=True, exist_ok=True)
    (data_dir() / "drafts").write_text("in the way")
    controller.state.draft.text = "a"
    goes_on(controller, lambda: controller.state.toasts)
    controller.state.draft.text = ""
    goes_on(controller, lambda: not controller.state.draft.text)
    controller.close(HANGS)
    controller.pump()
    assert [toast.text[:24] for _, toast in controller.state.toasts] == ["what you write is not ke"]


def test_the_draft_of_a_deleted_session_goes_with_it(tmp_path: Path):
    controller = opened(tmp_path)
    controller.choose_model("rehearsal/demo")
    controller.send("hello")
    conversation = controller.state.conversation
    goes_on(controller, lambda: conversation.items and not conversation.running and conversation.session_id)
    controller.state.draft.text = "and then"
    goes_on(controller, kept_at(conversation.session_id, None).exists)
    controller.delete_session(conversation.session_id)
    goes_on(controller, lambda: not kept_at(conversation.session_id, None).exists())
    controller.close(HANGS)
    assert not list((data_dir() / "drafts").iterdir())
