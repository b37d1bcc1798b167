"""The merge of a track onto the branch a person is on: made ready out of sight, shown, and done only as it was shown.

The merge commit exists before anybody is asked, on no branch, and its tests have run on exactly what it holds. Who
opens the gate says yes to its digest; where the branch, the track or what the tests printed is another since, the
digest is, too.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from manual_slop.conductor import worktrees
from manual_slop.conductor.checks import run_checks
from manual_slop.conductor.crew import Hands
from manual_slop.conductor.git import Git, GitFailed
from manual_slop.conductor.jobs import Check
from manual_slop.conductor.shadow import take_picture
from manual_slop.conductor.worktrees import Changed, Clash, Repository
from manual_slop.values.tickets import Ticket, Track

_BUSY = ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "REBASE_HEAD")
_MOST_NAMED = 10


class MergeRefused(Exception):
    """Nothing was merged and nothing has changed; says why and what to do."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A merge that could be done. `commit` is it, of `base` (where `onto`, the person's branch, stands) and `work`.

    With `clashes` there is no such commit. `digest` is SHA-256 (hex) over the exact diff and what the checks printed.
    """

    track_id: str
    onto: str
    base: str
    work: str
    commit: str = ""
    digest: str = ""
    diff: str = ""
    files: tuple[Changed, ...] = ()
    checks: tuple[Check, ...] = ()
    clashes: tuple[Clash, ...] = ()

    @property
    def tested(self) -> bool:
        """Whether there are checks and all of them passed."""
        return bool(self.checks) and all(check.passed for check in self.checks)


def offer(
    repository: Repository, track: Track, tickets: Iterable[Ticket], hands: Hands, *, again: bool = False
) -> Offer:
    """What merging the track as it is now would do; its tests run where they have not yet, or are wanted `again`.

    `tickets` are those whose work is on the track's branch. Raises `MergeRefused` where there is nothing to merge or
    no branch to merge it onto, and `GitFailed`.
    """
    git = repository.git
    take_picture(repository)
    onto, base, work = _ends(git, track.id)
    if not again and (known := known_offer(repository, track.id)):
        return known
    tree, clashes = worktrees.merged(git, base, work)
    if clashes:
        return Offer(track.id, onto, base, work, clashes=clashes)
    done = tuple(tickets)
    message = merge_message(track, done)
    made = git.run(
        "commit-tree", tree, "-p", base, "-p", work, stdin=message.encode(), author=git.person()
    ).text.strip()
    checks = _tested(repository, track.id, made, done, hands)
    ready = _completed(git, Offer(track.id, onto, base, work, made, checks=checks))
    _keep(git, ready)
    return ready


def known_offer(repository: Repository, track_id: str) -> Offer | None:
    """The offer made last, where the branch and the track still stand where they did."""
    git = repository.git
    kept = git.line("cat-file", "tag", _kept_at(track_id))
    if not kept:
        return None
    record: dict[str, Any] = json.loads(kept.partition("\n\n")[2])
    onto, base, work = _ends(git, track_id)
    checks = tuple(Check(**check) for check in record.pop("checks"))
    if (record["onto"], record["base"], record["work"]) != (onto, base, work):
        return None
    return _completed(git, Offer(track_id, onto, base, work, record["commit"], checks=checks))


def merge(repository: Repository, offered: Offer) -> None:
    """Do the merge that was offered: the person's branch moves to its commit, and their files follow.

    Files that they changed and that it would touch stand in the way, others stay as they are. Raises `MergeRefused`.
    """
    git = repository.git
    _require_as_offered(git, offered)
    in_the_way = sorted(
        set(worktrees.uncommitted_in(git)) & {name for one in offered.files for name in (one.path, one.old) if name}
    )
    if in_the_way:
        more = f" and {len(in_the_way) - _MOST_NAMED} more" if len(in_the_way) > _MOST_NAMED else ""
        named = ", ".join(in_the_way[:_MOST_NAMED]) + more
        raise MergeRefused(f"you changed files that the merge changes too: {named}; commit them or put them away first")
    git.run("update-ref", merging_ref(offered.track_id), offered.commit)
    moved = git.run(
        "merge", "--ff-only", "--no-overwrite-ignore", "--no-autostash", "--quiet", offered.commit, may_fail=True
    )
    if moved.code:
        git.run("update-ref", "-d", merging_ref(offered.track_id))
        raise MergeRefused(f"git would not merge: {' '.join(moved.complaint.split())}")
    git.run("update-ref", "-d", merging_ref(offered.track_id))


def tidy(repository: Repository, track_id: str, tickets: Iterable[str]) -> tuple[str, ...]:
    """After the merge: take away the folders and branches whose work is in it. Returns what stays, and why."""
    git, stays = repository.git, []
    into = git.run("rev-parse", "HEAD").text.strip()
    for ticket in tickets:
        if place := worktrees.find_place(repository, track_id, ticket):
            stays.append(worktrees.remove(repository, track_id, place))
    worktrees.forget(repository, track_id)
    with contextlib.suppress(OSError):
        worktrees.folder_of(repository, track_id).rmdir()  # where it is empty
    branch = worktrees.track_branch(track_id)
    work = git.line("rev-parse", "--verify", "--quiet", f"refs/heads/{branch}")
    if work and not git.run("merge-base", "--is-ancestor", work, into, may_fail=True).code:
        git.run("update-ref", "-d", f"refs/heads/{branch}", work)
        git.run("update-ref", "-d", _kept_at(track_id))
    return tuple(filter(None, stays))


def merge_message(track: Track, tickets: Sequence[Ticket]) -> str:
    """The message of the merge commit."""
    lines = [f"Merge track {track.id}: {track.title}", ""]
    lines += [f"- {ticket.title or ticket.id} ({ticket.id})" for ticket in tickets]
    return "\n".join([*lines, "", f"Track: {track.id}", ""])


def merging_ref(track_id: str) -> str:
    """What names the merge commit while the person's files are being changed."""
    return f"refs/mma-merging/{track_id}"


