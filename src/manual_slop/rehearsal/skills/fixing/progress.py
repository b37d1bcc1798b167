"""How far a repair has come, told anew from the calls made so far and what they answered."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from manual_slop.rehearsal.conversation import Exchange
from manual_slop.rehearsal.craft.listing import has_failed, read_text
from manual_slop.rehearsal.craft.toolbox import kind_of, path_of
from manual_slop.rehearsal.skills.effects import (
    changed_path,
    changed_texts,
    command_in,
    effect_of,
    refusal_in,
    written_text,
)
from manual_slop.rehearsal.skills.fixing.outcome import Outcome, read_outcome

_CHANGED_BY_PERSON = re.compile(r"^\[The person changed the arguments\. It ran with: (?P<arguments>\{.*\})\]\n")


class Progress:
    """`texts` are the files as they are now, `base` as they were when the fewest tests failed, `original` at first.

    `tried` are (path, text) that did not help or were refused; `failed_rounds` counts the changes that did not help.
    """

    def __init__(self, exchanges: Iterable[Exchange]) -> None:
        self.texts: dict[str, str] = {}
        self.base: dict[str, str] = {}
        self.original: dict[str, str] = {}
        self.tried: set[tuple[str, str]] = set()
        self.first: Outcome | None = None
        self.best: Outcome | None = None
        self.last: Outcome | None = None
        self.last_output = ""
        self.commands: list[str] = []
        self.refused_edits: list[str] = []
        self.refused_runs: list[str] = []
        self.failed_edits: list[str] = []
        self.failed_rounds = 0
        self.changed_by_person = False
        for exchange in exchanges:
            self._replay(exchange)

    @property
    def is_changed(self) -> bool:
        """Whether the files are not as they were in the best state that was tested."""
        return any(self.base.get(path) != text for path, text in self.texts.items())

    def _replay(self, exchange: Exchange) -> None:
        edited = _CHANGED_BY_PERSON.match(exchange.result)
        arguments = _parsed(edited["arguments"]) if edited else exchange.arguments
        result = exchange.result[edited.end() :] if edited else exchange.result
        effect = effect_of(exchange.name)
        if kind_of(exchange.name) == "read":
            self._was_read(path_of(arguments), result)
        elif effect in ("tests", "shell"):
            self.commands.append(command_in(arguments))
            self._ran(result)
        elif effect in ("edit", "write"):
            self.changed_by_person |= bool(edited)
            self._was_edited(arguments, effect, result)

    def _was_read(self, path: str, result: str) -> None:
        if not has_failed(result):
            text = read_text(result)
            self.original.setdefault(path, text)
            self.base[path] = self.texts[path] = text

    def _ran(self, result: str) -> None:
        refusal = refusal_in(result)
        if refusal is not None:
            self.refused_runs.append(refusal)
            return
        self.refused_runs.clear()  # another command was allowed
        self.last, self.last_output = read_outcome(result), result
        self.first = self.first or self.last
        if self.best is None or _is_better(self.last, self.best):
            self.best, self.base = self.last, dict(self.texts)
        elif self.is_changed:
            self.failed_rounds += 1
            self.tried |= {(path, text) for path, text in self.texts.items() if self.base.get(path) != text}

    def _was_edited(self, arguments: Mapping[str, Any], effect: str, result: str) -> None:
        path = changed_path(arguments)
        before = self.texts.get(path, "")
        after = written_text(arguments) if effect == "write" else _replaced(before, changed_texts(arguments))
        refusal = refusal_in(result)
        if refusal is not None:
            self.refused_edits.append(refusal)
            self.tried.add((path, after))
        elif has_failed(result):
            self.failed_edits.append(result)
            self.texts.pop(path, None)
        else:
            self.texts[path] = after


def _replaced(text: str, edits: Iterable[tuple[str, str]]) -> str:
    for old, new in edits:
        text = text.replace(old, new, 1) if old else text
    return text


def _is_better(outcome: Outcome, than: Outcome) -> bool:
    return outcome.passed or (bool(outcome.failing) and set(outcome.failing) < set(than.failing))


def _parsed(arguments: str) -> Mapping[str, Any]:
    try:
        parsed = json.loads(arguments)
    except (ValueError, RecursionError):
        return {}
    return parsed if isinstance(parsed, dict) else {}
