"""One prompt and all the rounds that answer it: ask, run tools, ask again, until the model stops."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

from manual_slop.providers.litellm_gateway import Answer
from manual_slop.providers.registry import Route
from manual_slop.providers.stream import Listener
from manual_slop.session.calls import Calls
from manual_slop.session.loop_guard import LoopGuard
from manual_slop.session.params import checked_params, require_whole_characters
from manual_slop.values.cancel import Cancel
from manual_slop.values.errors import ProviderError
from manual_slop.values.events import (
    MessageFinished,
    MessageWithdrawn,
    Notice,
    TurnFailed,
    TurnFinished,
    TurnStarted,
)
from manual_slop.values.ids import new_id
from manual_slop.values.messages import Image, Message, ToolCall, ToolResult, user
from manual_slop.values.tools import ToolSpec
from manual_slop.values.usage import Cost, Usage

if TYPE_CHECKING:
    from manual_slop.session.session import Session
    from manual_slop.session.tool_round import ToolRunner


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to a prompt. `usage` and `cost` are of the whole turn, all `rounds` of it; `str()` is the text."""

    text: str
    message: Message
    usage: Usage
    cost: Cost
    stop_reason: str
    rounds: int
    model: str

    def __str__(self) -> str:
        return self.text


class Turn:
    """The state of one turn; made for it and thrown away after."""

    def __init__(
        self, session: Session, listener: Listener | None, cancel: Cancel, stream: bool, params: Mapping[str, Any]
    ) -> None:
        self._session = session
        self._tell: Listener = session.told_first(listener)
        self._cancel = cancel
        self._params = params
        self._id = new_id()
        self._calls = Calls(session, self._id, self._tell, cancel, stream)
        self._guard = LoopGuard()
        self._runner: ToolRunner | None = None
        self._prompt: Message | None = None

    def run(
        self, prompt: str, images: tuple[Image, ...], api_key: str | None, api_base: str | None
    ) -> Reply | ProviderError:
        """Answer `prompt`, or return the error that ended the turn; either way exactly one ending is told.

        Raises `ConfigError`, before anything is told, for settings that stand in the way.
        """
        session = self._session
        prepared = self._prepared(prompt, images, api_key, api_base)
        unseen = session.files.look() if session.files else ()
        session.describe(self._tell)
        self._tell(TurnStarted(self._id, session.id, session.model))
        if isinstance(prepared, ProviderError):
            return self._end(prepared)
        route, params = prepared
        try:
            for notice in session.unheard([*session.notices, *unseen, *session.access.notices(route)]):
                self._tell(Notice(notice))
            self._prompt = user(prompt, images)
            session.add(self._prompt, self._tell)
            outcome = self._all_rounds(route, params)
        except BaseException:
            self._end(ProviderError("unknown", route.provider.name, route.model, "the turn broke off"))
            raise
        finally:
            if self._runner is not None:
                self._runner.close()
        return self._end(outcome)

    def _end(self, outcome: Answer | ProviderError) -> Reply | ProviderError:
        session = self._session
        if isinstance(outcome, ProviderError):
            if (
                session.messages and session.messages[-1] is self._prompt
            ):  # nothing came of it: the prompt may be said again
                session.messages.pop()
                self._tell(MessageWithdrawn())
            self._tell(TurnFailed(outcome, self._calls.usage, self._calls.cost, session.id))
            return outcome
        reply = Reply(
            outcome.message.text,
            outcome.message,
            self._calls.usage,
            self._calls.cost,
            outcome.stop_reason,
            self._calls.rounds,
            outcome.message.model,
        )
        self._tell(
            TurnFinished(reply.text, reply.stop_reason, reply.model, reply.usage, reply.cost, reply.rounds, session.id)
        )
        return reply

    def _prepared(
        self, prompt: str, images: tuple[Image, ...], api_key: str | None, api_base: str | None
    ) -> tuple[Route, dict[str, Any]] | ProviderError:
        session = self._session
        try:
            route = session.access.route(session.model, api_key=api_key, api_base=api_base)
            params = checked_params(self._params, route.model)
            require_whole_characters(prompt, route.model)
            session.access.require_vision(route, chain(images, _images_in(session.messages)))
        except ProviderError as refused:
            return refused.with_traceback(None)
        return route, params

    def _all_rounds(self, route: Route, params: dict[str, Any]) -> Answer | ProviderError:
        from manual_slop.session.compaction import compact_if_due  # 10 ms: not before there is something to do

        session = self._session
        tools = self._offered_tools(route)
        makes_room = True
        while True:
            makes_room = makes_room and compact_if_due(session, self._calls, self._tell, route)
            if not self._calls.rounds:
                self._warn_if_too_long()
            answer = self._calls.ask(route, tools, params)
            if answer.message.parts:
                session.messages.append(answer.message)
            self._tell(MessageFinished(answer.message, answer.stop_reason))
            if answer.error is not None:
                return answer.error
            calls = answer.message.tool_calls
            if answer.stop_reason != "tool_calls":
                if calls:  # cut off in the middle: what was asked for is not known whole
                    session.add(unrun(calls, f"not run: the answer ended early ({answer.stop_reason})"), self._tell)
                return answer
            stop_reason = self._run_tools(calls)
            if self._cancel.requested:
                return ProviderError("cancelled", route.provider.name, route.model, "cancelled")
            if stop_reason:
                return dataclasses.replace(answer, stop_reason=stop_reason)

    def _warn_if_too_long(self) -> None:
        from manual_slop.session.context import too_long

        warning = too_long(self._session)
        if warning:
            self._tell(Notice(warning))

    def _offered_tools(self, route: Route) -> tuple[ToolSpec, ...]:
        toolbox = self._session.toolbox
        if toolbox is None:
            return ()
        if self._session.access.facts(route).tools is False:
            self._tell(Notice(f"{route.model} cannot call tools: none are offered to it"))
            return ()
        return toolbox.specs()

    def _run_tools(self, calls: tuple[ToolCall, ...]) -> str:
        """Run the calls of one message and put the results into the conversation. Returns why to stop, or nothing."""
        from manual_slop.session.permission import Place, read_only  # 40 ms: only when a tool is called
        from manual_slop.session.tool_round import ToolRunner

        session = self._session
        if session.toolbox is None:
            session.add(unrun(calls, "there are no tools"), self._tell)
            return ""
        session.permission = session.permission or read_only()
        if self._runner is None:
            self._runner = ToolRunner(session.toolbox, session.permission, self._tell, self._cancel)
        results = self._runner.run(calls, Place(session.id, self._id, self._calls.rounds))
        session.add(Message("tool", results), self._tell)
        if self._calls.rounds >= session.max_rounds:
            self._tell(Notice(f"stopped after {self._calls.rounds} rounds; say “go on” to continue"))
            return "max_rounds"
        circles = [self._guard.circles(call, result) for call, result in zip(calls, results, strict=True)]
        if any(circles):
            self._tell(Notice("the model repeats the same call with the same result; say what it should do instead"))
            return "loop"
        return ""


def _images_in(messages: Sequence[Message]) -> Iterator[Image]:
    return (part for message in messages for part in message.parts if isinstance(part, Image))


def unrun(calls: Sequence[ToolCall], why: str) -> Message:
    """Results for calls that were not run: a conversation must answer each call it holds."""
    return Message("tool", tuple(ToolResult(call.id, why, is_error=True) for call in calls))
