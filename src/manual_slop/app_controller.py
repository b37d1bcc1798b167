"""The application: commands in, news pumped out to the state. It passes model strings and knows no provider.

Behind it each kind of command has a room in `app/`, reached as `controller.recorded` or `controller.attaching` are.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from manual_slop import ai_client
from manual_slop.app.app_state import AppState, apply
from manual_slop.app.attaching import Attaching
from manual_slop.app.background import Background
from manual_slop.app.choices import Choices
from manual_slop.app.conducting import Conducting
from manual_slop.app.contexts import Contexts
from manual_slop.app.conversations import Conversations
from manual_slop.app.diagnosing import Diagnosing
from manual_slop.app.drafting import Drafting
from manual_slop.app.links import open_link
from manual_slop.app.manners import Manners
from manual_slop.app.news import Asked, Loaded, Loudness, News, SessionNamed, Toast
from manual_slop.app.opening import DEFAULT_MODEL, PROJECT, find_folder
from manual_slop.app.planning import Planning
from manual_slop.app.recorded import Recorded
from manual_slop.app.remembering import Remembering
from manual_slop.app.resuming import Resuming
from manual_slop.app.sending import Sending
from manual_slop.app.settings import Settings
from manual_slop.app.spending import Spending
from manual_slop.app.tier_usage import TierRow, TierUsage
from manual_slop.app.track_view import TrackCommands, TracksView
from manual_slop.app.undoing import Undoing
from manual_slop.app.wire import Wire
from manual_slop.safety.inbox import Inbox
from manual_slop.values.approval import Answer, Request
from manual_slop.values.events import Event
from manual_slop.values.messages import Image

LINK = "link"
_AT_ONCE = 0.01  # seconds of a frame for news: more wait for the next, so that no frame is long


class AppController:
    """One window's worth of work. Every method returns at once and is for the thread that draws, but for `post`.

    `wake` is called from any thread when there is news; `project` is the folder that tools work in.
    """

    def __init__(self, project: Path | None = None, *, wake: Callable[[], None] = lambda: None) -> None:
        self.state = AppState()
        self.choices = Choices(project)
        self.inbox = Inbox()
        self.background = Background(self.state, wake)
        self.recorded = Recorded(self.state, self.load, self.say)
        self.attaching = Attaching(self.state, self.load, self.say)
        self.sending = Sending(self.state, self.choices, self.background, self.inbox)
        self.conversations = Conversations(self.state, self.choices, self.background, self.sending, self.recorded)
        self.manners = Manners(self.state, self.choices, self.background, self.choose_model)
        self.resuming = Resuming(self.state, self.choices, self.background)
        self.drafting = Drafting(self.state, self.choices, self.background)
        self.undoing = Undoing(self.state, self.choices, self.background)
        self.spending = Spending(self.state, self.load)
        self.tier_usage = TierUsage(self.state, self.recorded.costs)
        self.conducting = Conducting(self.choices, self.background)
        self.tracks: TrackCommands | None = self.conducting
        self.planning = Planning(self.state, self.choices, self.background, self.conducting)
        self.contexts = Contexts(self.state, self.choices, self.background, self.sending)
        self.diagnosing = Diagnosing(self.choices, self.load)
        self.wire = Wire(self.state, self.load)
        self._remembering = Remembering(self.background)
        self._listeners = (
            self.recorded,
            self.attaching,
            self.sending,
            self.conversations,
            self.manners,
            self.resuming,
            self.drafting,
            self.spending,
            self.tier_usage,
            self.wire,
            self.contexts,
            self.planning,
        )
        self.inbox.listen(lambda request, answer: self.post("", Asked(request, answer)))
        self.new_conversation()

    # News

    @property
    def wake(self) -> Callable[[], None]:
        """Called from any thread when there is news."""
        return self.background.wake

    @wake.setter
    def wake(self, wake: Callable[[], None]) -> None:
        self.background.wake = wake

    def post(self, source: str, what: Event | SessionNamed | Asked | Loaded | Toast | TracksView) -> None:
        """Something happened; from any thread."""
        self.background.post(source, what)

    def say(self, text: str, loudness: Loudness = "note") -> None:
        """A word to the person."""
        self.background.say(text, loudness)

    def load(self, what: str, key: str, work: Callable[[], Any]) -> None:
        """Find something out in the background; it comes into `state.fetched(what, key)`."""
        self.background.load(what, key, work)

    def pump(self) -> int:
        """Put what has happened into the state; once before each frame. How much it was."""
        taken, until = 0, time.monotonic() + _AT_ONCE
        while (news := self.background.next_news()) is not None:
            apply(self.state, news)
            for listener in self._listeners:
                listener.take_up(news)
            self._take_up(news)
            taken += 1
            if time.monotonic() > until:
                self.wake()
                break
        self.drafting.look(settled=not self.resuming.pending)
        return taken

    def _take_up(self, news: News) -> None:
        """What news mean for the next command."""
        match news.what:
            case Loaded(what="default model", value=(str(model), str(why))) if not self.model:
                self.choices.suggested = model
                for conversation in self.state.conversations.values():
                    conversation.model = conversation.model or model
                self.say(f"using {model}: {why}")
            case Loaded(what="link", value=value, error=error) if error or value:
                self.say(error or value, "bad" if error else "note")

    @property
    def mma_tier_usage(self) -> dict[str, TierRow]:
        """What each of the four tiers has used: `{"Tier 1": {"input": …, "output": …, "model": …, …}, …}`."""
        return self.tier_usage.table

    # The window

    def warm_up(self) -> None:
        """What is not needed for the first frame: the last conversation, litellm, and which model to use."""
        self.resuming.begin()
        self.conducting.begin()
        ai_client.warm_up()
        if not self.model:
            self.load(DEFAULT_MODEL, "", ai_client.choose_model)

    def remember(self, settings: Settings) -> None:
        """Keep what the person chose; the first that is told is what was read."""
        self._remembering.remember(settings)

    def close(self, patience: float = 1.5) -> None:
        """Stop everything and leave within `patience` seconds; what was recorded stays."""
        self.drafting.end()
        self.sending.end()
        self.planning.stop()
        self.conducting.end()
        self.inbox.close()
        self.background.end(patience)

    def open_link(self, address: str) -> None:
        """Show a web page in the person's browser."""
        self.load(LINK, address, lambda: open_link(address))

    # What is chosen

    @property
    def project(self) -> Path | None:
        """The folder that tools work in."""
        return self.choices.project

    @property
    def model(self) -> str:
        """The model that the person chose; empty until they do."""
        return self.choices.model

    def choose_model(self, model: str) -> None:
        """The model that the next prompt in view goes to, and those of new conversations."""
        self.choices.model = self.state.conversation.model = model
        self.sending.change_model(model)

    def open_project(self, typed: str) -> None:
        """Look for a folder that the person typed; it comes into `state.fetched("project folder", typed)`."""
        self.load(PROJECT, typed, lambda: find_folder(typed))

    def use_project(self, folder: Path) -> None:
        """Work in another folder from now on, in a new conversation."""
        self.state.loaded.pop(PROJECT, None)
        self.choices.project = folder
        self.conducting.look()
        self.new_conversation()

    def _fetch_models(self, provider: str, *, refresh: bool = False) -> None:
        """Ask which models a provider has, in the background."""
        self.load("models", provider, lambda: ai_client.list_models(provider, refresh=refresh))

    # Conversations

    def new_conversation(self) -> str:
        """An empty conversation, in view. Its name."""
        return self.conversations.new()

    def show(self, source: str) -> None:
        """Bring a conversation into view."""
        self.conversations.show(source)

    def branch(self, number: int, text: str = "", images: Sequence[Image] = (), model: str = "") -> None:
        """Go on from before message `number` of the conversation in view in a new one, where `text` is said."""
        self.conversations.branch(number, text, images, model)

    def delete_session(self, session_id: str) -> None:
        """Remove a recorded session for good, also one that is open here; one that is at work stays."""
        self.conversations.delete(session_id)

    def send(self, text: str, images: Sequence[Image] = (), **params: Any) -> None:
        """Say something in the conversation in view; what comes of it is news."""
        self.sending.send(text, images, **params)

    def stop(self, source: str = "") -> None:
        """Stop what is under way in a conversation; the one in view unless named."""
        self.sending.stop(source)

    def forecast(self, text: str, images: tuple[Image, ...] = (), models: tuple[str, ...] = ()) -> None:
        """What saying this in the conversation in view may cost, into `state.fetched("forecast", source)`."""
        self.sending.forecast(text, images, models)

    def measure(self, source: str) -> None:
        """How full the window of a conversation is, into `state.fetched("context", source)`."""
        self.sending.measure(source)

    def answer(self, request: Request, answer: Answer) -> bool:
        """Settle a request as it was shown, of a conversation or a run. False when it does not wait any more."""
        own = self.inbox.answer(request.id, request.action.digest, answer)
        return own or self.conducting.answer(request, answer)
