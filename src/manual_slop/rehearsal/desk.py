"""Where a request becomes a reply: parse it, let the model decide, count the tokens, look up the fault to play."""

from __future__ import annotations

from dataclasses import dataclass, replace

from manual_slop.rehearsal.catalogue import Model, find_model
from manual_slop.rehearsal.conversation import Conversation
from manual_slop.rehearsal.faults import Fault, FaultLog, fault_named
from manual_slop.rehearsal.model import decide
from manual_slop.rehearsal.skills import OBEDIENT_SKILLS, SKILLS
from manual_slop.rehearsal.skills.ticket import read_ticket
from manual_slop.rehearsal.wire.errors import RequestError, shorten
from manual_slop.rehearsal.wire.limits import shorten_answer
from manual_slop.rehearsal.wire.reply import Answer, Envelope, as_events, as_json
from manual_slop.rehearsal.wire.request import ChatRequest, read_request
from manual_slop.rehearsal.wire.usage import Counted, PrefixCache, digest, prompt_tokens, tokens_of


@dataclass(frozen=True, slots=True)
class Reply:
    """What is to be sent: a JSON `body`, or `events` and their `ending`; how fast; and what goes wrong on the way."""

    body: bytes
    events: tuple[bytes, ...] = ()
    ending: tuple[bytes, ...] = ()
    pace: int = 0
    fault: Fault | None = None


class Desk:
    """Answers requests, from any thread; remembers prefixes for cached tokens and faults that end."""

    def __init__(self) -> None:
        self._prefixes = PrefixCache()
        self._faults = FaultLog()

    def answer(self, raw: bytes, fault_name: str = "") -> Reply:
        """The reply to a request's body; `fault_name` (a header's) goes before the model's own fault.

        Raises: RequestError for a bad request, an unknown model, and a fault that is a status.
        """
        request = read_request(raw)
        model = find_model(request.model)
        fault = _header_fault(fault_name) or _own_fault(model, request.conversation)
        self._refuse_if_due(fault, request)
        _refuse_if_too_long(model, request.conversation)
        answer = shorten_answer(_answer_of(model, request.conversation), request.most_tokens, request.stop)
        return _reply(request, model, answer, self._count(request, answer), fault)

    def _refuse_if_due(self, fault: Fault | None, request: ChatRequest) -> None:
        if fault is None or fault.kind != "status":
            return
        key = digest(f"{request.model} {fault.refusal}", request.conversation)
        if self._faults.is_due(fault, key):
            raise fault.error()

    def _count(self, request: ChatRequest, answer: Answer) -> Counted:
        prompt, cached = self._prefixes.count(request.model, request.conversation)
        reasoning = tokens_of(answer.reasoning)
        called = sum(tokens_of(call.name) + tokens_of(call.arguments) for call in answer.calls)
        return Counted(prompt, reasoning + tokens_of(answer.text) + called, cached, reasoning)


def _refuse_if_too_long(model: Model, conversation: Conversation) -> None:
    tokens = prompt_tokens(conversation)
    if tokens > model.window:
        raise RequestError(
            f"This model's maximum context length is {model.window} tokens. However, your messages resulted in "
            f"{tokens} tokens. Please reduce the length of the messages.",
            "messages",
            "context_length_exceeded",
        )


def _header_fault(name: str) -> Fault | None:
    if not name:
        return None
    fault = fault_named(name.removeprefix("fault-"))
    if fault is None:
        raise RequestError(f"There is no fault '{shorten(name)}'.", "x-rehearsal-fault", "unknown_fault")
    return fault


def _own_fault(model: Model, conversation: Conversation) -> Fault | None:
    """The model's; one that is to crash in the middle of a ticket does so after its first step."""
    ticket = read_ticket(conversation.asked) if model.weakness.kind == "crash" else None
    if ticket is None:
        return model.fault
    return model.fault if conversation.exchanges and model.weakness.at(ticket.attempt) else None


def _answer_of(model: Model, conversation: Conversation) -> Answer:
    if model.words:
        return Answer(" ".join(f"word{at}" for at in range(1, model.words + 1)))
    answer = decide(replace(conversation, weakness=model.weakness), OBEDIENT_SKILLS if model.obeys else SKILLS)
    return answer if model.thinks else Answer(answer.text, answer.calls, "", answer.finish)


def _reply(request: ChatRequest, model: Model, answer: Answer, usage: Counted, fault: Fault | None) -> Reply:
    envelope = Envelope(request.model)
    kind = fault.kind if fault else None
    if not request.stream or kind == "json":
        body = as_json(answer, envelope, usage, None if kind == "nofinish" else answer.finish)
        return Reply(body, pace=model.pace, fault=fault)
    events, ending = as_events(answer, envelope, usage if request.include_usage else None)
    return Reply(b"", tuple(events), tuple(ending), model.pace, fault)
