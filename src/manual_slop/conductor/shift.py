"""A run's crew: workers and reviewers in an executor, git in a thread of its own, and questions in the inbox."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from manual_slop.conductor import duty, worktrees
from manual_slop.conductor.conflicts import conflict_ticket
from manual_slop.conductor.crew import Hands
from manual_slop.conductor.engine import Scene, conflict_of
from manual_slop.conductor.git import GitFailed
from manual_slop.conductor.jobs import Review, ReviewJob, Tools, WorkerJob, WorkerResult
from manual_slop.conductor.run_values import Clashed, Spoken, Task, Trouble
from manual_slop.conductor.settling import Result
from manual_slop.conductor.worker import commit_message, prompt_of, result_of, writer
from manual_slop.conductor.worktrees import Integrated, Place, Repository
from manual_slop.safety.approval import Mode
from manual_slop.safety.inbox import Inbox
from manual_slop.values.approval import Action, Answer, Preview, canonical
from manual_slop.values.cancel import Cancel
from manual_slop.values.errors import ConfigError
from manual_slop.values.tickets import Tier


@dataclass(frozen=True, slots=True)
class Assignment:
    """What every job of a run has in common. `owner` is the name that the run claimed its track under.

    `diagnosis` is the model that says a word on commands that failed, where one is to.
    """

    run_id: str
    track_id: str
    repository: Repository
    owner: str
    setups: Mapping[Tier, Tools]
    mode: Mode = "edits"
    diagnosis: str = ""


@dataclass(frozen=True, slots=True)
class Duties:
    """What is run in the executor: functions that can be pickled, of a job and its run's owner."""

    work: Callable[[WorkerJob, str], WorkerResult] = duty.work
    judge: Callable[[ReviewJob, str], Review | Trouble] = duty.judge


_USUAL = Duties()


