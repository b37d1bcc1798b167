"""A change in a discussion: drawn as what waits for approval is, with the numbers of its lines before and after."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import cast

from imgui_bundle import imgui

from manual_slop.app.consent_columns import Pair, folded
from manual_slop.gui.consent_rows import columns, draw_pairs, draw_rows
from manual_slop.gui.context import App
from manual_slop.gui.legible import legible
from manual_slop.gui.syntax import language_of
from manual_slop.gui.theme import XS, M, S
from manual_slop.gui.views import View
from manual_slop.gui.widgets import quiet, space
from manual_slop.safety.consent import Row, RowKind

_ROWS = 24
_BESIDE = 600.0  # pixels from which on two columns can be read
_HUNK = re.compile(r"@@ -(\d+)(?:,\d+)? \+(\d+)")


@dataclass(frozen=True, slots=True)
class DiffRow:
    """A line of a diff: its numbers (0: it is not there), its sign and its text without it."""

    before: int
    after: int
    sign: str
    text: str


def diff_rows(diff: str) -> Iterator[DiffRow]:
    """The lines of a unified diff that a person reads; the names at its head stand elsewhere."""
    before = after = 0
    for line in legible(diff).splitlines():
        sign, text = line[:1], line[1:].replace("\t", "    ")
        if hunk := _HUNK.match(line):
            before, after = int(hunk[1]), int(hunk[2])
            yield DiffRow(0, 0, "@", line)
        elif before or after:
            yield DiffRow(before if sign != "+" else 0, after if sign != "-" else 0, sign, text)
            before, after = before + (sign in " -"), after + (sign in " +")


@dataclass(frozen=True, slots=True)
class _LaidOut:
    """A diff cut to a width: in one column or in two."""

    rows: tuple[Row, ...] = ()
    pairs: tuple[Pair, ...] = ()


def draw_diff(app: App, view: View, diff: str, path: str) -> None:
    """Old and new beside each other where their lines fit, else below each other; the first rows, or all on request."""
    rows = cast(list[DiffRow], view.prepared.setdefault(diff, [])) or list(diff_rows(diff))
    view.prepared[diff] = rows
    width, everything = imgui.get_content_region_avail().x - M * app.scale, "diff" in view.unfolded
    half = columns(app, (width - S) / 2)
    two = width >= _BESIDE * app.scale and _longest(view, rows) <= half
    fit = half if two else columns(app, width)
    key = f"laid out {fit} {two} {everything}"
    laid = view.prepared.get(key)
    if not isinstance(laid, _LaidOut):
        for old in [name for name in view.prepared if name.startswith("laid out ")]:
            del view.prepared[old]
        laid = view.prepared[key] = _lay_out(rows if everything else rows[:_ROWS], fit, two=two)
    language = language_of(path)
    draw_pairs(app, laid.pairs, language, width) if two else draw_rows(app, laid.rows, language, width)
    space(XS)
    if len(rows) > _ROWS:
        label = "show less of the change" if everything else f"show all {len(rows):,} lines of the change"
        if quiet(app, label):
            view.unfolded.symmetric_difference_update({"diff"})


def _longest(view: View, rows: Sequence[DiffRow]) -> int:
    """How many letters the longest line has with its sign; counted once."""
    known = view.prepared.get("longest")
    if not isinstance(known, int):
        known = view.prepared["longest"] = max((len(row.text) + 2 for row in rows if row.sign in _KINDS), default=0)
    return known


def _lay_out(rows: Sequence[DiffRow], fit: int, *, two: bool) -> _LaidOut:
    if not two:
        return _LaidOut(rows=folded([_row(row, row.after or row.before) for row in rows], fit))
    pairs = tuple(
        pair
        for left, right in side_by_side(rows)
        for pair in zip_longest(
            folded((_row(left, left.before),), fit) if left else (),
            folded((_row(right, right.after),), fit) if right else (),
        )
    )
    return _LaidOut(pairs=pairs)


def side_by_side(rows: Sequence[DiffRow]) -> Iterator[tuple[DiffRow | None, DiffRow | None]]:
    """What goes beside what comes in its place; what stays on both sides, and the head of a hunk on the left."""
    gone: list[DiffRow] = []
    come: list[DiffRow] = []
    for row in rows:
        if row.sign == "+":
            come.append(row)
            continue
        if come or row.sign != "-":
            yield from zip_longest(gone, come)
            gone, come = [], []
        if row.sign == "-":
            gone.append(row)
        else:
            yield row, row if row.sign == " " else None
    yield from zip_longest(gone, come)


def _row(row: DiffRow, number: int) -> Row:
    if row.sign in _KINDS:
        return Row(number, f"{row.sign} {row.text}", _KINDS[row.sign])
    return Row(number, row.text, "hunk", continued=True)  # it has no number to show


_KINDS: Mapping[str, RowKind] = {"+": "added", "-": "removed", " ": "context"}
