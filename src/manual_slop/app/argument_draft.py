"""The arguments of a call while a person changes them: texts as they are, everything else as JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from manual_slop.safety.consent_escape import hides
from manual_slop.values.approval import canonical


@dataclass(slots=True)
class Field:
    """One argument: what a person sees and changes. With `plain` it is the text itself, else it is JSON."""

    name: str
    text: str
    plain: bool
    first: str

    @property
    def long(self) -> bool:
        """Whether it needs more than a line."""
        return "\n" in self.first or len(self.first) > 60


class ArgumentDraft:
    """The fields of one call's arguments (a JSON object). What is not touched stays exactly as it was."""

    def __init__(self, arguments: str) -> None:
        self._given: dict[str, Any] = json.loads(arguments)
        self._before = canonical(self._given)
        self.fields = tuple(_field(name, value) for name, value in self._given.items())

    def written(self) -> str:
        """The arguments as they are now, spelled canonically. Raises `ValueError` that names the field at fault."""
        return canonical({field.name: self._value(field) for field in self.fields})

    @property
    def changed(self) -> bool:
        """Whether they differ from those that were given; also where they cannot be read."""
        try:
            return self.written() != self._before
        except ValueError:
            return True

    def _value(self, field: Field) -> Any:
        if field.text == field.first:
            return self._given[field.name]
        if field.plain:
            return field.text
        problem = ""
        try:
            return json.loads(field.text)
        except (ValueError, RecursionError) as error:
            problem = str(error)
        raise ValueError(f"{field.name} is not JSON: {problem}")


def _field(name: str, value: Any) -> Field:
    if isinstance(value, str) and _can_be_typed(value):
        return Field(name, value, True, value)
    text = json.dumps(value, indent=2 if isinstance(value, dict | list) else None)
    return Field(name, text, False, text)


def _can_be_typed(text: str) -> bool:
    """Whether a field shows all of it: what hides is spelled in JSON (\\u202e) instead, so that nothing is lost."""
    return "\r" not in text and not any(hides(char) for char in text if char not in "\n\t")
