"""Patterns that a model or a project wrote, run so that none of them can hang the program.

They run on the `regex` module, which gives up after a time that we set; the standard `re` never does, and a pattern
such as `(a|aa)+$` would keep it busy for years.
"""

from __future__ import annotations

import math
import re
import time
import warnings
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

Find = Callable[[str], int | None]
"""Where in a line the pattern is first found. Raises `TooSlow`."""

_PATIENCE = 0.25  # seconds for one line or path
_SLOW = 0.01  # seconds of work for one path, a hundred times the usual
_MOST_SLOW = 10
_LONGEST = 1000
_MOST_REPEATS = 100_000
_MOST_RULES = 1000
_MOST_GLOBS = 100
_REPEAT = re.compile(r"\{(\d*),?(\d*)\}")
_NOT_A_REPEAT = re.compile(r"(\\N\{[^}]*\}|\\.|\{\d+(?:,\d*)?\}|\{,\d*\})|\{", re.DOTALL)
_CHOICE = re.compile(r"\{([^{}]*,[^{}]*)\}")


class PatternError(ValueError):
    """The pattern cannot be used; the message says why."""


class TooSlow(Exception):
    """The pattern was given up: it would take too long on this text."""


def find_text(text: str, ignore_case: bool) -> Find:
    """Finds `text` as it stands."""
    search = re.compile(re.escape(text), re.IGNORECASE if ignore_case else 0).search
    return lambda line: found.start() if (found := search(line)) else None


def find_regex(pattern: str, ignore_case: bool) -> Find:
    """Finds what a regular expression of the standard `re` matches, and gives up on a line after a quarter second."""
    _check(pattern)
    # To `regex`, braces that count nothing mean something else than themselves.
    compiled = _compile(_NOT_A_REPEAT.sub(lambda brace: brace[1] or r"\{", pattern), ignore_case)

    def find(line: str) -> int | None:
        found = _in_time(compiled.search, line)
        return found.start() if found else None

    return find


class PathPatterns:
    """Lines as in a `.gitignore`, matched against paths with `/`; folders end in one.

    Lines that are wrong count for nothing, nor do those after the first thousand. Where they take too
    long, on one path or on many, `TooSlow` is raised.
    """

    def __init__(self, lines: Iterable[str]) -> None:
        rules = list(islice(filter(None, map(_rule, lines)), _MOST_RULES))
        self._last_first = [(_compile(expression), included) for expression, included in reversed(rules)]
        # Most paths match nothing, and one question is cheaper than hundreds.
        self._any = _compile("|".join(f"(?:{expression})" for expression, _ in rules)) if rules else None
        self._slow = 0

    def __len__(self) -> int:
        return len(self._last_first)

    def verdict(self, path: str) -> bool | None:
        """Whether the last line that matches takes the path in; `None` where none matches."""
        if self._any is None:
            return None
        started = time.thread_time()
        verdict = None
        if _in_time(self._any.match, path):
            verdict = next((included for rule, included in self._last_first if _in_time(rule.match, path)), None)
        if time.thread_time() - started > _SLOW:
            self._slow += 1
            if self._slow > _MOST_SLOW:
                raise TooSlow
        return verdict


class Glob:
    """A glob as in `.gitignore`, with `{a,b}` besides; one that begins with `!` takes all but what it names.

    An empty one matches everything. Raises `PatternError` where it means nothing.
    """

    def __init__(self, glob: str) -> None:
        self._excludes = glob.startswith("!")
        self._patterns = PathPatterns(_spelled_out(glob.removeprefix("!"))) if glob else None
        if self._patterns is not None and not len(self._patterns):
            raise PatternError(f"`{glob[:100]}` is not a glob such as `*.py` or `src/**/*.ts`")

    def matches(self, path: str, start: str) -> bool:
        """Whether it takes `path`, seen from the project folder or from the folder `start`. Raises `TooSlow`."""
        if self._patterns is None:
            return True
        named = self._patterns.verdict(path) or self._patterns.verdict(path.removeprefix(f"{start}/"))
        return bool(named) != self._excludes


def _spelled_out(glob: str) -> list[str]:
    """`*.{js,ts}` as `*.js` and `*.ts`."""
    open_globs, done = [glob], list[str]()
    while open_globs:
        first = open_globs.pop()
        if found := _CHOICE.search(first):
            before, after = first[: found.start()], first[found.end() :]
            open_globs += [before + choice + after for choice in found[1].split(",")]
        else:
            done.append(first)
        if len(open_globs) + len(done) > _MOST_GLOBS:
            raise PatternError("the glob stands for too many; use a simpler one")
    return done


def _check(pattern: str) -> None:
    """Only what `re` knows too: the rest of what `regex` can do, such as recursion, is no use here and can hurt."""
    if len(pattern) > _LONGEST:
        raise PatternError(f"longer than {_LONGEST} characters")
    # Nested counts are written out when they are compiled, so their product is memory.
    repeats = (max(int(count[:6] or 1) for count in counts) or 1 for counts in _REPEAT.findall(pattern))
    if math.prod(repeats) > _MOST_REPEATS:
        raise PatternError(f"its repeat counts multiply to more than {_MOST_REPEATS:,}: use `*` or `+`")
    problem = ""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            re.compile(pattern)
    except (re.error, OverflowError) as error:
        problem = str(error)
    except RecursionError:
        problem = "nested too deeply"
    if problem:
        raise PatternError(problem)


def _compile(expression: str, ignore_case: bool = False) -> Any:
    import regex  # type: ignore[import-untyped]  # it brings no types

    problem = ""
    try:
        return regex.compile(expression, regex.IGNORECASE if ignore_case else 0, cache_pattern=False)
    except regex.error as error:
        problem = str(error)
    except RecursionError:
        problem = "nested too deeply"
    raise PatternError(problem)


def _in_time(match: Callable[..., Any], text: str) -> Any:
    try:
        # Other threads, such as the one that draws, go on meanwhile: `regex` lets them while it looks at a str.
        return match(text, timeout=_PATIENCE)
    except TimeoutError:
        pass
    raise TooSlow


def _rule(line: str) -> tuple[str, bool] | None:
    from pathspec.patterns.gitignore import GitIgnorePatternError
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

    try:
        expression, included = GitIgnoreSpecPattern.pattern_to_regex(line)
        if expression is None or included is None:
            return None
        # Joined with others, a group may have no name of its own.
        unnamed = expression.replace("(?P<ps_d>", "(?:")
        _compile(unnamed)
    except (GitIgnorePatternError, PatternError):
        return None
    return unnamed, included
