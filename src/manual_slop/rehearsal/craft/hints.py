"""Facts found in words: the numbers, names, paths and quoted texts that arguments and JSON fields are filled from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_LONGEST_READ = 8_000
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_NUMBER = re.compile(r"(?<![\w.])-?\d{1,15}(?:\.\d{1,15})?(?![\w]|\.\d)")
# Bounded everywhere: a prompt may be long and hostile, and unbounded repetitions would take its length squared.
_CAPITALISED = r"[A-Z][\w'-]{0,40}(?: [A-Z][\w'-]{0,40}){0,3}"
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_NEGATED = ("no ", "not ", "without ", "never ")

PATTERNS: Mapping[str, re.Pattern[str]] = {
    "quoted": re.compile(r"`([^`\n]+)`|\"([^\"\n]+)\"|“([^”\n]+)”|(?<!\w)'([^'\n]+)'(?!\w)"),
    "email": re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}"),
    "url": re.compile(r"https?://[^\s<>\"')\]]{1,500}"),
    "date": re.compile(r"(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)"),
    "path": re.compile(
        r"(?<![\w/:.-])(?:[\w.-]{1,80}/){1,20}[\w.-]{0,80}\w|(?<![\w/@-])[\w-]{1,80}\.[A-Za-z]\w{0,7}(?![\w/@])"
    ),
    "place": re.compile(rf"\b(?:in|at|near|from|to|for) ({_CAPITALISED})"),
    "name": re.compile(rf"(?<=[a-z,;:] ){_CAPITALISED}|\b{_CAPITALISED}(?= (?:is|was|has|lives|works|and)\b)"),
}

_KINDS: Mapping[str, str] = {
    "email": "email", "mail": "email", "url": "url", "uri": "url", "link": "url", "website": "url",
    "date": "date", "day": "date", "path": "path", "file": "path", "filename": "path", "directory": "path",
    "city": "place", "location": "place", "place": "place", "country": "place", "town": "place", "name": "name",
    "person": "name", "author": "name",
}  # fmt: skip
_ASKED = frozenset({"query", "q", "question", "prompt", "input", "message", "text", "request"})
_WHOLE = frozenset({"answer", "summary", "text", "content", "description", "reply", "response", "body", "result"})


def words_of(name: str) -> tuple[str, ...]:
    """The lower-case words of an identifier: `get_weatherReport` is get, weather, report."""
    return tuple(word.lower() for word in _WORD.findall(name))


def first_sentences(text: str, count: int = 1) -> str:
    """The beginning of a text, whole sentences of it."""
    return " ".join(_SENTENCE.split(text.strip()[:_LONGEST_READ])[:count])


@dataclass(frozen=True, slots=True)
class Hints:
    """What was asked, and what has been found out since (`reply`); only the beginning of long texts is read."""

    text: str
    reply: str = ""

    def find(self, kind: str) -> tuple[str, ...]:
        """Everything of a kind (a key of `PATTERNS`) in the question, in order, each once."""
        found = (match.group(match.lastindex or 0) for match in PATTERNS[kind].finditer(self.text[:_LONGEST_READ]))
        return tuple(dict.fromkeys(found))

    def numbers(self) -> tuple[int | float, ...]:
        """The numbers in the question, in order."""
        found = _NUMBER.findall(self.text[:_LONGEST_READ])
        return tuple(float(number) if "." in number else int(number) for number in found)

    def said(self, key: str) -> str | None:
        """The value the question itself gives for `key`: `city: Oslo`, `the city is Oslo`, `city=Oslo`."""
        words = words_of(key)
        if not words:
            return None
        name = r"[ _-]?".join(map(re.escape, words))
        value = re.compile(rf"\b{name}\b[\"'`]?\s*(?:=|:|\bis\b|\bare\b)\s*[\"'`]?([^\n,;\"'`]+)", re.IGNORECASE)
        match = value.search(self.text[:_LONGEST_READ])
        return match[1].strip().rstrip(".?!") if match else None

    def is_true(self, key: str) -> bool:
        """Whether the question speaks of `key` and does not deny it."""
        said = self.said(key)
        if said is not None:
            return said.lower() in ("true", "yes", "on", "1")
        phrase, text = " ".join(words_of(key)), self.text[:_LONGEST_READ].lower()
        return bool(phrase) and phrase in text and not any(no + phrase in text for no in _NEGATED)

    def text_for(self, key: str, turn: int = 0) -> str:
        """Words for a field called `key`; another `turn` gives other words."""
        said = self.said(key)
        candidates = (said,) if said else (*self._of_kind(key), *self._general(key)) or (self.text.strip() or key,)
        text = candidates[turn % len(candidates)] or "text"
        return text if turn < len(candidates) else f"{turn + 1} {text}"

    def _of_kind(self, key: str) -> tuple[str, ...]:
        kinds = [_KINDS[word] for word in words_of(key) if word in _KINDS]
        return tuple(found for kind in kinds for found in self.find(kind))

    def _general(self, key: str) -> tuple[str, ...]:
        last = words_of(key)[-1:]
        if self.reply:
            return (self.reply.strip(),) if _WHOLE.intersection(last) else _sentences(self.reply)
        if _ASKED.intersection(last) and not self.find("quoted"):
            return (self.text.strip(),)
        return self.find("quoted") or self.find("name")


def _sentences(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, (line.strip("#*- ") for line in _SENTENCE.split(text[:_LONGEST_READ])))))
