"""Which files may hold keys, wherever a path to them comes from: their content goes to no model unasked."""

from __future__ import annotations

from typing import BinaryIO

from manual_slop.safety.protected import may_hold_keys
from manual_slop.safety.workspace import Workspace


def names_of_keys(workspace: Workspace, path: str, file: BinaryIO) -> tuple[str, ...]:
    """The paths that say that the file, opened as `path`, may hold keys: its own, where a link led to it that one.

    Empty for ordinary files. A file whose own path cannot be told counts by the one it was opened by.
    """
    mount, parts = workspace.locate(path)
    try:
        true = mount.confinement.true_parts(file.fileno(), parts)
    except OSError:
        true = parts
    known = dict.fromkeys((parts, true))
    return tuple(mount.written(one) for one in known) if any(map(may_hold_keys, known)) else ()
