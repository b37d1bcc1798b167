"""What a person tells the program that works on a track, from wherever they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

CommandKind = Literal[
    "pause", "resume", "stop", "kill", "retry", "keep", "skip", "block", "unblock", "model", "priority"
]
COMMAND_KINDS: tuple[CommandKind, ...] = get_args(CommandKind)
TICKET_KINDS: frozenset[CommandKind] = frozenset(
    {"kill", "retry", "keep", "skip", "block", "unblock", "model", "priority"}
)


@dataclass(frozen=True, slots=True)
class TrackCommand:
    """`value` is the reason of a block, the model or the priority; `ticket` is empty for what is about the whole track.

    `pause` begins nothing new, `stop` ends what runs. `keep` takes the work of a ticket whose program ended as it is,
    and has it reviewed.
    """

    kind: CommandKind
    ticket: str = ""
    value: str = ""
    by: str = ""
