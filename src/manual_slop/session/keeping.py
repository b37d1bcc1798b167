"""Sessions that outlive their program: recorded as they happen, gone on with later, forked from any point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING

from manual_slop.providers.places import place
from manual_slop.session.context_files import from_words
from manual_slop.session.mending import Remains, mend
from manual_slop.session.permission import Place
from manual_slop.session.recorder import Recorder
from manual_slop.session.token_counts import usual_tokens, weigh
from manual_slop.session.transcript import OpenTurn, Transcript, fold
from manual_slop.session.turn import unrun
from manual_slop.session.wire_recorder import keep_wire
from manual_slop.store import ledger_table
from manual_slop.store.budget_table import BudgetTable
from manual_slop.tools.registry import BUILT_IN
from manual_slop.values.errors import ConfigError, ProviderError
from manual_slop.values.events import Event, MessageAdded, Notice, SessionDescribed
from manual_slop.values.ids import new_id
from manual_slop.values.ledger import UsageRecorded
from manual_slop.values.usage import UNPRICED, Usage

if TYPE_CHECKING:
    from manual_slop.session.session import Session
    from manual_slop.store.journal import Entry
    from manual_slop.store.store import Store


@dataclass(frozen=True, slots=True)
class Before:
    """What a session works with, as far as that is still there; `notices` say what is not."""

    project: str | Path | None
    tools: bool | Sequence[str]
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Saved:
    """A session of the store that this program has claimed, as its events leave it."""

    store: Store
    id: str
    transcript: Transcript

    @property
    def described(self) -> SessionDescribed:
        """How it was set up last."""
        return self.transcript.described or SessionDescribed(self.id, "")

    def give_back(self) -> None:
        """It is not gone on with after all."""
        self.store.release(self.id)


def keep(session: Session, store: Store) -> None:
    """Record a new session from its first event on."""
    session.record = Recorder(store, session.id)
    keep_wire(session, store.wire)


def claim(store: Store, name: str) -> Saved:
    """The session whose id begins with `name`, or the `last` one, to go on with.

    Raises `StoreError` where there is none, and where another program goes on with it at this moment.
    """
    session_id = store.find(name)
    store.claim(session_id)
    return Saved(store, session_id, fold(envelope.event for envelope in store.envelopes(session_id)))


def set_up_as_before(described: SessionDescribed, project: str | Path | None, tools: bool | Sequence[str]) -> Before:
    """The project folder and tools to go on with: those given, and else those it had."""
    if tools is False or (project is None and not described.project):
        return Before(None, False)
    if tools is True and described.tools:
        tools = tuple(name for name in described.tools if name in BUILT_IN or name.startswith("mcp__"))
    if project is None and not Path(described.project).is_dir():
        gone = f"the project folder {described.project} is no longer there, so the model gets no tools; --dir names one"
        return Before(None, False, (gone,))
    return Before(project or described.project, tools)


def go_on(session: Session, saved: Saved) -> tuple[str, ...]:
    """Make `session` the saved one; what broke off is closed first. Returns what a person should be told of that.

    Nothing is run again. Raises `StoreError`.
    """
    session.id = saved.id
    if session.files is not None:
        session.files.files = from_words(saved.described.files)
    mended = _mended(session, saved)
    transcript = saved.transcript
    if mended:
        saved.store.append(saved.id, mended)
        transcript = fold(envelope.event for envelope in saved.store.envelopes(saved.id))
    session.restore(transcript)
    session.record = Recorder(saved.store, saved.id, claimed=True)
    keep_wire(session, saved.store.wire)
    return tuple(event.text for event in mended if isinstance(event, Notice))


def fork(store: Store, name: str, at: int | None = None, model: str = "") -> str:
    """A new session that begins with what was said in another one until its event number `at`; its id.

    It has no part in the other's costs. Raises `StoreError`, and `ConfigError` where nothing had been said by then.
    """
    source = store.find(name)
    envelopes = list(takewhile(lambda one: at is None or one.number <= at, store.envelopes(source)))
    transcript = fold(envelope.event for envelope in envelopes)
    messages = transcript.messages
    if not messages:
        raise ConfigError(
            f"nothing had been said yet at {at}: `manual-slop sessions show {source[:8]}` has the numbers"
        )
    if transcript.unanswered:
        messages = (*messages, unrun(transcript.unanswered, "not run: the conversation was forked before it ran"))
    described = transcript.described or SessionDescribed(source, "")
    begun = SessionDescribed(
        new_id(),
        model or described.model,
        described.system_prompt,
        described.project,
        described.tools,
        forked_from=source,
        forked_at=envelopes[-1].number,
        files=described.files,
    )
    store.append(begun.session_id, [begun, *map(MessageAdded, messages)])
    return begun.session_id


def _mended(session: Session, saved: Saved) -> list[Event]:
    turn = saved.transcript.open
    if turn is None:
        return []
    draft = next((one for one in saved.store.drafts(saved.id) if one.turn_id == turn.id), None)
    toolbox = session.toolbox
    remains = Remains(
        draft.text if draft else "",
        draft.reasoning if draft else "",
        _effects(saved, turn),
        lambda name: toolbox is not None and toolbox.risk(name) == "READ",
    )
    return mend(saved.transcript, remains, lambda text: _lost_call(session, saved, text))


def _effects(saved: Saved, turn: OpenTurn) -> dict[str, Entry]:
    """The journal's entries of the turn's last round by the id of their call: other rounds have the same ids."""
    place = Place(saved.id, turn.id, turn.rounds)
    keys = {place.key(call): call.id for call in turn.started}
    found = (entry for entry in saved.store.journal.entries() if entry.effect.key in keys)
    return {keys[entry.effect.key]: entry for entry in found}


def _lost_call(session: Session, saved: Saved, text: str) -> UsageRecorded:
    """The ledger's entry of a call whose end nobody saw: what the budgets had set aside for it, or an estimate."""
    turn = saved.transcript.open
    assert turn is not None
    known = {entry.call_id for entry in saved.transcript.entries}
    BudgetTable(saved.store.database).recover()
    with saved.store.database.reading() as connection:
        entered = list(ledger_table.read(connection, session_id=saved.id))
    buried = [entry for entry in entered if entry.turn_id == turn.id and entry.call_id not in known]
    if buried:
        return buried[-1]
    said = weigh((*session.preamble, *saved.transcript.messages), session.toolbox.specs() if session.toolbox else ())
    usage = Usage(sum(said.tokens.values()), usual_tokens(text), estimated=True)
    cost = UNPRICED
    provider, _, name = turn.model.partition("/")
    try:
        route = place(session.access, turn.model)
        provider, name, cost = route.provider.name, route.model, session.access.price(route, usage)
    except (ProviderError, ConfigError):
        name = turn.model
    return UsageRecorded(
        name, usage, cost, "interrupted", new_id(), saved.id, turn.id, session.origin, provider, error="unknown"
    )
