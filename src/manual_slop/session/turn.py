"""One prompt and all the rounds that answer it: ask, run tools, ask again, until the model stops."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from manual_slop.money.prices import combine
from manual_slop.providers.exchange import Exchange
from manual_slop.providers.litellm_gateway import Answer, Request, complete
from manual_slop.providers.registry import Route
from manual_slop.providers.retry import with_retries
from manual_slop.providers.stream import Listener
from manual_slop.session.loop_guard import LoopGuard
from manual_slop.session.params import checked_params, require_whole_characters
from manual_slop.values.cancel import Cancel
from manual_slop.values.errors import ProviderError
from manual_slop.values.events import MessageFinished, Notice, TurnFailed, TurnFinished, TurnStarted, UsageRecorded
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
        self._tell: Listener = listener or (lambda event: None)
        self._cancel = cancel
        self._stream = stream
        self._params = params
        self._usage = Usage()
        self._costs: list[Cost] = []
        self._rounds = 0
        self._id = uuid.uuid4().hex
        self._guard = LoopGuard()
        self._runner: ToolRunner | None = None

    def run(
        self, prompt: str, images: tuple[Image, ...], api_key: str | None, api_base: str | None
    ) -> Reply | ProviderError:
        """Answer `prompt`, or return the error that ended the turn; either way exactly one ending is told.

        Raises `ConfigError`, before anything is told, for settings that stand in the way.
        """
        session = self._session
        prepared = self._prepared(prompt, images, api_key, api_base)
        self._tell(TurnStarted(self._id, session.id, session.model))
        said_before = len(session.messages)
        if isinstance(prepared, ProviderError):
            return self._end(prepared, said_before)
        route, params = prepared
        try:
            for notice in session.unheard([*session.notices, *session.access.notices(route)]):
                self._tell(Notice(notice))
            session.messages.append(user(prompt, images))
            outcome = self._all_rounds(route, params)
        except BaseException:
            self._end(ProviderError("unknown", route.provider.name, route.model, "the turn broke off"), said_before)
            raise
        finally:
            if self._runner is not None:
                self._runner.close()
        return self._end(outcome, said_before)

    def _end(self, outcome: Answer | ProviderError, said_before: int) -> Reply | ProviderError:
        session = self._session
        if isinstance(outcome, ProviderError):
            if len(session.messages) == said_before + 1:  # nothing came of it: the prompt may be said again
                session.messages.pop()
            self._tell(TurnFailed(outcome, self._usage, combine(self._costs), session.id))
            return outcome
        reply = Reply(
            outcome.message.text,
            outcome.message,
            self._usage,
            combine(self._costs),
            outcome.stop_reason,
            self._rounds,
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
            session.access.require_vision(route, (*images, *(i for m in session.messages for i in m.images)))
        except ProviderError as refused:
            return refused.with_traceback(None)
        return route, params

    def _all_rounds(self, route: Route, params: dict[str, Any]) -> Answer | ProviderError:
        session = self._session
        tools = self._offered_tools(route)
        while True:
            answer = self._ask(route, tools, params)
            if answer.message.parts:
                session.messages.append(answer.message)
            self._tell(MessageFinished(answer.message, answer.stop_reason))
            if answer.error is not None:
                return answer.error
            calls = answer.message.tool_calls
            if answer.stop_reason != "tool_calls":
                if calls:  # cut off in the middle: what was asked for is not known whole
                    session.messages.append(unrun(calls, f"not run: the answer ended early ({answer.stop_reason})"))
                return answer
            stop_reason = self._run_tools(calls)
            if self._cancel.requested:
                return ProviderError("cancelled", route.provider.name, route.model, "cancelled")
            if stop_reason:
                return dataclasses.replace(answer, stop_reason=stop_reason)

    def _ask(self, route: Route, tools: tuple[ToolSpec, ...], params: dict[str, Any]) -> Answer:
        session = self._session
        self._rounds += 1
        request = Request(route, (*session.preamble, *session.messages), tools, params, self._stream)
        translator = session.translator_for(route)

        def once() -> Answer:
            exchange = Exchange(session.timeouts, self._cancel, session.clock)
            answer = complete(request, translator, exchange, self._tell)
            self._settle(route, answer)
            return answer

        return with_retries(once, self._tell, self._cancel, session.retry_budget, session.retries)

    def _settle(self, route: Route, answer: Answer) -> None:
        """Count what one call used, also when it failed."""
        if answer.error is not None and not answer.usage.total_tokens:
            return
        cost = self._session.access.price(route, answer.usage, answer.model, answer.billed_usd)
        self._usage += answer.usage
        self._costs.append(cost)
        self._tell(UsageRecorded(route.model, answer.usage, cost, self._purpose(answer)))

    def _purpose(self, answer: Answer) -> str:
        if answer.error is not None:
            return "cancelled" if answer.error.kind == "cancelled" else "interrupted"
        return "chat" if self._rounds == 1 else "tool round"

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
            session.messages.append(unrun(calls, "there are no tools"))
            return ""
        session.permission = session.permission or read_only()
        if self._runner is None:
            self._runner = ToolRunner(session.toolbox, session.permission, self._tell, self._cancel)
        results = self._runner.run(calls, Place(session.id, self._id, self._rounds))
        session.messages.append(Message("tool", results))
        if self._rounds >= session.max_rounds:
            self._tell(Notice(f"stopped after {self._rounds} rounds; say “go on” to continue"))
            return "max_rounds"
        circles = [self._guard.circles(call, result) for call, result in zip(calls, results, strict=True)]
        if any(circles):
            self._tell(Notice("the model repeats the same call with the same result; say what it should do instead"))
            return "loop"
        return ""


def unrun(calls: Sequence[ToolCall], why: str) -> Message:
    """Results for calls that were not run: a conversation must answer each call it holds."""
    return Message("tool", tuple(ToolResult(call.id, why, is_error=True) for call in calls))
