"""The environment tests run in: without anybody's keys, base URLs and proxies."""

from __future__ import annotations

import os
import re
from collections.abc import MutableMapping

_PERSONAL = re.compile(
    r".*_(API_KEY|API_BASE|BASE_URL|API_TOKEN|TOKEN|ENDPOINT|SECRET|CREDENTIALS)"
    r"|.*_proxy|AWS_.*|OLLAMA_HOST|MANUAL_SLOP_.*|GIT_.*"
    r"|NO_COLOR|FORCE_COLOR|PY_COLORS|GITHUB_ACTIONS|COLUMNS|LINES|TERMINAL_WIDTH|TTY_.*|PYTHONWARNINGS",
    re.IGNORECASE,
)


def take_personal(environment: MutableMapping[str, str] = os.environ) -> dict[str, str]:
    """Take out of the environment what belongs to a person or a terminal, and return it."""
    return {name: environment.pop(name) for name in list(environment) if _PERSONAL.fullmatch(name)}
