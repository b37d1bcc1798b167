"""The commands of a chat about its context: what fills the window, and how to make room in it and undo that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from manual_slop.session.context_files import MODES, ContextFiles, as_mode
from manual_slop.terminal.context_view import compaction_words, context_view
from manual_slop.terminal.screen import say
from manual_slop.terminal.turn_loop import Tell
from manual_slop.terminal.visible import one_line
from manual_slop.terminal.wording import DOT
from manual_slop.values.cancel import Cancel
from manual_slop.values.errors import ConfigError, ProviderError

if TYPE_CHECKING:
    from manual_slop.session.compaction import Compaction
    from manual_slop.terminal.chat import Chat


def show_context(chat: Chat, words: str) -> None:
    """`/context [MODEL…]`: what takes how much, and what the next prompt may cost, with other models too.

    `/context add PATH [--mode MODE]` shows the model a file with each turn, `/context drop PATH` no longer.
    """
    session, models = chat.session, words
    verb, _, rest = words.partition(" ")
    if verb == "add":
        _add(chat, rest.strip())
        return
    if verb == "drop":
        _files(chat).take_out(rest.strip())
        chat.screen.note(f"{one_line(rest.strip())} is not shown to the model any more")
        return
    if session.files is not None:
        for notice in session.files.look():
            chat.screen.note(notice)
    say(chat.screen.out, context_view(session.context(), session.forecast(models=models.split())))
    for one in session.files.shown if session.files else ():
        tokens = f"~{one.tokens:,} tokens" if one.text else "not shown"
        chat.screen.note(f"{one.file.mode:<9} {one_line(one.file.path)}{DOT}{tokens}")


def _add(chat: Chat, words: str) -> None:
    path, flag, mode = words.partition(" --mode ")
    if not path.strip() or path.strip().startswith("--"):
        raise ConfigError(f"/context add needs a path, and may say how: --mode {', '.join(MODES)}")
    files = _files(chat)
    file = files.put(path.strip(), as_mode(mode.strip()) if flag else "full")
    tokens = next(one.tokens for one in files.shown if one.file == file)
    chat.screen.note(f"{one_line(file.path)} is shown to the model ({file.mode}, ~{tokens:,} tokens) with each turn")


def _files(chat: Chat) -> ContextFiles:
    if chat.session.files is None:
        raise ConfigError("there is no project to take files from: start with --dir PATH")
    return chat.session.files


def compact(chat: Chat, model: str) -> None:
    """`/compact [MODEL]`: the oldest turns become a summary, which can be stopped like an answer."""
    done: list[Compaction] = []
    failed: list[ProviderError | ConfigError] = []

    def work(tell: Tell, cancel: Cancel) -> None:
        try:
            done.append(chat.session.compact(model or None, on_event=tell, cancel=cancel))
        except (ProviderError, ConfigError) as error:
            failed.append(error.with_traceback(None))

    chat.watch(work)
    for error in failed:  # told as the failure of any other command
        raise error
    for one in done:
        chat.screen.note(compaction_words(one))


def uncompact(chat: Chat, _: str) -> None:
    """`/uncompact`: what the last summary stood for is back."""
    count = chat.session.uncompact(on_event=chat.view.show)
    chat.screen.note(f"{count} messages instead of a summary")
