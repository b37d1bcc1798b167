"""What a person has chosen for all that they say from now on."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from manual_slop.app.manner import Manner


@dataclass(slots=True)
class Choices:
    """`project` is the folder that tools work in; `model` the one that was chosen, `suggested` used until one is.

    `manner` is how models are spoken to, from the next prompt on.
    """

    project: Path | None = None
    model: str = ""
    suggested: str = ""
    manner: Manner = field(default_factory=Manner)

    @property
    def model_in_use(self) -> str:
        """Whom a new conversation is with."""
        return self.model or self.suggested
