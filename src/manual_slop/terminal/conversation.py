"""How a conversation is set up and shown, from what was typed and what the terminal is."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from manual_slop.values.errors import ConfigError

if TYPE_CHECKING:
    from manual_slop.terminal.send import Setting
    from manual_slop.terminal.turn_loop import View
    from manual_slop.terminal.turn_view import TurnView


def chosen_tools(tools: str | None, none: bool) -> bool | tuple[str, ...]:
    """The tools to offer: all, none, or those named."""
    if none or tools is None:
        return not none
    return tuple(name.strip() for name in tools.split(",") if name.strip())


def setting_for(
    view: View,
    model: str | None = None,
    system: str | None = None,
    folder: Path | None = None,
    tools: bool | tuple[str, ...] = True,
    approve: str | None = None,
) -> Setting:
    """How the conversation is set up, with somebody to ask where a person sits at the terminal."""
    from manual_slop.safety.approval import MODES
    from manual_slop.safety.inbox import Inbox
    from manual_slop.terminal.send import Setting
    from manual_slop.terminal.turn_view import TurnView

    if approve is not None and approve not in MODES:
        raise ConfigError(f"--approve takes {', '.join(MODES)}, not “{approve}”")
    inbox = None
    if isinstance(view, TurnView) and sys.stdin is not None and sys.stdin.isatty() and view.screen.shared:
        from manual_slop.terminal.approval_prompt import ApprovalPrompt

        inbox = Inbox()
        view.ask = ApprovalPrompt(view.screen, inbox)
    return Setting(model, system, folder, tools, approve, inbox)


def view_for(json: bool) -> View:
    """What shows a turn: to a person, or as JSON to a program."""
    if not json:
        return text_view()
    from manual_slop.terminal.json_view import JsonView

    return JsonView(sys.stdout)


def text_view() -> TurnView:
    """What shows a turn to a person at this terminal."""
    from manual_slop.providers.litellm_loader import is_loaded
    from manual_slop.terminal.screen import screen
    from manual_slop.terminal.streams import cover_first_sign
    from manual_slop.terminal.turn_view import TurnView

    cover_first_sign()
    return TurnView(screen(), lambda: "waiting" if is_loaded() else "loading")
