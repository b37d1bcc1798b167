"""A conversation against a simple model of it: answers, changes, refusals, cancels, failures, in any order.

Whatever happens, what the session holds is what the store tells, no file changes but by an approval, each request is
one entry of the ledger, each question is answered and each tool that began ends.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from manual_slop import ai_client
from manual_slop.session.session import Session
from manual_slop.session.transcript import fold
from manual_slop.store.shared import shared_store
from manual_slop.values.approval import Answer, Request, canonical
from manual_slop.values.cancel import Cancel
from manual_slop.values.errors import ProviderError
from manual_slop.values.events import (
    ApprovalRequested,
    ApprovalResolved,
    TextDelta,
    ToolFinished,
    ToolStarted,
    TurnFailed,
    TurnFinished,
    TurnStarted,
)
from manual_slop.values.messages import ToolCall, ToolResult
from tests.support.scale import scaled
from tests.support.scripted_server import Scripted, ScriptedServer, calls, chunk, fails, says

MODEL, KEY = "openai/gpt-4o", "sk-canary-machine-1"
WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12).filter(str.strip)
AGAIN = ai_client.RetryPolicy(1)


class Conversation(RuleBasedStateMachine):
    """A session in a project, and what has to be true of it."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.project = Path(self.folder.name)
        self.answers: list[Answer] = []
        self.files: dict[str, str] = {}
        self.said: list[str] = []
        self.requests = 0
        self.number = 0
        self.cancel: Cancel | None = None
        self.session = self._new()

    def _decide(self, request: Request) -> Answer:
        assert request.action.tool == "write_file"
        if self.cancel is not None:
            self.cancel.request()
        return self.answers.pop(0)

    def _say(self, prompt: str, *script: Scripted, **more: Any) -> str | None:
        """The answer, or nothing where it failed."""
        with ScriptedServer(script) as server:
            try:
                base = f"{server.url}/v1"
                return str(self.session.send(prompt, api_base=base, api_key=KEY, **more))
            except ProviderError:
                return None
            finally:
                self.requests += len(server.seen)

    def _write(self, content: str) -> tuple[str, Scripted]:
        self.number += 1
        name = f"{self.number}.txt"
        return name, calls(("write_file", {"path": name, "content": content}))

    @rule(prompt=WORDS, answer=WORDS)
    def is_answered(self, prompt: str, answer: str) -> None:
        assert self._say(prompt, says(answer)) == answer
        self.said += [prompt, answer]

    @rule(content=WORDS, approved=st.sampled_from(["approve", "session"]))
    def writes_what_is_approved(self, content: str, approved: Any) -> None:
        name, call = self._write(content)
        self.answers = [Answer(approved)]
        assert self._say("write", call, says("done")) == "done"
        self.files[name] = content
        self.said += ["write", "done"]

    @rule(content=WORDS)
    def writes_nothing_that_is_refused(self, content: str) -> None:
        _, call = self._write(content)
        self.answers = [Answer("refuse", reason="not now")]
        assert self._say("write", call, says("I see")) == "I see"
        self.said += ["write", "I see"]

    @rule(content=WORDS, other=WORDS)
    def writes_what_it_was_changed_to(self, content: str, other: str) -> None:
        name, call = self._write(content)
        changed = canonical({"path": name, "content": other})
        self.answers = [Answer("edit", arguments=changed), Answer("approve")]
        assert self._say("write", call, says("done")) == "done"
        self.files[name] = other
        self.said += ["write", "done"]

    @rule(content=WORDS)
    def is_stopped_while_it_asks(self, content: str) -> None:
        _, call = self._write(content)
        self.answers, self.cancel = [Answer("approve")], Cancel()
        assert self._say("write", call, says("done"), cancel=self.cancel) is None
        self.cancel = None

    @rule()
    def is_stopped_before_it_begins(self) -> None:
        cancel = Cancel()
        cancel.request()
        assert self._say("never mind", says("what?"), cancel=cancel) is None

    @rule(begun=WORDS)
    def is_stopped_in_the_middle(self, begun: str) -> None:
        cancel = Cancel()

        def stop(event: object) -> None:
            if isinstance(event, TextDelta):
                cancel.request()

        held = Scripted([chunk({"content": begun})], hold_after=True)
        assert self._say("go on", held, cancel=cancel, on_event=stop) is None

    @rule(status=st.sampled_from([400, 401, 402, 404, 429, 500, 503]))
    def fails(self, status: int) -> None:
        assert self._say("try", fails(status)) is None

    @rule(begun=WORDS)
    def breaks_off(self, begun: str) -> None:
        assert self._say("go on", Scripted([chunk({"content": begun})], cut=True)) is None

    @rule()
    def goes_on_in_another_program(self) -> None:
        before = list(self.session.messages)
        self.session.close()
        self.session = (
            ai_client.resume_session(self.session.id, approve=self._decide) if self._is_kept() else self._new()
        )
        self.session.retries = AGAIN
        assert self.session.messages == before

    def _is_kept(self) -> bool:
        return self.session.id in [one.id for one in shared_store().sessions()]

    def _new(self) -> Session:
        tools = ["write_file", "read_file"]
        return ai_client.new_session(
            MODEL, project=self.project, tools=tools, approve=self._decide, retries=AGAIN, record=True
        )

    @precondition(lambda self: len(self.said) > 4)
    @rule()
    def forgets(self) -> None:
        self.session.reset()
        self.said.clear()

    @invariant()
    def the_store_tells_what_the_session_holds(self) -> None:
        if self._is_kept():
            assert list(fold(self._events()).messages) == self.session.messages

    @invariant()
    def what_was_answered_is_there_in_its_order(self) -> None:
        heard = [message.text for message in self.session.messages if message.text]
        rest = iter(heard)
        assert all(any(text == one for one in rest) for text in self.said)

    @invariant()
    def only_approved_files_are_there(self) -> None:
        found = {path.name: path.read_text("utf-8") for path in self.project.iterdir() if path.is_file()}
        assert found == self.files

    @invariant()
    def each_request_is_in_the_ledger(self) -> None:
        if self._is_kept():
            assert len(list(shared_store().ledger(self.session.id))) == self.requests

    @invariant()
    def what_begins_ends(self) -> None:
        told = Counter(type(event) for event in self._events()) if self._is_kept() else Counter()
        assert told[ApprovalRequested] == told[ApprovalResolved]
        assert told[ToolStarted] == told[ToolFinished]
        assert told[TurnStarted] == told[TurnFinished] + told[TurnFailed]
        assert shared_store().drafts(self.session.id) == []

    @invariant()
    def each_call_has_its_result(self) -> None:
        parts = [part for message in self.session.messages for part in message.parts]
        asked = [part.id for part in parts if isinstance(part, ToolCall)]
        answered = [part.call_id for part in parts if isinstance(part, ToolResult)]
        assert asked == answered

    def _events(self) -> list[Any]:
        return [envelope.event for envelope in shared_store().envelopes(self.session.id)]

    def teardown(self) -> None:
        self.session.close()
        self.folder.cleanup()


@pytest.mark.timeout(900)
def test_any_order_of_what_can_happen_to_a_conversation_keeps_its_promises() -> None:
    run_state_machine_as_test(
        Conversation,
        settings=settings(
            max_examples=scaled(12, 300),
            stateful_step_count=scaled(12, 30),
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
