"""What a person at the terminal is shown before they agree, and how they answer."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from manual_slop.safety.inbox import Inbox
from manual_slop.terminal.approval_prompt import ApprovalPrompt
from manual_slop.values.approval import Action, Answer, Preview, Request, canonical
from tests.terminal.doubles import on_terminal


def command(script: str) -> Action:
    preview = Preview("command", script, cwd=".", confinement="none: nothing works here")
    return Action("s1", "c1", "run_shell", "EXECUTE", canonical({"command": script}), preview)


class Desk:
    """An inbox with one question in it, a terminal, and what the person types there line by line."""

    def __init__(self, action: Action, *lines: str | None) -> None:
        self.inbox = Inbox()
        self.lines = list(lines)
        self.screen, self.terminal = on_terminal(width=100, height=60)
        self.prompt = ApprovalPrompt(self.screen, self.inbox, self._read)
        self.answers: list[Answer] = []
        self._asked = threading.Event()
        self.inbox.listen(lambda request, answer: self._asked.set())
        self._asking = threading.Thread(target=lambda: self.answers.append(self.inbox.ask(action, "mode “ask”")))

    def _read(self, wanted: Callable[[], bool]) -> str | None:
        return self.lines.pop(0) if self.lines and wanted() else None

    def request(self) -> Request:
        self._asking.start()
        assert self._asked.wait(60)
        [request] = self.inbox.pending()
        return request

    def run(self) -> Answer:
        self.prompt(self.request())
        self._asking.join(60)
        return self.answers[0]


@pytest.mark.parametrize(("typed", "kind"), [("y", "approve"), ("YES", "approve"), ("s", "session")])
def test_a_letter_is_an_answer(typed: str, kind: str) -> None:
    assert Desk(command("make"), typed).run().kind == kind


def test_everything_that_matters_is_shown_before_the_question() -> None:
    desk = Desk(command("rm -rf build && make"), "n")
    desk.run()

    for words in ("rm -rf build && make", "run_shell", "EXECUTE", "mode “ask”", "none: nothing works here"):
        assert words in desk.terminal.text
    assert "careful" in desk.terminal.text


def test_what_hides_in_a_command_is_written_out() -> None:
    desk = Desk(command("ls \u202egpj.sh\x1b[2K"), "n", "no")
    desk.run()

    assert "\u202e" not in desk.terminal.text
    assert "\x1b[2K" not in "".join(desk.terminal.writes)


def test_enter_alone_and_unknown_letters_approve_nothing() -> None:
    desk = Desk(command("make"), "", "  ", "x", "yy", "n", "not now")
    answer = desk.run()

    assert (answer.kind, answer.reason) == ("refuse", "not now")
    assert "Enter alone approves nothing" in desk.terminal.text


def test_a_reason_may_stand_behind_the_no() -> None:
    assert Desk(command("make"), "n use ninja").run().reason == "use ninja"


def test_no_without_a_reason_is_a_no() -> None:
    assert Desk(command("make"), "n", "").run().kind == "refuse"


def test_the_only_text_of_a_call_is_edited_as_text() -> None:
    answer = Desk(command("make"), "e", "make -n").run()

    assert (answer.kind, answer.arguments) == ("edit", canonical({"command": "make -n"}))


def test_other_arguments_are_edited_as_json_and_nonsense_is_asked_again() -> None:
    preview = Preview("diff", "--- a\n+++ b\n", targets=("a",))
    action = Action("s1", "c1", "move_file", "WRITE", canonical({"path": "a", "to": "b"}), preview)

    answer = Desk(action, "e", "{", "e", '{"path": "a", "to": "c"}').run()

    assert answer.arguments == canonical({"path": "a", "to": "c"})


def test_an_edit_that_is_left_empty_asks_again() -> None:
    assert Desk(command("make"), "e", "", "y").run().kind == "approve"


def test_a_long_text_is_seen_to_its_end_before_the_question() -> None:
    script = "\n".join(f"echo {number}" for number in range(60))
    desk = Desk(command(script), "", "", "y")

    assert desk.run().kind == "approve"
    assert desk.terminal.text.index("echo 59") < desk.terminal.text.index("[y]es")


def test_at_the_end_of_input_nothing_is_approved() -> None:
    assert Desk(command("make"), None).run().kind == "refuse"


def test_a_request_that_is_settled_elsewhere_is_not_asked_about_any_longer() -> None:
    desk = Desk(command("make"))
    request = desk.request()
    desk.inbox.answer(request.id, request.action.digest, Answer("refuse", reason="by somebody else"))
    desk._asking.join(60)

    desk.prompt(request)

    assert desk.answers[0].reason == "by somebody else"
    assert "[y]es" not in desk.terminal.text
