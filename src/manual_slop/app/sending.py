"""What is said: prompts to models, each conversation's on a thread of its own, and what one may cost before it goes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from manual_slop import ai_client
from manual_slop.app.app_state import AppState
from manual_slop.app.background import Background
from manual_slop.app.choices import Choices
from manual_slop.app.knobs import fitting
from manual_slop.app.manner import Manner
from manual_slop.app.news import News, SessionNamed
from manual_slop.app.wearing import Dressed
from manual_slop.providers.stream import Listener
from manual_slop.safety.inbox import Inbox
from manual_slop.values.cancel import Cancel
from manual_slop.values.errors import ConfigError, ProviderError
from manual_slop.values.events import CompactionUndone, Event, HistoryCompacted, Notice, TurnFailed, TurnFinished
from manual_slop.values.messages import Image


class Sending:
    """Commands that speak to models; each returns at once, and what comes of it is news.

    `sessions` are those that were spoken to, by the name of their conversation.
    """

    def __init__(self, state: AppState, choices: Choices, background: Background, inbox: Inbox) -> None:
        self._state = state
        self._choices = choices
        self._background = background
        self._inbox = inbox
        self.sessions: dict[str, ai_client.Session] = {}
        self._cancels: dict[str, Cancel] = {}
        self._dressed: dict[str, Dressed] = {}
        self._unsaid: dict[object, ai_client.Session] = {}
        self.on_open: Callable[[str, ai_client.Session], None] = _just_so
        """Called, on the worker, with each session that is new for its conversation."""

    def send(self, text: str, images: Sequence[Image] = (), **params: Any) -> None:
        """Say something in the conversation in view."""
        source, conversation = self._state.current, self._state.conversation
        if not text.strip() or conversation.running:
            return
        conversation.running, conversation.began = True, datetime.now(UTC)
        draft = self._state.draft
        draft.history.append(text)
        draft.recalled = 0
        cancel = self._cancels[source] = Cancel()
        model, session_id, said = conversation.model, conversation.session_id, tuple(images)
        manner = self._choices.manner

        def speak(session: ai_client.Session) -> None:
            self._dressed.setdefault(source, Dressed(session)).wear(manner)
            chosen = {**self._fitting(source, session, model, manner), **params}
            session.send(text, model=model or None, images=said, on_event=self._hear(source), cancel=cancel, **chosen)

        self._background.do(source, lambda: self._turn(source, session_id, model, speak))

    def do(self, source: str, job: Callable[[ai_client.Session, Listener, Cancel], None]) -> None:
        """Have something done with a conversation's session instead of a turn; it may be stopped like one.

        `job` tells its own end: nothing else says when it is over, but for a session that cannot be had.
        """
        conversation = self._state.conversation_of(source)
        if conversation.running:
            return
        conversation.running, conversation.began = True, datetime.now(UTC)
        cancel, hear = Cancel(), self._hear(source)
        self._cancels[source] = cancel
        model, session_id = conversation.model, conversation.session_id
        self._background.do(
            source, lambda: self._turn(source, session_id, model, lambda session: job(session, hear, cancel))
        )

    def stop(self, source: str = "") -> None:
        """Stop what is under way in a conversation; the one in view unless named."""
        cancel = self._cancels.get(source or self._state.current)
        if cancel is not None:
            cancel.request()

    def change_model(self, model: str) -> None:
        """The next prompt in view goes to another model."""
        session = self.sessions.get(self._state.current)
        if session is not None:
            session.model = model

    def forecast(self, text: str, images: tuple[Image, ...] = (), models: tuple[str, ...] = ()) -> None:
        """What saying this in the conversation in view may cost, into `state.fetched("forecast", source)`."""
        source, model, manner = self._state.current, self._state.conversation.model, self._choices.manner

        def work() -> Any:
            session = self.sessions.get(source)
            if session is None:  # nothing was said yet: one that is never spoken to
                key = (model, self._choices.project, manner)
                session = self._unsaid.get(key) or ai_client.new_session(model, project=self._choices.project)
                if key not in self._unsaid:
                    Dressed(session).wear(manner)
                self._unsaid = {key: session}
            return session.forecast(text, models, images)

        self._background.load("forecast", source, work)

    def measure(self, source: str) -> None:
        """How full the window of a conversation is, into `state.fetched("context", source)`."""
        session = self.sessions.get(source)
        if session is not None:
            self._background.load("context", source, session.context)

    def take_up(self, news: News) -> None:
        """A turn that is over leaves another context behind."""
        if isinstance(news.what, TurnFinished | TurnFailed | HistoryCompacted | CompactionUndone):
            self.measure(news.source)

    def leave(self, source: str) -> Callable[[], None]:
        """A conversation is not gone on with; what is returned lets go of its session, and may wait."""
        session = self.sessions.pop(source, None)
        self._dressed.pop(source, None)
        return session.close if session else _nothing

    def end(self) -> None:
        """Stop all of them; other programs may go on with what was recorded."""
        for cancel in self._cancels.values():
            cancel.request()
        for source, session in self.sessions.items():
            self._background.do(source, session.close)

    def _turn(self, source: str, session_id: str, model: str, speak: Callable[[ai_client.Session], None]) -> None:
        try:
            speak(self.sessions.get(source) or self._open(source, session_id, model))
        except ProviderError:
            return  # its ending was told
        except ConfigError as error:
            self._background.post(source, _broken_off(str(error)))
        except Exception as error:  # noqa: BLE001  # one conversation's trouble leaves the window as it is
            self._background.post(source, _broken_off(f"{type(error).__name__}: {error}"))

    def _fitting(self, source: str, session: ai_client.Session, model: str, manner: Manner) -> dict[str, Any]:
        """The manner's parameters that the model takes; the others are left out, and said."""
        kept, refused = fitting(session.access, model or session.model, manner.params)
        if refused:
            self._background.post(source, Notice(f"{model or session.model} takes no {', '.join(refused)}: left out"))
        return kept

    def _open(self, source: str, session_id: str, model: str) -> ai_client.Session:
        """A new session of the project, recorded where that can be; or the recorded one of that id goes on."""
        if session_id:
            session = ai_client.resume_session(session_id, model=model or None, inbox=self._inbox)
        else:
            session = self._recorded(model)
            self._background.post(source, SessionNamed(session.id))
        self.on_open(source, session)
        self.sessions[source] = session
        return session

    def _recorded(self, model: str) -> ai_client.Session:
        project = self._choices.project
        try:
            return ai_client.new_session(model or None, project=project, inbox=self._inbox, record=True)
        except ConfigError as error:
            session = ai_client.new_session(model or None, project=project, inbox=self._inbox)
            self._background.say(str(error), "warn")
            return session

    def _hear(self, source: str) -> Callable[[Event], None]:
        return lambda event: self._background.post(source, event)


def _just_so(_source: str, _session: ai_client.Session) -> None:
    """A session is taken as it is."""


def _nothing() -> None:
    """There is nothing to do first."""


def _broken_off(message: str) -> Event:
    from manual_slop.money.prices import combine
    from manual_slop.values.usage import Usage

    error = ProviderError("unknown", "", "", message, advice="`manual-slop doctor` checks settings, keys and folders.")
    return TurnFailed(error, Usage(), combine([]), "")
