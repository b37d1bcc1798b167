"""Tickets and tracks as JSON: what a file or a model's answer holds, checked word by word, and written back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

from manual_slop.conductor.ticket_dag import TicketDag
from manual_slop.safety.path_rules import WorkspaceError, new_name_problem, parts_of, show
from manual_slop.values.errors import ConfigError
from manual_slop.values.tickets import Ticket

MOST_TICKETS = 10_000
LONGEST_ID = 60
_LONGEST: Mapping[str, int] = {"title": 300, "brief": 40_000, "model": 200}
_MOST_IN_A_LIST = 500
_LONGEST_IN_A_LIST = 4000  # characters
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)
_LISTS = ("depends_on", "files", "symbols", "acceptance")
_KNOWN = tuple(field.name for field in fields(Ticket))
_ELSEWHERE: Mapping[str, str] = {"description": "brief", "model_override": "model", "dependencies": "depends_on"}
"""What other programs call these fields."""
_PRIORITIES: Mapping[str, str] = {"high": "high", "normal": "normal", "medium": "normal", "low": "low"}
_IGNORED = frozenset(
    {"status", "attempts", "assigned_to", "blocked_reason", "step_mode", "retry_count", "manual_block"}
)
"""Fields that tell where a ticket stands: that is kept elsewhere."""


class PlanError(ConfigError):
    """A plan that cannot be used. `problems` are all that is wrong with it, one sentence each."""

    def __init__(self, problems: Iterable[str], where: str = "") -> None:
        self.problems = tuple(problems)
        shown = list(self.problems[:12])
        if len(self.problems) > len(shown):
            shown.append(f"… and {len(self.problems) - len(shown)} more")
        head = f"{where}: " if where else ""
        super().__init__(f"{head}{shown[0]}" if len(shown) == 1 else "\n  ".join([f"{where or 'the plan'}:", *shown]))


def id_problem(name: Any) -> str:
    """Why this is no id of a track or ticket; empty where it is one. It names folders and branches."""
    if not isinstance(name, str) or not name:
        return "an id must be a text"
    if len(name) > LONGEST_ID or not _ID.fullmatch(name):
        return f"“{show(name[:80])}” is no id: letters, digits, - and _, at most {LONGEST_ID}, no - or _ in front"
    return f"“{name}” is a device on some systems" if _DEVICES.fullmatch(name) else ""


def slug(words: str, taken: Iterable[str] = (), fallback: str = "track") -> str:
    """An id made of `words`, the same for the same words, and none of those `taken`."""
    plain = re.sub(r"[^a-z0-9]+", "-", words.casefold()).strip("-")
    short = plain if len(plain) <= 40 else plain[:40].rpartition("-")[0] or plain[:40]
    name = short if short and not id_problem(short) else fallback
    used = {one.casefold() for one in taken}
    numbers = (f"{name}-{at}" for at in range(2, len(used) + 3))
    return name if name not in used else next(one for one in numbers if one not in used)


def read_tickets(value: Any) -> tuple[tuple[Ticket, ...], tuple[str, ...]]:
    """The tickets of a JSON list, and what is wrong with them: each by itself, not their graph."""
    if not isinstance(value, list):
        return (), ("“tickets” must be a list of objects",)
    if len(value) > MOST_TICKETS:
        return (), (f"{len(value):,} tickets are too many: at most {MOST_TICKETS:,}",)
    problems: list[str] = []
    tickets = [_ticket(one, at, problems) for at, one in enumerate(value, 1)]
    return tuple(one for one in tickets if one is not None), tuple(problems)


def graph_problems(tickets: Sequence[Ticket], *, overlaps: bool = False) -> tuple[str, ...]:
    """What is wrong with the graph; with `overlaps` also what may run at once and should not."""
    folded: dict[str, str] = {}
    alike = []
    for one in tickets:
        other = folded.setdefault(one.id.casefold(), one.id)
        if other != one.id:
            alike.append(f"“{other}” and “{one.id}” differ in upper and lower case only, which some systems ignore")
    faults = TicketDag(tickets).faults()
    return (*alike, *(fault.message for fault in faults if fault.stops or overlaps))


def tickets_json(tickets: Iterable[Ticket]) -> list[dict[str, Any]]:
    """Tickets in JSON's values, the keys always in one order; empty fields are there too, to be filled in."""
    return [asdict(one) for one in tickets]


