"""Workers and their reviewers on a real project: the scripted model at its best, and going wrong in each way."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from manual_slop.conductor import worktrees
from manual_slop.conductor.crew import Hands
from manual_slop.conductor.jobs import WorkerResult
from manual_slop.conductor.qa import NoVerdict, read_verdict, review
from manual_slop.conductor.worker import prompt_of, run_worker_lifecycle
from manual_slop.safety.inbox import Inbox
from manual_slop.store.shared import shared_store
from manual_slop.values.approval import Answer, Request
from manual_slop.values.cancel import Cancel
from manual_slop.values.events import ApprovalRequested, Event, SessionDescribed, ToolFinished
from manual_slop.values.ledger import UsageRecorded
from manual_slop.values.tickets import Ticket
from tests.support.repositories import git
from tests.support.works import ADA, MEND, job, review_job, sums, worked, write


def test_a_worker_mends_what_fails_and_qa_sees_that_it_does(tmp_path: Path) -> None:
    """The commit is on the ticket's branch, by the person and the program; the main folder is as it was."""
    repository = sums(tmp_path / "project")
    git(tmp_path / "project", "config", "user.name", "Ada")
    git(tmp_path / "project", "config", "user.email", "ada@example.org")
    work = job(repository, worktrees.open_worktree(repository, "t1", MEND.id))
    result = run_worker_lifecycle(work)
    assert (result.outcome, result.files, result.outside) == ("finished", ("calc.py",), ())
    shown = git(tmp_path / "project", "show", "--format=%an%n%B", result.commit)
    assert shown.startswith("Ada (Manual Slop)\nMend add\n")
    assert "Ticket: mend-add" in shown
    assert "+    return a + b" in shown
    assert "a - b" in (tmp_path / "project" / "calc.py").read_text()
    given = review(review_job(work, result))
    assert given.verdict.passed
    assert given.verdict.reasons[0].startswith("`python3 -m unittest` passed")
    assert [check.passed for check in given.checks] == [True]


def test_a_worker_is_told_its_ticket_and_what_it_builds_upon_and_nothing_else(tmp_path: Path) -> None:
    """Its own files whole, those of the tickets before it as skeletons, what QA said; keys are left out."""
    repository = sums(tmp_path / "project")
    worked(
        repository,
        "before",
        base_py='def base(x):\n    """Doubles."""\n    y = x + x\n    secret_step = y\n    return y\n',
    )
    before = Ticket("before", "Base", "…", files=("base.py", ".env"))
    work = dataclasses.replace(
        job(repository, worktrees.open_worktree(repository, "t1", MEND.id), attempt=2),
        needs=(before,),
        note="- too slow",
    )
    write(work.place, ".env", "KEY=very-secret\n")
    told = prompt_of(work)
    assert told.startswith("# Ticket mend-add: Mend add\n\nFix the failing test")
    assert "- calc.py" in told
    assert "`python3 -m unittest` passes" in told
    assert "What QA said of attempt 1\n- too slow" in told
    assert "return a - b" in told
    assert "def base(x):" in told
    assert "secret_step" not in told
    assert "very-secret" not in told
    assert "class Sums" not in told


def test_a_workers_session_is_recorded_under_its_ticket(tmp_path: Path) -> None:
    """What it costs lands under epic, track, tier and ticket, and under the run's session."""
    repository = sums(tmp_path / "project")
    work = job(repository, worktrees.open_worktree(repository, "t1", MEND.id))
    result = run_worker_lifecycle(work)
    events = [one.event for one in shared_store().envelopes(result.session_id)]
    described = next(event for event in events if isinstance(event, SessionDescribed))
    origin = described.origin
    assert (origin.session_id, origin.epic, origin.track, origin.tier, origin.ticket) == (
        "run-1",
        "e1",
        "t1",
        "3",
        "mend-add",
    )


def test_edits_and_the_plans_own_tests_pass_unasked_and_other_commands_are_asked_about(tmp_path: Path) -> None:
    """The person is told who asks: epic, track, ticket, tier and attempt."""
    repository = sums(tmp_path / "project")
    order = Ticket("t", "Touch", "- Replace `a - b` by `a + b` in calc.py\n- Run `touch made.txt`", files=("calc.py",),
                   acceptance=("`python3 -m unittest`",))  # fmt: skip
    asked: list[Request] = []
    inbox = Inbox()

    def hear(request: Request, answer: Answer | None) -> None:
        if answer is None:
            asked.append(request)
            inbox.answer(request.id, request.action.digest, Answer("refuse", reason="no", by="Ada"))

    inbox.listen(hear)
    work = job(repository, worktrees.open_worktree(repository, "t1", "t"), order)
    result = run_worker_lifecycle(work, Hands(inbox=inbox))
    assert [one.action.tool for one in asked] == ["run_shell"]
    assert asked[0].action.origin == "e1/t1/t/tier 3/attempt 1"
    assert result.outcome == "finished"
    assert result.files == ("calc.py",)


