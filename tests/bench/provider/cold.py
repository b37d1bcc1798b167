"""From nothing to the first answer: `python -m tests.bench.provider.cold CONTENDER SERVER`, in a fresh process.

Prints the seconds until the first answer is there, what is imported for it included, and those of the second.
"""

from __future__ import annotations

import json
import sys
import time


def main(name: str, server: str) -> None:
    """Ask twice."""
    began = time.perf_counter()
    from tests.bench.provider.worker import contender

    asked = contender(name, server)
    assert asked.single().text
    answered = time.perf_counter()
    assert asked.single().text
    print(json.dumps({"first": answered - began, "second": time.perf_counter() - answered}))


if __name__ == "__main__":
    main(*sys.argv[1:])
