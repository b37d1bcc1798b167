"""`manual-slop mma report`: a track as a document, Markdown or one page of HTML."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from manual_slop.conductor.report_file import PAGES, report_document
from manual_slop.store.export_file import ExportError, write_whole
from manual_slop.terminal.mma_common import TrackArgument
from manual_slop.terminal.screen import screen
from manual_slop.terminal.sessions_store import opened
from manual_slop.terminal.visible import one_line, visible
from manual_slop.terminal.wording import size
from manual_slop.values.errors import ConfigError


def report(
    track: TrackArgument,
    html: Annotated[bool, typer.Option("--html", help="As one page that needs nothing else.")] = False,
    md: Annotated[bool, typer.Option("--md", help="As Markdown; so it is unless the file ends in .html.")] = False,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Where to; else to stdout.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
) -> None:
    """Tell all of a track: plan, tickets, diffs, verdicts, costs by tier, forecast against actual."""
    if html and md:
        raise ConfigError("--html or --md, not both")
    page = html or (not md and output is not None and output.suffix.lower() in PAGES)
    with opened() as store:
        text = report_document(store, track, page=page)
    if output is None or str(output) == "-":
        screen().put((visible(text) if sys.stdout.isatty() else text).rstrip("\n"))
        return
    problem = ""
    try:
        data = text.encode("utf-8", "backslashreplace")
        write_whole(output, data, replace=force)
        screen().note(f"wrote {one_line(str(output))}, {size(len(data))}")
    except ExportError as error:
        problem = str(error)
    if problem:
        raise ConfigError(problem)
