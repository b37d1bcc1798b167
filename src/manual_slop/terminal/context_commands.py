"""The commands of a chat about its context: what fills the window, and how to make room in it and undo that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from manual_slop.terminal.context_view import compaction_words, context_view
from manual_slop.terminal.screen import say
from manual_slop.terminal.turn_loop import Tell
from manual_slop.values.cancel import Cancel
from manual_slop.values.errors import ConfigError, ProviderError

if TYPE_CHECKING:
    from manual_slop.session.compaction import Compaction
    from manual_slop.terminal.chat import Chat


def show_context(chat: Chat, models: str) -> None:
    """`/context [MODEL…]`: what takes how much, and what the next prompt may cost, with other models too."""
    session = chat.session
    say(chat.screen.out, context_view(session.context(), session.forecast(models=models.split())))


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
