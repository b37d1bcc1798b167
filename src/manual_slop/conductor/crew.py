"""How a tier's conversation is set up: its own session, recorded, under the budgets of its ticket, asking as itself."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from manual_slop import ai_client
from manual_slop.ai_client import Access, Session
from manual_slop.conductor.checks import VARIABLES
from manual_slop.conductor.jobs import ReviewJob, WorkerJob
from manual_slop.providers.stream import Listener
from manual_slop.safety.approval import Mode
from manual_slop.safety.approval_config import load_policy
from manual_slop.safety.approval_grants import Grants
from manual_slop.safety.gate import Gate
from manual_slop.safety.inbox import Inbox
from manual_slop.safety.workspace import Workspace
from manual_slop.session.pacing import Paced
from manual_slop.session.permission import Permission, nobody
from manual_slop.store.shared import shared_store
from manual_slop.tools.registry import ToolBox
from manual_slop.tools.workbench import open_toolbox
from manual_slop.values.cancel import Cancel
from manual_slop.values.ledger import Origin, Purpose
from manual_slop.values.tickets import Tier

READERS = (
    "list_directory",
    "read_file",
    "tree",
    "grep",
    "search_files",
    "file_summary",
    "code_outline",
    "code_skeleton",
    "code_definition",
    "code_usages",
    "git_status",
    "git_diff",
    "git_log",
)
"""The tools that only read."""


@dataclass(frozen=True, slots=True)
class Hands:
    """What a job needs and is not sent along with: who is asked, what stops it, who listens, and the person's keys."""

    inbox: Inbox | None = None
    cancel: Cancel = dataclasses.field(default_factory=Cancel)
    on_event: Listener | None = None
    access: Access = dataclasses.field(default_factory=ai_client.new_access)


def new_session(
    job: WorkerJob | ReviewJob, tier: Tier, hands: Hands, toolbox: ToolBox | None, mode: Mode, purpose: Purpose = "chat"
) -> Session:
    """A fresh conversation of a tier about a ticket. Raises `ConfigError`."""
    session = ai_client.new_session(
        job.model,
        system=job.setup.system,
        access=hands.access,
        on_event=hands.on_event,
        record=True,
        origin=Origin(job.run_id, job.epic, job.track_id, tier, job.ticket.id),
        purpose=purpose,
    )
    pace = job.setup.paces.get(job.model.partition("/")[0])
    if pace is not None and session.budget is not None:
        session.budget = Paced(session.budget, shared_store().paces, pace, hands.cancel)
    if toolbox is not None:
        session.toolbox = toolbox
        session.notices = toolbox.notices
        session.permission = _permission(mode, hands.inbox, origin_path(job, tier))
    return session


def _permission(mode: Mode, inbox: Inbox | None, origin: str) -> Permission:
    """Who is asked. In mode `edits` the tests run unasked: the plan names them, and we run the same ones afterwards."""
    policy, _ = load_policy()
    policy = dataclasses.replace(policy, mode=mode, tests_allowed=policy.tests_allowed or mode == "edits")
    asked = inbox or Inbox()
    return Permission(Gate(policy, Grants(), asked), asked, None if inbox else nobody, origin)


def origin_path(job: WorkerJob | ReviewJob, tier: Tier) -> str:
    """Who asks, for the person who is asked: epic/track/ticket/tier/attempt."""
    return "/".join((job.epic or "-", job.track_id, job.ticket.id, f"tier {tier}", f"attempt {job.attempt}"))


def open_tools(
    job: WorkerJob | ReviewJob, hands: Hands, names: Sequence[str], test_command: tuple[str, ...] | None = None
) -> ToolBox:
    """Tools at work in the job's place. Raises `ConfigError` for a name that is no tool, `WorkspaceError`."""
    workspace = Workspace(Path(job.place.project))
    return open_toolbox(workspace, hands.access.config, names, test_command, VARIABLES)
