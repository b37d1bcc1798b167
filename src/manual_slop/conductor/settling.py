"""What becomes of a ticket when something that was done for it has ended. Pure, like the engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, assert_never

from manual_slop.conductor.engine import Scene, conflict_of
from manual_slop.conductor.jobs import Review, WorkerResult
from manual_slop.conductor.run_values import (
    HOPELESS,
    QA,
    RUN,
    WAITABLE,
    WORKER,
    Clashed,
    Decision,
    Spoken,
    Task,
    Trouble,
)
from manual_slop.conductor.worktrees import Integrated
from manual_slop.values.tickets import TicketStatus
from manual_slop.values.track_events import (
    GateOpened,
    TicketAdded,
    TicketChanged,
    TrackChanged,
    TrackEvent,
    VerdictGiven,
)

PERSON = "a person"

Result = WorkerResult | Review | Integrated | Clashed | Spoken | Trouble
"""What a task comes to: an attempt, a verdict, a merge, a person's word, or nothing because of some trouble."""

_LONGEST_NOTE = 4000  # characters of what is told to the next attempt
_CUTS = 2  # times a provider that is there may fail a ticket before that costs an attempt
_UNREAD = 2  # reviews without a verdict before a person is asked


def settle(scene: Scene, task: Task, result: Result, now: float) -> Decision:
    """What follows from a task's end. The task is off the desk already."""
    ended = scene.desk.killed.pop(task.ticket, "")
    late = task.ticket in scene.desk.late
    scene.desk.late.discard(task.ticket)
    if isinstance(result, Review | WorkerResult) and not (isinstance(result, WorkerResult) and result.trouble):
        scene.desk.recover(task.model)
    if task.kind == "work":
        scene.desk.prompts.pop(task.ticket, None)
    match result:
        case WorkerResult():
            return _worked(scene, task, result, ended, late, now)
        case Review():
            return _reviewed(scene, task, result)
        case Integrated() | Clashed():
            return _integrated(task, result)
        case Spoken():
            return _spoken(scene, task, result, ended)
        case Trouble():
            return _troubled(scene, task, result, now, ended, late)
        case _:
            assert_never(result)


def _worked(scene: Scene, task: Task, result: WorkerResult, ended: str, late: bool, now: float) -> Decision:
    if ended:
        return Decision((_moved(task, "failed", ended, by=PERSON, session_id=result.session_id),))
    if late:
        return _burnt(scene, task, _too_long(scene), WORKER, result.session_id)
    if result.outcome == "finished":
        return Decision((_moved(task, "review", session_id=result.session_id),))
    if result.outcome == "stopped" and scene.desk.stopping:
        return Decision((_moved(task, "todo", "stopped; its work so far is kept", session_id=result.session_id),))
    if result.trouble and result.outcome != "stopped":
        if result.heard:
            scene.desk.recover(task.model)  # it had begun to answer: it is there, if not for long
        trouble = Trouble(result.trouble, result.reason, result.retry_after, result.full)
        return _troubled(scene, task, trouble, now, "", late)
    return _burnt(scene, task, result.reason or "it was stopped", WORKER, result.session_id)


def _reviewed(scene: Scene, task: Task, result: Review) -> Decision:
    scene.desk.unread.pop(task.ticket, None)
    given = VerdictGiven(task.ticket, task.attempt, result.verdict, result.model or task.model)
    if result.verdict.passed:
        return Decision((given,))
    note = "\n".join(f"- {reason}" for reason in result.verdict.reasons)
    failed = _burnt(scene, task, note, QA)
    return Decision((given, *failed.events), stop=failed.stop)


def _integrated(task: Task, result: Integrated | Clashed) -> Decision:
    if isinstance(result, Integrated):
        return Decision((_moved(task, "done", commit=result.commit),))
    where = ", ".join(result.paths[:5])
    if task.ticket.endswith(conflict_of(conflict_of(""))):
        return Decision((_moved(task, "failed", f"its work conflicts with that of others again and again: {where}"),))
    why = f"its work and what was merged before it both changed {where}"
    resolves = f"conflicts with the work of others in {where}: {result.ticket.id} resolves it"
    waits = _moved(task, "review", resolves, blocked_by="dependency")
    begins = TicketChanged(result.ticket.id, "todo", why, RUN)
    return Decision((TicketAdded(result.ticket, why), begins, waits))


def _spoken(scene: Scene, task: Task, said: Spoken, ended: str) -> Decision:
    """A person has said whether a worker may begin, or what becomes of a ticket that nobody knows how far it got."""
    if ended:
        return Decision((_moved(task, "blocked", ended, by=PERSON, blocked_by="person"),))
    if said.choice == "later" or scene.state(task.ticket).status not in ("todo", "unknown"):
        return Decision()  # withdrawn, or it was decided otherwise meanwhile
    if said.choice == "begin":
        scene.desk.prompts[task.ticket] = said.prompt
        return Decision((GateOpened("spawn", said.digest, said.by, task.ticket),))
    if said.choice == "refuse":
        why = said.reason or "a person did not let it begin"
        return Decision((_moved(task, "blocked", why, by=said.by, blocked_by="person"),))
    return Decision((after_choice(scene, task.ticket, said.choice, said.by),))


