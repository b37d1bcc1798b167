"""Lists of sessions, and of places in them where words were found."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path, PurePath
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from manual_slop.store.search_table import Hit
from manual_slop.store.sessions_table import SessionSummary
from manual_slop.store.snippet import FOUND
from manual_slop.terminal.json_lines import document
from manual_slop.terminal.screen import say, screen
from manual_slop.terminal.sessions_store import opened
from manual_slop.terminal.tables import age, grid
from manual_slop.terminal.visible import one_line

_ROOM_FOR_PROJECT = 100
_FOUND = re.compile(f"{FOUND[0]}(.*?){FOUND[1]}", re.DOTALL)


def list_sessions(limit: int, project: Path | None, json: bool) -> None:
    """Show the sessions changed last, of one project folder where it is given."""
    with opened() as store:
        known = store.sessions(limit + 1, project=str(project) if project else None)
    shown, more = known[:limit], len(known) > limit
    if json:
        screen().put(document([fields(one) for one in shown], indent=2))
    elif not shown:
        screen().note("no session is recorded yet: `manual-slop send` and `manual-slop chat` record what is said")
    else:
        out = screen().out
        say(out, sessions_table(shown, datetime.now(UTC), out.width))
        if more:
            screen().note(f"{limit} are shown; --limit N shows more")


def search_sessions(words: str, limit: int, json: bool) -> None:
    """Show where all the words stand."""
    with opened() as store:
        hits = store.search(words, limit)
        titles = {hit.session_id: store.summary(hit.session_id).title for hit in hits}
    if json:
        found = [{**_hit_fields(hit), "title": titles[hit.session_id]} for hit in hits]
        screen().put(document(found, indent=2))
    elif hits:
        say(screen().out, hits_view(hits, titles, datetime.now(UTC)))
    else:
        screen().note("nothing was found")


def fields(one: SessionSummary) -> dict[str, Any]:
    """A session as JSON has it."""
    names = ("id", "title", "model", "project", "opened", "changed", "turns", "calls", "events", "interrupted")
    cost = {"usd": one.cost.usd, "calls": one.cost.calls, "unpriced": one.cost.unpriced}
    return {**{name: getattr(one, name) for name in names}, "cost": cost, "forked_from": one.forked_from}


def sessions_table(shown: Sequence[SessionSummary], now: datetime, width: int) -> RenderableType:
    """One line a session; the project where there is room for it."""
    wide = width >= _ROOM_FOR_PROJECT
    table = grid("id", "used", "model", *(["project"] if wide else []), "turns", "cost", "", numbers=("turns", "cost"))
    table.columns[-1].no_wrap, table.columns[-1].overflow = True, "ellipsis"
    table.columns[0].no_wrap = table.columns[1].no_wrap = True
    for one in shown:
        project = [one_line(PurePath(one.project).name)] if wide else []
        sign = Text("✂ ", "warn") if one.interrupted else Text("⑂ " if one.forked_from else "")
        cost = str(one.cost) if one.calls else "–"
        title = sign + Text(one_line(one.title) or "(nothing was said)")
        used = age(now - one.changed)
        table.add_row(one.id[:8], used, one_line(one.model), *project, f"{one.turns:,}", cost, title)
    return table


def hits_view(hits: Sequence[Hit], titles: Mapping[str, str], now: datetime) -> RenderableType:
    """Snippets below the sessions they are from, the words that were found in bold."""
    lines: list[RenderableType] = []
    for session_id in dict.fromkeys(hit.session_id for hit in hits):
        title = Text.assemble((session_id[:8], "name"), f"  {one_line(titles[session_id])}")
        lines += [*([""] if lines else []), title]
        lines += [_snippet(hit, now) for hit in hits if hit.session_id == session_id]
    return Group(*lines)


def _snippet(hit: Hit, now: datetime) -> Text:
    line = Text(f"  {hit.number:>5} {hit.kind:<9} ", "dim")
    at = 0
    for found in _FOUND.finditer(hit.snippet):
        line.append(one_line_part(hit.snippet[at : found.start()]), "none")
        line.append(one_line_part(found[1]), "name")
        at = found.end()
    line.append(one_line_part(hit.snippet[at:]), "none")
    return line.append(f"  {age(now - hit.at)}", "dim")


def one_line_part(text: str) -> str:
    """Part of a line, harmless; blanks at its ends stay."""
    shown = one_line(text, 400)
    return f"{' ' * text[:1].isspace()}{shown}{' ' * (bool(shown) and text[-1:].isspace())}"


def _hit_fields(hit: Hit) -> dict[str, Any]:
    snippet = hit.snippet.replace(FOUND[0], "").replace(FOUND[1], "")
    return {"session_id": hit.session_id, "number": hit.number, "at": hit.at, "kind": hit.kind, "snippet": snippet}
