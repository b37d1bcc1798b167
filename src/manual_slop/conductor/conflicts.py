"""What becomes of two tickets' work that clashes: a ticket of its own, which shows a worker both sides."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from manual_slop.conductor.briefing import framed
from manual_slop.conductor.worktrees import Clash
from manual_slop.values.tickets import Ticket

_MOST_SHOWN = 20_000  # characters of one file


def conflict_ticket(ticket: Ticket, clashes: Sequence[Clash], files: Sequence[str], taken: Collection[str]) -> Ticket:
    """The ticket that brings a ticket's work together with what came before it on the track's branch.

    `files` are all that the ticket changed, `taken` the ids there are. It does the ticket's work once more, from what
    the track is now, so it depends on nothing that the ticket did not.
    """
    names = ", ".join(clash.path for clash in clashes)
    brief = "\n\n".join(
        [
            f"The work of ticket {ticket.id} ({ticket.title}) clashes with what others have put on the track's branch "
            f"since: {names}. You see the files as they are on the branch. Change them so that both hold: what is there "
            "now, and what the ticket asked for, which was:",
            ticket.brief,
            "What a merge makes of the two, between git's marks first what is on the branch, then the ticket's side:",
            *(_shown(clash) for clash in clashes),
            "Leave none of git's marks (`<<<<<<<`, `=======`, `>>>>>>>`) in any file.",
        ]
    )
    return Ticket(
        _free(f"{ticket.id}-conflict", taken),
        f"Bring together: {ticket.title or ticket.id}",
        brief,
        ticket.depends_on,
        tuple(dict.fromkeys([*(clash.path for clash in clashes), *ticket.files, *files])),
        ticket.symbols,
        ticket.acceptance,
        "high",
        ticket.model,
    )


def _shown(clash: Clash) -> str:
    text = clash.text[:_MOST_SHOWN]
    return f"### {clash.path}\n{framed(clash.path, text) if text else 'It is no text, or one side removed it.'}"


def _free(name: str, taken: Collection[str]) -> str:
    return next(one for one in (name, *(f"{name}-{number}" for number in range(2, 1000))) if one not in taken)
