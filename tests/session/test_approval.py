"""A person in charge: what a model wants to do is shown, may be changed or refused, and runs as it was approved."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from manual_slop import ai_client
from manual_slop.safety.inbox import Inbox
from manual_slop.session.session import Session
from manual_slop.values.approval import Answer, Request, canonical
from manual_slop.values.cancel import Cancel
from manual_slop.values.errors import ProviderError
from manual_slop.values.events import ApprovalRequested, ApprovalResolved, Event, ToolFinished
from tests.support.patience import wait_until
from tests.support.scripted_server import ScriptedServer, calls, says

WRITE = ("write_file", {"path": "new.txt", "content": "hello\n"})


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "old.txt").write_text("before\n", "utf-8")
    return folder


class Work:
    """A session in a project with a scripted model, an approver and all that was told."""

    def __init__(self, server: ScriptedServer, project: Path, **session: Any) -> None:
        self.server = server
        self.events: list[Event] = []
        self.session: Session = ai_client.new_session(
            "openai/gpt-4o", project=project, on_event=self.events.append, **session
        )

    def say(self, prompt: str = "go", **more: Any) -> str:
        given = {"api_base": f"{self.server.url}/v1", "api_key": "sk-canary-approval-1", **more}
        return str(self.session.send(prompt, **given))

    def told(self, kind: type[Any]) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]

    def result(self) -> str:
        return str(self.server.seen[-1].body["messages"][-1]["content"])


def answering(answer: Answer, seen: list[Request]) -> Callable[[Request], Answer]:
    def approve(request: Request) -> Answer:
        seen.append(request)
        return answer

    return approve


def test_a_change_is_shown_whole_and_happens_when_it_is_approved(project: Path) -> None:
    seen: list[Request] = []
    with ScriptedServer([calls(WRITE), says("done")]) as server:
        work = Work(server, project, approve=answering(Answer("approve", by="tester"), seen))
        assert work.say() == "done"

    assert (project / "new.txt").read_text("utf-8") == "hello\n"
    assert "+hello" in seen[0].action.preview.text
    assert "changes files" in seen[0].why
    assert len(work.told(ApprovalRequested)) == len(work.told(ApprovalResolved)) == 1


def test_a_refusal_reaches_the_model_with_its_reason(project: Path) -> None:
    with ScriptedServer([calls(WRITE), says("I see")]) as server:
        work = Work(server, project, approve=answering(Answer("refuse", reason="use docs/", by="tester"), []))
        work.say()

        assert "The person refused it: use docs/" in work.result()
    assert not (project / "new.txt").exists()


def test_an_edited_call_runs_as_edited_and_the_model_is_told(project: Path) -> None:
    changed = canonical({"path": "new.txt", "content": "changed\n"})
    with ScriptedServer([calls(WRITE), says("I see")]) as server:
        answers = [Answer("edit", arguments=changed), Answer("approve")]
        work = Work(server, project, approve=lambda request: answers.pop(0))
        work.say()

        assert "The person changed the arguments" in work.result()
        assert "changed" in work.result()
    assert (project / "new.txt").read_text("utf-8") == "changed\n"


def test_where_nobody_can_be_asked_nothing_happens(project: Path) -> None:
    with ScriptedServer([calls(WRITE, ("read_file", {"path": "old.txt"})), says("I see")]) as server:
        work = Work(server, project)
        work.say()

        results = [message["content"] for message in server.seen[-1].body["messages"][-2:]]
    assert "nobody can be asked" in results[0]
    assert "before" in results[1]
    assert not (project / "new.txt").exists()


def test_edits_go_through_in_their_mode_and_commands_do_not(project: Path) -> None:
    script = [calls(WRITE), calls(("run_shell", {"command": "touch ran.txt"})), says("I see")]
    with ScriptedServer(script) as server:
        work = Work(server, project, mode="edits")
        work.say()

    assert (project / "new.txt").exists()
    assert not (project / "ran.txt").exists()


def test_a_protected_name_is_asked_about_in_every_mode(project: Path) -> None:
    script = [calls(("write_file", {"path": ".git/hooks/pre-commit", "content": "evil"})), says("I see")]
    for mode in ("ask", "edits", "never", "all"):
        with ScriptedServer(script) as server:
            work = Work(server, project, mode=mode)
            work.say()
        assert not (project / ".git").exists(), mode


def test_a_command_runs_confined_once_it_is_approved(project: Path) -> None:
    seen: list[Request] = []
    with ScriptedServer([calls(("run_shell", {"command": "echo it ran; cat old.txt"})), says("ok")]) as server:
        work = Work(server, project, approve=answering(Answer("approve"), seen))
        work.say()

        assert "it ran" in work.result()
        assert "before" in work.result()
    assert seen[0].action.preview.kind == "command"
    assert seen[0].action.preview.confinement


def test_allowing_for_the_session_covers_the_very_same_command_and_no_other(project: Path) -> None:
    same, other = ("run_shell", {"command": "echo same"}), ("run_shell", {"command": "echo other"})
    seen: list[Request] = []
    with ScriptedServer([calls(same), calls(same), calls(other), says("ok")]) as server:
        work = Work(server, project, approve=answering(Answer("session"), seen))
        work.say()

    assert [request.action.arguments for request in seen] == [
        canonical({"command": name}) for name in ("echo same", "echo other")
    ]


def test_a_file_that_changed_while_the_person_thought_is_not_overwritten(project: Path) -> None:
    edit = ("edit_file", {"path": "old.txt", "edits": [{"old": "before", "new": "after"}]})

    def meddle(request: Request) -> Answer:
        (project / "old.txt").write_text("before, but different\n", "utf-8")
        return Answer("approve")

    with ScriptedServer([calls(("read_file", {"path": "old.txt"})), calls(edit), says("ok")]) as server:
        work = Work(server, project, approve=meddle)
        work.say()

        assert "changed" in work.result()
    assert (project / "old.txt").read_text("utf-8") == "before, but different\n"


def test_an_inbox_elsewhere_answers_for_all_sessions(project: Path) -> None:
    inbox = Inbox()
    with ScriptedServer([calls(WRITE), says("done")]) as server:
        work = Work(server, project, inbox=inbox)
        asked = threading.Event()
        work.session.on_event = lambda event: asked.set() if isinstance(event, ApprovalRequested) else None
        thread = threading.Thread(target=work.say)
        thread.start()
        assert asked.wait(20)
        [request] = inbox.pending()
        assert not inbox.answer(request.id, "another digest", Answer("approve"))
        assert inbox.answer(request.id, request.action.digest, Answer("approve"))
        thread.join(20)

    assert (project / "new.txt").exists()


def test_a_cancel_while_a_person_thinks_refuses_and_ends_the_turn(project: Path) -> None:
    inbox, cancel = Inbox(), Cancel()
    with ScriptedServer([calls(WRITE), says("done")]) as server:
        work = Work(server, project, inbox=inbox)
        work.session.on_event = lambda event: cancel.request() if isinstance(event, ApprovalRequested) else None
        with pytest.raises(ProviderError) as caught:
            work.say(cancel=cancel)

    assert caught.value.kind == "cancelled"
    assert inbox.pending() == ()
    assert not (project / "new.txt").exists()


def test_every_call_that_ran_or_did_not_is_told_of_once(project: Path) -> None:
    with ScriptedServer([calls(WRITE, ("fly", {}), ("read_file", {"path": "old.txt"})), says("ok")]) as server:
        work = Work(server, project)
        work.say()

    assert [event.result.is_error for event in work.told(ToolFinished)] == [True, True, False]


def test_what_another_conversation_at_the_same_inbox_asks_is_not_told_here(project: Path) -> None:
    inbox = Inbox()
    with ScriptedServer([calls(WRITE), says("done")]) as first, ScriptedServer([calls(WRITE), says("done")]) as second:
        here, there = Work(first, project, inbox=inbox), Work(second, project, inbox=inbox)
        threads = [threading.Thread(target=work.say) for work in (here, there)]
        for thread in threads:
            thread.start()
        wait_until(lambda: len(inbox.pending()) == 2)
        for request in inbox.pending():
            inbox.answer(request.id, request.action.digest, Answer("refuse", reason="no"))
        for thread in threads:
            thread.join()
    for work in (here, there):
        (told,) = work.told(ApprovalRequested)
        assert told.request.action.session_id == work.session.id
        assert len(work.told(ApprovalResolved)) == 1
