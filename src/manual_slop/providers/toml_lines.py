"""Where a key stands in a TOML file: tomllib says what a file means, this says on which line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from manual_slop.values.errors import ConfigError

_TOKEN = re.compile(
    r'''
      (?P<skip> [ \t\r]+ | \#[^\n]* )
    | (?P<newline> \n )
    | (?P<text> """ (?: \\. | [^\\] )*? """ "{0,2}  |  " (?: \\. | [^"\\\n] )* "
              | \'\'\' .*? \'\'\' \'{0,2}           |  ' [^'\n]* ' )
    | (?P<sign> [\[\]{}=,.] )
    | (?P<bare> [^\s\[\]{}=,.\#"']+ )
    | (?P<stray> . )
    ''',
    re.VERBOSE | re.DOTALL,
)
_END = ("end", "", 0)
_DEEPEST = 64


def line_of(text: str, keys: Sequence[str]) -> int | None:
    """The line (from 1) on which `keys`, outermost first, is set in `text`; `None` when it is not there.

    An element of an array, also of an array of tables, is named by its number: `("vendor", "0", "name")`.
    """
    return key_lines(text).get(tuple(keys))


def key_lines(text: str) -> Mapping[tuple[str, ...], int]:
    """The line of every key, table and array element of a TOML text that tomllib has accepted."""
    return _Scanner(text).scan()


def parse_toml(text: str, path: Path, *, quote: bool = True) -> dict[str, Any]:
    """What a TOML text says. Raises `ConfigError` with the line; `quote=False` keeps its words out of the message."""
    import tomllib  # 2 ms that importing us does without

    reason = ""
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        reason = str(error) if isinstance(error, tomllib.TOMLDecodeError) else "nested too deeply"
    # Raised out here so that no __context__ holds the document: since Python 3.14 the error carries it.
    found = re.search(r"at line (\d+)", reason)
    line = int(found.group(1)) if found else text.count("\n") + 1
    message = f"not valid TOML: {reason}" if quote else "not valid TOML"
    del text, reason, found  # a traceback that shows local variables must not show these
    raise ConfigError(message, path, line)


class _Scanner:
    """Walks the tokens once and notes where each key begins."""

    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._token = next(self._tokens, _END)
        self._lines: dict[tuple[str, ...], int] = {}
        self._array_sizes: dict[tuple[str, ...], int] = {}

    def scan(self) -> dict[tuple[str, ...], int]:
        table: tuple[str, ...] = ()
        while self._token is not _END:
            if self._token[1] == "[":
                table = self._header()
            elif self._token[0] in ("bare", "text"):
                self._assignment(table)
            else:
                self._next()
        return self._lines

    def _next(self) -> tuple[str, str, int]:
        token, self._token = self._token, next(self._tokens, _END)
        return token

    def _header(self) -> tuple[str, ...]:
        line = self._next()[2]
        is_array = self._token[1] == "["
        if is_array:
            self._next()
        keys = self._key()
        path = self._resolve(keys[:-1]) + keys[-1:]
        if is_array:
            self._note(path, line, only_first=True)
            number = self._array_sizes.get(path, 0)
            self._array_sizes[path] = number + 1
            path += (str(number),)
        else:
            path = self._resolve(keys)
        self._note(path, line)
        while self._token[1] == "]":
            self._next()
        return path

    def _resolve(self, keys: tuple[str, ...]) -> tuple[str, ...]:
        """The same path with the number of the latest element after each array of tables."""
        path: tuple[str, ...] = ()
        for key in keys:
            path += (key,)
            if path in self._array_sizes:
                path += (str(self._array_sizes[path] - 1),)
        return path

    def _note(self, path: tuple[str, ...], line: int, *, only_first: bool = False) -> None:
        for length in range(1, len(path)):
            self._lines.setdefault(path[:length], line)
        if only_first:
            self._lines.setdefault(path, line)
        else:
            self._lines[path] = line

    def _key(self) -> tuple[str, ...]:
        keys: list[str] = []
        while self._token[0] in ("bare", "text") or self._token[1] == ".":
            kind, word, _ = self._next()
            if word != "." and len(keys) < _DEEPEST:
                keys.append(_unquoted(word) if kind == "text" else word)
        return tuple(keys)

    def _assignment(self, table: tuple[str, ...]) -> None:
        line = self._token[2]
        path = table + self._key()
        self._note(path, line)
        if self._token[1] == "=":
            self._next()
            self._value(path)

    def _value(self, path: tuple[str, ...]) -> None:
        if len(path) > _DEEPEST:
            self._skip_value()
        elif self._token[1] == "[":
            self._array(path)
        elif self._token[1] == "{":
            self._inline_table(path)
        else:
            while self._token[0] not in ("newline", "end") and self._token[1] not in (",", "]", "}"):
                self._next()

    def _skip_value(self) -> None:
        open_brackets = 0
        while self._token is not _END:
            open_brackets += (self._token[1] in ("[", "{")) - (self._token[1] in ("]", "}"))
            if open_brackets < 0 or (open_brackets == 0 and self._token[1] in (",", "\n")):
                return
            self._next()

    def _array(self, path: tuple[str, ...]) -> None:
        self._next()
        number = 0
        while self._token is not _END and self._token[1] != "]":
            if self._token[0] == "newline":
                self._next()
            elif self._token[1] == ",":
                self._next()
                number += 1
            else:
                self._note((*path, str(number)), self._token[2])
                self._element((*path, str(number)))
        self._next()

    def _inline_table(self, path: tuple[str, ...]) -> None:
        self._next()
        while self._token is not _END and self._token[1] != "}":
            if self._token[0] in ("bare", "text"):
                self._assignment(path)
            else:
                self._next()
        self._next()

    def _element(self, path: tuple[str, ...]) -> None:
        before = self._token
        self._value(path)
        if self._token is before:  # a sign that cannot start a value: the text is not TOML, go on all the same
            self._next()


def _tokens(text: str) -> Iterator[tuple[str, str, int]]:
    line = 1
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or "stray"
        if kind != "skip":
            yield kind, match.group(), line
        line += match.group().count("\n")


def _unquoted(word: str) -> str:
    import tomllib

    try:
        return str(tomllib.loads(f"k = {word}")["k"])
    except tomllib.TOMLDecodeError:
        return word
