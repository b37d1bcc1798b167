"""What becomes of two tickets' work that clashes: a ticket of its own, which shows a worker both sides."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from manual_slop.conductor.briefing import framed
from manual_slop.conductor.worktrees import Clash
from manual_slop.values.tickets import Ticket

_MOST_SHOWN = 20_000  # characters of one file


def conflict_ticket(ticket: Ticket, clashes: Sequence[Clash], files: Sequence[str], taken: Collection[str]) -> Ticket:
    """The ticket that brings a ticket's work together with what came before it on the track's branch.

    `files` are all that the ticket changed, `taken` the ids there are. Where `worktrees.integrate`
    was told its id, its place begins with both sides in it.
    """
    names = ", ".join(clash.path for clash in clashes)
    why = (
        f"The work of ticket {ticket.id} ({ticket.title}) clashes with what others have put on the track's branch, "
        f"in {names}. Your folder holds both, with git's marks where they clash: first what is on the branch, then the "
        "ticket's side. Change the files so that both hold, and leave none of git's marks (`<<<<<<<`, `=======`, "
        "`>>>>>>>`) in any of them."
    )
    asked = f"The ticket had asked for this, and most of it is there:\n\n{framed(ticket.id, ticket.brief)}"
    brief = "\n\n".join([why, asked, *(_shown(clash) for clash in clashes)])
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
