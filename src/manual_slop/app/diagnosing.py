"""How the program itself is doing: what has to be read or asked for is found out behind the window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from manual_slop.app.choices import Choices

DIAGNOSIS, CHECKED = "diagnosis", "store checked"
"""Tables of `AppState.loaded`: `Fact`s; what is wrong with the store, empty where nothing is."""

Load = Callable[[str, str, Callable[[], Any]], None]


@dataclass(frozen=True, slots=True)
class Fact:
    """A line: what it is about, what is so, and a word of help."""

    topic: str
    name: str
    value: str
    tip: str = ""


class Diagnosing:
    """Commands; each returns at once."""

    def __init__(self, choices: Choices, load: Load) -> None:
        self._choices = choices
        self._load = load

    def look(self) -> None:
        """Find out what is to be found out, into `DIAGNOSIS`."""
        project = self._choices.project
        self._load(DIAGNOSIS, "", lambda: tuple(_facts(project)))

    def check_store(self) -> None:
        """Read all of the store and see whether it is whole, into `CHECKED`."""
        self._load(CHECKED, "", _check)


def _facts(project: Path | None) -> Iterator[Fact]:
    for topic, look in (
        ("program", _program),
        ("models", _models),
        ("commands", lambda: _commands(project)),
        ("store", _kept),
    ):
        try:
            yield from look()
        except Exception as error:  # noqa: BLE001  # one thing that cannot be told leaves the others
            yield Fact(topic, "not known", f"{type(error).__name__}: {error}")


def _program() -> Iterator[Fact]:
    import platform

    from manual_slop import __version__

    yield Fact("program", "manual-slop", __version__)
    yield Fact("program", "Python", f"{platform.python_version()}, {platform.system()} {platform.machine()}")
    if peak := _peak():
        yield Fact("program", "memory", f"{peak / 1_000_000:,.0f} MB at its peak", "The most this process has held")


def _models() -> Iterator[Fact]:
    from manual_slop.providers.model_map import model_map

    known = model_map()
    yield Fact("models", "litellm", known.version or "not installed", "Every request to a provider goes through it")
    age = f"fetched {known.fetched}, {(datetime.now(UTC).date() - known.fetched).days} d ago" if known.fetched else ""
    value = known.problem or f"{len(known):,} models, {age or 'as litellm carries it'}"
    yield Fact("models", "price map", value, "`manual-slop price --refresh` fetches a newer one")


def _commands(project: Path | None) -> Iterator[Fact]:
    from manual_slop.providers.config import load_config
    from manual_slop.safety.sandbox import Walls
    from manual_slop.safety.shell.errors import ShellError
    from manual_slop.safety.shell.levels import choose
    from manual_slop.safety.shell.shell import available
    from manual_slop.tools.settings import work_settings

    if project is None or not available():
        why = "no project is open" if project is None else "none are run on this system"
        yield Fact("commands", "confinement", why)
        return
    sandbox = work_settings(load_config(), project).sandbox
    try:
        _, level = choose(sandbox, Walls(str(project), "", sandbox.network, sandbox.write_git, hidden=()))
    except ShellError as error:
        yield Fact("commands", "confinement", str(error))
        return
    name, tip = ("none", level.detail) if level.name == "none" else (str(level), "What a command cannot get out of")
    yield Fact("commands", "confinement", name, tip)


def _kept() -> Iterator[Fact]:
    store = _store()
    path = store.database.path
    if path is not None:
        sizes = [one.stat().st_size for one in (path, path.with_name(f"{path.name}-wal")) if one.exists()]
        yield Fact("store", "size", f"{sum(sizes) / 1_000_000:,.1f} MB", str(path))
    yield Fact("store", "sessions", f"{len(store.sessions()):,}")
    yield Fact("store", "writing", str(store.database.broken or "as it should"))


def _check() -> str:
    wrong: str = _store().database.check()
    return wrong


def _store() -> Any:
    from manual_slop.store.shared import shared_store  # SQLite: only when it is wanted

    return shared_store()


def _peak() -> int:
    """The most bytes this process has held; 0 where the system does not say."""
    try:
        import resource
    except ImportError:  # Windows
        return 0
    import sys

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
