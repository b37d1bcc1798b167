"""The exports that people read: whole, and harmless whatever a model or a tool said."""

from __future__ import annotations

import base64
import hashlib
import html.parser
import re

from markdown_it import MarkdownIt

from manual_slop.session.export.html import as_html
from manual_slop.session.export.html_style import STYLE
from manual_slop.session.export.markdown import as_markdown
from manual_slop.session.export.wording import seen
from manual_slop.session.story import story
from manual_slop.session.transcript import fold
from manual_slop.terminal.probes import red_picture
from tests.support.stories import HOSTILE, a_session, enveloped

TITLE = "what is on <this>?"
EVENTS = a_session()
COST = fold(EVENTS).cost
PAGE = as_html(TITLE, story(enveloped(EVENTS)), COST)
TEXT = as_markdown(TITLE, story(enveloped(EVENTS)), COST)
VOID = {"meta", "img", "br", "hr"}


class Page(html.parser.HTMLParser):
    """All tags of a page, which have to be closed in order, and the words between them."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def page() -> Page:
    read = Page()
    read.feed(PAGE)
    assert read.open == []
    return read


def test_the_page_fetches_nothing_and_runs_nothing() -> None:
    allowed = {"class", "id", "href", "rel", "charset", "content", "name", "http-equiv", "lang", "alt", "src"}
    for tag, attributes in page().tags:
        assert tag not in {"script", "link", "iframe", "object", "embed", "form", "svg", "base"}
        assert set(attributes) <= allowed
        assert (attributes.get("src") or "data:image/").startswith("data:image/")
        assert (attributes.get("href") or "#").startswith(("#", "https://", "http://"))
    assert "url(" not in STYLE
    assert "@import" not in STYLE


def test_the_page_allows_its_own_style_and_nothing_else() -> None:
    policy = next(a["content"] or "" for tag, a in page().tags if a.get("http-equiv") == "Content-Security-Policy")
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    assert "default-src 'none'" in policy
    assert f"style-src 'sha256-{digest}'" in policy
    assert f"<style>{STYLE}</style>" in PAGE


def test_the_page_holds_everything_with_the_pictures() -> None:
    read = page()
    words = "".join(read.words)
    shown = [attributes["src"] for tag, attributes in read.tags if tag == "img"]
    assert shown == ["data:image/png;base64," + base64.b64encode(red_picture().data).decode()]
    for said in (TITLE, "# not a heading", "Let me <b>think</b>.", "read_file a/README.md", seen(HOSTILE), "bad key"):
        assert said in words
    assert "\u202e" not in PAGE
    assert ("strong", {}) in read.tags
    assert "≥ $0.001200 + 1 unpriced call" in words


def test_in_markdown_nothing_that_a_tool_said_leaves_its_block() -> None:
    tokens = MarkdownIt().parse(TEXT)
    fences = [token.content.rstrip("\n") for token in tokens if token.type == "fence"]
    assert HOSTILE in fences
    assert f"not run: {HOSTILE}" in fences
    headings = [
        tokens[at + 1].content for at, token in enumerate(tokens) if token.type == "heading_open" and token.level == 0
    ]
    assert [re.sub(r"\\", "", heading) for heading in headings] == [
        TITLE,
        "4 · You",
        "6 · openai/gpt-4o",
        "11 · openai/gpt-4o",
        "14 · You",
    ]


def test_markdown_says_what_a_picture_was_and_what_all_cost() -> None:
    assert re.search(r"picture: 64×64 image/png, [\d,]+ bytes", TEXT)
    assert TEXT.endswith("2 provider calls · ≥ $0.001200 + 1 unpriced call\n")
