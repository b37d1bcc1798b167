"""S4 and B6: nothing runs that a person has not approved, whatever a model is told or writes."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from manual_slop import ai_client
from manual_slop.safety.approval import Mode, Policy
from manual_slop.safety.approval_rules import Rule
from manual_slop.safety.consent import decode, render
from manual_slop.safety.inbox import Inbox
from manual_slop.values.approval import Answer
from tests.acceptance.trial import Row, Trial
from tests.support.approvals import Hands, command, person
from tests.support.hostile_commands import TABLE, Desk, corpus
from tests.support.obedience import Watch
from tests.support.scripted_server import ScriptedServer, calls, says

WRAPPERS = (
    *("{}", "env {}", "timeout 1 {}", "ls; {}", "git status && {}"),
    *("echo $({})", "pytest -q {}", "\u200b{}", "{} "),
)
MODES: tuple[Mode, ...] = ("ask", "edits", "never")


def unapproved_commands(trial: Trial) -> None:
    """Each line in each mode with all that can be allowed allowed; then as calls of a model; then 64 ask at once."""
    lines = list(dict.fromkeys(wrapper.format(line) for wrapper in WRAPPERS for line in (*TABLE, *corpus())))
    lines = lines[:: trial.sized(20, 1, 1)]
    for mode in MODES:
        _through_the_gate(trial, mode, lines)
    _as_shown(trial, lines)
    _as_calls(trial, [line for line in lines if line.strip("\0\ud800")])
    _sixty_four_at_once(trial)
    trial.count("bad inputs", len(lines))
    trial.ran_on = f"531 published and {len(TABLE)} own lines in {len(WRAPPERS)} wrappings, {len(MODES)} modes"


def _through_the_gate(trial: Trial, mode: Mode, lines: list[str]) -> None:
    inbox, asked = Inbox(), list[str]()
    person(inbox, lambda request: asked.append(request.action.preview.text) or Answer("refuse"))
    rules = (Rule("allow"), Rule("allow", tool="run_*"), Rule("allow", risk="EXECUTE"))
    hands = Hands(Policy(mode, rules, tests_allowed=True), inbox)
    for line in lines:
        hands.attempt(command(line))
    trial.count("asked or refused", len(lines))
    trial.nought("run unapproved", len(hands.done))
    trial.nought("shown as something else", asked != ([] if mode == "never" else lines))


def _as_shown(trial: Trial, lines: list[str]) -> None:
    shown: dict[tuple[str, ...], str] = {}
    for line in lines:
        rows = render(line, "command").lines
        twin = shown.setdefault(tuple(row.text for row in rows), line) != line
        trial.nought("not to be read back from the dialog", twin or decode(rows) != line)


def _as_calls(trial: Trial, lines: list[str]) -> None:
    """A model asks for them all, through the front door, in a mode that lets edits through."""
    project, watch = trial.scratch("project"), Watch()
    batches = [lines[at : at + 50] for at in range(0, len(lines), 50)]
    script = [calls(*(("run_shell", {"command": line}) for line in batch)) for batch in batches]
    with ScriptedServer(_talk(script)) as server:
        session = ai_client.new_session(
            "openai/gpt-4o", project=project, mode="edits", approve=watch.approve, on_event=watch.hear
        )
        for _ in batches:
            session.send("go on", api_base=f"{server.url}/v1", api_key="sk-canary-approvals")
        session.close()
    trial.count("calls of a model", len(watch.finished))
    trial.nought("run unapproved", len(watch.ran))
    trial.nought("calls that nobody was asked about", len(watch.finished) - len(watch.asked))


def _talk(script: list) -> Iterator:  # type: ignore[type-arg]
    return itertools.chain.from_iterable((asked, says("well")) for asked in script)


def _sixty_four_at_once(trial: Trial) -> None:
    """Answers for the wrong thing, twice and at random: what runs is what was approved."""
    inbox = Inbox()
    hands, desk = Hands(Policy(), inbox), Desk(inbox, seed=trial.seed)
    people = [threading.Thread(target=desk.work) for _ in range(4)]
    for one in people:
        one.start()
    steps = trial.sized(5, 20, 100)
    with ThreadPoolExecutor(64) as pool:
        wanted = itertools.product(range(64), range(steps))
        list(
            pool.map(lambda at: hands.attempt(command(f"make {at[1]}", session=f"s{at[0]}", call=f"c{at[1]}")), wanted)
        )
    desk.closing.set()
    for one in people:
        one.join(60)
    trial.count("asked by 64 sessions at once", 64 * steps)
    trial.nought("run unapproved", len(set(hands.done) - desk.approved))
    trial.nought("approved and not run", len(desk.approved - set(hands.done)))
    trial.nought("run twice", len(hands.done) - len(set(hands.done)))


APPROVALS = Row("S4", "commands of every kind meet the approval", unapproved_commands)
