"""`manual-slop mma merge`: shows diff, tests and verdicts of a track, and merges them when a person says so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer
from rich.text import Text

from manual_slop.conductor.git import GitFailed
from manual_slop.conductor.merge_gate import Merged, MergeGate, merge_gate
from manual_slop.conductor.merging import MergeRefused, Offer
from manual_slop.terminal.exit_codes import DONE, REFUSED
from manual_slop.terminal.json_lines import document
from manual_slop.terminal.mma_common import JsonOption, TrackArgument, ask, can_ask, who
from manual_slop.terminal.screen import say, screen
from manual_slop.terminal.sessions_store import opened
from manual_slop.terminal.visible import one_line, visible
from manual_slop.values.errors import ConfigError

_MOST_LINES = 2000
_MOST_OF_A_CHECK = 40  # lines, of the end


def merge_command(
    track: TrackArgument,
    yes_merge: Annotated[
        bool, typer.Option("--yes-merge", help="Merge without asking, if every ticket is done and the tests pass.")
    ] = False,
    digest: Annotated[
        str, typer.Option(metavar="HEX", help="Merge without asking just what has this digest, as shown before.")
    ] = "",
    test_again: Annotated[bool, typer.Option("--test-again", help="Run the tests once more.")] = False,
    json: JsonOption = False,
) -> int:
    """Show what a track would change on your branch, with its tests and verdicts; merge it when you say so."""
    problem = ""
    try:
        with opened() as store, merge_gate(store, track) as gate:
            return _Merging(gate, json).run(yes_merge, digest, again=test_again)
    except (MergeRefused, GitFailed) as refused:
        problem = str(refused)
    if json:
        screen().put(document({"type": "merge", "track": track, "merged": False, "error": problem}))
    else:
        screen().note(f"not merged: {one_line(problem, 2000)}", "bad")
    return REFUSED


class _Merging:
    """One run of the command."""

    def __init__(self, gate: MergeGate, json: bool) -> None:
        self._gate = gate
        self._json = json

    def run(self, yes: bool, digest: str, *, again: bool) -> int:
        gate = self._gate
        if gate.mended == "taken back":
            screen().note("a merge of this track had been broken off in the middle: it was taken back", "warn")
        if gate.mended == "merged":
            return self._end(None, None)
        offer = gate.offer(again=again)
        if not self._json:
            self._show(offer)
        if offer.clashes:
            names = ", ".join(clash.path for clash in offer.clashes)
            raise MergeRefused(
                f"it clashes with what is on {offer.onto} in {names}: bring {offer.onto} up to date there"
            )
        if not self._agreed(offer, yes, digest):
            return self._end(offer, None)
        gate.let_pass(offer.digest, who())
        return self._end(offer, gate.merge(who()))

    def _agreed(self, offer: Offer, yes: bool, digest: str) -> bool:
        """Whether a person says so. Raises `MergeRefused` where nobody looked, and `ConfigError` where nobody can."""
        if digest:
            if len(digest) < 12 or not offer.digest.startswith(digest.lower()):
                raise MergeRefused(f"what would be merged has the digest {offer.digest[:12]}, not {digest[:64]}")
            return True
        if yes:
            if against := [*_against(offer, self._gate)]:
                raise MergeRefused(f"{'; '.join(against)}: --yes-merge is not for that, look at it and name its digest")
            screen().note("--yes-merge: THE MERGE GATE IS OPENED WITHOUT A PERSON LOOKING", "warn")
            return True
        if self._json or not can_ask():
            if self._json:
                return False
            raise ConfigError(f"nobody can be asked here: --digest {offer.digest[:12]} merges what was shown")
        for reason in _against(offer, self._gate):
            screen().note(reason.upper(), "bad")
        return ask(f"merge this into {self._where(offer.onto)}?")

    def _show(self, offer: Offer) -> None:
        out = screen().out
        for line, style in _diff_lines(offer.diff):
            say(out, Text(line, style))
        for check in offer.checks:
            state = "passed" if check.passed else f"FAILED ({check.how})"
            say(out, Text(f"$ {one_line(check.command, 500)}: {state}", "good" if check.passed else "bad"))
            if not check.passed:
                say(out, Text("\n".join(visible(check.output).splitlines()[-_MOST_OF_A_CHECK:]), "dim"))
        for ticket in self._gate.state.tickets.values():
            stands = self._gate.state.states[ticket.id]
            reasons = "; ".join(stands.verdict.reasons) if stands.verdict else stands.reason
            style = "none" if stands.status == "done" else "warn"
            say(out, Text(f"{ticket.id}  {stands.status}  {one_line(ticket.title)}  {one_line(reasons)}", style))
        screen().note(f"files that change in {self._where(offer.onto)}: {len(offer.files)}; digest {offer.digest[:12]}")

    def _where(self, onto: str) -> str:
        """Where the merge goes. A project without git has no branch of its own."""
        return "the project folder, which is no git repository" if self._gate.repository.shadow else onto

    def _end(self, offer: Offer | None, merged: Merged | None) -> int:
        if self._json:
            screen().put(document(self._fields(offer, merged)))
        elif merged is not None:
            screen().note(f"merged into {self._where(merged.onto)} as {merged.commit[:10]}", "good")
            for why in merged.stays:
                screen().note(why, "warn")
        elif offer is None:
            screen().note("the merge had got through before: nothing is left to do", "good")
        else:
            screen().note("not merged, nothing has changed", "warn")
        return DONE if merged is not None or offer is None else REFUSED

    def _fields(self, offer: Offer | None, merged: Merged | None) -> dict[str, object]:
        ends = {"type": "merge", "track": self._gate.id, "merged": merged is not None or offer is None}
        if offer is None:
            return ends
        checks = [{"command": one.command, "passed": one.passed, "how": one.how} for one in offer.checks]
        return {
            **ends,
            "commit": merged.commit if merged else "",
            "onto": offer.onto,
            "digest": offer.digest,
            "files": [{"path": one.path, "how": one.how} for one in offer.files],
            "checks": checks,
            "missing": [ticket.id for ticket in self._gate.missing()],
            "diff": offer.diff,
        }


def _against(offer: Offer, gate: MergeGate) -> Iterator[str]:
    """What somebody who looks would see, and nobody else."""
    if missing := gate.missing():
        yield f"not done: {', '.join(ticket.id for ticket in missing)}"
    if failed := [check.command for check in offer.checks if not check.passed]:
        yield f"failed: {', '.join(failed)}"
    if not offer.checks:
        yield "no command checks it"


def _diff_lines(diff: str) -> Iterator[tuple[str, str]]:
    lines = visible(diff).splitlines()
    for line in lines[:_MOST_LINES]:
        heading = line.startswith(("diff --git", "+++", "---", "index "))
        yield line, "name" if heading else {"+": "good", "-": "bad", "@": "tool"}.get(line[:1], "none")
    if len(lines) > _MOST_LINES:
        yield f"[… {len(lines) - _MOST_LINES:,} more lines: --json has them all]", "warn"
