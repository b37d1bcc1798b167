"""`requirements.lock`, read: what may be installed, and the files it may come in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from packaging.markers import Marker
from packaging.utils import canonicalize_name

from tests.support.shared import ROOT

LOCK = ROOT / "requirements.lock"


@dataclass(frozen=True, slots=True)
class Locked:
    """One line of the lock: `marker` is where it is meant for ("" is everywhere), `hashes` are SHA-256 in hex."""

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]

    @property
    def url(self) -> str:
        """The package URL that names this version."""
        return f"pkg:pypi/{self.name}@{self.version}"

    def is_for_here(self) -> bool:
        """Whether this Python on this system gets it."""
        return not self.marker or Marker(self.marker).evaluate()


def read_lock(path: Path = LOCK) -> tuple[Locked, ...]:
    """All of a lock.

    Raises:
        ValueError: for a line that is no exact version, or that has no SHA-256.
    """
    text = re.sub(r"^#.*\n", "", path.read_text("utf-8"), flags=re.MULTILINE)
    lines = text.replace("\\\n", " ").splitlines()
    return tuple(_locked(line) for line in lines if line.strip())


def _locked(line: str) -> Locked:
    requirement, *hashes = (part.strip() for part in line.split("--hash="))
    match = re.fullmatch(r"([A-Za-z0-9._-]+)==([^\s;]+)(?:\s*;\s*(.+))?", requirement)
    if match is None:
        raise ValueError(f"not an exact version: {requirement}")
    strange = [one for one in hashes if not re.fullmatch(r"sha256:[0-9a-f]{64}", one)]
    if strange or not hashes:
        raise ValueError(f"{match[1]} has no SHA-256, or something else: {strange}")
    digests = tuple(one.removeprefix("sha256:") for one in hashes)
    return Locked(canonicalize_name(match[1]), match[2], match[3] or "", digests)
