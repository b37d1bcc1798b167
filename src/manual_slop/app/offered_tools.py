"""The tools that a project's models are offered, by how far they reach, and what its instructions come to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from manual_slop import ai_client
from manual_slop.values.tools import Risk


@dataclass(frozen=True, slots=True)
class OfferedTool:
    """A tool: its name, what it is for, how far it reaches (`None`: nobody knows) and its tokens in each request."""

    name: str
    purpose: str
    risk: Risk | None
    tokens: int


@dataclass(frozen=True, slots=True)
class Told:
    """What every request to a model begins with: the tools, the program's own words, and those of the project.

    `file` is the project's file they come from, empty where there is none; `mode` is that of `config.toml`.
    """

    tools: tuple[OfferedTool, ...]
    own: str
    project: str
    file: str
    mode: str


def tools_of(project: Path | None) -> Told:
    """What a conversation in that folder begins with. Raises `ConfigError` for settings that stand in the way."""
    from manual_slop.safety.approval_config import load_policy

    mode = load_policy()[0].mode
    if project is None:
        return Told((), "", "", "", mode)
    from manual_slop.safety.workspace import Workspace
    from manual_slop.session.instructions import project_instructions
    from manual_slop.session.token_counts import weigh
    from manual_slop.tools.workbench import open_toolbox

    workspace = Workspace(project)
    box = open_toolbox(workspace, ai_client.new_access().config)
    tools = tuple(
        OfferedTool(spec.name, _first_sentence(spec.description), box.risk(spec.name), weigh((), (spec,)).text)
        for spec in box.specs()
    )
    found = project_instructions(workspace)
    return Told(tools, ai_client.SYSTEM_PROMPT, found.text, found.name, mode)


def _first_sentence(text: str) -> str:
    return text.strip().partition("\n")[0].partition(". ")[0].rstrip(".")
