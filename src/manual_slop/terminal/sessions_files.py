"""`manual-slop sessions export` and `import`: sessions as files."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from manual_slop.session.export.archive import as_archive
from manual_slop.session.export.keys import learn_keys, without_keys
from manual_slop.session.story import story
from manual_slop.store.blobs import BlobError
from manual_slop.store.export_file import ExportError, read_whole, write_whole
from manual_slop.terminal.json_lines import document
from manual_slop.terminal.screen import screen
from manual_slop.terminal.sessions_store import opened
from manual_slop.terminal.visible import one_line
from manual_slop.terminal.wording import size
from manual_slop.values.errors import ConfigError

if TYPE_CHECKING:
    from manual_slop.store.store import Store

_STDOUT = "-"
_ENDINGS: Mapping[str, str] = {".md": "md", ".markdown": "md", ".html": "html", ".htm": "html", ".json": "json"}


def export_session(name: str, output: Path | None, form: str | None, force: bool) -> None:
    """Write a session to a file or to stdout. Raises `ConfigError`."""
    from manual_slop import ai_client

    chosen = form_of(output, form)
    learn_keys(ai_client.new_access())
    with opened() as store:
        told = write_session(store, store.find(name), output, chosen, force)
    if told:
        screen().note(told)


def write_session(store: Store, session_id: str, output: Path | None, form: str, force: bool) -> str:
    """Write a session of `store` to a file or to stdout; what to tell of it. Raises `ConfigError`, and `StoreError`."""
    problem = ""
    try:
        text = _FORMS[form](store, session_id)
        if output is None or str(output) == _STDOUT:
            screen().put(text.rstrip("\n"))
            return ""
        data = text.encode("utf-8", "backslashreplace")
        write_whole(output, data, replace=force)
        return f"wrote {one_line(str(output))}, {size(len(data))}"
    except ExportError as error:
        problem = str(error)
    raise ConfigError(problem)


def import_session(file: Path, json: bool) -> None:
    """Read a session from a file or from stdin. Raises `ConfigError`."""
    from manual_slop.session.export.reading import MOST_BYTES, read_archive
    from manual_slop.session.export.taking_in import outcome_words, take_in

    problem = ""
    try:
        data = _standard_input(MOST_BYTES) if str(file) == _STDOUT else read_whole(file, MOST_BYTES)
        archive = read_archive(data)
        with opened() as store:
            session_id, outcome = take_in(store, archive)
    except (ExportError, BlobError) as error:
        problem = str(error)
    if problem:
        raise ConfigError(problem)
    if json:
        screen().put(document({"id": session_id, "outcome": outcome, "events": len(archive.envelopes)}))
        return
    screen().note(outcome_words(session_id, outcome, archive))


def form_of(output: Path | None, form: str | None) -> str:
    """The form to write: the one named, else as the file's name ends. Raises `ConfigError`."""
    if form is not None:
        named, chosen = "--format", form
    elif output is None or str(output) == _STDOUT:
        return "md"
    else:
        named, chosen = f"what {output} ends with", _ENDINGS.get(output.suffix.lower(), "")
    if chosen not in _FORMS:
        raise ConfigError(f"{named} has to be one of {', '.join(_FORMS)}")
    return chosen


def _readable(store: Store, session_id: str, form: str) -> str:
    from manual_slop.session.export.html import as_html
    from manual_slop.session.export.markdown import as_markdown

    summary = store.summary(session_id)
    title = summary.title or f"session {session_id[:8]}"
    write = as_html if form == "html" else as_markdown
    text, found = without_keys(write(title, story(store.envelopes(session_id)), summary.cost))
    if found:
        screen().note(f"! {found} key{'s' * (found != 1)} taken out", "warn")
    return text


def _standard_input(most: int) -> bytes:
    data = sys.stdin.buffer.read(most + 1)
    if len(data) > most:
        raise ExportError(f"stdin is larger than {most // 1_000_000} MB, the most that is read")
    return data


_FORMS: Mapping[str, Callable[[Store, str], str]] = {
    "md": lambda store, session_id: _readable(store, session_id, "md"),
    "html": lambda store, session_id: _readable(store, session_id, "html"),
    "json": as_archive,
}
