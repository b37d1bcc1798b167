"""The application: commands in, news pumped out to the state. It passes model strings and knows no provider."""

from __future__ import annotations

import queue
import time
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from manual_slop import ai_client
from manual_slop.app.app_state import AppState, apply
from manual_slop.app.attaching import Attaching
from manual_slop.app.branches import BRANCHED, Branch, branch
from manual_slop.app.conversation import Conversation
from manual_slop.app.links import open_link
from manual_slop.app.news import Asked, Loaded, Loudness, News, SessionNamed, Toast
from manual_slop.app.opening import DEFAULT_MODEL, PROJECT, find_folder
from manual_slop.app.recorded import Recorded
from manual_slop.app.settings import Settings, write_settings
from manual_slop.app.workers import Lane
from manual_slop.safety.inbox import Inbox
from manual_slop.values.approval import Answer, Request
from manual_slop.values.cancel import Cancel
from manual_slop.values.errors import ConfigError, ProviderError
from manual_slop.values.events import CompactionUndone, Event, HistoryCompacted, TurnFailed, TurnFinished
from manual_slop.values.messages import Image
from manual_slop.values.usage import CostSum, total

LINK = "link"
_AT_ONCE = 4_000  # news a frame: more wait for the next, so that no frame is long


class AppController:
    """One window's worth of work. Every method returns at once and is for the thread that draws, but for `post`.

    `wake` is called from any thread when there is news; `project` is the folder that tools work in, `model` the one
    that the person chose, and `suggested` the one that is used until they do.
    """

    def __init__(self, project: Path | None = None, *, wake: Callable[[], None] = lambda: None) -> None:
        self.state = AppState()
        self.project = project
        self.model = ""
        self.suggested = ""
        self.wake = wake
        self.inbox = Inbox()
        self.recorded = Recorded(self.state, self.load, self.say)
        self.attaching = Attaching(self.state, self.load, self.say)
        self._unsaid: dict[tuple[str, Path | None], ai_client.Session] = {}
        self._news: queue.SimpleQueue[News] = queue.SimpleQueue()
        self._sessions: dict[str, ai_client.Session] = {}
        self._cancels: dict[str, Cancel] = {}
        self._lanes: dict[str, Lane] = {}
        self._settings: Settings | None = None
        self.inbox.listen(lambda request, answer: self.post("", Asked(request, answer)))
        self.new_conversation()

    # News

    def post(self, source: str, what: Event | SessionNamed | Asked | Loaded | Toast) -> None:
        """Something happened; from any thread."""
        self._news.put(News(source, datetime.now(UTC), what))
        self.wake()

    def pump(self) -> int:
        """Put what has happened into the state; once before each frame. How much it was."""
        for taken in range(_AT_ONCE):
            try:
                news = self._news.get_nowait()
            except queue.Empty:
                return taken
            apply(self.state, news)
            self._take_up(news)
        self.wake()
        return _AT_ONCE

    def _take_up(self, news: News) -> None:
        """What news mean for the next command."""
        self.recorded.take_up(news)
        self.attaching.take_up(news)
        match news.what:
            case Loaded(what="default model", value=(str(model), str(why))) if not self.model:
                self.suggested = model
                for conversation in self.state.conversations.values():
                    conversation.model = conversation.model or model
                self.say(f"using {model}: {why}")
            case Loaded(what="branched", value=value, error=error) | Loaded(what="link", value=value, error=error):
                if isinstance(value, Branch):
                    self._enter(value)
                elif error or value:
                    self.say(error or value, "bad" if error else "note")
            case Loaded(what="session deleted", key=session_id, error=""):
                self._leave(session_id)
            case TurnFinished() | TurnFailed() | HistoryCompacted() | CompactionUndone():
                self.measure(news.source)

    def measure(self, source: str) -> None:
        """How full the window of a conversation is, into `state.fetched("context", source)`."""
        session = self._sessions.get(source)
        if session is not None:
            self.load("context", source, session.context)

    @property
    def mma_tier_usage(self) -> dict[str, CostSum]:
        """What each tier has cost so far, in all conversations; calls of no tier are under ""."""
        calls = [call for one in self.state.conversations.values() for call in one.calls]
        tiers = sorted({call.origin.tier for call in calls})
        return {tier: total(call.cost for call in calls if call.origin.tier == tier) for tier in tiers}

    # The window

    def warm_up(self) -> None:
        """What takes seconds and is not needed for the first frame: litellm, and which model to use."""
        ai_client.warm_up()
        if not self.model:
            self.load(DEFAULT_MODEL, "", ai_client.choose_model)

    def remember(self, settings: Settings) -> None:
        """Keep what the person chose; the first that is told is what was read."""
        if settings == self._settings:
            return
        known, self._settings = self._settings, settings
        if known is not None:
            self._lane("settings").do(lambda: self._write(settings))

    def open_project(self, typed: str) -> None:
        """Look for a folder that the person typed; it comes into `state.fetched("project folder", typed)`."""
        self.load(PROJECT, typed, lambda: find_folder(typed))

    def use_project(self, folder: Path) -> None:
        """Work in another folder from now on, in a new conversation."""
        self.state.loaded.pop(PROJECT, None)
        self.project = folder
        self.new_conversation()

    def _write(self, settings: Settings) -> None:
        if settings is not self._settings:
            return  # newer ones are on their way
        try:
            write_settings(settings)
        except OSError as error:
            self.say(f"what you chose cannot be remembered: {error}", "warn")

    # Conversations

    def new_conversation(self) -> str:
        """An empty conversation, in view. Its name."""
        source = uuid.uuid4().hex
        self.state.current = source
        conversation = self.state.conversation_of(source)
        conversation.model = self.model or self.suggested
        return source

    def _leave(self, session_id: str) -> None:
        """What was deleted is not shown any more."""
        conversations = self.state.conversations
        for source in [name for name, one in conversations.items() if one.session_id == session_id]:
            del conversations[source]
            if source == self.state.current:
                self.new_conversation()

    def show(self, source: str) -> None:
        """Bring a conversation into view."""
        self.state.current = source

    def branch(self, number: int, text: str = "", images: Sequence[Image] = (), model: str = "") -> None:
        """Go on from before message `number` of the conversation in view in a new one, which comes into view.

        `text` is said there at once, if it is given, to `model` or to whom the conversation is with.
        """
        before, said = self.state.conversation, tuple(images)
        model = model or before.model
        if number < 1:
            self._enter(Branch(Conversation("", model), model, text, said), self.new_conversation())
            return
        session_id = before.session_id
        self.load(BRANCHED, uuid.uuid4().hex, lambda: Branch(branch(session_id, number, model), model, text, said))

    def _enter(self, into: Branch, source: str = "") -> None:
        """A branch comes into view, and what is to be said in it is said."""
        source = source or into.conversation.session_id
        into.conversation.model = into.model
        self.state.conversations[source] = into.conversation
        self.state.current = source
        if into.text:
            self.send(into.text, into.images)

    def forecast(self, text: str, images: tuple[Image, ...] = (), models: tuple[str, ...] = ()) -> None:
        """What saying this in the conversation in view may cost, into `state.fetched("forecast", source)`."""
        source, model = self.state.current, self.state.conversation.model

        def work() -> Any:
            session = self._sessions.get(source)
            if session is None:  # nothing was said yet: one that is never spoken to
                key = (model, self.project)
                session = self._unsaid.get(key) or ai_client.new_session(model, project=self.project)
                self._unsaid = {key: session}
            return session.forecast(text, models, images)

        self.load("forecast", source, work)

    def open_link(self, address: str) -> None:
        """Show a web page in the person's browser."""
        self.load(LINK, address, lambda: open_link(address))

    def delete_session(self, session_id: str) -> None:
        """Remove a recorded session for good, also one that is open here; one that is at work stays."""
        for source, conversation in self.state.conversations.items():
            if conversation.session_id == session_id:
                if conversation.running:
                    self.say("it is at work: stop it first", "warn")
                    return
                session = self._sessions.pop(source, None)
                self.recorded.delete(session_id, session.close if session else _nothing)
                return
        self.recorded.delete(session_id)

    def choose_model(self, model: str) -> None:
        """The model that the next prompt in view goes to, and those of new conversations."""
        self.model = self.state.conversation.model = model
        session = self._sessions.get(self.state.current)
        if session is not None:
            session.model = model

    def send(self, text: str, images: Sequence[Image] = (), **params: Any) -> None:
        """Say something in the conversation in view; what comes of it is news."""
        source, conversation = self.state.current, self.state.conversation
        if not text.strip() or conversation.running:
            return
        conversation.running, conversation.began = True, datetime.now(UTC)
        draft = self.state.draft
        draft.history.append(text)
        draft.recalled = 0
        cancel = self._cancels[source] = Cancel()
        model, session_id = conversation.model, conversation.session_id
        self._lane(source).do(lambda: self._turn(source, session_id, model, text, tuple(images), cancel, params))

    def stop(self, source: str = "") -> None:
        """Stop what is under way in a conversation; the one in view unless named."""
        cancel = self._cancels.get(source or self.state.current)
        if cancel is not None:
            cancel.request()

    def answer(self, request: Request, answer: Answer) -> bool:
        """Settle a request as it was shown. False when it does not wait any more."""
        return self.inbox.answer(request.id, request.action.digest, answer)

    def close(self, patience: float = 1.5) -> None:
        """Stop everything and leave within `patience` seconds; what was recorded stays."""
        for cancel in self._cancels.values():
            cancel.request()
        self.inbox.close()
        for source, session in self._sessions.items():
            self._lane(source).do(session.close)  # others may go on with it
        until = time.monotonic() + patience
        for lane in self._lanes.values():
            lane.end(max(0.0, until - time.monotonic()))

    # Background work

    def load(self, what: str, key: str, work: Callable[[], Any]) -> None:
        """Find something out in the background; it comes into `state.fetched(what, key)`."""
        fetched = self.state.fetched(what, key)
        if fetched.loading:
            return
        fetched.loading = True
        self._lane(f"load {what}").do(lambda: self._load(what, key, work))

    def say(self, text: str, loudness: Loudness = "note") -> None:
        """A word to the person."""
        self.post("", Toast(text, loudness))

    def _load(self, what: str, key: str, work: Callable[[], Any]) -> None:
        try:
            value = work()
        except (ProviderError, ConfigError) as error:
            advice = f" {error.advice}" if isinstance(error, ProviderError) else ""
            self.post("", Loaded(what, key, None, f"{error}{advice}"))
        except Exception as error:  # noqa: BLE001  # the window goes on, whatever could not be found out
            self.post("", Loaded(what, key, None, f"{type(error).__name__}: {error}"))
        else:
            self.post("", Loaded(what, key, value))

    def _fetch_models(self, provider: str, *, refresh: bool = False) -> None:
        """Ask which models a provider has, in the background."""
        self.load("models", provider, lambda: ai_client.list_models(provider, refresh=refresh))

    def _lane(self, name: str) -> Lane:
        return self._lanes.setdefault(name, Lane(name))

    def _turn(
        self,
        source: str,
        session_id: str,
        model: str,
        text: str,
        images: tuple[Image, ...],
        cancel: Cancel,
        params: dict[str, Any],
    ) -> None:
        try:
            session = self._sessions.get(source) or self._open(source, session_id, model)
            session.send(text, model=model or None, images=images, on_event=self._hear(source), cancel=cancel, **params)
        except ProviderError:
            return  # its ending was told
        except ConfigError as error:
            self.post(source, _broken_off(str(error)))
        except Exception as error:  # noqa: BLE001  # one conversation's trouble leaves the window as it is
            self.post(source, _broken_off(f"{type(error).__name__}: {error}"))

    def _open(self, source: str, session_id: str, model: str) -> ai_client.Session:
        """A new session of the project, recorded where that can be; or the recorded one of that id goes on."""
        if session_id:
            session = ai_client.resume_session(session_id, model=model or None, inbox=self.inbox)
        else:
            session = self._recorded(model)
            self.post(source, SessionNamed(session.id))
        self._sessions[source] = session
        return session

    def _recorded(self, model: str) -> ai_client.Session:
        try:
            return ai_client.new_session(model or None, project=self.project, inbox=self.inbox, record=True)
        except ConfigError as error:
            session = ai_client.new_session(model or None, project=self.project, inbox=self.inbox)
            self.say(str(error), "warn")
            return session

    def _hear(self, source: str) -> Callable[[Event], None]:
        return lambda event: self.post(source, event)


def _nothing() -> None:
    """There is nothing to do first."""


def _broken_off(message: str) -> Event:
    from manual_slop.money.prices import combine
    from manual_slop.values.events import TurnFailed
    from manual_slop.values.usage import Usage

    error = ProviderError("unknown", "", "", message, advice="`manual-slop doctor` checks settings, keys and folders.")
    return TurnFailed(error, Usage(), combine([]), "")
