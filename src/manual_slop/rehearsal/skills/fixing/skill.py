"""Skill: fix a failing test. Looks, runs the tests, reads what fails, changes one thing, and runs them again."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from manual_slop.rehearsal.conversation import Call, Conversation, Step
from manual_slop.rehearsal.craft.toolbox import Toolbox, open_toolbox
from manual_slop.rehearsal.skills.directives import Directives, read_directives
from manual_slop.rehearsal.skills.effects import Workbox, open_workbox
from manual_slop.rehearsal.skills.fixing import report
from manual_slop.rehearsal.skills.fixing.candidate import changed, diff
from manual_slop.rehearsal.skills.fixing.outcome import Outcome
from manual_slop.rehearsal.skills.fixing.progress import Progress
from manual_slop.rehearsal.skills.fixing.scene import (
    files_to_read,
    files_to_run,
    folders_to_list,
    test_commands,
)
from manual_slop.rehearsal.skills.fixing.search import failing_by_reading, propose
from manual_slop.rehearsal.skills.project_findings import Findings, gather

_WISH = re.compile(
    r"\b(?:fix|repair|mend|correct|debug)\b[^.?!]{0,60}\btests?\b|\b(?:make|get|let)\b[^.?!]{0,40}\btests?\b[^.?!]{0,30}"
    r"\b(?:pass|work|green|succeed)|\b(?:fix|repair|debug)\b[^.?!]{0,40}\bfail(?:ing|ure)",
    re.IGNORECASE,
)
_GO_ON = re.compile(r"\s*(?:yes|ok(?:ay)?|go (?:on|ahead)|do it|continue|please do|proceed)\b.{0,60}", re.I | re.S)
_MOST_FAILED_ROUNDS = 5
_MOST_REFUSALS = 4
_SHORT = 200


def fix_failing_tests(conversation: Conversation) -> Step | None:
    """Repairs the code under a failing test by small changes; says so when it could not."""
    wish = _wish(conversation)
    if not wish:
        return None
    box, work = open_toolbox(conversation.tools), open_workbox(conversation.tools)
    if not (box.lister and box.reader and "edit" in work.tools):
        return Step(report.NO_TOOLS)
    return _Repair(box, work, gather(conversation.exchanges), Progress(conversation.exchanges), wish).next_step()


def _wish(conversation: Conversation) -> str:
    """The words that ask for a repair; "go on" asks for the one that was asked for before."""
    if _WISH.search(conversation.asked[:1000]):
        return conversation.asked
    earlier = conversation.questions[-2:-1]
    was_wished = any(_WISH.search(question[:1000]) for question in earlier)
    goes_on = _GO_ON.fullmatch(conversation.asked) or (
        len(conversation.asked) < _SHORT and read_directives([conversation.asked])
    )
    return conversation.asked if was_wished and goes_on else ""


@dataclass(frozen=True, slots=True)
class _Repair:
    """Everything that is known when the next step is to be decided."""

    box: Toolbox
    work: Workbox
    findings: Findings
    progress: Progress
    wish: str

    def next_step(self) -> Step:
        return self._look() or self._run() or self._stop() or self._read() or self._change()

    @property
    def directives(self) -> Directives:
        """What the refusals ask for. The wish may forbid; what it speaks of besides is the problem, not the cure."""
        refusals = [*self.progress.refused_edits, *self.progress.refused_runs]
        if not _WISH.search(self.wish[:1000]):
            return read_directives([self.wish, *refusals])
        asked = read_directives(refusals)
        return replace(asked, avoid=(*read_directives([self.wish]).avoid, *asked.avoid))

    def _look(self) -> Step | None:
        if not self.findings.folders_listed:
            return Step(calls=self.box.list("."), thought="I do not know this project yet: I look at what is there.")
        calls = tuple(call for name in folders_to_list(self.findings) for call in self.box.list(name))
        return Step(calls=calls, thought="The tests and the code may lie deeper.") if calls else None

    def _run(self) -> Step | None:
        """Run the tests where something changed since they ran; read first what tells how to run them."""
        progress = self.progress
        missing_pytest = bool(progress.last and "No module named pytest" in progress.last_output)
        if progress.last and not missing_pytest and (not progress.is_changed or self._was_run()):
            return None
        if progress.refused_runs and not self._other_command():
            return None
        by_command = any(progress.commands[-1:]) or progress.refused_runs
        if "tests" in self.work.tools and not by_command:
            return Step(calls=self.work.run_tests(), thought="Only the tests can tell: I ask to run them.")
        reads = [path for path in files_to_run(self.findings) if not self.findings.has_tried(path)]
        if reads and not progress.last:
            return self._reading(reads, "How are the tests run here? The files should tell.")
        calls = self.work.run(self._command())
        return Step(calls=calls, thought="Only the tests can tell: I ask to run them.") if self._command() else None

    def _was_run(self) -> bool:
        """Whether the files were tested as they are now."""
        return all(
            (path, text) in self.progress.tried
            for path, text in self.progress.texts.items()
            if self.progress.base.get(path) != text
        )

    def _command(self) -> str:
        shell = self.work.tools.get("shell")
        if shell is None:
            return ""
        used = self.progress.commands
        if self.progress.last and "No module named pytest" not in self.progress.last_output:
            return used[-1]
        commands = test_commands(self.findings, self.progress.original, powershell="powershell" in shell.name.lower())
        return self._other_command() or next((command for command in commands if command not in used), "")

    def _other_command(self) -> str:
        """A command that the person named when they refused another."""
        named = read_directives(self.progress.refused_runs).prefer
        fresh = [command for command in named if " " in command and command not in self.progress.commands]
        return fresh[0] if fresh and "shell" in self.work.tools else ""

    def _stop(self) -> Step | None:
        """What ends the work before, or instead of, another change."""
        progress, last = self.progress, self.progress.last
        if progress.refused_runs and (last or not self.directives.without_running):
            return Step(report.run_refused(progress))
        if not last and not progress.refused_runs:
            return Step(report.cannot_run(progress))
        if last and last.passed:
            return Step(report.passing(progress))
        if last and not last.failing and not progress.is_changed and progress.first is last:
            return Step(report.not_understood(progress))
        if not last and progress.is_changed:
            return Step(report.run_refused(progress))
        return self._refused_or_failed()

    def _refused_or_failed(self) -> Step | None:
        """After a refused change: go on where the reason says how, else stop. After changes that did not help: stop."""
        progress = self.progress
        refused, latest = progress.refused_edits, read_directives(progress.refused_edits[-1:])
        if refused and latest.explain:
            return None if len(refused) > _MOST_REFUSALS else Step(self._explained())
        if refused and (not latest or len(refused) > _MOST_REFUSALS):
            return Step(report.edit_refused(progress))
        if len(progress.failed_edits) > 1:
            return Step(report.edit_failed(progress))
        return self._given_up() if progress.failed_rounds >= _MOST_FAILED_ROUNDS else None

    def _read(self) -> Step | None:
        wanted = files_to_read(self.findings, self._outcome(), self.progress.texts)
        dropped = [path for path in self.progress.original if path not in self.progress.texts]
        paths = [*dropped, *wanted]
        return self._reading(paths, "I read the failing test and the code it calls.") if paths else None

    def _reading(self, paths: list[str], thought: str) -> Step:
        return Step(calls=tuple(call for path in paths for call in self.box.read(path)), thought=thought)

    def _change(self) -> Step:
        outcome, base = self._outcome(), self.progress.base
        if outcome.passed:
            return Step(report.nothing_by_reading(self.progress))
        proposal = propose(base, outcome, self.directives, self.progress.tried)
        if proposal is None or (not self.progress.last and proposal.verdict != "passes"):
            return self._given_up()
        candidate = proposal.candidate
        calls = self._calls_towards({**base, candidate.path: candidate.applied(base[candidate.path])})
        return Step(calls=calls, thought=report.thought(proposal.candidate, proposal.verdict))

    def _given_up(self) -> Step:
        """Take back what did not help, then say so."""
        calls = () if self.progress.refused_edits else self._calls_towards(self.progress.base)
        if calls:
            return Step(calls=calls, thought="This did not help: I put it back as it was.")
        return Step(report.given_up(self.progress, self.directives))

    def _explained(self) -> str:
        """What would be changed and why, for a person who wants to know first."""
        progress = self.progress
        refused = [(path, text) for path, text in progress.tried if text != progress.base.get(path)]
        wanted = {**progress.base, **dict(refused[-1:])}
        return report.explained(progress, diff(progress.texts, wanted))

    def _calls_towards(self, wanted: dict[str, str]) -> tuple[Call, ...]:
        hunks = changed(self.progress.texts, wanted)
        return tuple(call for hunk in hunks for call in self.work.edit(hunk.path, hunk.old, hunk.new))

    def _outcome(self) -> Outcome:
        return self.progress.best or failing_by_reading(self.progress.base)