def test_without_anybody_to_ask_commands_are_refused_and_the_work_goes_on(tmp_path: Path) -> None:
    """Nothing hangs."""
    repository = sums(tmp_path / "project")
    order = Ticket("t", "Touch", "- Run `touch made.txt`\n- Create the file made.py with `x = 1`", files=("made.py",))
    result = run_worker_lifecycle(job(repository, worktrees.open_worktree(repository, "t1", "t"), order))
    assert result.files == ("made.py",)


def test_a_worker_cannot_write_the_plan_unasked(tmp_path: Path) -> None:
    """What the conductor's workers are told to do is protected like hooks and keys."""
    repository = sums(tmp_path / "project")
    order = Ticket("t", "Plan", "Create the file conductor/tracks/t1/plan.json with `{}`", files=())
    heard: list[Event] = []
    work = job(repository, worktrees.open_worktree(repository, "t1", "t"), order)
    result = run_worker_lifecycle(work, Hands(on_event=heard.append))
    assert any(isinstance(event, ApprovalRequested) for event in heard)
    assert result.files == ()


@pytest.mark.parametrize(
    ("weakness", "claim"), [("edits", "I did not run the tests"), ("liar", "all tests: they are green")]
)
def test_broken_work_is_seen_whatever_the_worker_says_and_whatever_qa_says(
    tmp_path: Path, weakness: str, claim: str
) -> None:
    """The checks are run by us; a reviewer that lets everything pass is overruled, and that is said."""
    repository = sums(tmp_path / "project")
    work = job(repository, worktrees.open_worktree(repository, "t1", MEND.id), model=f"rehearsal/weak-{weakness}")
    result = run_worker_lifecycle(work)
    assert claim in result.said
    honest, lenient = review(review_job(work, result)), review(review_job(work, result, "rehearsal/weak-lenient"))
    assert not honest.verdict.passed
    assert not honest.overruled
    assert "failed (exit code 1)" in honest.verdict.reasons[0]
    assert lenient.overruled
    assert not lenient.verdict.passed
    assert lenient.verdict.reasons[0].startswith("overruled: `python3 -m unittest` failed")


def test_the_next_attempt_mends_what_the_one_before_it_broke(tmp_path: Path) -> None:
    """It goes on in the same folder, with what QA said."""
    repository = sums(tmp_path / "project")
    place = worktrees.open_worktree(repository, "t1", MEND.id)
    first = job(repository, place, model="rehearsal/weak-edits-1")
    broken = review(review_job(first, run_worker_lifecycle(first)))
    second = dataclasses.replace(first, attempt=2, note="\n".join(broken.verdict.reasons))
    result = run_worker_lifecycle(second)
    assert review(review_job(second, result)).verdict.passed
    assert result.files == ("calc.py",)


def test_a_file_that_the_ticket_does_not_name_is_told_and_does_not_pass(tmp_path: Path) -> None:
    """By the diff, not by what anybody says."""
    repository = sums(tmp_path / "project")
    work = job(repository, worktrees.open_worktree(repository, "t1", MEND.id), model="rehearsal/weak-trespass")
    result = run_worker_lifecycle(work)
    assert result.outside == ("NOTES-of-a-worker.md",)
    given = review(review_job(work, result, "rehearsal/weak-lenient"))
    assert given.overruled
    assert given.verdict.reasons[0] == (
        "overruled: it changed files that the ticket does not name: NOTES-of-a-worker.md"
    )


def test_a_ticket_that_names_a_folder_names_all_in_it(tmp_path: Path) -> None:
    """And one that names nothing leaves it open."""
    repository = sums(tmp_path / "project")
    brief = "Create the file src/deep/new.py with `x = 1`"
    for number, files in enumerate((("src/",), ("src",), ())):
        work = job(
            repository, worktrees.open_worktree(repository, "t1", f"n{number}"), Ticket("n", "N", brief, files=files)
        )
        assert run_worker_lifecycle(work).outside == ()


@pytest.mark.parametrize(
    ("weakness", "outcome", "reason"),
    [
        ("idle", "nothing", "it changed no file"),
        ("loop", "failed", "the same call with the same result"),
        ("crash", "failed", "peer closed connection"),
    ],
)
def test_a_worker_that_comes_to_nothing_says_why(tmp_path: Path, weakness: str, outcome: str, reason: str) -> None:
    """And nothing hangs."""
    repository = sums(tmp_path / "project")
    work = job(repository, worktrees.open_worktree(repository, "t1", MEND.id), model=f"rehearsal/weak-{weakness}")
    result = run_worker_lifecycle(work)
    assert result.outcome == outcome
    assert reason in result.reason


