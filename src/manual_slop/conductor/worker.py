"""Tier 3: one attempt at one ticket, in a conversation of its own that knows the ticket and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from manual_slop.ai_client import Reply
from manual_slop.conductor import worktrees
from manual_slop.conductor.briefing import worker_prompt
from manual_slop.conductor.checks import command_for_tests
from manual_slop.conductor.crew import READERS, Hands, new_session, open_tools
from manual_slop.conductor.diagnosis import Diagnosis
from manual_slop.conductor.git import Git, GitFailed, Person
from manual_slop.conductor.jobs import Outcome, WorkerJob, WorkerResult
from manual_slop.safety.path_rules import WorkspaceError
from manual_slop.store.errors import StoreError
from manual_slop.store.shared import shared_store
from manual_slop.values.budget import BudgetExceeded
from manual_slop.values.errors import ConfigError, ProviderError

TOOLS = (*READERS, "write_file", "edit_file", "apply_patch", "delete_file", "move_file", "run_tests", "run_shell")
"""What a worker is offered unless its tier's settings say otherwise."""

_CUT_SHORT: Mapping[str, str] = {
    "loop": "it repeated the same call with the same result until it was stopped",
    "max_rounds": "it was not done after as many rounds as a turn may have",
    "length": "its answer was cut off: too long for the model",
    "content_filter": "the provider cut its answer off",
}


def run_worker_lifecycle(job: WorkerJob, hands: Hands | None = None) -> WorkerResult:
    """Work on a ticket in its place until the model is done, and commit what it did to the ticket's branch.

    What a model, a provider or a project does wrong is in the result and never raised; what was done until then is
    committed too. Approvals go to the inbox of `hands`, and are refused where there is none.
    """
    hands = hands or Hands()
    try:
        return result_of(job, _talk(job, hands))
    except (ConfigError, WorkspaceError, GitFailed, StoreError) as error:
        return WorkerResult("failed", str(error))


def prompt_of(job: WorkerJob, hands: Hands | None = None) -> str:
    """What the worker would be told, for a person to see and edit before it starts. Raises `ConfigError`."""
    return job.prompt or worker_prompt(job, open_tools(job, hands or Hands(), READERS))


def _talk(job: WorkerJob, hands: Hands) -> WorkerResult:
    """The conversation: its session's id, the model's last words, what came of it, and why."""
    command = command_for_tests(hands.access.config, Path(job.project), (job.ticket,))
    toolbox = open_tools(job, hands, job.setup.tools or TOOLS, command)
    if job.diagnosis:
        toolbox.remark = Diagnosis(job, hands)
    session = new_session(job, "3", hands, toolbox, job.mode)
    try:
        reply = session.send(prompt_of(job, hands), cancel=hands.cancel, **job.setup.params)
    except ProviderError as error:
        full = error.node.path[-1] if isinstance(error, BudgetExceeded) else ""
        return WorkerResult(
            _outcome(error),
            f"{error.message} {error.advice}".strip(),
            session.id,
            said=error.partial,
            trouble=error.kind,
            retry_after=error.retry_after,
            full=full,
            heard=bool(error.partial) or any(not call.error for call in shared_store().ledger(session.id)),
        )
    finally:
        session.close()
    outcome: Outcome = "failed" if reply.stop_reason in _CUT_SHORT else "finished"
    return WorkerResult(outcome, _why(reply), session.id, said=reply.text)


def _why(reply: Reply) -> str:
    return _CUT_SHORT.get(reply.stop_reason, "")


def _outcome(error: ProviderError) -> Outcome:
    if error.kind == "cancelled":
        return "stopped"
    return "budget" if error.kind == "budget" else "failed"


def result_of(job: WorkerJob, talked: WorkerResult) -> WorkerResult:
    """Commit what is there, whatever came of the talk, and say what it touched. Raises `GitFailed`."""
    place, outcome, reason = job.place, talked.outcome, talked.reason
    commit = worktrees.commit_all(place, commit_message(job, unfinished=outcome != "finished"), writer(place.git))
    files = worktrees.changed_files(place.git, place.base, commit)
    if outcome == "finished" and not files:
        outcome, reason = "nothing", "it changed no file"
    touched = tuple(name for one in files for name in (one.path, one.old) if name)
    names = tuple(dict.fromkeys(_from_project(name, job) for name in touched))
    outside = tuple(name for name in names if not _is_named(name, job.ticket.files))
    return replace(talked, outcome=outcome, reason=reason, commit=commit, files=names, outside=outside)


def commit_message(job: WorkerJob, *, unfinished: bool) -> str:
    """The message of an attempt's commit."""
    ticket = job.ticket
    state = " (unfinished)" if unfinished else ""
    trailers = f"Track: {job.track_id}\nTicket: {ticket.id}\nAttempt: {job.attempt}\nModel: {job.model}\n"
    return f"{ticket.title or ticket.id}{state}\n\n{trailers}"


def writer(git: Git) -> Person:
    """Whose commits a worker's are: the person's, by name not theirs alone."""
    person = git.person()
    return person if person.name == "Manual Slop" else Person(f"{person.name} (Manual Slop)", person.email)


def _from_project(path: str, job: WorkerJob) -> str:
    """A path from the top of the repository as one from the project folder; one beside it begins with `/`."""
    inside = Path(job.place.project).relative_to(job.place.path).as_posix()
    if inside == ".":
        return path
    return path.removeprefix(f"{inside}/") if path.startswith(f"{inside}/") else f"/{path}"


def _is_named(path: str, files: tuple[str, ...]) -> bool:
    """Whether a ticket names a file, or a folder above it; one that names nothing leaves it open."""
    return not files or any(path == named.rstrip("/") or path.startswith(f"{named.rstrip('/')}/") for named in files)
