"""Reading a document's words: its title, its first real paragraph, its sections, its weightiest sentences."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

_HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*#*$")
_UNDERLINE = re.compile(r"^(=+|-+|~+)\s*$")
_NOT_PROSE = re.compile(r"^\s*(?:[<!|>#`=~*_-]{2,}|<[^>]*>|!\[|\[!\[|\[!|\.\. |:\w+:|\||---|```|[-*+] |\d+\. |> )")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_TAG = re.compile(r"<[^>\n]+>")
_SENTENCE = re.compile(r"(?<=[.!?…])[\"'”)]*\s+(?=[\"'“(]?[A-Z0-9À-Þ])")
_MOST_LINES = 400
_LONGEST_PARAGRAPH = 600
_LONGEST_READ = 200_000
_LITTLE_WORDS = 4


@dataclass(frozen=True, slots=True)
class Document:
    """A Markdown or reStructuredText document in short."""

    title: str = ""
    paragraph: str = ""
    sections: tuple[str, ...] = ()


def read_document(text: str) -> Document:
    """Title, first paragraph of prose (badges, pictures, code and lists are passed over) and section names."""
    lines = text.splitlines()[:_MOST_LINES]
    headings = _headings(lines)
    title = headings[0][1] if headings else ""
    start = headings[0][0] + 1 if headings else 0
    sections = tuple(name for _, name in headings[1:])
    return Document(title, _first_paragraph(lines[start:]) or _first_paragraph(lines), sections)


def weightiest_sentences(text: str, count: int) -> list[str]:
    """The `count` sentences that carry the words said most often, in the order of the text; the first always is one."""
    sentences = [sentence.strip() for sentence in _SENTENCE.split(" ".join(text[:_LONGEST_READ].split())) if sentence]
    weights = Counter(_long_words(text[:_LONGEST_READ]))
    scored = sorted(range(1, len(sentences)), key=lambda at: -_weight(sentences[at], weights))
    return [sentences[at] for at in sorted([0, *scored[: count - 1]])] if sentences else []


def _weight(sentence: str, weights: Counter[str]) -> float:
    words = _long_words(sentence)
    return sum(weights[word] for word in words) / (len(words) + _LITTLE_WORDS)


def _long_words(text: str) -> list[str]:
    return [word for word in re.findall(r"\w+", text.lower()) if len(word) > _LITTLE_WORDS]


def _headings(lines: list[str]) -> list[tuple[int, str]]:
    found, fenced = [], False
    for at, line in enumerate(lines):
        fenced ^= line.lstrip().startswith("```")
        if fenced:
            continue
        match = _HEADING.match(line)
        if match:
            found.append((at, _plain(match[2])))
        elif (
            at and _UNDERLINE.match(line) and lines[at - 1].strip() and len(line.strip()) >= len(lines[at - 1].strip())
        ):
            found.append((at, _plain(lines[at - 1])))
    return found


def _first_paragraph(lines: list[str]) -> str:
    paragraph: list[str] = []
    fenced = False
    for line in lines:
        fence = line.lstrip().startswith("```")
        fenced ^= fence
        if fenced or fence or not line.strip() or _NOT_PROSE.match(line) or _HEADING.match(line):
            if paragraph:
                break
            continue
        paragraph.append(line.strip())
    text = _plain(" ".join(paragraph))
    return text if len(text) <= _LONGEST_PARAGRAPH else text[:_LONGEST_PARAGRAPH].rsplit(" ", 1)[0] + " …"


def _plain(text: str) -> str:
    return _TAG.sub("", _LINK.sub(r"\1", text)).strip()
