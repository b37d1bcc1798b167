"""`manual-slop send`: one prompt, one turn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from manual_slop.terminal.exit_codes import exit_code
from manual_slop.terminal.turn_loop import Tell, View, run_turn
from manual_slop.values.cancel import Cancel
from manual_slop.values.errors import ConfigError, ProviderError
from manual_slop.values.events import Notice

if TYPE_CHECKING:
    from manual_slop.app.manner import Manner, Value
    from manual_slop.safety.approval import Mode
    from manual_slop.safety.inbox import Inbox
    from manual_slop.session.session import Session
    from manual_slop.values.messages import Image


@dataclass(frozen=True, slots=True)
class Setting:
    """How a conversation is set up: everything but what is said. `folder` is `None` when nobody named one.

    `mode` stands above the approval mode in `config.toml`; without an `inbox` there is nobody to ask. `session` is the
    recorded one to go on with (the beginning of its id, or `last`); without `record` a new one is not kept, and `None`
    leaves that to `config.toml`. `budget` is the most it may spend in all (`2.00,200000tok`). `manner` is a preset's.
    """

    model: str | None = None
    system: str | None = None
    folder: Path | None = None
    tools: bool | tuple[str, ...] = True
    mode: Mode | None = None
    inbox: Inbox | None = None
    session: str | None = None
    record: bool | None = None
    budget: str | None = None
    manner: Manner | None = None


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is said, and how the answer is wanted. `images` are paths, `clipboard`, or pictures already loaded.

    `preset` are parameters that go along where the model takes them, below `params`.
    """

    text: str = ""
    images: tuple[str | Image, ...] = ()
    stream: bool = True
    api_base: str | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    preset: tuple[tuple[str, Value], ...] = ()

    def saying(self, text: str, images: tuple[Image, ...]) -> Prompt:
        """The same with other words and pictures."""
        return replace(self, text=text, images=images)


def run_send(setting: Setting, prompt: Callable[[], Prompt], view: View) -> int:
    """Do one turn and return the exit code; `prompt` may wait for input. The turn's own thread imports what is slow."""
    try:
        asked = prompt()
    except ConfigError as error:
        view.fail(error)
        return exit_code(error)
    except KeyboardInterrupt:
        stopped = ProviderError("cancelled", "", setting.model or "", "stopped before it began")
        view.fail(stopped)
        return exit_code(stopped)

    def work(tell: Tell, cancel: Cancel) -> None:
        session = open_session(setting, tell)
        try:
            say(session, asked, tell, cancel)
        finally:
            session.close()

    return run_turn(work, view)


def open_session(setting: Setting, tell: Tell) -> Session:
    """A new conversation, or the recorded one that is to go on; tells which model was chosen, and why, when nobody
    named one.

    Raises `ConfigError` for settings, sessions and folders that cannot be used.
    """
    if setting.mode == "all":
        tell(Notice("--approve all: commands run and files change without anybody being asked"))
    session = _new(setting, tell) if setting.session is None else _resumed(setting, setting.session, tell)
    if setting.manner is not None:
        from manual_slop.app.wearing import Dressed  # only where there is a preset

        Dressed(session).wear(setting.manner)
    return session


def _new(setting: Setting, tell: Tell) -> Session:
    from manual_slop import ai_client

    access = ai_client.new_access()
    model = setting.model
    if model is None:
        model, why = ai_client.choose_model(access)
        tell(Notice(f"using {model}: {why} `manual-slop doctor` tells more."))
    session = ai_client.new_session(
        model,
        system=setting.system,
        project=_project(setting, tell),
        tools=setting.tools,
        mode=setting.mode,
        inbox=setting.inbox,
        access=access,
        budget=setting.budget,
    )
    _record(session, setting.record, tell)
    return session


def _resumed(setting: Setting, name: str, tell: Tell) -> Session:
    """What broke off and what is not known is told at once, not with the first turn."""
    from manual_slop import ai_client

    session = ai_client.resume_session(
        name,
        model=setting.model,
        system=setting.system,
        project=setting.folder,
        tools=setting.tools,
        mode=setting.mode,
        inbox=setting.inbox,
        budget=setting.budget,
    )
    for notice in session.unheard(session.notices):
        tell(Notice(notice))
    return session


def _record(session: Session, wanted: bool | None, tell: Tell) -> None:
    """Keep a new conversation, unless nobody wants that. Where the store cannot be used it is in memory, and said."""
    from manual_slop.session.budgets import put_under_budget
    from manual_slop.session.keeping import keep
    from manual_slop.session.settings import session_settings
    from manual_slop.store.errors import StoreError
    from manual_slop.store.shared import shared_store, store_in_memory

    if not (session_settings(session.access.config).record if wanted is None else wanted):
        return
    try:
        store = shared_store()
    except StoreError as error:
        tell(Notice(f"this conversation is not being saved: {error}"))
        store = store_in_memory()
    keep(session, store)
    if session.budget is None:  # also without a limit: a call is entered before it goes out
        put_under_budget(session, None, store)


def say(session: Session, prompt: Prompt, tell: Tell, cancel: Cancel) -> None:
    """One turn of a conversation. Raises `ProviderError` and `ConfigError`."""
    session.send(
        prompt.text,
        images=load_images(prompt.images, tell),
        on_event=tell,
        cancel=cancel,
        stream=prompt.stream,
        api_base=prompt.api_base,
        **{**_preset_params(session, prompt, tell), **prompt.params},
    )


def _preset_params(session: Session, prompt: Prompt, tell: Tell) -> dict[str, Any]:
    """A preset's parameters that the model takes; which it does not is told."""
    if not prompt.preset:
        return {}
    from manual_slop.app.knobs import fitting

    kept, refused = fitting(session.access, session.model, prompt.preset)
    if refused:
        tell(Notice(f"{session.model} takes no {', '.join(refused)} of the preset: left out"))
    return kept


def load_images(sources: tuple[str | Image, ...], tell: Tell) -> tuple[Image, ...]:
    """The pictures, ready to send; tells what was done to them. Raises `ConfigError` for what is none."""
    if not sources:
        return ()
    from manual_slop.providers.images import ImageError, clipboard_image, load_image

    images, problem = [], ""
    for source in sources:
        try:
            image, note = clipboard_image() if source == "clipboard" else load_image(source)
        except ImageError as error:
            problem = str(error)
            break
        images.append(image)
        if note:
            tell(Notice(note))
    if problem:
        raise ConfigError(problem)
    return tuple(images)


def _project(setting: Setting, tell: Tell) -> Path | None:
    """The folder the tools may read, if any. Nobody who names no folder means their whole home or disk."""
    if not setting.tools or setting.folder is not None:
        return setting.folder if setting.tools else None
    try:
        here, home = Path.cwd(), Path.home().resolve()
    except (OSError, RuntimeError):
        tell(Notice("nobody can tell which folder this is, so the model gets no tools; --dir names one it may read"))
        return None
    if here in (home, Path(here.anchor)):
        tell(Notice(f"{here} is no project, so the model gets no tools; --dir names a folder it may read"))
        return None
    return here