def _ticket(value: Any, at: int, problems: list[str]) -> Ticket | None:
    if not isinstance(value, dict):
        problems.append(f"ticket {at} is no object")
        return None
    given = {_ELSEWHERE.get(key, key): item for key, item in value.items() if key not in _IGNORED and item is not None}
    name = given.get("id")
    if problem := id_problem(name):
        problems.append(f"ticket {at}: {problem}")
        return None
    faults: list[str] = [f"the key “{show(str(key)[:60])}” is not known here" for key in given if key not in _KNOWN]
    read: dict[str, Any] = {"id": name, "title": "", "brief": ""}
    for key in _KNOWN[1:]:
        if key in given:
            read[key] = _READERS[key](key, given[key], faults)
    read["title"] = read["title"] or str(name)
    if not read["brief"].strip():
        faults.append("has no brief: it tells the worker what to do")
    problems += [f"“{name}”: {fault}" for fault in faults]
    return Ticket(**read)


def _text(key: str, value: Any, faults: list[str]) -> str:
    if not isinstance(value, str):
        faults.append(f"“{key}” must be a text")
        return ""
    if len(value) > _LONGEST[key]:
        faults.append(f"“{key}” has {len(value):,} characters: at most {_LONGEST[key]:,}")
        return value[: _LONGEST[key]]
    if key != "brief" and not (value.isprintable() or not value):
        faults.append(f"“{key}” must be one line of printable characters")
    return value.strip() if key != "brief" else value


def _priority(key: str, value: Any, faults: list[str]) -> str:
    if not isinstance(value, str) or value not in _PRIORITIES:
        faults.append(f"“{key}” must be high, normal or low")
        return "normal"
    return _PRIORITIES[value]


def _texts(key: str, value: Any, faults: list[str]) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        faults.append(f"“{key}” must be a list of texts")
        return ()
    if len(value) > _MOST_IN_A_LIST or any(len(one) > _LONGEST_IN_A_LIST for one in value):
        faults.append(f"“{key}” is too long: at most {_MOST_IN_A_LIST} texts of {_LONGEST_IN_A_LIST} characters")
        return ()
    return tuple(dict.fromkeys(one.strip() for one in value if one.strip()))


def _ids(key: str, value: Any, faults: list[str]) -> tuple[str, ...]:
    names = _texts(key, value, faults)
    faults += filter(None, map(id_problem, names))
    return tuple(name for name in names if not id_problem(name))


def _files(key: str, value: Any, faults: list[str]) -> tuple[str, ...]:
    paths = []
    for path in _texts(key, value, faults):
        problem = _path_problem(path)
        if problem:
            faults.append(f"“{key}” names {show(path[:80])}: {problem}")
        else:
            paths.append("/".join(parts_of(path, windows=False)))
    return tuple(dict.fromkeys(paths))


def _path_problem(path: str) -> str:
    try:
        parts = parts_of(path, windows=False)
    except WorkspaceError as error:
        return str(error).partition(": ")[2]
    if not parts:
        return "the whole project is no file: name the files or folders"
    if any(sign in path for sign in "*?[]{}"):
        return "a pattern: name the files or folders themselves"
    if parts[0].casefold() == ".git" or tuple(part.casefold() for part in parts[:2]) == ("conductor", "tracks"):
        return "no ticket may change this"
    return "no name for a file" if any(map(new_name_problem, parts)) else ""


_READERS: Mapping[str, Callable[[str, Any, list[str]], Any]] = {
    "title": _text,
    "brief": _text,
    "model": _text,
    "priority": _priority,
    "files": _files,
    "depends_on": _ids,
    "symbols": _texts,
    "acceptance": _texts,
}
