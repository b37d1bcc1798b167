"""One target under atheris: `python -m tests.fuzz.one TARGET CORPUS [libFuzzer options]`. Ends the process itself."""

from __future__ import annotations

import sys

import atheris


def main() -> None:
    """Until its time is over, or something breaks."""
    with atheris.instrument_imports(include=["manual_slop"]):
        from tests.fuzz.targets import TARGETS
    atheris.Setup([sys.argv[0], *sys.argv[2:]], TARGETS[sys.argv[1]].try_)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