def test_a_failed_command_is_diagnosed_where_the_tier_wants_it(tmp_path: Path) -> None:
    """By QA's model, under QA's tier, in what the worker reads; nothing is said of commands that went well."""
    repository = sums(tmp_path / "project")
    heard: list[Event] = []
    plain = job(repository, worktrees.open_worktree(repository, "t1", MEND.id))
    result = run_worker_lifecycle(
        dataclasses.replace(plain, diagnosis="rehearsal/thinker"), Hands(on_event=heard.append)
    )
    ran = [
        event.result.content for event in heard if isinstance(event, ToolFinished) and event.call.name == "run_tests"
    ]
    assert result.outcome == "finished"
    assert ran[0].endswith("[diagnosis by rehearsal/thinker: test_add failed: AssertionError: -1 != 5.]")
    assert "diagnosis" not in ran[-1]
    calls = [event for event in heard if isinstance(event, UsageRecorded) and event.purpose == "diagnosis"]
    assert [(call.model, call.origin.tier, call.origin.ticket) for call in calls] == [
        ("rehearsal/thinker", "4", "mend-add")
    ]


def test_a_diagnosis_that_cannot_be_had_is_no_trouble(tmp_path: Path) -> None:
    """The worker reads the output alone."""
    repository = sums(tmp_path / "project")
    plain = job(repository, worktrees.open_worktree(repository, "t1", MEND.id))
    result = run_worker_lifecycle(dataclasses.replace(plain, diagnosis="rehearsal/fault-401"))
    assert result.outcome == "finished"


def test_a_worker_that_is_stopped_leaves_what_it_did_on_its_branch(tmp_path: Path) -> None:
    """As unfinished work, to be gone on with."""
    repository = sums(tmp_path / "project")
    stop = Cancel()

    def hear(event: Event) -> None:
        if isinstance(event, ToolFinished) and event.call.name == "edit_file":
            stop.request()

    work = job(repository, worktrees.open_worktree(repository, "t1", MEND.id))
    result = run_worker_lifecycle(work, Hands(cancel=stop, on_event=hear))
    assert result.outcome == "stopped"
    assert result.files == ("calc.py",)
    assert "(unfinished)" in git(tmp_path / "project", "log", "-1", "--format=%s", result.commit)


def test_a_verdict_that_is_no_json_goes_back_and_then_counts_as_none(tmp_path: Path) -> None:
    """Twice; a reviewer that finds its words in between is heard."""
    repository = sums(tmp_path / "project")
    work = job(repository, worktrees.open_worktree(repository, "t1", MEND.id))
    result = run_worker_lifecycle(work)
    assert review(review_job(work, result, "rehearsal/weak-mumbling-2")).verdict.passed
    with pytest.raises(NoVerdict, match=r"no verdict that can be used, 3 times"):
        review(review_job(work, result, "rehearsal/weak-mumbling"))


def test_a_reviewer_may_be_harder_than_the_checks(tmp_path: Path) -> None:
    """Green tests alone do not make it pass."""
    repository = sums(tmp_path / "project")
    work = job(repository, worktrees.open_worktree(repository, "t1", MEND.id))
    given = review(review_job(work, run_worker_lifecycle(work), "rehearsal/weak-harsh"))
    assert not given.verdict.passed
    assert not given.overruled


def test_marks_of_a_clash_do_not_pass(tmp_path: Path) -> None:
    """Whatever QA says."""
    repository = sums(tmp_path / "project")
    place = worktrees.open_worktree(repository, "t1", MEND.id)
    write(place, "notes.txt", "<<<<<<< one\na\n=======\nb\n>>>>>>> two\n")
    commit = worktrees.commit_all(place, "marks", ADA)
    plain = Ticket("t", "T", "…")
    work = job(repository, place, plain)
    given = review(review_job(work, WorkerResult("finished", commit=commit), "rehearsal/weak-lenient"))
    assert given.verdict.reasons[0] == "overruled: git's conflict marks are left in notes.txt"


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"passed": "yes", "reasons": ["x"]}, "`passed` must be true or false"),
        ({"reasons": ["x"]}, "`passed` must be true or false"),
        ({"passed": True, "reasons": "x"}, "must be a list"),
        ({"passed": True, "reasons": [1]}, "must be a list"),
        ({"passed": True, "reasons": [" "]}, "must say why"),
    ],
)
def test_half_a_verdict_is_none(given: dict[str, object], why: str) -> None:
    """And the complaint says what is wrong with it."""
    _, problems = read_verdict(given)
    assert len(problems) == 1
    assert why in problems[0]
