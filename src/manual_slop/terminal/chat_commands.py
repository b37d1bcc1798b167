"""The commands of a chat, `/model` and the like: one function each."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from manual_slop.terminal.context_commands import compact, show_context, uncompact
from manual_slop.terminal.screen import say
from manual_slop.terminal.send import load_images
from manual_slop.terminal.tables import grid
from manual_slop.terminal.visible import one_line, visible
from manual_slop.terminal.wording import size
from manual_slop.values.errors import ConfigError
from manual_slop.values.events import Notice

if TYPE_CHECKING:
    from manual_slop.terminal.chat import Chat


@dataclass(frozen=True, slots=True)
class Command:
    """A command: what may follow it, what it is for, and what it does with what follows."""

    argument: str
    purpose: str
    do: Callable[[Chat, str], None]


def run_command(chat: Chat, words: str) -> bool:
    """Do what `words` (`/model openai/gpt-4o`) ask for. Returns whether the chat goes on.

    Raises `ConfigError` for an unknown command or an argument that cannot be used, and `ProviderError`.
    """
    name, _, argument = words.removeprefix("/").partition(" ")
    if name in ("quit", "exit"):
        return False
    command = COMMANDS.get(name)
    if command is None:
        near = difflib.get_close_matches(name, [*COMMANDS, "quit"], 1)
        meant = f"did you mean /{near[0]}? " if near else ""
        raise ConfigError(
            f"there is no /{one_line(name, 40)}: {meant}/help lists commands; // says a word that begins so"
        )
    command.do(chat, argument.strip())
    return True


def _model(chat: Chat, model: str) -> None:
    if model:
        route = chat.session.access.route(model)
        chat.session.model = route.model
        for notice in chat.session.access.notices(route):
            chat.view.show(Notice(notice))
    chat.screen.note(f"talking to {chat.session.model}")


def _image(chat: Chat, source: str) -> None:
    if not source:
        raise ConfigError("/image needs a path, or the word clipboard")
    (image,) = load_images((source,), chat.view.show)
    chat.pictures.append(image)
    shape = f"{image.width}×{image.height} {image.media_type.removeprefix('image/')}, {size(len(image.data))}"
    chat.screen.note(f"goes with what you say next: {shape}")


def _cost(chat: Chat, _: str) -> None:
    if chat.spending.total().calls:
        say(chat.screen.out, chat.spending.table())
    else:
        chat.screen.note("nothing was asked yet")


def _reset(chat: Chat, _: str) -> None:
    chat.session.reset()
    chat.pictures.clear()
    chat.screen.note("forgotten; what it cost stays counted")


def _system(chat: Chat, text: str) -> None:
    if text:
        chat.session.system_prompt = text
    chat.screen.note(visible(chat.session.system_prompt) or "there are no standing instructions")


def _tools(chat: Chat, switch: str) -> None:
    if switch not in ("", "on", "off"):
        raise ConfigError("/tools shows them, /tools off and /tools on switch them")
    if chat.toolbox is None:
        chat.screen.note("there are no tools: start with --dir PATH to let the model read a project")
        return
    if switch:
        chat.session.toolbox = chat.toolbox if switch == "on" else None
    table = grid("tool", "reach", "what for" if chat.session.toolbox else "what for (they are off)")
    for spec in chat.toolbox.specs():
        purpose = spec.description.partition("\n")[0].partition(". ")[0]
        table.add_row(spec.name, str(chat.toolbox.risk(spec.name)).lower(), one_line(purpose))
    say(chat.screen.err, table)


def _export(chat: Chat, file: str) -> None:
    """From memory, so that it works also where nothing could be saved."""
    from manual_slop.session.export.keys import learn_keys
    from manual_slop.session.export.snapshot import snapshot
    from manual_slop.terminal.sessions_files import form_of, write_session

    if not file:
        raise ConfigError("/export needs a file: its name ends with .md, .html or .json")
    if not chat.session.messages:
        raise ConfigError("nothing has been said that could be exported")
    path = Path(file).expanduser()
    form = form_of(path, None)
    learn_keys(chat.session.access)
    chat.screen.note(write_session(snapshot(chat.session), chat.session.id, path, form, force=False))


def _help(chat: Chat, _: str) -> None:
    for name, command in {**COMMANDS, "quit": Command("", "leave (so does Ctrl-D)", _help)}.items():
        chat.screen.note(f"{f'/{name} {command.argument}':<22} {command.purpose}")


COMMANDS: Mapping[str, Command] = {
    "model": Command("MODEL", "talk to another model; the conversation stays", _model),
    "image": Command("PATH|clipboard", "send a picture with what you say next", _image),
    "cost": Command("", "what was used and what it cost, by model", _cost),
    "context": Command("[MODEL …]", "what fills the window; add PATH [--mode outline], drop PATH", show_context),
    "compact": Command("[MODEL]", "a summary in place of all but the last two turns", compact),
    "uncompact": Command("", "take the last summary back", uncompact),
    "export": Command("FILE", "write the conversation to a .md, .html or .json file", _export),
    "reset": Command("", "forget the conversation", _reset),
    "system": Command("TEXT", "what the model is told of its task", _system),
    "tools": Command("[on|off]", "what the model may use", _tools),
    "help": Command("", "this list", _help),
}
"""What can be typed after a slash, in the order of the list that `/help` shows."""
