"""What a person adds to a prompt: pictures from the clipboard, a file or the screen, and text files of the project."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from manual_slop.app.app_state import AppState, Attachment
from manual_slop.app.news import Loaded, Loudness, News
from manual_slop.values.errors import ConfigError
from manual_slop.values.messages import Image

ATTACHED, PATHS, SCREENS = "attached", "paths", "screens"
"""Tables of `AppState.loaded`."""

_MOST_TEXT = 400_000  # bytes of a text file
_MOST_PATHS = 200

Load = Callable[[str, str, Callable[[], Any]], None]
Say = Callable[[str, Loudness], None]


class Attaching:
    """Commands that add to the draft in view; each returns at once. `load` works behind, `say` tells the person."""

    def __init__(self, state: AppState, load: Load, say: Say) -> None:
        self._state = state
        self._load = load
        self._say = say

    def paste(self) -> None:
        """The picture on the clipboard."""
        self._load(ATTACHED, self._key(), _from_clipboard)

    def file(self, typed: str, project: Path | None) -> None:
        """A picture from anywhere, or a text file of the project."""
        self._load(ATTACHED, self._key(), lambda: read_attachment(typed, project))

    def picture(self, image: Image, box: tuple[int, int, int, int] | None = None) -> None:
        """A picture that is at hand, or the part of it from left, top to right, bottom."""
        self._load(ATTACHED, self._key(), lambda: _part(image, box))

    def look(self) -> None:
        """Take a picture of each screen, into `state.fetched(SCREENS)`."""
        self._load(SCREENS, "", _screens)

    def complete(self, typed: str, project: Path | None) -> None:
        """The paths that begin as `typed`, into `state.fetched(PATHS, typed)`."""
        self._load(PATHS, typed, lambda: paths_like(typed, project))

    def take_up(self, news: News) -> None:
        """What came of it joins the draft it was for."""
        match news.what:
            case Loaded(what="attached", error=error) if error:
                self._say(error, "bad")
            case Loaded(what="attached", key=key, value=(found, note)):
                draft = self._state.draft_of(key.partition(" ")[0])
                if isinstance(found, Image):
                    draft.images.append(found)
                elif isinstance(found, Attachment):
                    draft.files.append(found)
                if note:
                    self._say(note, "note")
                self._state.loaded[ATTACHED].pop(key, None)
            case Loaded(what="screens", error=error) if error:
                self._say(error, "bad")

    def _key(self) -> str:
        return f"{self._state.current} {uuid.uuid4().hex}"


def read_attachment(typed: str, project: Path | None) -> tuple[Image | Attachment, str]:
    """What a path leads to, and what was done to it. Raises `ConfigError` that says why it cannot be sent."""
    from manual_slop.providers.images import ImageError, load_image

    path = _path(typed, project)
    try:
        return load_image(path)
    except ImageError as error:
        reason = str(error)
    if "not a picture" not in reason or project is None:
        raise ConfigError(reason)
    return _text_file(path, project), ""


def paths_like(typed: str, project: Path | None) -> tuple[str, ...]:
    """Files and folders (these end with `/`) whose path begins as `typed`, by name, at most two hundred."""
    base = _path(typed, project)
    folder, start = (base, "") if typed.endswith("/") or not typed else (base.parent, base.name)
    shown = typed if typed.endswith("/") or not typed else typed[: len(typed) - len(start)]
    found = []
    try:
        for entry in folder.iterdir():
            if entry.name.startswith(start) and (start.startswith(".") or not entry.name.startswith(".")):
                found.append(f"{shown}{entry.name}{'/' if entry.is_dir() else ''}")
            if len(found) >= _MOST_PATHS:
                break
    except (OSError, ValueError):
        return ()
    return tuple(sorted(found))


def _path(typed: str, project: Path | None) -> Path:
    words = typed.strip().strip("'\"").removeprefix("file://")
    try:
        path = Path(words).expanduser()
    except RuntimeError:
        path = Path(words)
    return path if path.is_absolute() or project is None else project / path


def _text_file(path: Path, project: Path) -> Attachment:
    from manual_slop.safety.path_rules import WorkspaceError
    from manual_slop.safety.workspace import Workspace

    problem = ""
    try:
        workspace = Workspace(project)
        name = workspace.relative(str(path))
        data = workspace.read_bytes(name, _MOST_TEXT)
    except WorkspaceError as error:
        problem = f"only pictures come from outside the project: {error}"
    if problem:
        raise ConfigError(problem)
    try:
        return Attachment(name, data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        pass
    raise ConfigError(f"{name} is neither a picture nor UTF-8 text")


def _from_clipboard() -> tuple[Image, str]:
    from manual_slop.providers.images import clipboard_image

    return clipboard_image()


def _part(image: Image, box: tuple[int, int, int, int] | None) -> tuple[Image, str]:
    from manual_slop.providers.images import cropped, load_image

    return load_image(cropped(image, box) if box else image)


def _screens() -> tuple[Image, ...]:
    from manual_slop.app.screens import take_pictures

    return take_pictures()
