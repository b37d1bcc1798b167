"""What a tool did to the world, as the journal keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

Outcome = Literal["done", "failed", "unknown"]
"""`failed` changed nothing; `unknown` may have: nobody was there to see the end."""


@dataclass(frozen=True, slots=True)
class FileState:
    """A file at one moment: the SHA-256 of its content and its permission bits."""

    digest: str
    mode: int


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file of a project before and after; `None` is no file. The content of `before` is among the blobs."""

    path: str
    before: FileState | None
    after: FileState | None


@dataclass(frozen=True, slots=True)
class Effect:
    """What is about to be done. `key`, where given, is unique to it: no second effect with that key is ever begun.

    `action` is the digest of what was approved, `root` the project folder that `changes` lie in, `folders` those that
    were made on the way, and `undoes` the entries that this takes back.
    """

    tool: str
    session_id: str = ""
    turn_id: str = ""
    call_id: str = ""
    key: str = ""
    action: str = ""
    root: str = ""
    changes: tuple[FileChange, ...] = ()
    folders: tuple[str, ...] = ()
    undoes: tuple[str, ...] = ()


def as_json(effect: Effect) -> dict[str, Any]:
    """`effect` in plain JSON values, without what is empty."""
    return {name: value for name, value in asdict(effect).items() if value}


def from_json(record: Mapping[str, Any]) -> Effect:
    """The effect that `as_json` wrote, by this version or another. Raises `LookupError`, `TypeError`, `ValueError`."""
    texts = ("session_id", "turn_id", "call_id", "key", "action", "root")
    return Effect(
        str(record["tool"]),
        **{name: str(record.get(name, "")) for name in texts},
        changes=tuple(
            FileChange(str(change["path"]), _state(change["before"]), _state(change["after"]))
            for change in record.get("changes", ())
        ),
        folders=tuple(map(str, record.get("folders", ()))),
        undoes=tuple(map(str, record.get("undoes", ()))),
    )


def _state(record: Mapping[str, Any] | None) -> FileState | None:
    return None if record is None else FileState(str(record["digest"]), int(record["mode"]))
