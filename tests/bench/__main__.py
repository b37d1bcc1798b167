"""The benchmarks, in one command: `uv run python -m tests.bench [PART…] [--quick] [--no-peers] [--json FILE]`.

Prints a table for each part and what we hold ourselves to, and writes all figures as JSON. It ends with 1 where a
target was missed. Other work on the machine makes every figure worse: run it alone.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tests.bench import engine, money, store, terminal, window
from tests.bench.part import Part, about
from tests.bench.provider import measure as provider

PARTS: Mapping[str, Callable[[bool, bool], Part]] = {
    "provider": provider.part,
    "terminal": lambda quick, _peers: terminal.part(quick),
    "window": lambda quick, _peers: window.part(quick),
    "store": lambda quick, _peers: store.part(quick),
    "money": lambda quick, _peers: money.part(quick),
    "engine": lambda quick, _peers: engine.part(quick),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, write. 1 where a target was missed."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; all of them by default")
    parser.add_argument("--quick", action="store_true", help="do everything about once: shows that it works, no more")
    parser.add_argument("--no-peers", action="store_true", help="without other libraries, which uv would install")
    parser.add_argument("--json", type=Path, metavar="FILE", default=Path("bench.json"), help="default: bench.json")
    options = parser.parse_args(arguments)
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"there is no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    chosen = options.parts or list(PARTS)
    header = about(" ".join(["python -m tests.bench", *(sys.argv[1:] if arguments is None else arguments)]))
    print("\n".join(f"{name}: {value}" for name, value in header.items()), flush=True)
    parts = {name: _run(name, options.quick, not options.no_peers) for name in chosen}
    written = {
        "about": header,
        "parts": {
            name: {
                "figures": part.figures,
                "targets": [{"words": one.words, "kept": one.kept} for one in part.targets],
            }
            for name, part in parts.items()
        },
    }
    options.json.write_text(json.dumps(written, indent=1) + "\n", "utf-8")
    targets = [target for part in parts.values() for target in part.targets]
    missed = sum(not target.kept for target in targets)
    print(f"\n{len(targets) - missed} of {len(targets)} targets kept; all figures are in {options.json}")
    return int(missed > 0)


def _run(name: str, quick: bool, peers: bool) -> Part:
    began = time.monotonic()
    part = PARTS[name](quick, peers)
    print("", f"== {name}", *part.lines, "", *part.targets, sep="\n")
    print(f"== {name}: {time.monotonic() - began:.0f} s", flush=True)
    return part


if __name__ == "__main__":
    sys.exit(main())
