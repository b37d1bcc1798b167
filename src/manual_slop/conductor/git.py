"""The one way git is run: told everything on its command line, so that nothing of a project's is run by it."""

from __future__ import annotations

import functools
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from manual_slop.safety.shell import environment
from manual_slop.safety.shell.errors import ShellError
from manual_slop.safety.shell.program import Finished, run_program
from manual_slop.values.cancel import Cancel

OLDEST = (2, 38)
"""The first version that merges without a working tree (`merge-tree --write-tree`)."""

_SETTINGS = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.untrackedCache=false",
    "core.quotePath=false",
    "core.pager=cat",
    "core.editor=false",
    "core.alternateRefsCommand=",
    "core.sshCommand=false",
    "core.askPass=false",
    "credential.helper=",
    "protocol.allow=never",
    "diff.external=",
    "diff.noprefix=false",
    "diff.mnemonicPrefix=false",
    "diff.renames=true",
    "diff.ignoreSubmodules=none",
    "log.showSignature=false",
    "commit.gpgSign=false",
    "tag.gpgSign=false",
    "merge.verifySignatures=false",
    "merge.conflictStyle=merge",
    "rerere.enabled=false",
    "submodule.recurse=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "i18n.commitEncoding=utf-8",
    "advice.detachedHead=false",
)
_VARIABLES: Mapping[str, str] = {
    "LC_ALL": "C",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_PAGER": "cat",
    "GIT_EDITOR": "false",
}
_DRIVER = re.compile(r"^(filter|merge|diff)\.(.+)\.[a-z]+$", re.IGNORECASE | re.DOTALL)
# A driver of the project's would run; git's own merge of text in its place marks conflicts as always.
_IN_PLACE_OF: Mapping[str, tuple[str, ...]] = {
    "filter": ("clean=", "smudge=", "process=", "required=false"),
    "merge": ("driver=git merge-file %A %O %B",),
    "diff": ("command=", "textconv="),
}


class GitFailed(Exception):
    """Git could not do it; the message says what was tried and what git said."""


@dataclass(frozen=True, slots=True)
class Person:
    """Whom git takes commits to be by."""

    name: str
    email: str


NOBODY_IN_PARTICULAR = Person("Manual Slop", "manual-slop@localhost")


class Git:
    """Git in one folder. Safe to use from several threads, as far as git itself is.

    `directory` is where the repository is, if not where git would find it.
    """

    def __init__(self, folder: Path, directory: Path | None = None) -> None:
        self.folder = folder
        self._place = ("--git-dir", str(directory), "--work-tree", str(folder)) if directory else ()

    def run(
        self,
        *arguments: str,
        stdin: bytes = b"",
        author: Person | None = None,
        cancel: Cancel | None = None,
        may_fail: bool = False,
    ) -> Finished:
        """Run one git command. Raises `GitFailed` where git cannot be run, or says no and that is no answer."""
        try:
            done = self._raw((*self._harmless, *arguments), stdin, author, cancel)
        except ShellError as error:
            if not self.folder.is_dir():
                raise GitFailed(f"the folder {self.folder} is gone: was the project moved?") from None
            raise GitFailed(f"git {arguments[0]}: {error}") from None
        if done.code and not may_fail:
            raise GitFailed(f"git {arguments[0]} failed: {done.complaint or done.text.strip() or done.code}")
        return done

    def line(self, *arguments: str) -> str:
        """What one command prints, without the newline; empty where it fails."""
        done = self.run(*arguments, may_fail=True)
        return "" if done.code else done.text.rstrip("\n")

    def person(self) -> Person:
        """The person's own name and address as git has them, else the program's."""
        name, email = self.line("config", "user.name"), self.line("config", "user.email")
        return Person(name, email) if name and email else NOBODY_IN_PARTICULAR

    @functools.cached_property
    def _harmless(self) -> tuple[str, ...]:
        """The words that come first: settings against everything that a config can have run."""
        listed = self._raw((*_fixed(), "config", "--list", "--name-only", "-z"), b"", None, None)
        names = listed.text.split("\0") if not listed.code else []
        return (*_fixed(), *_against_drivers(names))

    def _raw(self, words: tuple[str, ...], stdin: bytes, author: Person | None, cancel: Cancel | None) -> Finished:
        by = author or NOBODY_IN_PARTICULAR
        variables = {
            **environment.fresh(("XDG_CONFIG_HOME",)),
            **_VARIABLES,
            **{f"GIT_{role}_{part}": value for role in ("AUTHOR", "COMMITTER") for part, value in _named(by)},
        }
        return run_program([git_program(), *self._place, *words], self.folder, variables, stdin=stdin, cancel=cancel)


@functools.cache
def git_program() -> str:
    """Where git is. Raises `GitFailed` where there is none, or only one that is too old."""
    place = shutil.which("git", path=environment.fresh().get("PATH", ""))
    if place is None:
        raise GitFailed("git is not installed: workers need it to have a folder each")
    said = run_program([place, "--version"], Path("/"), environment.fresh()).text
    found = re.search(r"(\d+)\.(\d+)", said)
    if found is None or (int(found[1]), int(found[2])) < OLDEST:
        raise GitFailed(f"{said.strip()} is too old: the conductor needs {OLDEST[0]}.{OLDEST[1]} or newer")
    return place


def _fixed() -> tuple[str, ...]:
    return ("--no-pager", *(word for setting in _SETTINGS for word in ("-c", setting)))


def _against_drivers(names: list[str]) -> Iterator[str]:
    """Settings that put nothing in the place of each filter and driver there is."""
    drivers = dict.fromkeys((found[1].lower(), found[2]) for name in names if (found := _DRIVER.match(name)))
    for section, driver in drivers:
        if "=" in driver or "\n" in driver:
            raise GitFailed(f"a {section} driver in git's settings has a name that cannot be switched off: {driver!r}")
        for setting in _IN_PLACE_OF[section]:
            yield from ("-c", f"{section}.{driver}.{setting}")


def _named(by: Person) -> tuple[tuple[str, str], ...]:
    return ("NAME", by.name), ("EMAIL", by.email)
