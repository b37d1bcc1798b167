"""A question to a model whose answer has to be JSON of a shape: what is wrong goes back to it, so many times."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from manual_slop.providers.stream import Listener
from manual_slop.session.session import Session
from manual_slop.values.cancel import Cancel
from manual_slop.values.errors import ProviderError
from manual_slop.values.strict_json import StrictJSONError, parse_object

T = TypeVar("T")
_FENCED = re.compile(r"```(?:json)?[ \t]*\n(.*?)\n?```", re.DOTALL)
_MOST_TOLD = 20


@dataclass(frozen=True, slots=True)
class Question(Generic[T]):
    """What is asked: `schema` is what the answer must obey, `read` makes a value of it and says what is wrong.

    `read` returns the value and no problems, or problems; then the value does not count.
    """

    name: str
    schema: Mapping[str, Any]
    prompt: str
    read: Callable[[Mapping[str, Any]], tuple[T, tuple[str, ...]]]


class Unusable(Exception):
    """No answer could be used. `said` is the last one, `problems` what is wrong with it, `session_id` has them all."""

    def __init__(self, problems: tuple[str, ...], said: str, tries: int, session_id: str) -> None:
        super().__init__(f"{tries} answers could not be used; the last one: {'; '.join(problems[:5])}")
        self.problems = problems
        self.said = said
        self.tries = tries
        self.session_id = session_id


def ask_json(
    session: Session,
    question: Question[T],
    *,
    corrections: int,
    params: Mapping[str, Any],
    on_event: Listener | None = None,
    cancel: Cancel | None = None,
    corrected: Callable[[tuple[str, ...]], None] = lambda _problems: None,
) -> T:
    """Ask, and ask again where the answer cannot be used, at most `corrections` times; `corrected` hears of each.

    Raises `Unusable`, and `ProviderError`.
    """
    asker = _Asker(session, question.name, question.schema, params)
    said, text = question.prompt, ""
    problems: tuple[str, ...] = ()
    for left in range(corrections, -1, -1):
        text = asker.ask(said, on_event, cancel)
        try:
            value, problems = question.read(find_object(text))
        except StrictJSONError as error:
            problems = (str(error),)
        else:
            if not problems:
                return value
        if left:
            corrected(problems)
        listed = "\n".join(f"- {one}" for one in problems[:_MOST_TOLD])
        said = f"That cannot be used:\n{listed}\nAnswer again, all of it, with JSON alone."
    raise Unusable(problems, text, corrections + 1, session.id)


def find_object(text: str) -> dict[str, Any]:
    """The JSON object in an answer: all of it, else what stands in a fence, else from the first brace to the last.

    Raises `StrictJSONError`.
    """
    whole = text.strip()
    candidates = [whole, *(match[1].strip() for match in _FENCED.finditer(text))]
    if "{" in whole:
        candidates.append(whole[whole.index("{") : whole.rindex("}") + 1] if "}" in whole else whole)
    problem = StrictJSONError("the answer is empty")
    for candidate in filter(None, candidates):
        try:
            return parse_object(candidate)
        except StrictJSONError as error:
            problem = error
    raise problem


class _Asker:
    """Sends the schema along as long as the model takes it; beside it, the prompt says it in words."""

    def __init__(self, session: Session, name: str, schema: Mapping[str, Any], params: Mapping[str, Any]) -> None:
        self._session = session
        self._params = params
        shape = {"name": name, "strict": True, "schema": dict(schema)}
        facts = session.access.facts(session.access.route(session.model))
        self._format = None if facts.response_schema is False else {"type": "json_schema", "json_schema": shape}

    def ask(self, prompt: str, on_event: Listener | None, cancel: Cancel | None) -> str:
        extra = {} if self._format is None else {"response_format": self._format}
        try:
            reply = self._session.send(prompt, on_event=on_event, cancel=cancel, **{**self._params, **extra})
        except ProviderError as error:
            if error.kind != "bad_request" or self._format is None:
                raise
        else:
            return reply.text
        # It may be the schema that it does not take: the prompt asks for the same in words.
        self._format = None
        return self._session.send(prompt, on_event=on_event, cancel=cancel, **self._params).text
