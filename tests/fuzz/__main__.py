"""Fuzz our parsers by what they cover: `uv run --with atheris python -m tests.fuzz [TARGET…] [--seconds 60]`.

Each target has a process of its own, beginning with what it usually reads. Bytes that broke one are kept in
`--crashes` (a folder) and told; it ends with 1 then. Every such find belongs into `test_targets.py`.
"""

from __future__ import annotations

import argparse
import importlib.util
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

_DONE = re.compile(r"Done (\d+) runs in (\d+) second")
_COVERED = re.compile(r"cov: (\d+)")


def main(arguments: Sequence[str] | None = None) -> int:
    """Each target for some seconds. 1 where one broke."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.fuzz", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("targets", nargs="*", metavar="TARGET", help="all of them by default")
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("--crashes", type=Path, default=Path("crashes"), metavar="FOLDER")
    options = parser.parse_args(arguments)
    if importlib.util.find_spec("atheris") is None:
        parser.error("atheris is not installed: uv run --with atheris python -m tests.fuzz")
    from tests.fuzz.targets import TARGETS

    if unknown := set(options.targets) - set(TARGETS):
        parser.error(f"there is no target {', '.join(sorted(unknown))}; there are {', '.join(TARGETS)}")
    options.crashes.mkdir(exist_ok=True)
    broken = [name for name in options.targets or TARGETS if not _hold(name, options.seconds, options.crashes)]
    return int(bool(broken))


def _hold(name: str, seconds: int, crashes: Path) -> bool:
    """Whether a target held."""
    from tests.fuzz.targets import TARGETS

    target = TARGETS[name]
    with tempfile.TemporaryDirectory() as folder:
        corpus, words = Path(folder, "corpus"), Path(folder, "words")
        corpus.mkdir()
        for at, seed in enumerate(target.seeds):
            (corpus / str(at)).write_bytes(seed)
        words.write_text("".join(f'"{_escaped(word)}"\n' for word in target.words), "ascii")
        limits = [f"-max_total_time={seconds}", "-timeout=10", "-rss_limit_mb=2000", f"-dict={words}", "-max_len=20000"]
        command = [sys.executable, "-m", "tests.fuzz.one", name, str(corpus), *limits]
        ran = subprocess.run(
            [*command, f"-artifact_prefix={crashes / name}-"], capture_output=True, text=True, check=False
        )
    done, covered = _DONE.search(ran.stderr), _COVERED.findall(ran.stderr)
    runs = int(done[1]) if done else 0
    print(
        f"{name:<10} {runs:>9,} inputs in {seconds} s, {covered[-1] if covered else '?'} branches reached", flush=True
    )
    if ran.returncode:
        print(f"{ran.stdout[-1_000:]}\n{ran.stderr[-3_000:]}\n{name} BROKE; what did it is in {crashes}", flush=True)
    return ran.returncode == 0


def _escaped(word: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word)


if __name__ == "__main__":
    sys.exit(main())
