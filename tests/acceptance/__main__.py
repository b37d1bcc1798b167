"""The proof as one command: `python -m tests.acceptance [--full | --quick] [ROW ...]`; writes `acceptance.json`."""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.acceptance.rows import named
from tests.acceptance.table import lines
from tests.acceptance.trial import SEED, Row
from tests.support.shared import ROOT

LONGEST = 3 * 3600
"""Seconds that a row may take."""


def main() -> int:
    """Run the rows, write the report, print the table; 1 where a row failed."""
    chosen = _arguments()
    rows = named(chosen.rows)
    began = time.monotonic()
    with ThreadPoolExecutor(max(1, chosen.beside)) as pool:
        beside = list(pool.map(lambda row: _outcome(row, chosen), [row for row in rows if not row.alone]))
    outcomes = {one["row"]: one for one in (*beside, *(_outcome(row, chosen) for row in rows if row.alone))}
    report = {
        "about": _about(chosen, time.monotonic() - began),
        "rows": [outcomes[row.id] for row in rows],
    }
    chosen.report.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print("\n".join(lines(report)))
    return 1 if any(one["outcome"] == "failed" for one in outcomes.values()) else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.acceptance", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help="such as S2; all of them where none is named")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--full", action="store_const", const="full", dest="size", help="all of it; may take an hour")
    size.add_argument("--quick", action="store_const", const="quick", dest="size", help="a few seconds a row")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--beside", type=int, default=2, help="rows at a time; those that are timed run alone anyway")
    parser.add_argument("--report", type=Path, default=Path("acceptance.json"))
    parser.set_defaults(size="usual")
    return parser.parse_args()


def _outcome(row: Row, chosen: argparse.Namespace) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "outcome.json"
        command = [sys.executable, "-m", "tests.acceptance.one", row.id, chosen.size, str(chosen.seed), str(file)]
        done = _run(command)
        outcome = json.loads(file.read_text("utf-8")) if file.exists() else {"row": row.id, "outcome": "failed"}
    if outcome["outcome"] == "failed":
        outcome.setdefault("why", f"its process ended with {done}")
    outcome["title"] = row.title
    print(f"{row.id} {outcome['outcome']} {outcome.get('seconds', '')} {outcome.get('why', '')}", file=sys.stderr)
    return outcome


def _run(command: Iterable[str]) -> str:
    try:
        return str(subprocess.run([*command], cwd=ROOT, timeout=LONGEST, check=False, stdout=sys.stderr).returncode)
    except subprocess.TimeoutExpired:
        return f"no answer in {LONGEST} s"


def _about(chosen: argparse.Namespace, seconds: float) -> dict[str, Any]:
    version = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    return {
        "size": chosen.size,
        "seed": chosen.seed,
        "commit": version.stdout.strip(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "at": time.strftime("%Y-%m-%d %H:%M:%S %z"),
        "seconds": round(seconds, 1),
    }


if __name__ == "__main__":
    sys.exit(main())
