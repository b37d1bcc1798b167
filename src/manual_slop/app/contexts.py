"""What the window does with a conversation's context: weigh it, fold and unfold it, choose the files it shows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from manual_slop import ai_client
from manual_slop.app.app_state import AppState
from manual_slop.app.background import Background
from manual_slop.app.choices import Choices
from manual_slop.app.news import Loaded, News
from manual_slop.app.sending import Sending
from manual_slop.values.cancel import Cancel
from manual_slop.values.errors import ConfigError, ProviderError
from manual_slop.values.usage import format_usd

if TYPE_CHECKING:
    from manual_slop.app.context_view import ContextView
    from manual_slop.providers.stream import Listener
    from manual_slop.session.context_files import ContextFile, ContextFiles, Mode

T = TypeVar("T")

CONTEXT_VIEW, FOLDED, FILED = "context view", "folded", "context files"
"""Tables of `AppState.loaded`, by conversation: a `ContextView`; what came of a summary; of a change of files."""


class Contexts:
    """Commands about a conversation's context; each returns at once.

    `changes` grows whenever what was found out before may be wrong.
    """

    def __init__(self, state: AppState, choices: Choices, background: Background, sending: Sending) -> None:
        self._state = state
        self._choices = choices
        self._background = background
        self._sending = sending
        self._probe: tuple[object, ai_client.Session] | None = None
        self._wanted: dict[str, tuple[ContextFile, ...]] = {}
        self.changes = 0
        sending.on_open = self._opened

    def look(self, source: str) -> None:
        """Find out what the model of a conversation is shown: a `ContextView` in `CONTEXT_VIEW`."""
        work = self._with_session(source)
        self._background.load(CONTEXT_VIEW, source, lambda: work(_view))

    def fold(self, source: str) -> None:
        """Put the oldest turns away behind a summary. Asks a model, which costs money; can be stopped."""
        self._alone(source, _folded)

    def unfold(self, source: str) -> None:
        """Bring back what the last summary stands for."""
        self._alone(source, lambda session, hear, _cancel: _unfolded(session, hear))

    def show(self, source: str, path: str, mode: Mode) -> None:
        """Show the model a file with each turn from the next one on, or show it otherwise."""
        self._change(source, f"{path} as {mode}", lambda session: _files(session).put(path, mode))

    def hide(self, source: str, path: str) -> None:
        """Show it no longer."""
        self._change(source, path, lambda session: _files(session).take_out(path))

    def take_up(self, news: News) -> None:
        """What came of it."""
        match news.what:
            case Loaded(what="folded", key=source, value=value, error=error):
                self._state.conversation_of(source).running = False
                self._background.say(error or value, "warn" if error else "good")
                self.changes += 1
            case Loaded(what="context files", error=error):
                self.changes += 1
                if error:
                    self._background.say(error, "bad")

    def _alone(self, source: str, work: Callable[[ai_client.Session, Listener, Cancel], str]) -> None:
        """Do it in the conversation's turn, and tell what came of it."""

        def job(session: ai_client.Session, hear: Listener, cancel: Cancel) -> None:
            value = problem = ""
            try:
                value = work(session, hear, cancel)
            except (ConfigError, ProviderError) as error:
                problem = f"{error} {error.advice}" if isinstance(error, ProviderError) else str(error)
            except Exception as error:  # noqa: BLE001  # the conversation has to be free again
                problem = f"{type(error).__name__}: {error}"
            self._background.post("", Loaded(FOLDED, source, value, problem))

        self._sending.do(source, job)

    def _change(self, source: str, what: str, change: Callable[[ai_client.Session], object]) -> None:
        work = self._with_session(source)

        def changed(session: ai_client.Session) -> str:
            change(session)
            if source not in self._sending.sessions:
                self._wanted[source] = _files(session).files
            return what

        self._background.load(FILED, source, lambda: work(changed))

    def _with_session(self, source: str) -> Callable[[Callable[[ai_client.Session], T]], T]:
        """Does something with the session of a conversation, or with one like it that is never spoken to."""
        conversation = self._state.conversation_of(source)
        folder = Path(conversation.project) if conversation.project else self._choices.project
        model = conversation.model
        key = (source, conversation.session_id, conversation.messages, model, folder)
        session_id = conversation.session_id

        def work(do: Callable[[ai_client.Session], T]) -> T:
            live = self._sending.sessions.get(source)
            if live is not None:
                return do(live)
            if self._probe is None or self._probe[0] != key:
                self._probe = (key, _like(model, folder, session_id))
                wanted = self._wanted.get(source)
                if wanted is not None:
                    _set_files(self._probe[1], wanted)
            return do(self._probe[1])

        return work

    def _opened(self, source: str, session: ai_client.Session) -> None:
        """A conversation begins: with the files that were chosen for it before."""
        wanted = self._wanted.pop(source, None)
        if wanted is not None:
            _set_files(session, wanted)


def _like(model: str, folder: Path | None, session_id: str) -> ai_client.Session:
    """A session set up as a conversation's would be, with what was said in it if it is recorded."""
    there = folder is not None and folder.is_dir()
    session = ai_client.new_session(model or None, project=folder if there else None)
    if session_id:
        from manual_slop.app.context_view import recall_into
        from manual_slop.store.shared import shared_store

        recall_into(session, shared_store(), session_id)
    return session


def _view(session: ai_client.Session) -> ContextView:
    from manual_slop.app.context_view import context_view

    return context_view(session)


def _set_files(session: ai_client.Session, files: tuple[ContextFile, ...]) -> None:
    from manual_slop.app.context_view import set_files

    set_files(session, files)


def _files(session: ai_client.Session) -> ContextFiles:
    if session.files is None:
        raise ConfigError("there is no project folder to take files from: open one first")
    return session.files


def _folded(session: ai_client.Session, hear: Listener, cancel: Cancel) -> str:
    done = session.compact(on_event=hear, cancel=cancel)
    usd = done.cost.usd
    cost = "no charge" if done.cost.basis == "local" else "unpriced" if usd is None else format_usd(usd)
    return f"{done.replaced} messages are a summary now: about {done.before:,} → {done.after:,} tokens, {cost}"


def _unfolded(session: ai_client.Session, hear: Listener) -> str:
    return f"{session.uncompact(on_event=hear)} messages stand in the place of the summary again"
