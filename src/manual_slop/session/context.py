"""How full the window is: the provider's own last count, and what came since, estimated by that count's true ratio."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from manual_slop.providers import dialect
from manual_slop.providers.access import Access
from manual_slop.providers.places import place
from manual_slop.providers.registry import Route
from manual_slop.rehearsal.catalogue import window_of
from manual_slop.session.context_settings import ContextSettings, context_settings
from manual_slop.session.token_counts import Weight, most_tokens, usual_tokens, weigh
from manual_slop.values.context import ContextMeter, Share, ShareKind, Told
from manual_slop.values.errors import ProviderError
from manual_slop.values.ledger import UsageRecorded
from manual_slop.values.messages import Message
from manual_slop.values.tools import ToolSpec

if TYPE_CHECKING:
    from manual_slop.session.context_files import ContextFiles
    from manual_slop.session.session import Session

_LEAST_RATIO = 0.2  # below it our guess at the pictures is wrong, not the one at the words
_LONGEST_ANSWER = 8_192
_ANSWERS_PART = 8
_SURE, _RATHER_SURE = 0.95, 0.7  # how much of an estimate there is at least, with and without a count to go by


@dataclass(frozen=True, slots=True)
class Anchor:
    """The last count a provider gave, and what we would have guessed for the very same request."""

    told: Told
    weight: Weight

    @property
    def ratios(self) -> tuple[float, float]:
        """By what to multiply a guess at words, and one at pictures, to get what this provider counts."""
        tokens, text, pictures = self.told.usage.input_tokens, self.weight.text, self.weight.pictures
        if text and tokens - pictures >= text * _LEAST_RATIO:
            return (tokens - pictures) / text, 1.0
        both = tokens / max(1, text + pictures)
        return both, both

    def is_of(self, weight: Weight) -> bool:
        """Whether things of that weight are, as far as anybody can tell, what was counted."""
        return (weight.text, weight.pictures) == (self.weight.text, self.weight.pictures)


_TURNS = ("chat", "tool round", "retry", "planning", "qa", "diagnosis")


def anchor_of(entry: UsageRecorded, route: Route, sent: Iterable[Message], tools: Iterable[ToolSpec]) -> Anchor | None:
    """The count that a settled call of a conversation gives, if it gives one."""
    usage = entry.usage
    if entry.error or usage.estimated or not usage.input_tokens or entry.purpose not in _TURNS:
        return None
    return Anchor(Told(usage, entry.model, entry.ended), _weight(route, tuple(sent), tools))


def recalled_anchor(session: Session, entries: Sequence[UsageRecorded]) -> Anchor | None:
    """The count to go by in a conversation that was recorded: its last call's, if nothing was rewritten since."""
    answers = [at for at, message in enumerate(session.messages) if message.role == "assistant"]
    if not entries or not answers:
        return None
    try:
        route = place(session.access, entries[-1].model)
    except ProviderError:  # a vendor that is gone
        return None
    sent = (*session.preamble, *session.messages[: answers[-1]])
    return anchor_of(entries[-1], route, sent, _offered(session, route))


def measure(session: Session, added: Iterable[Message] = (), answer_room: int | None = None) -> ContextMeter:
    """What would go out with the session's next call if `added` were said first. Nothing is sent, no key is needed.

    `answer_room` is the limit set for the answer, if one is set. Raises `ProviderError` for a model that makes no
    sense.
    """
    access = session.access
    route = place(access, session.model)
    facts, settings = access.facts(route), context_settings(access.config)
    messages = (*session.preamble, *tuple(session.messages), *added)
    summary = session.messages[0] if session.compacted and session.messages else None
    now = with_files(_weight(route, messages, _offered(session, route), summary), session.files)
    anchor = anchor_in_force(session)
    told = anchor.told if anchor else None
    shares = tuple(_shares(now, *(anchor.ratios if anchor else (1.0, 1.0))))
    tokens = sum(share.tokens for share in shares)
    window, source = window_for(access, route, settings)
    return ContextMeter(
        route.model,
        tokens,
        shares,
        window,
        source,
        _room_for_answer(window, answer_room, facts.max_output_tokens),
        told,
        max(0, tokens - told.usage.input_tokens) if told else 0,
        not (anchor and anchor.told.model == route.model and anchor.is_of(now)),
        settings.warn_at,
        settings.compact_at,
    )


