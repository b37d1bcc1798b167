"""What is said of a repair: what was changed, with the diff, what the tests say, or honestly that it did not work."""

from __future__ import annotations

from collections.abc import Sequence

from manual_slop.rehearsal.skills.directives import Directives
from manual_slop.rehearsal.skills.fixing.candidate import Candidate, diff
from manual_slop.rehearsal.skills.fixing.progress import Progress
from manual_slop.rehearsal.skills.fixing.statements import Verdict

NO_TOOLS = (
    "To fix a test I need tools that list folders, read files and edit them, and I was not given all of these. "
    "I am a scripted model and can do nothing without them."
)
_MOST_WORDS = 3
_LONGEST_OUTPUT = 1500


def thought(candidate: Candidate, verdict: Verdict) -> str:
    """What is thought before a change."""
    worked_out = {
        "passes": "I worked the test out by reading, and with this it passes.",
        "fails": "By my reading the test still fails, but you asked for it.",
        "unknown": "I cannot work it out by reading: the tests will tell.",
    }
    return f"In `{candidate.path}`, {candidate.what}. {worked_out[verdict]}"


def passing(progress: Progress) -> str:
    """The tests pass: at once, or after changes."""
    change = _change(progress)
    if not change:
        return "I ran the tests: they all pass, so there is nothing to fix. I changed nothing."
    tries = progress.failed_rounds
    before = f" {tries} other change{'s' if tries > 1 else ''} did not help and {'are' if tries > 1 else 'is'} gone."
    yours = " You changed an edit of mine; this is what stands now." if progress.changed_by_person else ""
    parts = [f"The tests pass now.{before if tries else ''}{yours}", _failed_before(progress), "What I changed:"]
    return "\n\n".join(filter(None, [*parts, change]))


def run_refused(progress: Progress) -> str:
    """The tests were not to be run."""
    change = _change(progress)
    done = f"I changed this, and it is not tested:\n\n{change}" if change else "I changed nothing."
    why = _because(progress.refused_runs[-1:])
    return f"I was not allowed to run the tests{why}. So I stop here: without a run I do not know. {done}"


def cannot_run(progress: Progress) -> str:
    """No way is known to run the tests."""
    what = f"The last thing it said was:\n\n{_tail(progress.last_output)}" if progress.last_output else ""
    return (
        "I know no way to run this project's tests: I found no tool for it and no test files of a kind I know "
        f"(pytest, unittest, node's test runner). I changed nothing. {what}"
    ).rstrip()


def not_understood(progress: Progress) -> str:
    """The run failed in a way that names no test."""
    what = "ran no tests" if progress.last and not progress.last.ran else "failed, and I cannot tell which test it was"
    return f"The test run {what}. I changed nothing. It ended so:\n\n{_tail(progress.last_output)}"


def edit_refused(progress: Progress) -> str:
    """A change was refused, and the reason says nothing that is understood."""
    change = _change(progress)
    done = f"What I changed before:\n\n{change}" if change else "I changed nothing."
    why = _because(progress.refused_edits[-1:])
    return (
        f"You refused my change{why}. I understand simple reasons (“use subtraction”, “don't touch calc.py”, "
        f"“explain first”), and this tells me nothing that I could do instead, so I stop. {done}"
    )


def edit_failed(progress: Progress) -> str:
    """The tool would not make a change."""
    return f"I could not make my change. The tool said: {' '.join(progress.failed_edits[-1].split())[:500]}"


def nothing_by_reading(progress: Progress) -> str:
    """The tests may not be run, and reading finds no failing one."""
    why = _because(progress.refused_runs[-1:])
    return f"I was not allowed to run the tests{why}. By reading I find none that fails. I changed nothing."


def explained(progress: Progress, change: str) -> str:
    """What would be changed, and why."""
    reason = (
        "I tried small changes of the code under the failing test and took the first that makes it pass, by working "
        "the test out or, where I cannot, by running it."
    )
    parts = ["You asked me to explain first. This is what I would change:", fenced(change), _failed_before(progress)]
    return "\n\n".join(filter(None, [*parts, reason, "I changed nothing yet. Say “go on”, or tell me what to use."]))


def given_up(progress: Progress, directives: Directives) -> str:
    """Nothing that was tried helped."""
    tries, outcome = progress.failed_rounds, progress.best
    kept = _change(progress)
    limits = [f"`{thing}` is to be left alone" for thing in directives.avoid]
    limits += [f"it was to be done with `{wanted}`" for wanted in directives.prefer]
    within = f" You said that {' and that '.join(limits)}." if limits else ""
    state = f"What stands changed, because it helped with a part:\n\n{kept}" if kept else "All is as it was."
    failing = f" Still failing: {', '.join(f'`{name}`' for name in outcome.failing)}." if outcome else ""
    tried = f"I tried {tries} change{'s' if tries != 1 else ''}" if tries else "I looked for a small change"
    return (
        f"I could not fix it.{within} {tried} (operators, bounds, constants, names, arguments, a missing return) and "
        f"found none that makes the tests pass; more than that I do not understand.{failing} {state}"
    )


def _failed_before(progress: Progress) -> str:
    first = progress.first
    if first is None or not first.failing:
        return ""
    names = ", ".join(f"`{name}`" for name in first.failing[:5])
    words = "\n".join(f"- `{words[:200]}`" for words in first.words[:_MOST_WORDS])
    return f"Before, {names} failed:\n\n{words}" if words else f"Before, {names} failed."


def _change(progress: Progress) -> str:
    """What was changed since the files were first read, as a fenced diff; empty when nothing was."""
    return fenced(diff(progress.original, progress.texts))


def fenced(change: str) -> str:
    """A diff as Markdown."""
    return f"```diff\n{change}\n```" if change else ""


def _because(reasons: Sequence[str]) -> str:
    words = " ".join(reasons[0].split()) if reasons else ""
    return f", because: “{words[:300]}”" if words else ""


def _tail(output: str) -> str:
    return "\n".join(["```", output.strip()[-_LONGEST_OUTPUT:], "```"])
