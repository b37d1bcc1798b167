"""The report as a table, and the sums that are published."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

SUMS = {
    "calls held by 64 workers": ("calls",),
    "faults survived": ("faults",),
    "bad inputs": ("bad inputs",),
    "kill -9 cycles": ("kills",),
}
"""What is added up over all rows, and the counts that belong to it."""


def lines(report: Mapping[str, Any]) -> Iterator[str]:
    """The whole table, a row of the proof in one line or several."""
    yield ", ".join(f"{name} {value}" for name, value in report["about"].items())
    yield f"{'':4}{'':9}{'s':>7}  what"
    for row in report["rows"]:
        yield from _row(row)
    yield ""
    for words, names in SUMS.items():
        yield f"{words}: {sum(row.get('counts', {}).get(name, 0) for row in report['rows'] for name in names):,}"
    outcomes = [row["outcome"] for row in report["rows"]]
    yield ", ".join(f"{outcomes.count(one)} {one}" for one in ("passed", "skipped", "failed"))


def _row(row: Mapping[str, Any]) -> Iterator[str]:
    yield f"{row['row']:4}{row['outcome']:9}{row.get('seconds', 0):>7}  {row['title']}"
    counted = [f"{many:,} {what}" for what, many in row.get("counts", {}).items()]
    nought = [f"{many:,} {what}" for what, many in row.get("must_be_0", {}).items()]
    told = "; ".join(filter(None, (", ".join(counted), ", ".join(nought), *row.get("notes", ()), row.get("why", ""))))
    on = f" [on {row['ran_on']}]" if row.get("ran_on") else ""
    yield from textwrap.wrap(told + on, 110, initial_indent=" " * 22, subsequent_indent=" " * 22)