class Shift:
    """A `Crew`. `new_executor` makes what jobs run in, again where one broke; `stop` presses a worker's stop."""

    def __init__(
        self,
        assignment: Assignment,
        inbox: Inbox,
        new_executor: Callable[[], Executor],
        stop: Callable[[str, str], None],
        duties: Duties = _USUAL,
    ) -> None:
        self._assignment = assignment
        self._duties = duties
        self._inbox = inbox
        self._new_executor = new_executor
        self._executor = new_executor()
        self._stop = stop
        self._git = ThreadPoolExecutor(1, "git")
        self._asking = ThreadPoolExecutor(64, "asking")
        self._cancels: dict[str, Cancel] = {}

    def begin(self, scene: Scene, task: Task) -> Future[Result]:
        """See `Crew.begin`."""
        self._stop(task.ticket, "")
        cancel = self._cancels[task.ticket] = Cancel()
        if task.kind == "integrate":
            return self._git.submit(self._integrate, scene, task)
        if task.kind in ("ask", "recover"):
            return self._asking.submit(self._question, scene, task, cancel)
        outer: Future[Result] = Future()
        job = self._job(scene, task)
        self._git.submit(self._hand_on, job, task, outer, cancel)
        return outer

    def stop(self, ticket: str, reason: str) -> None:
        """See `Crew.stop`."""
        self._stop(ticket, reason)
        if ticket in self._cancels:
            self._cancels[ticket].request()

    def close(self) -> None:
        """See `Crew.close`."""
        for cancel in list(self._cancels.values()):
            cancel.request()
        self._asking.shutdown(cancel_futures=True)
        self._git.shutdown(cancel_futures=True)
        self._executor.shutdown(cancel_futures=True)

    def _job(self, scene: Scene, task: Task) -> WorkerJob:
        """An attempt at a ticket, all but its place."""
        given, track = self._assignment, scene.track.track
        tickets = scene.track.tickets
        ticket = tickets[task.ticket]
        return WorkerJob(
            given.run_id,
            given.track_id,
            ticket,
            task.attempt,
            task.model,
            given.repository.project,
            Place("", "", "", ""),
            given.setups.get("3", Tools()),
            tuple(tickets[name] for name in ticket.depends_on if name in tickets),
            track.epic,
            task.note,
            given.mode,
            task.prompt,
            given.diagnosis,
        )

    def _place(self, ticket: str) -> Place:
        given = self._assignment
        return worktrees.open_worktree(given.repository, given.track_id, ticket)

    def _hand_on(self, job: WorkerJob, task: Task, outer: Future[Result], cancel: Cancel) -> None:
        """Make the place, then have the job done; on git's thread."""
        try:
            if cancel.requested:
                outer.set_result(Trouble("cancelled", "stopped before it began"))
                return
            job = replace(job, place=self._place(task.ticket))
            inner = self._submit(job if task.kind == "work" else self._review(job, task))
            inner.add_done_callback(lambda done: _hand_back(done, outer))
        except GitFailed as error:
            outer.set_result(Trouble("git", str(error)))
        except BaseException as error:  # noqa: BLE001  # whoever waits for it must hear of its end
            outer.set_exception(error)

    def _review(self, job: WorkerJob, task: Task) -> ReviewJob:
        given = self._assignment
        work = result_of(job, WorkerResult("finished"))
        setup = given.setups.get("4", Tools())
        named = (given.run_id, given.track_id, job.ticket, job.attempt, task.model)
        return ReviewJob(*named, job.project, job.place, work, setup, job.epic)

    def _submit(self, job: WorkerJob | ReviewJob) -> Future[Any]:
        try:
            return self._submit_to(self._executor, job)
        except BrokenExecutor:
            self._executor = self._new_executor()
            return self._submit_to(self._executor, job)

    def _submit_to(self, executor: Executor, job: WorkerJob | ReviewJob) -> Future[Any]:
        if isinstance(job, WorkerJob):
            return executor.submit(self._duties.work, job, self._assignment.owner)
        return executor.submit(self._duties.judge, job, self._assignment.owner)

    def _integrate(self, scene: Scene, task: Task) -> Integrated | Clashed | Trouble:
        """Put a ticket's work on the track's branch; on git's thread."""
        given, job = self._assignment, self._job(scene, task)
        try:
            place = self._place(task.ticket)
            job = replace(job, place=place, model=scene.state(task.ticket).model)
            work = result_of(job, WorkerResult("finished"))
            message = commit_message(job, unfinished=False)
            author, waits = writer(given.repository.git), conflict_of(task.ticket)
            done = worktrees.integrate(given.repository, given.track_id, work.commit, message, author, waits)
            if not done.clashes:
                return done
            taken = set(scene.track.tickets) - {waits}
            ticket = conflict_ticket(job.ticket, done.clashes, work.files, taken)
            return Clashed(ticket, tuple(clash.path for clash in done.clashes))
        except GitFailed as error:
            return Trouble("git", str(error))

    def _question(self, scene: Scene, task: Task, cancel: Cancel) -> Spoken | Trouble:
        try:
            return self._may_begin(scene, task, cancel) if task.kind == "ask" else self._what_now(scene, task, cancel)
        except (GitFailed, ConfigError) as error:
            return Trouble("config", str(error))

    def _may_begin(self, scene: Scene, task: Task, cancel: Cancel) -> Spoken:
        """The gate before a worker: a person sees what it would be told, and may change that."""
        place = self._git.submit(self._place, task.ticket).result()
        prompt = prompt_of(replace(self._job(scene, task), place=place), Hands(cancel=cancel))
        action = self._action(task, "start_worker", {"prompt": prompt}, f"{task.model} is told:\n\n{prompt}")
        answer = self._inbox.ask(action, "step mode asks before each worker", cancel)
        if answer.kind == "refuse":
            return _refused(answer)
        told = _argument(answer, "prompt") or prompt
        return Spoken("begin", answer.by, prompt=told, digest=action.digest)

    def _what_now(self, scene: Scene, task: Task, cancel: Cancel) -> Spoken:
        """A ticket ran when its program ended: a person says what becomes of it."""
        place = self._git.submit(self._place, task.ticket).result()
        left = worktrees.uncommitted(place)
        text = (
            f"{task.ticket} was being worked on (attempt {task.attempt}) when its program ended.\n"
            f"What it did so far is in {place.path}: {len(left)} files not committed.\n\n"
            "approve: do it again, from what is there\n"
            'edit to {"choice": "keep"}: take what is there as its work, and review it\n'
            'edit to {"choice": "skip"}: leave it out\n'
            "refuse: leave it blocked"
        )
        action = self._action(task, "go_on_with_ticket", {"choice": "retry"}, text)
        answer = self._inbox.ask(action, "nobody knows how far it got", cancel)
        if answer.kind == "refuse":
            return _refused(answer)
        chosen = _argument(answer, "choice") or "retry"
        if chosen not in ("retry", "keep", "skip"):
            return Spoken("refuse", answer.by, f"{chosen!r} is neither retry nor keep nor skip")
        return Spoken(chosen, answer.by)  # type: ignore[arg-type]

    def _action(self, task: Task, tool: str, arguments: dict[str, str], text: str) -> Action:
        given = self._assignment
        call = f"{tool} {task.ticket} {task.attempt}"
        origin = f"{given.track_id}/{task.ticket}/attempt {task.attempt}"
        return Action(given.run_id, call, tool, "EXECUTE", canonical(arguments), Preview("text", text), origin)


def _refused(answer: Answer) -> Spoken:
    withdrawn = answer.by == "the program"
    return Spoken("later" if withdrawn else "refuse", answer.by, answer.reason)


def _argument(answer: Answer, name: str) -> str:
    """A text of an edit; nothing where it was not edited."""
    if answer.kind != "edit":
        return ""
    try:
        return str(json.loads(answer.arguments).get(name, ""))
    except (ValueError, AttributeError):
        return ""


def _hand_back(inner: Future[Any], outer: Future[Result]) -> None:
    if inner.cancelled():
        outer.set_result(Trouble("cancelled", "it was stopped before it began"))
    elif (error := inner.exception()) is not None:
        outer.set_exception(error)
    else:
        outer.set_result(inner.result())