def unasked(scene: Scene) -> Iterator[TicketChanged]:
    """What becomes of tickets whose program ended where the person said beforehand what should."""
    choice = scene.settings.unknown
    for name, state in scene.track.states.items():
        if state.status == "unknown" and choice != "ask":
            yield after_choice(scene, name, choice, "--unknown")


def after_choice(scene: Scene, ticket: str, choice: Literal["retry", "keep", "skip"], by: str) -> TicketChanged:
    """What becomes of a ticket whose program ended: done again, its work reviewed as it is, or left out."""
    status: Mapping[str, TicketStatus] = {"retry": "todo", "keep": "review", "skip": "skipped"}
    reason = {"retry": "to be done again", "keep": "its work is kept", "skip": "left out"}[choice]
    return TicketChanged(ticket, status[choice], reason, by, attempt=scene.state(ticket).attempt)


def _troubled(scene: Scene, task: Task, trouble: Trouble, now: float, ended: str, late: bool) -> Decision:
    if ended:
        return Decision((_moved(task, "failed", ended, by=PERSON),))
    if trouble.kind == "cancelled":
        return _cancelled(scene, task, late)
    if trouble.kind == "budget":
        return _out_of_money(scene, task, trouble)
    if trouble.kind in WAITABLE | HOPELESS and task.provider:
        return _unavailable(scene, task, trouble, now)
    return _broken(scene, task, trouble)


def _broken(scene: Scene, task: Task, trouble: Trouble) -> Decision:
    if task.kind == "review":
        return _unread(scene, task, trouble)
    if task.kind == "work":
        return _burnt(scene, task, trouble.message, WORKER)
    if task.kind == "integrate":
        return Decision((_moved(task, "failed", f"its work cannot be merged: {trouble.message}"),))
    return Decision((_moved(task, "blocked", trouble.message, blocked_by="person"),))


def _cancelled(scene: Scene, task: Task, late: bool) -> Decision:
    if late and task.kind == "work":
        return _burnt(scene, task, _too_long(scene), WORKER)
    return Decision((_moved(task, "review" if task.kind == "review" else "todo", "stopped"),))


def _unread(scene: Scene, task: Task, trouble: Trouble) -> Decision:
    """QA gave no verdict that can be read: another model may, and then a person has to look."""
    scene.desk.unread[task.ticket] += 1
    if scene.desk.unread[task.ticket] < max(_UNREAD, len(scene.settings.qa_models)):
        return Decision()
    return Decision((_moved(task, "failed", f"there is no verdict: {trouble.message}"),))


def _too_long(scene: Scene) -> str:
    return f"it was not done within {scene.settings.longest:g} seconds"


def _out_of_money(scene: Scene, task: Task, trouble: Trouble) -> Decision:
    """The ticket's own budget ends the ticket; a wider one the whole run, until a person raises it."""
    if trouble.full.startswith("ticket "):
        return Decision((_moved(task, "failed", trouble.message),))
    back: TrackEvent = _moved(task, "review" if task.kind == "review" else "todo", trouble.message)
    return _paused(scene, back, trouble.message)


def _paused(scene: Scene, back: TrackEvent, why: str) -> Decision:
    """Nothing new begins, and when nothing is under way the run ends: only a person can help."""
    scene.desk.stopping = scene.desk.stopping or why
    return Decision((back, TrackChanged("paused", why, RUN)))


def _unavailable(scene: Scene, task: Task, trouble: Trouble, now: float) -> Decision:
    """The ticket waits, and nothing of its attempts is used up."""
    provider = task.provider
    down = scene.desk.fail(provider, trouble.message, trouble.retry_after, scene.settings, now)
    if down.tries == 1:
        scene.desk.cuts[task.ticket] += 1
    if task.kind == "work" and scene.desk.cuts[task.ticket] > _CUTS:
        scene.desk.cuts.pop(task.ticket)
        return _burnt(scene, task, f"{provider} broke off {_CUTS + 1} times: {trouble.message}", WORKER)
    wait = f"waits for {provider}: {trouble.message}"
    back: TrackEvent = _moved(task, "review" if task.kind == "review" else "todo", wait)
    others = [one for one in scene.settings.fallbacks if one.partition("/")[0] not in scene.desk.down]
    hopeless = trouble.kind in HOPELESS and not others
    if hopeless or now - down.since > scene.settings.patience:
        return _paused(scene, back, f"{provider} cannot be used: {trouble.message}")
    return Decision((back,), wake_at=down.until)


def _burnt(scene: Scene, task: Task, why: str, by: str, session_id: str = "") -> Decision:
    """An attempt came to nothing: there is another one, or the ticket has failed."""
    tried, most = scene.tally.burnt[task.ticket] + 1, scene.most(task.ticket)
    note = (why or "no reason was given")[:_LONGEST_NOTE]
    if tried < most:
        return Decision((_moved(task, "todo", note, by=by, session_id=session_id),))
    return Decision((_moved(task, "failed", f"{note}\n(attempt {tried} of {most})", by=by, session_id=session_id),))


def _moved(task: Task, status: str, reason: str = "", by: str = RUN, **more: str) -> TicketChanged:
    return TicketChanged(task.ticket, status, reason, by, attempt=task.attempt, model=task.model, **more)  # type: ignore[arg-type]
