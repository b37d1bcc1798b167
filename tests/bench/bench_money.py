"""How long a ledger of 100,000 calls takes to be re-priced under five models, and to be written and read.

python -m tests.bench.bench_money [CALLS]
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from manual_slop.money import Rates, Tier
from manual_slop.money.ledger import sum_by
from manual_slop.money.what_if import Candidate, compare
from manual_slop.store import ledger_table
from manual_slop.store.database import Database
from tests.support.entries import GPT, SONNET, some_entries

LONG = Rates(Decimal(1), Decimal(2), tiers=(Tier(200_000, Rates(Decimal(2), Decimal(4))),))
MODELS = [
    Candidate("openai/gpt-4o", GPT),
    Candidate("anthropic/claude-sonnet-4-5", SONNET),
    Candidate("acme/long", LONG),
    Candidate("ollama/llama3", None, local=True),
    Candidate("acme/unknown", None),
]


def timed(what: str, work: Callable[[], Any]) -> Any:
    """Do it, and say how long it took."""
    began, worked = time.perf_counter(), time.process_time()
    result = work()
    print(f"{what:<42} {time.perf_counter() - began:7.2f} s, {time.process_time() - worked:7.2f} s of it at work")
    return result


def main(count: int) -> None:
    """All of it, one after the other."""
    entries = some_entries(count)
    for by in ("tier", "model", "day", "session"):
        timed(f"{count:,} calls × {len(MODELS)} models by {by}", lambda by=by: compare(entries, by, MODELS))
    timed(f"{count:,} calls summed by day", lambda: sum_by(entries, "day"))
    with tempfile.TemporaryDirectory() as folder:
        database = Database.open(Path(folder) / "sessions.db")
        timed(
            f"{count:,} calls entered in one transaction",
            lambda: database.write(lambda connection: sum(ledger_table.record(connection, one) for one in entries)),
        )
        with database.reading() as connection:
            timed(f"{count:,} calls read", lambda: list(ledger_table.read(connection)))
            timed("one session's calls read", lambda: list(ledger_table.read(connection, "session-7")))
        database.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
