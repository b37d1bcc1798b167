"""The conversations that are open: a new one, another in view, one that branches off, one that goes."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from manual_slop.app.app_state import AppState
from manual_slop.app.background import Background
from manual_slop.app.branches import BRANCHED, Branch, branch
from manual_slop.app.choices import Choices
from manual_slop.app.conversation import Conversation
from manual_slop.app.news import Loaded, News
from manual_slop.app.recorded import Recorded
from manual_slop.app.sending import Sending
from manual_slop.values.messages import Image


class Conversations:
    """Commands that bring conversations into view; each returns at once."""

    def __init__(
        self, state: AppState, choices: Choices, background: Background, sending: Sending, recorded: Recorded
    ) -> None:
        self._state = state
        self._choices = choices
        self._background = background
        self._sending = sending
        self._recorded = recorded

    def new(self) -> str:
        """An empty one, in view. Its name."""
        source = uuid.uuid4().hex
        self._state.current = source
        self._state.conversation_of(source).model = self._choices.model_in_use
        return source

    def show(self, source: str) -> None:
        """Bring one into view."""
        self._state.current = source

    def branch(self, number: int, text: str = "", images: Sequence[Image] = (), model: str = "") -> None:
        """Go on from before message `number` of the one in view in a new one, which comes into view.

        `text` is said there at once, if it is given, to `model` or to whom the conversation is with.
        """
        before, said = self._state.conversation, tuple(images)
        model = model or before.model
        if number < 1:
            self._enter(Branch(Conversation("", model), model, text, said), self.new())
            return
        session_id = before.session_id

        def work() -> Branch:
            return Branch(branch(session_id, number, model), model, text, said)

        self._background.load(BRANCHED, uuid.uuid4().hex, work)

    def delete(self, session_id: str) -> None:
        """Remove a recorded session for good, also one that is open here; one that is at work stays."""
        for source, conversation in self._state.conversations.items():
            if conversation.session_id == session_id:
                if conversation.running:
                    self._background.say("it is at work: stop it first", "warn")
                    return
                self._recorded.delete(session_id, self._sending.leave(source))
                return
        self._recorded.delete(session_id)

    def take_up(self, news: News) -> None:
        """A branch comes into view; what was deleted is not shown any more."""
        match news.what:
            case Loaded(what="branched", error=error) if error:
                self._background.say(error, "bad")
            case Loaded(what="branched", value=Branch() as into):
                self._enter(into)
            case Loaded(what="session deleted", key=session_id, error=""):
                self._leave(session_id)

    def _leave(self, session_id: str) -> None:
        conversations = self._state.conversations
        for source in [name for name, one in conversations.items() if one.session_id == session_id]:
            del conversations[source]
            if source == self._state.current:
                self.new()

    def _enter(self, into: Branch, source: str = "") -> None:
        """A branch comes into view, and what is to be said in it is said."""
        source = source or into.conversation.session_id
        into.conversation.model = into.model
        self._state.conversations[source] = into.conversation
        self._state.current = source
        if into.text:
            self._sending.send(into.text, into.images)
