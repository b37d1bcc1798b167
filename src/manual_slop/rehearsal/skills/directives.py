"""What a person asks for when they refuse something: what to leave alone, what to use instead, to explain first."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_THING = r"[`'\"“]?([\w./-]*\w)[`'\"”]?"
_NO_CHANGE = r"(?:don'?t|don’t|do not|never|without|not to|stop) (?:touch|chang|edit|modify|alter|mess)\w*(?: with)?"
_AVOID = (
    re.compile(rf"\b{_NO_CHANGE} (?:anything (?:in|below) )?(?:the )?(?:file |function )?{_THING}", re.IGNORECASE),
    re.compile(rf"\bleave (?:the )?(?:file |function )?{_THING} (?:alone|as it is)", re.IGNORECASE),
)
_EXPLAIN = re.compile(r"\b(?:explain|tell me|why)\b", re.IGNORECASE)
_WITHOUT_RUNNING = re.compile(
    r"\b(?:(?:don'?t|don’t|do not|without|no need to) run|just (?:fix|edit|change))\w*", re.IGNORECASE
)
_USE = re.compile(r"\b(?:use|try|want|make it|should be|prefer|run|with|put)\b(?P<rest>.{1,200})", re.IGNORECASE | re.S)
_QUOTED = re.compile(r"`([^`\n]{1,200})`")
_SIGN = re.compile(r"(?<![\w<>=!*/])(?:<=|>=|==|!=|\*\*|//|[-+*/%<>])(?![\w<>=!*/])")
_SPOKEN = (
    (re.compile(r"\b(?:floor|integer|whole) division\b", re.I), "//"),
    (re.compile(r"\bsubtract\w*|\bminus\b|\bdifference\b", re.I), "-"),
    (re.compile(r"\badd(?:ition|ing)?\b|\bplus\b|\bsum\b", re.I), "+"),
    (re.compile(r"\bmultipl\w+|\btimes\b|\bproduct\b", re.I), "*"),
    (re.compile(r"\bdivi\w+", re.I), "/"),
    (re.compile(r"\b(?:less|smaller)(?: than)? or equal\b|\bat most\b", re.I), "<="),
    (re.compile(r"\b(?:greater|larger|more)(?: than)? or equal\b|\bat least\b", re.I), ">="),
)


@dataclass(frozen=True, slots=True)
class Directives:
    """`avoid` are files, folders and functions; `prefer` operators and pieces of code."""

    avoid: tuple[str, ...] = ()
    prefer: tuple[str, ...] = ()
    explain: bool = False
    without_running: bool = False

    def __bool__(self) -> bool:
        return bool(self.avoid or self.prefer or self.explain or self.without_running)

    def forbids(self, path: str, function: str = "") -> bool:
        """Whether a file, or a function of it, is to be left alone."""
        return any(_is_meant(thing.rstrip("/"), path, function) for thing in self.avoid)


def read_directives(texts: Iterable[str]) -> Directives:
    """What several texts ask for, together."""
    said = "\n".join(texts)[:4_000]
    avoid = dict.fromkeys(match[1] for form in _AVOID for match in form.finditer(said))
    return Directives(
        tuple(avoid), tuple(_preferred(said)), bool(_EXPLAIN.search(said)), bool(_WITHOUT_RUNNING.search(said))
    )


def _preferred(said: str) -> list[str]:
    found: list[str] = []
    for match in _USE.finditer(said):
        rest = match["rest"].split("\n")[0]
        quoted = _QUOTED.findall(rest)
        plain = _QUOTED.sub(" ", rest)
        spoken = [sign for words, sign in _SPOKEN if words.search(plain)][:1]
        found += [*quoted, *spoken, *_SIGN.findall(plain)]
    return list(dict.fromkeys(found))


def _is_meant(thing: str, path: str, function: str) -> bool:
    name = path.rsplit("/", 1)[-1]
    return thing in (path, name, name.rpartition(".")[0], function) or path.startswith(f"{thing}/")
