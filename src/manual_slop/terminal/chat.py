"""`manual-slop chat`: a conversation in the terminal, prompt after prompt."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from manual_slop import __version__
from manual_slop.terminal.chat_commands import run_command
from manual_slop.terminal.context_view import context_hint
from manual_slop.terminal.crash_report import tell_crash
from manual_slop.terminal.exit_codes import CANCELLED, DONE, UNEXPECTED, exit_code
from manual_slop.terminal.last_words import tell_where_it_stands
from manual_slop.terminal.line_reader import ReadLine, line_reader, read_entry
from manual_slop.terminal.send import Prompt, Setting, open_session, say
from manual_slop.terminal.spending import Spending
from manual_slop.terminal.turn_loop import Tell, Work, run_turn
from manual_slop.terminal.turn_view import TurnView
from manual_slop.terminal.wording import DOT
from manual_slop.values.cancel import Cancel
from manual_slop.values.errors import ConfigError, ProviderError
from manual_slop.values.events import Event

if TYPE_CHECKING:
    from manual_slop.session.session import Session
    from manual_slop.values.messages import Image

_INTRODUCTION = '/help lists commands, \\ or """ makes longer entries, Ctrl-C stops an answer, Ctrl-D leaves'


class Chat:
    """A conversation and what belongs to it at a terminal: pictures waiting to be sent, and the bill."""

    def __init__(self, session: Session, view: TurnView, template: Prompt) -> None:
        self.session = session
        self.screen = view.screen
        self.view = view
        self.pictures: list[Image] = []
        self.spending = Spending()
        for entry in session.settled:
            self.spending.note(entry)
        self.toolbox = session.toolbox
        self._template = template
        view.hint = lambda: context_hint(self.session.context())

    def run(self, read_line: ReadLine, *, typed: bool) -> int:
        """Talk until the end of input, `/quit` or a second Ctrl-C. Returns the exit code.

        `typed` says that a person sits there: then what went wrong was seen and does not count.
        """
        worst, about_to_leave = DONE, False
        while True:
            try:
                entry = read_entry(f"{self.session.model} › ", read_line)
            except KeyboardInterrupt:
                if about_to_leave or not typed:
                    return CANCELLED
                about_to_leave = True
                self.screen.note("\nCtrl-C once more, or Ctrl-D, leaves")
                continue
            about_to_leave = False
            if entry is None:
                break
            code, goes_on = self._enter(entry)
            worst = worst or code
            if not goes_on:
                break
        self._farewell()
        return DONE if typed else worst

    def _enter(self, entry: str) -> tuple[int, bool]:
        """One entry: a command or something to say. Returns its exit code and whether to go on."""
        words = entry.strip()
        if words.startswith("/") and not words.startswith("//"):
            try:
                return DONE, run_command(self, words)
            except (ProviderError, ConfigError) as error:
                self.view.fail(error)
                return exit_code(error), True
        return self._turn(words.removeprefix("/") if words.startswith("//") else entry) if words else DONE, True

    def _turn(self, text: str) -> int:
        pictures, self.pictures = tuple(self.pictures), []

        def work(tell: Tell, cancel: Cancel) -> None:
            say(self.session, self._template.saying(text, pictures), tell, cancel)

        return self.watch(work)

    def watch(self, work: Work) -> int:
        """Do what may take a while and may be stopped, and count what it costs. Returns the exit code."""

        def counted(tell: Tell, cancel: Cancel) -> None:
            def heard(event: Event) -> None:
                self.spending.note(event)
                tell(event)

            work(heard, cancel)

        try:
            return run_turn(counted, self.view)
        except BrokenPipeError:
            raise
        except Exception as error:  # noqa: BLE001  # a long conversation should survive what nobody foresaw
            tell_crash(error, "chat", self.view.screen)
            return UNEXPECTED

    def _farewell(self) -> None:
        spent = self.spending.total()
        if spent.calls:
            self.screen.note(f"{spent.calls} call{'s' * (spent.calls != 1)}{DOT}{spent}")


def talk(setting: Setting, template: Callable[[], Prompt], view: TurnView) -> int:
    """A chat from its first line to its last. Returns the exit code; `template` may raise `ConfigError`."""
    view.begin()
    try:
        chat = _open(setting, template(), view)
    except (ConfigError, ProviderError) as error:
        view.fail(error)
        return exit_code(error)
    except KeyboardInterrupt:
        view.end()
        return CANCELLED
    try:
        return chat.run(line_reader(view.screen), typed=sys.stdin is not None and sys.stdin.isatty())
    finally:
        chat.session.close()


def _open(setting: Setting, template: Prompt, view: TurnView) -> Chat:
    from manual_slop import ai_client

    session = open_session(setting, view.show)
    view.end()
    tools = "no tools"
    if session.toolbox:
        tools = f"{len(session.toolbox.specs())} tools in {session.toolbox.root}"
    view.screen.note(f"manual-slop {__version__}{DOT}{session.model}{DOT}{tools}")
    if setting.session is not None:
        tell_where_it_stands(view.screen, session)
    view.screen.note(_INTRODUCTION)
    ai_client.warm_up()  # while the person thinks of something to say
    return Chat(session, view, template)