def too_long(session: Session) -> str:
    """What to tell the person when the next call surely holds more than the model takes in; else nothing."""
    if _surely_fits(session):
        return ""
    meter = measure(session)
    counted_by_it = meter.told is not None and meter.told.model == meter.model
    if meter.window is None or meter.tokens * (_SURE if counted_by_it else _RATHER_SURE) <= meter.window:
        return ""
    return (
        f"this comes to about {meter.tokens:,} tokens, and {meter.model} takes in {meter.window:,} "
        f"({meter.window_source} says so): it will hardly fit. Make room by a summary (/compact in a chat), "
        "choose a model with a larger window, or send less."
    )


def anchor_in_force(session: Session) -> Anchor | None:
    """The count to go by: of the last call that gave one. Weighed only now, so that no call has to wait for it."""
    if session.counted is not None:
        entry, request = session.counted
        session.counted = None
        session.anchor = anchor_of(entry, request.route, request.messages, request.tools) or session.anchor
    return session.anchor


def _surely_fits(session: Session) -> bool:
    """Whether the last count, and all that came since at its worst, are far below the window: the usual case."""
    if session.counted is None:
        return False
    entry, request = session.counted
    route, said = request.route, session.messages
    since = len(request.messages) - len(session.preamble)
    in_step = 0 < since <= len(said) and said[since - 1].role == request.messages[-1].role
    if not in_step or entry.model != session.model or entry.usage.estimated or session.compacted:
        return False
    window, _ = window_for(session.access, route, context_settings(session.access.config))
    most = entry.usage.total_tokens + most_tokens(said[since:])
    return window is not None and most < window * _RATHER_SURE


def window_for(access: Access, route: Route, settings: ContextSettings) -> tuple[int | None, str]:
    """How many tokens a model takes in and who says so; the person's own word goes first."""
    if route.model in settings.windows:
        return settings.windows[route.model], "config.toml"
    if route.provider.name == "rehearsal":
        return window_of(route.name), "the rehearsal server"
    known = access.facts(route).max_input_tokens
    return known, "litellm's map" if known else ""


def _offered(session: Session, route: Route) -> tuple[ToolSpec, ...]:
    if session.toolbox is None or session.access.facts(route).tools is False:
        return ()
    return session.toolbox.specs()


def _room_for_answer(window: int | None, asked: int | None, most: int | None) -> int:
    """Windows hold the question and the answer: what is asked for, else an eighth of it, and never very much."""
    if window is None:
        return 0
    return min(asked or min(most or _LONGEST_ANSWER, _LONGEST_ANSWER), window // (2 if asked else _ANSWERS_PART))


def _weight(
    route: Route, messages: tuple[Message, ...], tools: Iterable[ToolSpec], summary: Message | None = None
) -> Weight:
    loop_start = max((at for at, message in enumerate(messages) if message.role == "user"), default=0)

    def echoes(at: int, message: Message) -> bool:
        return dialect.echoes_thoughts(message, route.provider.name, route.protocol, in_loop=at >= loop_start)

    return weigh(messages, tools, echoes=echoes, summary=summary)


def with_files(weight: Weight, files: ContextFiles | None) -> Weight:
    """The same weight with what files come to told apart from the instructions they stand behind."""
    if files is None or not files.text:
        return weight
    taken = usual_tokens(files.text)
    tokens = {**weight.tokens, "system prompt": weight.tokens.get("system prompt", 0) - taken, "files": taken}
    return Weight(tokens, {**weight.pieces, "files": sum(bool(one.text) for one in files.shown)})


def _shares(weight: Weight, words: float, pictures: float) -> list[Share]:
    """The shares by kind; what is lost by rounding is put to the largest, so that a told sum stays what it is."""
    ratios: Mapping[ShareKind, float] = {"pictures": pictures}
    kinds = [kind for kind in _ORDER if kind in weight.tokens]
    tokens = {kind: round(weight.tokens[kind] * ratios.get(kind, words)) for kind in kinds}
    if kinds:
        whole = round(weight.text * words + weight.pictures * pictures)
        tokens[max(kinds, key=lambda kind: tokens[kind])] += whole - sum(tokens.values())
    return [Share(kind, tokens[kind], weight.pieces.get(kind, 0)) for kind in kinds]


_ORDER: tuple[ShareKind, ...] = (
    "system prompt",
    "files",
    "tools",
    "summary",
    "person",
    "assistant",
    "reasoning",
    "tool results",
    "pictures",
)
