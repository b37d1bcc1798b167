"""A track's report as it is handed to a person: Markdown or one page of HTML, without keys."""

from __future__ import annotations

from pathlib import Path

from manual_slop import ai_client
from manual_slop.conductor.plan_files import open_project
from manual_slop.conductor.report import report_on
from manual_slop.conductor.report_text import as_html, as_markdown
from manual_slop.conductor.tiers import load_tiers
from manual_slop.session.export.keys import learn_keys, without_keys
from manual_slop.store.export_file import ExportError, write_whole
from manual_slop.store.store import Store
from manual_slop.values.errors import ConfigError

PAGES = (".html", ".htm")
"""How the names of files end that are pages; `.md` is Markdown."""


def report_document(store: Store, track: str, *, page: bool) -> str:
    """All there is to tell of a track. Raises `StoreError` where nobody has told of such a track, `ConfigError`."""
    access = ai_client.new_access()
    learn_keys(access)
    folder = Path(store.tracks.summary(track).project)
    workspace = open_project(folder) if folder.is_dir() else None
    found = report_on(store, access, load_tiers(workspace, ai_client.choose_model(access)[0]), track)
    return without_keys(as_html(found) if page else as_markdown(found))[0]


def write_report(store: Store, track: str, file: Path) -> Path:
    """Write it, never in the place of another file. Where it is; raises `ConfigError`, `StoreError`."""
    ending = file.suffix.lower()
    if ending not in (".md", *PAGES):
        raise ConfigError("the file's name has to end with .md or .html")
    problem, place = "", file.absolute()
    try:
        write_whole(place, report_document(store, track, page=ending in PAGES).encode("utf-8", "backslashreplace"))
    except ExportError as error:
        problem = str(error).partition(", or --force")[0]
    if problem:
        raise ConfigError(problem)
    return place
