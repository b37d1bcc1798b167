"""A session as one page of HTML with its pictures in it: no script, nothing fetched, all text escaped."""

from __future__ import annotations

import base64
import functools
import hashlib
import html
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from manual_slop.session.export.html_style import STYLE
from manual_slop.session.export.wording import arguments, bill, call_summary, moment, picture_words, seen, speaker
from manual_slop.session.story import Step
from manual_slop.values.messages import Image
from manual_slop.values.usage import CostSum

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

_PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})


def as_html(title: str, steps: Iterable[Step], cost: CostSum) -> str:
    """The whole page. `cost` is that of all calls."""
    body = "\n".join(part for step in steps for part in _parts(step))
    return page(title, body, f"{cost.calls} provider calls · {cost}")


def page(title: str, body: str, foot: str) -> str:
    """A page around a `body` of HTML; `title` and `foot` are plain text."""
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_shown(policy)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{_shown(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f"<header><h1>{_shown(title)}</h1></header>\n<main>\n{body}\n</main>\n"
        f"<footer>{_shown(foot)}</footer>\n</body>\n</html>\n"
    )


def _shown(text: str) -> str:
    return html.escape(seen(text))


def _parts(step: Step) -> Iterator[str]:
    match step.kind:
        case "setting":
            yield f'<p class="setting"><time>{moment(step.at)}</time> · {_shown(step.text)}</p>'
        case "prompt" | "answer":
            yield _speech(step)
        case "tool":
            yield from _tool(step)
        case "note":
            yield f'<p class="note">{_shown(step.text)}</p>'
        case "error":
            yield f'<p class="error">✗ {_shown(step.text)}</p>'


def _speech(step: Step) -> str:
    anchor = f'<a class="number" href="#e{step.number}">{step.number}</a>'
    head = f"<h2>{anchor} {_shown(speaker(step))} <time>{moment(step.at)}</time></h2>"
    thoughts = ""
    if step.reasoning:
        thoughts = f'<details class="thoughts"><summary>thoughts</summary><pre>{_shown(step.reasoning)}</pre></details>'
    pictures = "".join(map(_picture, step.images))
    words = f'<div class="plain">{_shown(step.text)}</div>' if step.kind == "prompt" else rendered(step.text)
    cost = f'<p class="bill">{_shown(bill(step))}</p>' if bill(step) else ""
    return f'<article class="{step.kind}" id="e{step.number}">{head}{thoughts}{pictures}{words}{cost}</article>'


def _tool(step: Step) -> Iterator[str]:
    if step.call is None or step.result is None:
        return
    failed = step.result.is_error
    said = f" · {_shown(step.approval.kind)}" if step.approval is not None else ""
    head = f"<summary>{'✗ ' if failed else ''}{_shown(call_summary(step.call))}{said}</summary>"
    body = f"<pre>{_shown(arguments(step.call))}</pre><pre>{_shown(step.result.content)}</pre>"
    yield f'<details class="tool{" failed" if failed else ""}" id="e{step.number}">{head}{body}</details>'


def _picture(image: Image) -> str:
    """The picture itself where it is of a kind that browsers show and that cannot hold a script."""
    if image.media_type not in _PICTURES:
        return f'<p class="note">picture: {_shown(picture_words(image))}</p>'
    data = base64.b64encode(image.data).decode()
    return f'<img alt="{_shown(picture_words(image))}" src="data:{image.media_type};base64,{data}">'


def rendered(text: str) -> str:
    """Markdown as HTML: no HTML of its own gets through, and nothing is fetched."""
    return f'<div class="words">{_markdown().render(seen(text))}</div>' if text else ""


@functools.cache
def _markdown() -> MarkdownIt:
    """Markdown without HTML in it, and without pictures: those would be fetched."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    parser.add_render_rule("link_open", _link)
    return parser


def _link(_self: Any, tokens: Sequence[Any], index: int, _options: Any, _environment: Any) -> str:
    """A link to the web, which learns nothing of where it was followed from; other links lead nowhere."""
    target = str(tokens[index].attrGet("href") or "")
    if not target.startswith(("https://", "http://")):
        return "<a>"
    return f'<a href="{_shown(target)}" rel="noreferrer noopener nofollow">'
