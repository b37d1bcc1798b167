"""What Python runs at each start without being asked: so did the stolen litellm of March 2026 read everybody's keys."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

KNOWN = frozenset({"_virtualenv.pth", "distutils-precedence.pth"})
"""Written by what makes virtual environments, and run code on purpose."""

_HOOKS = ("sitecustomize", "usercustomize")


def unasked(folder: Path) -> Iterator[str]:
    """What in a site-packages folder would run at each start and is not known, a sentence each."""
    for path in sorted(folder.iterdir()):
        if path.suffix == ".start" or path.stem in _HOOKS:
            yield f"{path.name} runs at each start of Python"
        elif path.suffix == ".pth" and path.name not in KNOWN:
            lines = path.read_text("utf-8", "replace").splitlines()
            code = [line for line in lines if re.match(r"import[ \t]", line)]
            if code:
                yield f"{path.name} runs at each start of Python: {code[0][:80]}"
