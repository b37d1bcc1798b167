"""The environment of a command: made anew for each, from a short list of names, and never with a key in it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence

from manual_slop.values import paths
from manual_slop.values.secrets import redactor

_PASSED_ON = re.compile(r"PATH|HOME|LANG|LC_[A-Z]+|TERM|USER|LOGNAME|TZ")
_LIKE_A_KEY = re.compile(r"KEY|SECRET|TOKEN|PASS(?:W|PHRASE)|CREDENTIAL|AUTH|COOKIE|PRIVATE", re.IGNORECASE)
_VALUE_LIKE_A_KEY = re.compile(r"\b(?:sk-|ghp_|github_pat_|AIza|AKIA|xox[abp]-)[\w-]{12,}|://[^/\s:@]*:[^/\s@]+@")


def fresh(more: Sequence[str] = (), inherited: Mapping[str, str] | None = None) -> dict[str, str]:
    """What a command is given, of what we were: the usual names and those of `more`.

    Left out, whoever asks: names and values that look like keys, and folders of PATH that move with the current one.
    """
    found = paths.inherited(lambda _: True) if inherited is None else inherited
    kept = {name: value for name, value in found.items() if _passes(name, more) and not _secret(name, value)}
    if "PATH" in kept:
        kept["PATH"] = os.pathsep.join(filter(os.path.isabs, kept["PATH"].split(os.pathsep)))
    return kept


def _passes(name: str, more: Sequence[str]) -> bool:
    return name in more or _PASSED_ON.fullmatch(name) is not None


def _secret(name: str, value: str) -> bool:
    if _LIKE_A_KEY.search(name) or _VALUE_LIKE_A_KEY.search(value):
        return True
    return redactor.redact(value) != value
