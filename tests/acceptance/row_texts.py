"""B4 and B5: odd words through everything that shows or keeps them, and pictures that are traps."""

from __future__ import annotations

import json
import random
import sys
from html.parser import HTMLParser

from manual_slop.safety.consent import decode, render
from manual_slop.session.export.archive import as_archive
from manual_slop.session.export.html import as_html
from manual_slop.session.export.markdown import as_markdown
from manual_slop.session.export.reading import read_archive
from manual_slop.session.story import story
from manual_slop.store.store import Store
from manual_slop.terminal.visible import one_line, visible
from manual_slop.values.events import MessageAdded
from manual_slop.values.messages import user
from tests.acceptance.trial import Row, Trial
from tests.support.shared import shared_path

SESSION = "b4" * 16
POOLS = (
    "abc <>&\"'`*_#[]()|\\",
    "\u202e\u2066\u200b\ufeff\u00ad\u0301\u3164\ufe0f\U000e0041\x1b\r\x85\x00\x7f\u2028\t\n",
    "漢ひらがなعربيةעברית🙂👩\u200d👩\u200d👧ñ\u0338",
    "",
)


def _generated(chance: random.Random, many: int) -> list[str]:
    texts = []
    for _ in range(many):
        pools = [chance.choice(POOLS) for _ in range(chance.randrange(1, 30))]
        texts.append("".join(chance.choice(pool) if pool else chr(chance.randrange(sys.maxunicode)) for pool in pools))
    return texts


def odd_words(trial: Trial) -> None:
    """Each text through dialog, terminal, store, search and every export: the same again, or spelled out."""
    naughty: list[str] = json.loads(shared_path("corpora", "strings", "blns.json").read_text("utf-8"))
    texts = [*naughty, *_generated(trial.chance, trial.sized(500, 10_000, 50_000))]
    for text in texts:
        trial.count("bad inputs")
        trial.nought("dialogs that cannot be read back", decode(render(text, "text").lines) != text)
        trial.nought("commands to the terminal", _commands(visible(text)) + _commands(one_line(text)))
    for at in range(0, len(texts), 500):
        _kept(trial, trial.scratch(f"store-{at}"), texts[at : at + 500])
    trial.ran_on = f"{len(naughty)} naughty strings and {len(texts) - len(naughty):,} generated ones"


def _commands(shown: str) -> int:
    return sum((char < " " and char not in "\n\t") or "\x7f" <= char < "\xa0" for char in shown)


def _kept(trial: Trial, folder: object, texts: list[str]) -> None:
    store = Store.open(folder)  # type: ignore[arg-type]
    store.append(SESSION, [MessageAdded(user(text)) for text in texts])
    kept = [one.event.message.text for one in store.envelopes(SESSION) if isinstance(one.event, MessageAdded)]
    changed = sum(one != _joined(text) for one, text in zip(kept, texts, strict=True))
    trial.nought("texts changed by the store", changed)
    again = [
        one.event for one in read_archive(as_archive(store, SESSION).encode("utf-8", "backslashreplace")).envelopes
    ]
    trial.nought("texts changed by export and import", again != [one.event for one in store.envelopes(SESSION)])
    steps, cost = list(story(store.envelopes(SESSION))), store.summary(SESSION).cost
    as_markdown("odd words", steps, cost).encode("utf-8", "backslashreplace")
    page = _Page()
    page.feed(as_html("odd words", steps, cost))
    trial.nought("scripts and handlers in a page", page.dangers)
    for text in texts[::10]:
        store.search(text)
        trial.count("searches")
    store.close()


def _joined(text: str) -> str:
    """JSON cannot tell two halves of a surrogate pair that stand together from the character that they are."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


class _Page(HTMLParser):
    """A page as a browser reads it: what in it would run or fetch something."""

    dangers = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = {name for name, _ in attrs}
        links = " ".join(value or "" for name, value in attrs if name in ("href", "src")).lower()
        fetches = tag in {"img", "iframe", "object", "embed", "link"} and "http" in links
        self.dangers += tag in {"script", "iframe", "object", "embed"} or fetches or "javascript:" in links
        self.dangers += any(name.startswith("on") for name in names)


WORDS = Row("B4", "odd words through everything that shows or keeps them", odd_words)
