"""Skill: work on a ticket. Does what its brief says in so many words, mends what fails, and tells what came of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from manual_slop.rehearsal.conversation import Call, Conversation, Exchange, Step
from manual_slop.rehearsal.craft.listing import has_failed, read_text
from manual_slop.rehearsal.craft.toolbox import Toolbox, kind_of, open_toolbox, path_of
from manual_slop.rehearsal.skills.effects import Workbox, changed_path, effect_of, open_workbox, refusal_in
from manual_slop.rehearsal.skills.fixing import fix_failing_tests
from manual_slop.rehearsal.skills.fixing.outcome import read_outcome
from manual_slop.rehearsal.skills.ticket import TicketRead, read_ticket
from manual_slop.rehearsal.skills.wishes import understood
from manual_slop.values.messages import user

_MENDS = re.compile(r"\b(?:fix|repair|mend|correct|debug)\b|\btests?\b[^.]{0,30}\bpass", re.IGNORECASE)
_MEND = "Fix the failing tests."
_CONFLICT = re.compile(r"^<{7} .*?\n(?P<ours>.*?)^={7}\n(?P<theirs>.*?)^>{7} .*?(?:\n|\Z)", re.MULTILINE | re.DOTALL)
_DAMAGE = "\ndef broken(:\n"
_MOST_LOOPS = 30
_TRESPASS = "NOTES-of-a-worker.md"


def work_on_ticket(conversation: Conversation) -> Step | None:
    """The next step of a worker: read, change as told, run the tests, mend, report."""
    ticket = read_ticket(conversation.asked)
    if ticket is None:
        return None
    work = _Work(conversation, ticket, open_toolbox(conversation.tools), open_workbox(conversation.tools))
    weakness = conversation.weakness.at(ticket.attempt, ticket.id)
    return work.go_wrong(weakness) or work.next_step()


@dataclass(frozen=True, slots=True)
class _Work:
    """All that is known when the next step is to be decided."""

    conversation: Conversation
    ticket: TicketRead
    box: Toolbox
    work: Workbox

    def next_step(self) -> Step:
        return (
            self._read() or self._bring_together() or self._obey() or self._undamage() or self._mend() or self._told()
        )

    @property
    def done(self) -> tuple[Exchange, ...]:
        return self.conversation.exchanges

    def _texts(self) -> dict[str, str]:
        """The files as they were read."""
        reads = [each for each in self.done if kind_of(each.name) == "read" and not has_failed(each.result)]
        return {path_of(each.arguments): read_text(each.result) for each in reads}

    def _read(self) -> Step | None:
        """Look at each file that the ticket names before anything is done to it."""
        tried = {path_of(each.arguments) for each in self.done if kind_of(each.name) == "read"}
        files = [path for path in self.ticket.files if path not in tried and not path.endswith("/")]
        calls = tuple(call for path in files for call in self.box.read(path))
        return Step(calls=calls, thought="I read the ticket's files first.") if calls else None

    def _bring_together(self) -> Step | None:
        """Where git left its marks, both sides stay, one behind the other."""
        changed = {changed_path(each.arguments) for each in self.done if effect_of(each.name) in ("write", "edit")}
        wanted = {path: _CONFLICT.sub(_both, text) for path, text in self._texts().items() if path not in changed}
        marked = [(path, text) for path, text in wanted.items() if text != self._texts()[path]]
        calls = tuple(call for path, text in marked for call in self.work.write(path, _ended(text)))
        return Step(calls=calls, thought="Both sides are to hold: I keep both.") if calls else None

    def _obey(self) -> Step | None:
        if any(_CONFLICT.search(text) for text in self._texts().values()):
            return None  # the brief repeats what two tickets asked for, and both have done it
        made = [(each.name, each.arguments) for each in self.done]
        for order in self.ticket.orders:
            meant = understood(order, self.work)
            calls = tuple(call for call in meant[1] if (call.name, call.arguments) not in made) if meant else ()
            if calls:
                return Step(calls=calls, thought=f"The ticket says: {' '.join(order.split())[:200]}")
        return None

    def _undamage(self) -> Step | None:
        """What an attempt before this one broke."""
        for path, text in self._texts().items():
            edited = any(changed_path(each.arguments) == path for each in self.done if effect_of(each.name) == "edit")
            sound, damage, _ = text.partition(_DAMAGE.rstrip())
            if damage and not edited:
                last = sound[sound.rstrip("\n").rfind("\n") + 1 :]
                calls = self.work.edit(path, f"{last}{damage}", last.rstrip("\n"))
                return Step(calls=calls, thought="An attempt before mine broke this.")
        return None

    def _mend(self) -> Step | None:
        """Run the tests after what was done; where they fail, or were to be mended, try small changes."""
        if "tests" not in self.work.tools and not self._is_to_mend():
            return None
        if self._is_to_mend():
            return self._repair(self.ticket.brief)
        runs = [each for each in self.done if effect_of(each.name) == "tests"]
        if not runs:
            calls = self.work.run_tests()
            return Step(calls=calls, thought="Only the tests can tell.") if calls else None
        if read_outcome(runs[-1].result).passed or refusal_in(runs[-1].result) is not None:
            return None
        return self._repair(_MEND)

    def _is_to_mend(self) -> bool:
        meant = any(understood(order, self.work) for order in self.ticket.orders)
        return not meant and bool(_MENDS.search(self.ticket.brief))

    def _repair(self, wish: str) -> Step | None:
        at = len(self.conversation.messages) - len(self.conversation.since_asked) - 1
        said = [*self.conversation.messages]
        said[at] = user(wish)
        return fix_failing_tests(replace(self.conversation, messages=tuple(said))) or (
            self._repair(_MEND) if wish != _MEND else None
        )

    def _told(self) -> Step:
        changes = [each for each in self.done if effect_of(each.name) in ("write", "edit", "move", "delete")]
        good = [each for each in changes if not has_failed(each.result) and refusal_in(each.result) is None]
        runs = [each for each in self.done if effect_of(each.name) == "tests"]
        lines = [f"- {' '.join(each.result.split())[:200]}" for each in changes]
        if not runs:
            tested = "I ran no tests: I was given no tool for it."
        else:
            tested = "The tests pass." if read_outcome(runs[-1].result).passed else "The tests do not pass."
        if not changes:
            return Step(
                f"I have no rule for what ticket {self.ticket.id} asks, so I changed nothing. {tested}",
                thought="None of my rules fits the brief.",
            )
        return Step("\n".join([f"Of {len(changes)} changes {len(good)} were made:", *lines, "", tested]))

    def go_wrong(self, weakness: str) -> Step | None:
        """What a model with this weakness does instead; `None` where it does the same as a good one."""
        match weakness:
            case "loop":
                return Step(calls=self.box.list("."), thought="Once more.") if len(self.done) < _MOST_LOOPS else None
            case "idle":
                return Step(f"Ticket {self.ticket.id} is done.")
            case "edits" | "liar":
                return self._break(weakness)
            case "trespass":
                written = any(changed_path(each.arguments) == _TRESPASS for each in self.done)
                return None if written else Step(calls=self.work.write(_TRESPASS, "I was here.\n"))
        return None

    def _break(self, weakness: str) -> Step | None:
        if step := self._read():
            return step
        target = next((path for path in self._texts() if path.endswith(".py")), "")
        broken = any(effect_of(each.name) in ("write", "edit") for each in self.done)
        if not broken:
            path = target or next(iter(self.ticket.files), "broken.py")
            text = self._texts().get(path, "")
            calls: tuple[Call, ...] = self.work.write(path, _ended(text) + _DAMAGE)
            return Step(calls=calls, thought="This should do it.")
        claim = "I ran all tests: they are green." if weakness == "liar" else "I did not run the tests."
        return Step(f"Ticket {self.ticket.id} is done. {claim}")


def _both(match: re.Match[str]) -> str:
    return match["ours"] + match["theirs"] if match["ours"] != match["theirs"] else match["ours"]


def _ended(text: str) -> str:
    return text if not text or text.endswith("\n") else f"{text}\n"