def _kept_at(track_id: str) -> str:
    return f"refs/mma-offers/{track_id}"


def _ends(git: Git, track_id: str) -> tuple[str, str, str]:
    """The person's branch, the commit it stands at, and the one the track's branch stands at."""
    onto = git.line("symbolic-ref", "--quiet", "--short", "HEAD")
    if not onto:
        raise MergeRefused("you are on no branch that could be merged onto: `git switch` to one")
    work = git.line("rev-parse", "--verify", "--quiet", f"refs/heads/{worktrees.track_branch(track_id)}")
    if not work:
        raise MergeRefused(f"track {track_id} has no branch of its own: nothing was done yet, or it is merged")
    base = git.run("rev-parse", "HEAD").text.strip()
    if not git.run("merge-base", "--is-ancestor", work, base, may_fail=True).code:
        raise MergeRefused(f"track {track_id} has nothing that {onto} does not have")
    return onto, base, work


def _tested(
    repository: Repository, track_id: str, commit: str, tickets: Sequence[Ticket], hands: Hands
) -> tuple[Check, ...]:
    """Run the checks on exactly what the merge would leave, in a folder made for it."""
    folder = worktrees.folder_of(repository, track_id) / f".merge-{commit[:12]}-{time.time_ns():x}"
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    git = repository.git
    git.run("worktree", "add", "--quiet", "--detach", str(folder), commit)
    try:
        return run_checks(
            hands.access.config, Path(repository.project), folder / repository.inside, tickets, cancel=hands.cancel
        )
    finally:
        git.run("worktree", "remove", "--force", str(folder))


def _completed(git: Git, bare: Offer) -> Offer:
    """An offer with all that follows from its commits."""
    exact = worktrees.diff_of(git, bare.base, bare.commit)
    digest = hashlib.sha256(f"{bare.onto} {bare.base} {bare.work} ".encode() + exact)
    digest.update(json.dumps([asdict(check) for check in bare.checks]).encode())
    return Offer(
        bare.track_id,
        bare.onto,
        bare.base,
        bare.work,
        bare.commit,
        digest.hexdigest(),
        worktrees.shown_diff(git, bare.base, bare.commit),
        worktrees.changed_files(git, bare.base, bare.commit),
        bare.checks,
    )


def _keep(git: Git, ready: Offer) -> None:
    """Note the offer in the repository, where its commit would else be taken for rubbish."""
    record = {"onto": ready.onto, "base": ready.base, "work": ready.work, "commit": ready.commit}
    body = json.dumps({**record, "checks": [asdict(check) for check in ready.checks]})
    by = git.person()
    name = "".join(char for char in by.name if char.isprintable() and char not in "<>") or "Manual Slop"
    head = (
        f"object {ready.commit}\ntype commit\ntag {ready.track_id}\ntagger {name} <{by.email}> {int(time.time())} +0000"
    )
    made = git.run("mktag", stdin=f"{head}\n\n{body}\n".encode()).text.strip()
    git.run("update-ref", _kept_at(ready.track_id), made)


def _require_as_offered(git: Git, offered: Offer) -> None:
    if not offered.commit:
        raise MergeRefused("the two sides clash: `mma run` gives a worker the conflict to solve")
    if _ends(git, offered.track_id) != (offered.onto, offered.base, offered.work):
        raise MergeRefused("your branch or the track's has moved since this was shown: look at it again")
    for name in _BUSY:
        if git.line("rev-parse", "--verify", "--quiet", name):
            raise MergeRefused("git is in the middle of something (a merge, a rebase): end or abort that first")


__all__ = ["GitFailed", "MergeRefused", "Offer", "known_offer", "merge", "offer", "tidy"]
