"""What an escape would reach, and watchmen who see it: confinements that look at each descriptor they hand out."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from manual_slop.safety.confinement import Confinement, Entry, Parts
from manual_slop.safety.folder import Folder

CANARY = b"canary-outside\n"
INSIDE = b"inside\n"

TARGETS = (
    "etc/passwd etc/shadow etc/hosts etc/issue etc/group boot.ini windows/win.ini windows/system.ini secret "
    "windows/system32/drivers/etc/hosts winnt/win.ini inetpub/wwwroot/web.config autoexec.bat .ssh/id_rsa .env "
    "WEB-INF/web.xml apache/logs/access.log var/log/auth.log proc/self/environ file.txt index.php config.php"
)


@dataclass
class Watch:
    """What was handed out: how many descriptors, and which of them lay outside."""

    root: Path
    opened: int = 0
    outside: list[str] = field(default_factory=list)
    last: str = ""

    def see(self, descriptor: int) -> None:
        """One descriptor, as the kernel names it."""
        self.opened += 1
        self.last = str(Path(f"/proc/self/fd/{descriptor}").readlink()).removesuffix(" (deleted)")
        if not Path(self.last).is_relative_to(self.root):
            self.outside.append(self.last)


def watched(way: type[Confinement], watch: Watch) -> Callable[[str], Confinement]:
    """A confinement of this kind that shows everything it opens."""

    class Watched(way):  # type: ignore[misc,valid-type]
        def open(self, parts: Parts, flags: int) -> int:
            descriptor: int = super().open(parts, flags)
            watch.see(descriptor)
            return descriptor

        def folder(self, parts: Parts) -> Folder:
            held: Folder = super().folder(parts)
            assert held.descriptor is not None
            watch.see(held.descriptor)
            return held

        def scan(self, parts: Parts, limit: int | None = None) -> list[Entry]:
            found: list[Entry] = super().scan(parts, limit)
            return found

    return Watched


def plant(home: Path) -> Path:
    """A project deep in `home`, the commonest targets beside and above it with a canary, inside with other words."""
    project = home / "a" / "b" / "project"
    project.mkdir(parents=True)
    neighbours = (project.with_name("project-evil"), project.with_name("PROJECT"))
    outsiders = dict.fromkeys((home, home / "a", home / "a" / "b", *neighbours), CANARY)
    for folder, content in {project: INSIDE, **outsiders}.items():
        for name in TARGETS.split():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    return project


def outside(home: Path, project: Path) -> dict[str, tuple[bytes | None, int, int]]:
    """Everything below `home` but the project: content, permissions and when it was changed."""
    return {
        str(path): (path.read_bytes() if path.is_file() else None, path.stat().st_mode, path.stat().st_mtime_ns)
        for path in sorted(home.rglob("*"))
        if not path.is_relative_to(project)
        and path != project.parent
        and not path.is_symlink()
        # Where the old contents are kept.
        and not path.is_relative_to(project.with_name("blobs"))
    }


def lexical(root: str, path: str) -> str:
    """Where a path would lead if nothing stood in its way."""
    return os.path.normpath("/" + (path if path.startswith("/") else f"{root}/{path}").lstrip("/"))
