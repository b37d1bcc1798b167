"""A recorded session as a file: Markdown or HTML to read, JSON to take in here or elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from manual_slop.values.errors import ConfigError

if TYPE_CHECKING:
    from manual_slop.store.store import Store

ENDINGS = (".md", ".html", ".json")


def export(store: Store, session_id: str, file: Path) -> Path:
    """Write it, without keys, never in the place of another file. Where it is; raises `ConfigError`, `StoreError`."""
    from manual_slop import ai_client
    from manual_slop.session.export.keys import learn_keys
    from manual_slop.store.export_file import ExportError, write_whole

    write = _FORMS.get(file.suffix.lower())
    if write is None:
        raise ConfigError(f"the file's name has to end with {', '.join(ENDINGS)}")
    learn_keys(ai_client.new_access())
    problem = ""
    try:
        write_whole(file.absolute(), write(store, session_id).encode("utf-8", "backslashreplace"))
    except ExportError as error:
        problem = str(error).partition(", or --force")[0]
    if problem:
        raise ConfigError(problem)
    return file.absolute()


def take_in(store: Store, file: Path) -> tuple[str, str]:
    """Keep a session that was exported as JSON: its id, and what to say of it. Raises `ConfigError`, `StoreError`."""
    from manual_slop.session.export.reading import MOST_BYTES, read_archive
    from manual_slop.session.export.taking_in import outcome_words
    from manual_slop.session.export.taking_in import take_in as keep
    from manual_slop.store.blobs import BlobError
    from manual_slop.store.export_file import ExportError, read_whole

    problem = ""
    try:
        archive = read_archive(read_whole(file, MOST_BYTES))
        session_id, outcome = keep(store, archive)
        return session_id, outcome_words(session_id, outcome, archive)
    except (ExportError, BlobError) as error:
        problem = str(error)
    raise ConfigError(problem)


def _markdown(store: Store, session_id: str) -> str:
    from manual_slop.session.export.markdown import as_markdown
    from manual_slop.session.story import story

    summary = store.summary(session_id)
    title = summary.title or f"session {session_id[:8]}"
    return _clean(as_markdown(title, story(store.envelopes(session_id)), summary.cost))


def _html(store: Store, session_id: str) -> str:
    from manual_slop.session.export.html import as_html
    from manual_slop.session.story import story

    summary = store.summary(session_id)
    title = summary.title or f"session {session_id[:8]}"
    return _clean(as_html(title, story(store.envelopes(session_id)), summary.cost))


def _archive(store: Store, session_id: str) -> str:
    from manual_slop.session.export.archive import as_archive

    return as_archive(store, session_id)


def _clean(text: str) -> str:
    from manual_slop.session.export.keys import without_keys

    return without_keys(text)[0]


_FORMS: Mapping[str, Callable[[Store, str], str]] = {".md": _markdown, ".html": _html, ".json": _archive}
