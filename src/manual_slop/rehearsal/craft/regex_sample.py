"""A text that matches a regular expression, made by walking the expression; nothing is ever matched against it.

Matching a stranger's expression can take forever, so this reads the common part of the language itself: literals,
classes, groups, alternatives, repetitions, anchors.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Iterable, Mapping

Node = Callable[[int], str]
"""Makes a sample. A larger number asks for more repetitions and other letters."""

_LETTERS = string.ascii_lowercase
_POOL = string.ascii_letters + string.digits + "_ -.,:;!?@#%&/\\'\"()[]{}<>+*=~^$|`"
_CLASSES: Mapping[str, str] = {"d": string.digits, "w": string.ascii_letters + string.digits + "_", "s": " "}
_CONTROL: Mapping[str, str] = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "0": "\0"}
_NOTHING = frozenset({"b", "B", "A", "Z", "z"})
_LONGEST = 100_000
_MOST_STEPS = 20_000
_DEEPEST = 50
_RANGE_SHOWN = 64


class UnsupportedPattern(ValueError):
    """The expression uses something this does not know, or asks for too much."""


def samples(pattern: str) -> Callable[[int], str]:
    """A function that makes samples of `pattern`. Raises: UnsupportedPattern, from here or from that function."""
    return _Parser(pattern).parse()


class _Parser:
    def __init__(self, pattern: str) -> None:
        self._rest = pattern
        self._at = 0
        self._depth = 0
        self._steps = 0

    def parse(self) -> Node:
        node = self._alternatives()
        if self._peek():
            raise UnsupportedPattern("unbalanced )")
        return node

    def _peek(self) -> str:
        return self._rest[self._at : self._at + 1]

    def _take(self) -> str:
        character = self._peek()
        if not character:
            raise UnsupportedPattern("the pattern ends too early")
        self._at += 1
        return character

    def _skip(self, token: str) -> bool:
        found = self._rest.startswith(token, self._at)
        self._at += len(token) * found
        return found

    def _alternatives(self) -> Node:
        branches = [self._sequence()]
        while self._skip("|"):
            branches.append(self._sequence())
        return self._counted(lambda grow: branches[grow % len(branches)](grow)) if len(branches) > 1 else branches[0]

    def _sequence(self) -> Node:
        nodes: list[Node] = []
        while self._peek() not in ("", "|", ")"):
            nodes.append(self._repeated(self._atom()))
        return self._counted(lambda grow: _joined(node(grow) for node in nodes))

    def _counted(self, node: Node) -> Node:
        def count(grow: int) -> str:
            self._steps += 1
            if self._steps > _MOST_STEPS:
                raise UnsupportedPattern("too many steps")
            return node(grow)

        return count

    def _repeated(self, node: Node) -> Node:
        low, high = self._quantifier()
        if self._peek() and self._peek() in "?+" and (low, high) != (1, 1):
            self._take()  # lazy and possessive repetitions match the same texts here
        if (low, high) == (1, 1):
            return node

        def repeat(grow: int) -> str:
            times = low + grow if high is None else min(low + grow, high)
            return _joined(node(grow + at) for at in range(times))

        return self._counted(repeat)

    def _quantifier(self) -> tuple[int, int | None]:
        for token, bounds in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self._skip(token):
                return bounds
        end = self._rest.find("}", self._at)
        if self._peek() != "{" or end < 0:
            return 1, 1
        low, comma, high = self._rest[self._at + 1 : end].partition(",")
        if not low.isdecimal() or (high and not high.isdecimal()) or len(low + high) > 10:
            return 1, 1
        self._at = end + 1
        return int(low), (int(high) if high else None) if comma else int(low)

    def _atom(self) -> Node:
        character = self._take()
        if character == "(":
            return self._group()
        if character == "[":
            return _one_of(self._class())
        if character == ".":
            return _one_of(_LETTERS)
        if character in "^$":
            return _one_of("")
        if character == "\\":
            return _one_of(self._escape())
        if character in "*+?":
            raise UnsupportedPattern("nothing to repeat")
        return _one_of(character)

    def _group(self) -> Node:
        if self._skip("?"):
            named = self._skip("P<") or (self._skip("<") and self._peek() not in ("=", "!"))
            if named:
                self._at = self._rest.find(">", self._at) + 1 or len(self._rest)
            elif not self._skip(":"):
                raise UnsupportedPattern("look-around and flags are not known")
        self._depth += 1
        if self._depth > _DEEPEST:
            raise UnsupportedPattern("nested too deeply")
        node = self._alternatives()
        if not self._skip(")"):
            raise UnsupportedPattern("missing )")
        self._depth -= 1
        return node

    def _class(self) -> str:
        negated = self._skip("^")
        members = ""
        while self._peek() != "]" or not members:
            start = self._class_member()
            if len(start) == 1 and self._peek() == "-" and self._rest[self._at + 1 : self._at + 2] not in ("]", ""):
                self._take()
                members += _range(start, self._class_member()[:1])
            else:
                members += start
        self._take()
        return "".join(letter for letter in _POOL if letter not in members) if negated else members

    def _class_member(self) -> str:
        character = self._take()
        return self._escape() or "\b" if character == "\\" else character

    def _escape(self) -> str:
        character = self._take()
        if character.lower() in _CLASSES:
            known = _CLASSES[character.lower()]
            return known if character.islower() else "".join(letter for letter in _POOL if letter not in known)
        if character in "xu":
            return self._code_point(2 if character == "x" else 4)
        if character in "pP":
            self._at = self._rest.find("}", self._at) + 1 or len(self._rest)
            return _LETTERS
        if character in _NOTHING:
            return ""
        if character.isdecimal() and character != "0":
            raise UnsupportedPattern("back-references are not known")
        return _CONTROL.get(character, character)

    def _code_point(self, digits: int) -> str:
        code = "".join(self._take() for _ in range(digits))
        if not all(digit in string.hexdigits for digit in code):
            raise UnsupportedPattern("not a code point")
        return chr(int(code, 16))


def _range(first: str, last: str) -> str:
    if not last or first > last:
        raise UnsupportedPattern("a range that runs backwards")
    return "".join(map(chr, range(ord(first), min(ord(last), ord(first) + _RANGE_SHOWN) + 1)))


def _one_of(characters: str) -> Node:
    if len(characters) < 2:
        return lambda grow: characters
    return lambda grow: characters[grow % len(characters)]


def _joined(pieces: Iterable[str]) -> str:
    text, length = [], 0
    for piece in pieces:
        text.append(piece)
        length += len(piece)
        if length > _LONGEST:
            raise UnsupportedPattern("the text would be too long")
    return "".join(text)
