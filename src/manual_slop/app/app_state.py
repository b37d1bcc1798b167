"""All that the window shows. One function changes it by what happened; panels only read it."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from manual_slop.app.conversation import Conversation
from manual_slop.app.news import Asked, Loaded, News, SessionNamed, Toast
from manual_slop.app.track_view import TracksView
from manual_slop.values.approval import Answer, Request
from manual_slop.values.events import ToolFinished
from manual_slop.values.messages import Image

_TOOL_LOG = 2_000
_LOG = 5_000
_TOASTS = 5


@dataclass(slots=True)
class Fetched:
    """Something asked for in the background: what came of it, when, and whether it is being asked for now."""

    value: Any = None
    at: datetime | None = None
    error: str = ""
    loading: bool = False


@dataclass(frozen=True, slots=True)
class ToolLine:
    """A line of the tool log."""

    source: str
    at: datetime
    event: ToolFinished


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line of the log: what the program said and when."""

    at: datetime
    loudness: str
    text: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A text file that goes with a prompt; `name` is its path from the project folder."""

    name: str
    text: str

    @property
    def fenced(self) -> str:
        """The file under its name, between fences that nothing in it can close."""
        fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", self.text)), default=0))
        return f"{self.name}:\n{fence}\n{self.text}\n{fence}"


@dataclass(slots=True)
class Draft:
    """What is being written and has not been sent. `instead_of` is the message it will stand in the place of, or -1.

    `given` counts how often the program itself put a text there.
    """

    text: str = ""
    images: list[Image] = field(default_factory=list)
    history: list[str] = field(default_factory=list)
    recalled: int = 0
    instead_of: int = -1
    files: list[Attachment] = field(default_factory=list)
    given: int = 0

    @property
    def words(self) -> str:
        """What will be said: the text, with each file after it."""
        return "\n\n".join((self.text, *(file.fenced for file in self.files))) if self.files else self.text


@dataclass(slots=True)
class AppState:
    """The whole of it. Owned by the thread that draws; nobody else reads or writes it."""

    current: str = ""
    conversations: dict[str, Conversation] = field(default_factory=dict)
    waiting: dict[str, Request] = field(default_factory=dict)
    answered: deque[tuple[datetime, Request, Answer]] = field(default_factory=lambda: deque(maxlen=_TOOL_LOG))
    loaded: dict[str, dict[str, Fetched]] = field(default_factory=dict)
    drafts: dict[str, Draft] = field(default_factory=dict)
    toasts: deque[tuple[datetime, Toast]] = field(default_factory=lambda: deque(maxlen=_TOASTS))
    tool_log: deque[ToolLine] = field(default_factory=lambda: deque(maxlen=_TOOL_LOG))
    log: deque[LogLine] = field(default_factory=lambda: deque(maxlen=_LOG))
    tracks: TracksView = field(default_factory=TracksView)

    @property
    def conversation(self) -> Conversation:
        """The one in view."""
        return self.conversation_of(self.current)

    @property
    def draft(self) -> Draft:
        """What is being written in the conversation in view."""
        return self.draft_of(self.current)

    def draft_of(self, source: str) -> Draft:
        """What is being written in the conversation of that name."""
        return self.drafts.setdefault(source, Draft())

    @property
    def running(self) -> int:
        """How many conversations are waiting for a model or a tool."""
        return sum(one.running for one in self.conversations.values())

    def conversation_of(self, source: str) -> Conversation:
        """The conversation of that name; an empty one where there was none."""
        return self.conversations.setdefault(source, Conversation(""))

    def fetched(self, what: str, key: str = "") -> Fetched:
        """What background work has found of `what`; empty before it did."""
        return self.loaded.setdefault(what, {}).setdefault(key, Fetched())


def apply(state: AppState, news: News) -> None:
    """Change `state` by what happened."""
    what = news.what
    match what:
        case SessionNamed():
            state.conversation_of(news.source).session_id = what.session_id
        case Asked():
            _asked(state, what, news.at)
        case Loaded():
            fetched = state.fetched(what.what, what.key)
            fetched.loading, fetched.error = False, what.error
            if not what.error:
                fetched.value, fetched.at = what.value, news.at
        case TracksView():
            state.tracks = what
        case Toast():
            state.toasts.append((news.at, what))
            state.log.append(LogLine(news.at, what.loudness, what.text))
        case _:
            state.conversation_of(news.source).apply(what, news.at)
            if isinstance(what, ToolFinished):
                state.tool_log.append(ToolLine(news.source, news.at, what))


def _asked(state: AppState, asked: Asked, at: datetime) -> None:
    if asked.answer is None:
        state.waiting[asked.request.id] = asked.request
        return
    state.waiting.pop(asked.request.id, None)
    state.answered.append((at, asked.request, asked.answer))
