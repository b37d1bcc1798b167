"""Puts the oldest turns of a conversation away behind a summary that a model writes, and brings them back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from manual_slop.money.prices import combine
from manual_slop.providers.places import place
from manual_slop.providers.registry import Route
from manual_slop.providers.stream import Listener
from manual_slop.session.calls import Calls
from manual_slop.session.context import anchor_in_force, measure, window_for
from manual_slop.session.context_settings import context_settings
from manual_slop.session.history import files_named, oldest_rounds, oldest_turns, originals, requests
from manual_slop.session.summary_request import (
    INSTRUCTIONS,
    MOST_WORDS,
    Entry,
    entries,
    framed,
    request,
    take,
    tokens_of,
)
from manual_slop.session.token_counts import usual_tokens, weigh
from manual_slop.values.errors import ConfigError, ErrorKind, ProviderError
from manual_slop.values.events import CompactionUndone, HistoryCompacted, Notice
from manual_slop.values.messages import Message
from manual_slop.values.usage import Cost, Usage

if TYPE_CHECKING:
    from manual_slop.session.session import Session

KEPT_TURNS = 2
KEPT_ROUNDS = 4
_LEAST = 400  # tokens: less than that is not worth a summary
_WORTH_IT = 0.8  # the part of what it replaces that a summary may come to
_WORTH_IT_UNASKED = 0.2  # the part of the context that must go, or every round would bring a summary
_UNKNOWN_WINDOW = 24_000
_LONGEST_SUMMARY = 4_096
_GUESS = 1.3  # our guess at tokens may be that much too low
_SMALLEST_PART = 250


class NothingToCompact(ConfigError):
    """There is nothing to put away that a summary would make smaller. Nothing was asked, the conversation is as it was.

    Where a summary was written and is no shorter than what it stands for, that call was made and is in the ledger.
    """


@dataclass(frozen=True, slots=True)
class Compaction:
    """What was done: `replaced` messages are now `summary`, which `model` wrote in `calls` calls.

    `before` and `after` are the tokens of the whole context, as estimated; `usage` and `cost` those of the calls.
    """

    summary: Message
    replaced: int
    model: str
    before: int
    after: int
    calls: int
    usage: Usage
    cost: Cost


@dataclass(frozen=True, slots=True)
class Fold:
    """What a compaction would do: `replaced` messages of about `tokens` tokens would become a summary by `model`.

    Its calls would read about `taken` tokens and write at most `written`; `cost` is that of both.
    """

    replaced: int
    tokens: int
    model: str
    taken: int
    written: int
    cost: Cost


def compact(
    session: Session, calls: Calls, tell: Listener, writer: Route, keep: int = KEPT_TURNS, least: int = _LEAST
) -> Compaction:
    """Summarise all but the last `keep` turns; where that is nothing, all but the last rounds of a long one.

    Less than `least` tokens, as we guess them, are not worth a call. Raises `NothingToCompact`, and `ProviderError`
    where no summary came of it; the conversation then is as it was.
    """
    summarised = session.messages[0] if session.compacted else None
    oldest = _put_away(session, keep, least, summarised)
    before, made = measure(session).tokens, len(calls.entries)
    text = _Writer(session, calls, writer).summarise(entries(oldest, summarised))
    summary = _summary(session, oldest, text, writer.model)
    if weigh((summary,)).text > weigh(oldest).text * _WORTH_IT:
        raise NothingToCompact(f"the summary by {writer.model} is no shorter than what it would stand for: not used")
    session.compacted.append(oldest)
    session.messages[: len(oldest)] = [summary]
    tell(HistoryCompacted(summary, len(oldest), writer.model))
    spent = calls.entries[made:]
    usage, cost = sum((entry.usage for entry in spent), Usage()), combine(entry.cost for entry in spent)
    after = measure(session).tokens
    return Compaction(summary, len(oldest), writer.model, before, after, len(spent), usage, cost)


def foreseen(session: Session, model: str = "", keep: int = KEPT_TURNS) -> Fold:
    """What `compact` would do now. Asks nobody, costs nothing. Raises `NothingToCompact` and `ProviderError`."""
    summarised = session.messages[0] if session.compacted else None
    oldest = _put_away(session, keep, _LEAST, summarised)
    chosen = model or context_settings(session.access.config).model or session.model
    route = place(session.access, chosen)
    taken = usual_tokens(INSTRUCTIONS) + tokens_of(entries(oldest, summarised))
    known, _ = window_for(session.access, route, context_settings(session.access.config))
    calls = -(-taken // max(_SMALLEST_PART, int((known or _UNKNOWN_WINDOW) / _GUESS)))
    written = calls * min(_LONGEST_SUMMARY, session.access.facts(route).max_output_tokens or _LONGEST_SUMMARY)
    cost = session.access.price(route, Usage(taken, written))
    return Fold(len(oldest), weigh(oldest).text, route.model, taken, written, cost)


def uncompact(session: Session, tell: Listener) -> int:
    """Take the last compaction back; returns how many messages are there again. Raises `NothingToCompact`."""
    if not session.compacted:
        raise NothingToCompact("there is no summary in this conversation to take back")
    anchor_in_force(session)  # weighed while the messages it was counted for stand as they were sent
    replaced = session.compacted.pop()
    session.messages[:1] = replaced
    tell(CompactionUndone())
    return len(replaced)


def compact_if_due(session: Session, calls: Calls, tell: Listener, route: Route) -> bool:
    """Make room where the person's settings say so and it is time; a failure is told, and the turn goes on.

    Returns whether to look again before the next round.
    """
    settings = context_settings(session.access.config)
    if settings.compact_at is None:
        return False
    meter = measure(session)
    if meter.full is None or meter.full < settings.compact_at:
        return True
    made = len(calls.entries)
    try:
        writer = session.access.route(settings.model) if settings.model else route
        compact(session, calls, tell, writer, least=max(_LEAST, int(meter.tokens * _WORTH_IT_UNASKED)))
    except NothingToCompact:
        return len(calls.entries) == made
    except (ProviderError, ConfigError) as error:
        if not (isinstance(error, ProviderError) and error.kind == "cancelled"):
            tell(Notice(f"the conversation could not be summarised, it stays as it is: {error}"))
        return False
    return True


class _Writer:
    """Has one model summarise entries, in as many parts as fit its window."""

    def __init__(self, session: Session, calls: Calls, route: Route) -> None:
        self._calls = calls
        self._route = route
        window, _ = window_for(session.access, route, context_settings(session.access.config))
        known = window or _UNKNOWN_WINDOW
        most = session.access.facts(route).max_output_tokens or _LONGEST_SUMMARY
        self._answer = min(_LONGEST_SUMMARY, most, max(1, known // 4))
        self._limit = int((known - self._answer) / _GUESS) - usual_tokens(INSTRUCTIONS)

    def summarise(self, rest: Sequence[Entry]) -> str:
        """The summary of all of them. A part that proves too long for the model is asked for again, by halves."""
        summary = ""
        while rest:
            part, count = take(rest, max(self._limit - usual_tokens(summary), _SMALLEST_PART))
            text = self._ask(summary, part)
            if text is None:
                self._limit = min(self._limit, tokens_of(part) + usual_tokens(summary)) // 2
                continue
            summary, rest = text, rest[count:]
        return summary

    def _ask(self, earlier: str, part: Sequence[Entry]) -> str | None:
        """One summary; `None` when the request was too long and a shorter one may not be."""
        params = {"max_tokens": self._answer}
        words = min(MOST_WORDS, self._answer // 2)
        answer = self._calls.ask_aside(request(earlier, part, words), self._route, params, "compaction")
        error = answer.error
        if error is not None and error.kind == "context_length" and self._limit > _SMALLEST_PART:
            return None
        if error is not None:
            raise error.with_partial("") if error.partial else error.with_traceback(None)
        text = answer.message.text.strip()
        if answer.stop_reason == "stop" and text:
            return text
        raise self._useless(answer.stop_reason)

    def _useless(self, stop_reason: str) -> ProviderError:
        kind: ErrorKind = "content_policy" if stop_reason == "content_filter" else "unknown"
        became = {"length": f"was cut off after {self._answer:,} tokens", "stop": "is empty"}
        message = f"the summary {became.get(stop_reason, f'ended with {stop_reason}')}, so it is not used"
        route = self._route
        return ProviderError(kind, route.provider.name, route.model, message, advice="Have another model write it.")


def _put_away(session: Session, keep: int, least: int, summarised: Message | None) -> tuple[Message, ...]:
    """The messages a summary is to stand for. An earlier summary goes with them, but is no reason to write another."""
    weight = 0
    for count in (
        oldest_turns(session.messages, keep, summarised=summarised is not None),
        oldest_rounds(session.messages, KEPT_ROUNDS, summarised=summarised is not None),
    ):
        oldest = tuple(session.messages[:count])
        weight = max(weight, weigh(message for message in oldest if message is not summarised).text)
        if count and weight >= least:
            return oldest
    if weight:
        raise NothingToCompact(f"nothing to gain: what could be put away is only about {weight:,} tokens")
    kept = "the last turn is" if keep == 1 else f"the last {keep} turns are"
    rest = "the rest is a summary already" if summarised else "there is nothing before them"
    raise NothingToCompact(f"nothing to put away: {kept} kept as they are, and {rest}")


def _summary(session: Session, oldest: tuple[Message, ...], text: str, model: str) -> Message:
    history = originals((*session.compacted, oldest))
    asked = requests(history)
    goes_on = not any(message.role == "user" for message in session.messages[len(oldest) :])
    last = asked[-1] if goes_on and len(asked) > 1 else ""
    return framed(text, model, len(history), asked[0] if asked else "", files_named(history), last)
