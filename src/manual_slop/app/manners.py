"""Commands about how models are spoken to: change it, keep it under a name, bring it back, and undo any of that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from manual_slop.app.app_state import AppState
from manual_slop.app.background import Background
from manual_slop.app.choices import Choices
from manual_slop.app.manner import Manner
from manual_slop.app.news import Loaded, News
from manual_slop.app.preset_file import Change, put_back, remove, rename, store
from manual_slop.app.presets import Preset, Shelf, read_presets

PRESETS, EDITED, TAKEN, OFFERED = "presets", "presets edited", "parameters taken", "tools offered"
"""Tables of `AppState.loaded`: the shelf; what came of an edit; what a model takes, by its name; a project's tools."""

_MOST_UNDOS = 50


@dataclass(frozen=True, slots=True)
class Undo:
    """A step that can be taken back: what it was, and how."""

    label: str
    back: Callable[[], None]


class Manners:
    """The manner in force is `manner`; a change of it holds from the next prompt on. Each command returns at once."""

    def __init__(
        self, state: AppState, choices: Choices, background: Background, choose_model: Callable[[str], None]
    ) -> None:
        self._state = state
        self._choices = choices
        self._background = background
        self._choose_model = choose_model
        self._undos: list[Undo] = []

    @property
    def manner(self) -> Manner:
        """How the next prompt is said."""
        return self._choices.manner

    @property
    def shelf(self) -> Shelf | None:
        """The presets; `None` until they are read."""
        shelf: Shelf | None = self._state.fetched(PRESETS).value
        return shelf

    @property
    def undoable(self) -> str:
        """What would be taken back next; empty when there is nothing."""
        return self._undos[-1].label if self._undos else ""

    def change(self, manner: Manner) -> None:
        """Speak like this from the next prompt on."""
        self._choices.manner = manner

    def look(self) -> None:
        """Read the presets of the person and of the project."""
        project = self._choices.project
        self._background.load(PRESETS, "", lambda: read_presets(project))

    def ask_model(self, model: str) -> None:
        """Which parameters a model takes, into `state.fetched(TAKEN, model)`."""
        self._background.load(TAKEN, model, lambda: _taken(model))

    def ask_tools(self) -> None:
        """The tools of the project with how far they reach, into `state.fetched(OFFERED, project)`."""
        project = self._choices.project
        self._background.load(OFFERED, str(project or ""), lambda: _offered(project))

    def reset(self) -> None:
        """Everything as it is where nothing is set."""
        before = self.manner
        self.change(Manner())
        self._remember(Undo("the reset", lambda: self.change(before)))

    def apply(self, preset: Preset) -> None:
        """Take a preset's model and manner; what a project proposes never loosens what is asked about."""
        if preset.project:
            self._background.load(EDITED, preset.name, lambda: (preset, _own_mode()))
            return
        self._put_on(preset.name, preset.model, preset.manner)

    def save(self, name: str) -> None:
        """Keep model and manner under a name; one of that name is replaced."""
        preset = Preset(name, self._state.conversation.model, self.manner)
        self._edit(f"saving “{name.strip()}”", store(preset))

    def rename(self, old: str, new: str) -> None:
        """Call a preset something else."""
        self._edit(f"renaming “{old}”", rename(old, new))

    def delete(self, name: str) -> None:
        """Remove a preset."""
        self._edit(f"deleting “{name}”", remove(name))

    def undo(self) -> None:
        """Take the last step back."""
        if self._undos:
            self._undos.pop().back()

    def take_up(self, news: News) -> None:
        """What came of reading and writing."""
        match news.what:
            case Loaded(what="presets edited", error=error) if error:
                self._background.say(error, "bad")
            case Loaded(what="presets edited", value=(Preset() as preset, mode)):
                manner = preset.manner.no_looser(self.manner, mode)
                self._put_on(preset.name, preset.model, manner)
            case Loaded(what="presets edited", key=label, value=(Shelf() as shelf, before)):
                fetched = self._state.fetched(PRESETS)
                fetched.value, fetched.error, fetched.at = shelf, "", news.at
                if before is not None:
                    self._remember(Undo(label, lambda: self._edit("", put_back(before))))

    def _put_on(self, name: str, model: str, manner: Manner) -> None:
        before, model_before = self.manner, self._state.conversation.model
        self.change(manner)
        if model and model != model_before:
            self._choose_model(model)

        def back() -> None:
            self.change(before)
            if model and model_before:
                self._choose_model(model_before)

        self._remember(Undo(f"applying “{name}”", back))
        self._background.say(f"“{name}” holds from the next prompt on")

    def _edit(self, label: str, change: Change) -> None:
        """Change the file after all edits before; with a `label` it can be taken back."""
        project = self._choices.project
        self._background.do("presets", lambda: self._edited(label, change, project))

    def _edited(self, label: str, change: Change, project: Path | None) -> None:
        from manual_slop.values.errors import ConfigError

        try:
            before: Mapping[str, Any] | None = change()
            self._background.post("", Loaded(EDITED, label, (read_presets(project), before if label else None)))
        except ConfigError as error:
            self._background.post("", Loaded(EDITED, label, None, str(error)))

    def _remember(self, undo: Undo) -> None:
        self._undos = [*self._undos[1 - _MOST_UNDOS :], undo]


def _own_mode() -> Any:
    from manual_slop.safety.approval_config import load_policy

    return load_policy()[0].mode


def _taken(model: str) -> Any:
    from manual_slop import ai_client
    from manual_slop.app.knobs import taken_by

    return taken_by(ai_client.new_access(), model)


def _offered(project: Path | None) -> Any:
    from manual_slop.app.offered_tools import tools_of

    return tools_of(project)
