"""What of a page a model reads: its text, out of whatever encoding; of HTML without all that is not text."""

from __future__ import annotations

import codecs
import re
import time
from collections.abc import Mapping
from email.message import Message
from html.parser import HTMLParser
from types import MappingProxyType
from urllib.parse import urljoin

from manual_slop.safety.path_rules import show
from manual_slop.tools.declaration import ToolError
from manual_slop.tools.web.getting import Got

_SKIPPED = frozenset({"script", "style", "noscript", "template", "svg", "math", "iframe", "object", "select"})
_BLOCK = re.compile(
    r"address|article|aside|blockquote|br|dd|div|dl|dt|figure|footer|form|h[1-6r]|header|li|main|nav|ol|p|pre|section"
    r"|table|title|tr|ul"
)
_BEFORE: Mapping[str, str] = MappingProxyType(
    {"li": "- ", "td": " | ", "th": " | ", **{f"h{level}": "#" * level + " " for level in range(1, 7)}}
)
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_META = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?([\w.:-]{1,40})""", re.IGNORECASE)
_PIECE = 16 * 1024
_MOST_SECONDS = 5.0


def as_text(got: Got) -> str:
    """The text of a page. Raises `ToolError` for a page that is none, such as a picture or a PDF."""
    header = Message()
    header["Content-Type"] = got.content_type or "text/plain"
    kind = header.get_content_type()
    if not _is_text(kind):
        what = "a PDF, which cannot be read here" if kind == "application/pdf" else f"{show(kind)} and no text"
        raise ToolError(f"{show(got.url)} is {what}")
    text = _decoded(got.body, str(header.get_param("charset") or ""))
    if "\0" in text[:1000]:
        raise ToolError(f"{show(got.url)} says that it is text and is not")
    return _of_html(text, got.url) if kind in ("text/html", "application/xhtml+xml") else text


def _is_text(kind: str) -> bool:
    return (
        kind.startswith("text/") or kind in ("application/json", "application/xml") or kind.endswith(("+json", "+xml"))
    )


def _decoded(data: bytes, named: str) -> str:
    meta = _META.search(data[:4096])
    marked = next((name for mark, name in _BOMS if data.startswith(mark)), "")
    for name in filter(None, (marked, named, meta[1].decode() if meta else "", "utf-8")):
        try:
            b"text".decode(name, "replace")  # refuses codecs that are none of text, such as zlib
            # The end may be half a character, where the page was cut.
            return str(codecs.getincrementaldecoder(name)().decode(data))
        except (LookupError, ValueError):
            continue
    return data.decode("cp1252", "replace")


def _of_html(text: str, url: str) -> str:
    reader = _Reader(url)
    until = time.monotonic() + _MOST_SECONDS
    for start in range(0, len(text), _PIECE):
        reader.feed(text[start : start + _PIECE])
        if time.monotonic() > until:
            return f"{reader.text()}\n[the rest of the page takes too long to read]"
    reader.close()
    return reader.text()


class _Reader(HTMLParser):
    """Gathers what a person would read, with headings, list marks and the targets of links."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url
        self._parts: list[str] = []
        self._skipping: list[str] = []
        self._verbatim = 0
        self._links: list[str] = []

    def text(self) -> str:
        """All of it, without runs of empty lines."""
        lines = [line.rstrip() for line in "".join(self._parts).split("\n")]
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SKIPPED:
            self._skipping.append(tag)
        if _BLOCK.fullmatch(tag):
            self._break()
        if tag in _BEFORE and not self._skipping:
            self._parts.append(_BEFORE[tag])
        self._verbatim += tag == "pre"
        if tag == "a":
            self._links.append(self._absolute(dict(attrs).get("href") or ""))

    def handle_endtag(self, tag: str) -> None:
        if tag in self._skipping:
            while self._skipping.pop() != tag:
                pass
        if _BLOCK.fullmatch(tag):
            self._break()
        if tag == "pre" and self._verbatim:
            self._verbatim -= 1
        if tag == "a" and self._links and (link := self._links.pop()) and not self._skipping:
            self._parts.append(f" ({link})")

    def handle_data(self, data: str) -> None:
        if self._skipping:
            return
        if self._verbatim:
            self._parts.append(data)
            return
        words = re.sub(r"\s+", " ", data)
        at_start = not self._parts or self._parts[-1].endswith(("\n", " "))
        self._parts.append(words.lstrip() if at_start else words)

    def _break(self) -> None:
        self._parts.append("\n")

    def _absolute(self, link: str) -> str:
        try:
            whole = urljoin(self._url, link.strip())
        except ValueError:
            return ""
        return whole if link and not link.startswith("#") and whole.startswith(("http://", "https://")) else ""
