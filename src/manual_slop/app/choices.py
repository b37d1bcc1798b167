"""What a person has chosen for all that they say from now on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(slots=True)
class Choices:
    """`project` is the folder that tools work in; `model` the one that was chosen, `suggested` used until one is."""

    project: Path | None = None
    model: str = ""
    suggested: str = ""

    @property
    def model_in_use(self) -> str:
        """Whom a new conversation is with."""
        return self.model or self.suggested
