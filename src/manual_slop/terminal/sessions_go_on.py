"""`manual-slop sessions resume` and `fork`: a recorded conversation goes on, or another one branches off it."""

from __future__ import annotations

from dataclasses import replace

from manual_slop.terminal.conversation import setting_for, text_view
from manual_slop.terminal.exit_codes import DONE
from manual_slop.terminal.json_lines import document
from manual_slop.terminal.screen import screen


def resume(name: str, model: str | None) -> int:
    """Go on with a session in a chat."""
    from manual_slop.terminal.chat import talk
    from manual_slop.terminal.send import Prompt

    view = text_view()
    return talk(replace(setting_for(view, model), session=name), Prompt, view)


def branch(name: str, at: int | None, model: str | None, prompt: str | None, json: bool) -> int:
    """Fork a session, then say something in the new one, or talk; with `json` only tell its id."""
    from manual_slop.session.keeping import fork
    from manual_slop.terminal.send import Prompt, run_send
    from manual_slop.terminal.sessions_store import opened

    with opened() as store:
        new = fork(store, name, at, model or "")
        source = store.summary(new).forked_from
    if json:
        screen().put(document({"id": new, "forked_from": source, "forked_at": at}))
        return DONE
    screen().note(f"session {new[:8]} is a fork of {source[:8]}{'' if at is None else f' at {at}'}")
    if prompt is None:
        return resume(new, None)
    view = text_view()
    return run_send(replace(setting_for(view), session=new), lambda: Prompt(prompt), view)
