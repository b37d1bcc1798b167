"""How long a ledger takes to be re-priced under five models, summed, written and read, by its size."""

from __future__ import annotations

import tempfile
from decimal import Decimal
from pathlib import Path

from manual_slop.money import Rates, Tier
from manual_slop.money.ledger import sum_by
from manual_slop.money.what_if import Candidate, compare
from manual_slop.store import ledger_table
from manual_slop.store.database import Database
from tests.bench.part import Part, Target, row, seconds
from tests.support.entries import GPT, SONNET, some_entries

LONG = Rates(Decimal(1), Decimal(2), tiers=(Tier(200_000, Rates(Decimal(2), Decimal(4))),))
MODELS = [
    Candidate("openai/gpt-4o", GPT),
    Candidate("anthropic/claude-sonnet-4-5", SONNET),
    Candidate("acme/long", LONG),
    Candidate("ollama/llama3", None, local=True),
    Candidate("acme/unknown", None),
]
MOST_SECONDS = 1.0
_WORK = ("what-if by tier", "what-if by day", "summed by day", "written", "read", "one session read")


def measure(count: int) -> dict[str, float]:
    """Seconds of each piece of work on so many calls."""
    entries = some_entries(count)
    took = {f"what-if by {by}": seconds(lambda by=by: compare(entries, by, MODELS)) for by in ("tier", "day")}
    took["summed by day"] = seconds(lambda: sum_by(entries, "day"))
    with tempfile.TemporaryDirectory() as folder:
        database = Database.open(Path(folder) / "sessions.db")
        took["written"] = seconds(
            lambda: database.write(lambda connection: sum(ledger_table.record(connection, one) for one in entries))
        )
        with database.reading() as connection:
            took["read"] = seconds(lambda: list(ledger_table.read(connection)))
            took["one session read"] = seconds(lambda: list(ledger_table.read(connection, "session-7")))
        database.close()
    return took


def part(quick: bool) -> Part:
    """Ledgers of several sizes."""
    sizes = (100, 1_000) if quick else (1_000, 10_000, 100_000)
    found = {count: measure(count) for count in sizes}
    lines = [row(f"calls × {len(MODELS)} models, seconds", *(f"{count:,}" for count in sizes))]
    lines += [row(f"  {work}", *(f"{found[count][work]:.3f}" for count in sizes)) for work in _WORK]
    slowest = max(found[sizes[-1]][f"what-if by {by}"] for by in ("tier", "day"))
    words = f"what-if of {sizes[-1]:,} calls under {len(MODELS)} models takes {slowest:.2f} s (≤ {MOST_SECONDS:g})"
    figures = {str(count): took for count, took in found.items()}
    return Part(figures, lines, [Target(words, slowest <= MOST_SECONDS)])
