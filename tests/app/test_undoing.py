"""What the conversation in view changed is taken back from the window, and nothing that others changed since."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from manual_slop.app_controller import AppController
from manual_slop.safety.workspace import Workspace
from manual_slop.store.store_journal import StoreJournal
from manual_slop.tools.workbench import project_changes
from tests.support.editing import Editor, editor
from tests.support.patience import wait_until


@pytest.fixture
def ed(tmp_path: Path) -> Editor:
    """Somebody who edits the window's project, by the journal that the window reads."""
    (tmp_path / "project").mkdir()
    workspace = Workspace(tmp_path / "project")
    journal = project_changes(workspace).journal
    assert isinstance(journal, StoreJournal)
    made = editor(tmp_path, workspace, journal)
    made.changes.blobs = project_changes(workspace).blobs
    return made


@pytest.fixture
def window(ed: Editor) -> Iterator[AppController]:
    controller = AppController(ed.project)
    ed.session = controller.state.conversation.session_id = "session-1"
    yield controller
    controller.close()


def says(window: AppController, words: str, times: int = 1) -> None:
    """Wait until it has said so."""
    wait_until(lambda: window.pump() >= 0 and [words in line.text for line in window.state.log].count(True) == times)


def test_the_last_change_is_taken_back_and_done_again(window: AppController, ed: Editor):
    ed.run("write_file", path="a.txt", content="one")
    ed.run("edit_file", path="a.txt", edits=[{"old": "one", "new": "two"}])
    window.undoing.undo(turn=False)
    says(window, "undone: a.txt")
    assert ed.read("a.txt") == b"one"
    window.undoing.redo()
    says(window, "done again: a.txt")
    assert ed.read("a.txt") == b"two"


def test_a_whole_turn_is_taken_back_and_many_files_are_named_in_few_words(window: AppController, ed: Editor):
    for number in range(6):
        ed.run("write_file", path=f"{number}.txt", content="x")
    window.undoing.undo(turn=True)
    says(window, "5.txt, 4.txt, 3.txt, 2.txt and 2 more")
    assert not list(ed.project.iterdir())


def test_what_was_changed_since_stays_and_what_another_conversation_did_is_not_touched(
    window: AppController, ed: Editor
):
    ed.run("write_file", path="a.txt", content="one")
    ed.write("a.txt", "by hand")
    window.undoing.undo(turn=False)
    says(window, "changed since, so that nothing was undone")
    assert ed.read("a.txt") == b"by hand"
    ed.session = "session-2"
    ed.run("write_file", path="b.txt", content="theirs")
    window.undoing.undo(turn=False)
    says(window, "changed since, so that nothing was undone", 2)
    assert ed.read("b.txt") == b"theirs"


def test_without_anything_to_undo_it_says_so_and_while_the_model_works_nothing_is_undone(
    window: AppController, ed: Editor
):
    window.undoing.undo(turn=False)
    says(window, "there is nothing to undo")
    window.undoing.redo()
    says(window, "there is nothing to redo")
    window.state.conversation.running = True
    assert not window.undoing.possible
    window.state.conversation.running = False
    window.choices.project = None
    assert not window.undoing.possible
    window.choices.project = ed.project / "gone"
    window.undoing.undo(turn=False)
    says(window, "nothing was undone")
