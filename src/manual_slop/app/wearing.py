"""A manner put onto a session, between its turns: instructions, tools and who is asked change; the rest stays."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from manual_slop import ai_client
from manual_slop.app.manner import Manner

if TYPE_CHECKING:
    from manual_slop.safety.approval import Policy
    from manual_slop.session.permission import Permission
    from manual_slop.tools.registry import ToolBox


@dataclass(slots=True)
class Dressed:
    """A session and the manner it has now. `whole` are its tools before any was taken away; found when wanted."""

    session: ai_client.Session
    manner: Manner = field(default_factory=Manner)
    whole: ToolBox | None = None

    def wear(self, manner: Manner) -> None:
        """Change what differs. Reads files; raises `ConfigError` where the settings for approval cannot be read."""
        before, session = self.manner, self.session
        if manner.off != before.off and session.toolbox is not None:
            self.whole = self.whole or _all_tools(session, session.toolbox)
            session.toolbox = self.whole.without(manner.off)
        if manner.system != before.system:
            session.system_prompt = instructions(session, manner.system)
        if (manner.mode, manner.risks) != (before.mode, before.risks) and session.permission is not None:
            session.permission = _asking(session.permission, manner)
        self.manner = manner


def policy_of(manner: Manner) -> Policy:
    """The settings of `config.toml` with what the manner decides. Raises `ConfigError`."""
    from manual_slop.safety.approval_config import load_policy

    policy, _ = load_policy()
    return replace(policy, mode=manner.mode or policy.mode, rules=(*policy.rules, *manner.rules))


def instructions(session: ai_client.Session, system: str | None) -> str:
    """What the session's model is told: `system`, or else the program's own words, and then what the project says."""
    toolbox = session.toolbox
    if toolbox is None:
        return system or ""
    from manual_slop.safety.workspace import Workspace
    from manual_slop.session.instructions import project_instructions

    own = ai_client.SYSTEM_PROMPT if system is None else system
    return "\n\n".join(filter(None, (own, project_instructions(Workspace(toolbox.root)).text)))


def _asking(permission: Permission, manner: Manner) -> Permission:
    """The same inbox under another policy; what was allowed for the session is asked about again."""
    from manual_slop.safety.approval_grants import Grants
    from manual_slop.safety.gate import Gate

    return replace(permission, gate=Gate(policy_of(manner), Grants(), permission.inbox))


def _all_tools(session: ai_client.Session, toolbox: ToolBox) -> ToolBox:
    """All tools of the project, also where the session was recorded with fewer."""
    from manual_slop.safety.workspace import Workspace
    from manual_slop.tools.workbench import open_toolbox

    return open_toolbox(Workspace(toolbox.root), session.access.config)
