"""The prompt of a command: from the command line, from standard input, or from both."""

from __future__ import annotations

import os
import stat
import sys
import threading
from typing import BinaryIO

from manual_slop.terminal.screen import screen
from manual_slop.values.errors import ConfigError

MAX_BYTES = 10 * 1024 * 1024
_PATIENCE = 2.0  # seconds after which a person is told what we wait for


def read_prompt(argument: str | None, stdin: BinaryIO | None = None) -> str:
    """The words to send: the argument, followed by what is piped in; `-` or nothing means standard input alone.

    Raises `ConfigError` when there is nothing to send, or what is piped in is too large or no text.
    """
    stdin = stdin or (sys.stdin.buffer if sys.stdin else None)
    alone = argument in (None, "-")
    piped = _read(stdin) if stdin is not None and (argument == "-" or _is_piped(stdin)) else ""
    words = "" if alone or argument is None else argument
    if not words.isascii() and any("\ud800" <= character <= "\udfff" for character in words):
        raise ConfigError("the prompt is not UTF-8 text: pipe it in, in that encoding")
    prompt = f"{words}\n\n{piped}" if words.strip() and piped.strip() else piped if alone else words
    if not prompt.strip():
        raise ConfigError('there is nothing to send: write the prompt in quotes, manual-slop send "…", or pipe it in')
    return prompt


def _is_piped(stdin: BinaryIO) -> bool:
    """Whether somebody meant to give us something: an inherited terminal, socket or /dev/null says nothing."""
    try:
        mode = os.fstat(stdin.fileno()).st_mode
    except (OSError, ValueError):
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISREG(mode)


def _read(stdin: BinaryIO) -> str:
    waiting = "waiting for the end of standard input"
    advice = f"{waiting}: Ctrl-D ends it" if stdin.isatty() else f"{waiting}; `< /dev/null` gives none"
    timer = threading.Timer(0 if stdin.isatty() else _PATIENCE, screen().note, [advice])
    timer.daemon = True
    timer.start()
    try:
        data = stdin.read(MAX_BYTES + 1)
    finally:
        timer.cancel()
    if len(data) > MAX_BYTES:
        limit = MAX_BYTES // 1024**2
        raise ConfigError(f"standard input is larger than {limit} MiB: send less, or let a tool read the file")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    raise ConfigError("standard input is not UTF-8 text: give pictures with --image")
