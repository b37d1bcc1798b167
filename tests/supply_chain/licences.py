"""Under which licences others let us use their work, as they say in what they publish, as SPDX expressions."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import Distribution

ALLOWED: Mapping[str, str] = {
    **dict.fromkeys(("MIT", "MIT-0", "MIT-CMU", "ISC", "0BSD", "Zlib"), "permissive"),
    **dict.fromkeys(("BSD-2-Clause", "BSD-3-Clause", "LicenseRef-BSD", "Apache-2.0"), "permissive"),
    **dict.fromkeys(("PSF-2.0", "CNRI-Python"), "Python's own, permissive"),
    "CC0-1.0": "given to the public",
    "MPL-2.0": "copyleft for its own files only, and we change none of them",
}
"""The licences that something may be under which travels with the program, and why that is well."""

_WORDINGS: Mapping[str, str] = {
    "Apache 2.0": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD License": "LicenseRef-BSD",  # which of them, the author does not say
    "ISC License": "ISC",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "The MIT License (MIT)": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}


def licence_of(distribution: Distribution) -> str:
    """The licence as an SPDX expression; "" where nothing is said that can be understood.

    The expression comes first, then the old free text, then the classifiers; several of these are a choice only
    where the text says that it is one.
    """
    metadata = distribution.metadata
    written = (metadata.get("License") or "").strip().partition("\n")[0].strip()
    candidates = [metadata.get("License-Expression") or "", _WORDINGS.get(written, written)]
    for expression in candidates:
        if expression and _is_expression(expression):
            return expression
    classifiers = (line.split(" :: ") for line in metadata.get_all("Classifier") or ())
    known = [_WORDINGS.get(parts[-1], "") for parts in classifiers if parts[0] == "License"]
    if not all(known):
        return ""
    return (" OR " if written == "Dual License" else " AND ").join(known)


def is_allowed(expression: str) -> bool:
    """Whether at least one way to read the expression needs nothing but allowed licences; `""` never does."""
    choices = (choice.split(" AND ") for choice in expression.split(" OR "))
    return any(all(name in ALLOWED for name in choice) for choice in choices)


def _is_expression(text: str) -> bool:
    """Whether it looks like SPDX: names without spaces, joined by words in capitals."""
    names, joints = text.split()[::2], text.split()[1::2]
    return set(joints) <= {"AND", "OR", "WITH"} and len(names) == len(joints) + 1
