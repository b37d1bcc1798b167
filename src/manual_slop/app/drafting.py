"""What a person is writing is kept, so that the end of the program, whatever it is, leaves it to be gone on with."""

from __future__ import annotations

import hashlib
import json
import time
from contextlib import suppress
from pathlib import Path

from manual_slop.app.app_state import AppState, Draft
from manual_slop.app.background import Background
from manual_slop.app.choices import Choices
from manual_slop.app.news import Loaded, News
from manual_slop.providers.own_files import LARGEST, read_own_text, write_own_text
from manual_slop.values.errors import ConfigError
from manual_slop.values.paths import data_dir
from manual_slop.values.secrets import redactor

KEPT = "draft"
"""The table of `AppState.loaded` that drafts come back into, by conversation."""

Writing = tuple[str, int]
"""A text, and the number of the message that it will stand in the place of, or -1."""

_NOTHING: Writing = ("", -1)
_PAUSE = 1.0  # seconds between two writes
_ESCAPED = 12  # bytes that JSON may make of one character
_CUT = "\n[the rest was too long to be kept]"


class Drafting:
    """Keeps the text of each conversation's draft, without keys, in a file of its own; one that was sent is gone.

    A conversation in which nothing was said goes by its project: the next window there begins with its text.
    Pictures and files that are attached are not kept.
    """

    def __init__(self, state: AppState, choices: Choices, background: Background) -> None:
        self._state = state
        self._choices = choices
        self._background = background
        self._noted: dict[str, Writing] = {}
        self._places: dict[str, Path] = {}
        self._changed: set[str] = set()
        self._asked: set[Path] = set()
        self._wrote = 0.0
        self._complained = False

    def look(self, *, settled: bool = True) -> None:
        """See what is being written; once a frame. `settled` is that the conversation in view stays the one in view.

        Nothing is written before what was kept has been read.
        """
        self._note()
        if settled:
            self._ask(self._state.current)
        if not settled or not self._changed or self._state.fetched(KEPT, self._state.current).loading:
            return
        gone = any(self._writing(source) == _NOTHING for source in self._changed)  # sent, most likely
        if gone or time.monotonic() - self._wrote >= _PAUSE:
            self._write()

    def end(self) -> None:
        """The window closes: write what was not written yet."""
        self._note()
        self._write()

    def take_up(self, news: News) -> None:
        """What was kept is given back, if nothing is being written by now; that of a deleted session goes."""
        match news.what:
            case Loaded(what="draft", error=error) if error:
                self._complain(f"what you wrote before cannot be given back: {error}")
            case Loaded(what="draft", key=source, value=(str(text), int(number))) if text:
                self._give_back(source, (text, number))
            case Loaded(what="session deleted", key=session_id, error=""):
                place = kept_at(session_id, self._choices.project)
                self._background.do("drafts", lambda: _forget(place))

    def _give_back(self, source: str, kept: Writing) -> None:
        draft = self._state.draft_of(source)
        if draft.text or draft.images or draft.files:
            draft.history.append(kept[0])  # Up brings it
            return
        draft.text, draft.instead_of = self._noted[source] = kept
        draft.given += 1

    def _writing(self, source: str) -> Writing:
        draft = self._state.drafts.get(source, Draft())
        return (draft.text, draft.instead_of) if draft.text else _NOTHING

    def _note(self) -> None:
        for source in self._state.drafts:
            if source in self._state.conversations and self._writing(source) != self._noted.get(source, _NOTHING):
                self._changed.add(source)

    def _ask(self, source: str) -> None:
        """Look, once, for what was written in the conversation before this window was opened."""
        if source in self._places:
            return
        place = self._places[source] = self._place(source)
        if place not in self._asked:
            self._asked.add(place)
            self._background.load(KEPT, source, lambda: read_draft(place))

    def _place(self, source: str) -> Path:
        return kept_at(self._state.conversation_of(source).session_id, self._choices.project)

    def _write(self) -> None:
        self._wrote = time.monotonic()
        for source in self._changed & self._state.conversations.keys():
            self._noted[source] = writing = self._writing(source)
            before, place = self._places.get(source), self._place(source)
            self._places[source] = place
            self._asked.add(place)
            self._background.do("drafts", lambda job=(before, place, writing): self._keep(*job))  # type: ignore[misc]
        self._changed.clear()

    def _keep(self, before: Path | None, place: Path, writing: Writing) -> None:
        if before not in (None, place):
            _forget(before)
        try:
            write_draft(place, writing)
        except (ConfigError, OSError) as error:
            self._complain(f"what you write is not kept until it is sent: {error}")

    def _complain(self, text: str) -> None:
        if not self._complained:
            self._complained = True
            self._background.say(text, "warn")


def kept_at(session_id: str, project: Path | None) -> Path:
    """The file that a conversation's draft is kept in."""
    name = f"session {session_id}" if session_id else f"project {project or ''}"
    return data_dir() / "drafts" / f"{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}.json"


def write_draft(place: Path, writing: Writing) -> None:
    """Keep it, without keys, or remove what was kept when nothing is written. Raises `ConfigError`, `OSError`."""
    text, number = writing
    if not text:
        place.unlink(missing_ok=True)
        return
    text = redactor.redact(text)
    kept = json.dumps({"text": text, "instead_of": number})
    if len(kept) > LARGEST:
        kept = json.dumps({"text": text[: LARGEST // _ESCAPED - 100] + _CUT, "instead_of": number})
    write_own_text(place, kept, backup=False)


def read_draft(place: Path) -> Writing:
    """What was kept; nothing where the file is none of ours. Raises `ConfigError` where it cannot be read."""
    try:
        kept = json.loads(read_own_text(place, private=True) or "{}")
    except (ValueError, RecursionError):
        return _NOTHING
    text, number = (kept.get("text"), kept.get("instead_of")) if isinstance(kept, dict) else (None, None)
    if not isinstance(text, str) or type(number) is not int:
        return _NOTHING
    return text.encode("utf-8", "replace").decode(), max(-1, number)


def _forget(place: Path | None) -> None:
    with suppress(OSError):
        if place is not None:
            place.unlink(missing_ok=True)
