"""What a test run says: whether it passed, which tests fail and why, and which files it speaks of."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

_EXIT = re.compile(r"^\[exit code (\d+)", re.MULTILINE)
_KILLED = re.compile(r"^\[(?:killed by signal|no exit code)", re.MULTILINE)
_PASSED = re.compile(r"^=*[ \t]*\d+ passed\b|^OK(?: \(.*\))?\s*$|^(?:#|ℹ) fail 0\s*$", re.MULTILINE)
_FAILED = re.compile(
    r"\b\d+ (?:failed|errors?)\b|^FAILED\b|^(?:#|ℹ) fail [1-9]|^\w*Error\b|No module named", re.MULTILINE
)
_NOTHING_RAN = re.compile(r"\bno tests ran\b|^Ran 0 tests|^(?:#|ℹ) tests 0\s*$", re.MULTILINE)
_FAILING = (
    re.compile(r"^(?:FAILED|ERROR) (?P<name>\S+\.py(?:::[^\s]+)?)(?: - (?P<words>.*))?$", re.MULTILINE),
    re.compile(r"^(?:FAIL|ERROR): (?P<name>\w+)(?: \((?P<words>)[^)]*\))?", re.MULTILINE),
    re.compile(r"^[ \t]*+not ok \d+ - (?P<name>[^\n#]+?)(?P<words>)\s*$", re.MULTILINE),
    re.compile(r"^[ \t]*+✖ (?!failing tests)(?P<name>[^\n]+?)(?P<words>)(?: \([\d.]+ ?ms\))?\s*$", re.MULTILINE),
)
_FILE = re.compile(r"(?<![\w./@+-])([\w./@+-]{1,300}\.(?:py|[cm]?js|tsx?))(?=[\"':\s]|$)")
_WORDS = (
    re.compile(r"^E\s+((?:assert|\w*(?:Error|Exception)\b).*)$", re.MULTILINE),
    re.compile(r"^(\w*(?:Error|Exception)(?:: .*)?)$", re.MULTILINE),
    re.compile(r"^[ \t]++((?:\w+Error: .*|.+ !==? .+))$", re.MULTILINE),
)
_SIDES = re.compile(r"^(?:assert|AssertionError:( assert)?)?\s*(.+?) (?:!==?|==) (.+)$")
_MOST = 100
_LONGEST_LINE = 500


@dataclass(frozen=True, slots=True)
class Outcome:
    """`failing` are names of tests, each once; `words` what was wrong, a line for each complaint; `files` as named."""

    passed: bool
    ran: bool
    failing: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


def read_outcome(output: str) -> Outcome:
    """What pytest, unittest or node's test runner printed; the exit code, where it is told, decides."""
    output = "\n".join(line[:_LONGEST_LINE] for line in output.splitlines())
    nothing = bool(_NOTHING_RAN.search(output))
    failing = _once(match["name"].rsplit("::", 1)[-1].strip() for form in _FAILING for match in form.finditer(output))
    words = _once(match[1].strip() for form in _WORDS for match in form.finditer(output))
    files = _once(match[1].removeprefix("./") for match in _FILE.finditer(output))
    return Outcome(_has_passed(output) and not nothing, not nothing, failing, words, files)


def disagreements(words: Iterable[str]) -> list[tuple[Any, Any]]:
    """The pairs of literals that should have been equal and were not, as complaints tell them."""
    matches = [match for line in words if (match := _SIDES.match(line))]
    pairs = [(_literal(match[2]), _literal(match[3])) for match in matches]
    return [(left[0], right[0]) for left, right in pairs if left and right]


def _has_passed(output: str) -> bool:
    exit_code = _EXIT.search(output)
    if exit_code:
        return exit_code[1] == "0"
    return bool(_PASSED.search(output)) and not (_FAILED.search(output) or _KILLED.search(output))


def _literal(text: str) -> tuple[Any] | None:
    """The value of a literal, wrapped; `None` when it is no literal."""
    try:
        return (ast.literal_eval(text[:2000]),)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None


def _once(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found))[:_MOST]
