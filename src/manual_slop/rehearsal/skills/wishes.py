"""Skill: do one thing to a file, or run one command, when told to in so many words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from manual_slop.rehearsal.conversation import Call, Conversation, Exchange, Step
from manual_slop.rehearsal.craft.listing import has_failed
from manual_slop.rehearsal.skills.effects import Effect, Workbox, open_workbox, refusal_in

_POLITE = r"\s*(?:please[, ]+|(?:can|could|would) you (?:please )?)?"
_FILE = r"(?:`(?P<{0}q>[^`\n]+)`|[\"“'](?P<{0}d>[^\"”'\n]+)[\"”']|(?P<{0}>[\w@+~.-][\w@+~./-]*))"
_TEXT = r"(?:`(?P<{0}q>[^`]+)`|\"(?P<{0}d>[^\"]+)\"|“(?P<{0}c>[^”]+)”|'(?P<{0}s>[^']+)'|(?P<{0}>\S+))"
_END = r"[\s.!?]*"
_CREATE = re.compile(
    _POLITE + r"(?:create|make|write|add)(?: me)? (?:a |the )?(?:new )?(?:text )?file (?:called |named )?"
    + _FILE.format("path") + r"(?:,? (?:with|containing|that (?:says|contains|holds)|which says)"
    r"(?: the)?(?: content| contents| text| words?| lines?)?:?\s*(?P<content>.*))?",
    re.IGNORECASE | re.DOTALL,
)  # fmt: skip
_REPLACE = re.compile(
    _POLITE + r"(?:replace|change) " + _TEXT.format("old") + r" (?:by|with|to|into) " + _TEXT.format("new")
    + r" in (?:the file )?" + _FILE.format("path") + _END,
    re.IGNORECASE | re.DOTALL,
)  # fmt: skip
_MOVE = re.compile(
    _POLITE + r"(?:rename|move) (?:the )?(?:file )?" + _FILE.format("path") + r" (?:to|as|into) " + _FILE.format("to")
    + _END,
    re.IGNORECASE,
)  # fmt: skip
_DELETE = re.compile(
    _POLITE + r"(?:delete|remove) (?:the )?(?P<kind>file )?" + _FILE.format("path") + _END, re.IGNORECASE
)
_RUN = re.compile(
    _POLITE
    + r"(?:run|execute)(?: the)?(?: command| script)?:? (?:`(?P<command>[^`]+)`|(?P<tests>(?:the |all )*tests?))"
    + _END,
    re.IGNORECASE,
)  # fmt: skip
_UNDO = re.compile(_POLITE + r"undo\b.{0,60}", re.IGNORECASE | re.DOTALL)
_FENCE = re.compile(r"```[\w-]*\n(.*?)\n?```\s*", re.DOTALL)
_QUOTED = re.compile(r"[\"“`'](.*)[\"”`'][.!]?", re.DOTALL)
_NEEDED = "I was given no tool that can {0}, so I cannot. I am a scripted model and can do nothing without tools."
_DOES: Mapping[Effect, str] = {
    "write": "write files", "edit": "edit files", "move": "rename files", "delete": "remove files",
    "shell": "run commands", "tests": "run the tests",
}  # fmt: skip
_HOW_TO_UNDO = (
    "I cannot take anything back myself, and should not: `manual-slop undo` takes back the last edit, and "
    "`manual-slop undo --turn` all of the last turn."
)
_LONGEST_RESULT = 2_000


def do_as_told(conversation: Conversation) -> Step | None:
    """Makes the one call that was asked for ("rename a.txt to b.txt"), then tells what came of it."""
    asked = conversation.asked.strip()
    if len(asked) > 20_000:
        return None
    if _UNDO.fullmatch(asked):
        return Step(_HOW_TO_UNDO, thought="Taking back is the program's business, not mine.")
    wish = understood(asked, open_workbox(conversation.tools))
    if wish is None:
        return None
    effect, calls = wish
    done = [exchange for exchange in conversation.exchanges if any(exchange.name == call.name for call in calls)]
    if done:
        return Step(_told(done[-1]), thought="It is done, or refused: I say which.")
    if not calls:
        return Step(_NEEDED.format(_DOES[effect]))
    return Step(calls=calls, thought=f"I am told what to do in so many words: one call of {calls[0].name} does it.")


def understood(asked: str, work: Workbox) -> tuple[Effect, tuple[Call, ...]] | None:
    """What a text asks for in so many words, and the calls that do it; `None` where it is no such wish."""
    for form, effect, make in _FORMS:
        match = form.fullmatch(asked)
        if match and _names_a_file(match):
            return effect(match) if callable(effect) else effect, make(match, work)
    return None


def _names_a_file(match: re.Match[str]) -> bool:
    """A bare word is a file only where it looks like one, or is said to be: "delete everything" is no wish."""
    groups = match.groupdict()
    bare = groups.get("path")
    return bare is None or "." in bare.strip(".") or "/" in bare or bool(groups.get("kind")) or match.re is _CREATE


def _group(match: re.Match[str], name: str) -> str:
    groups = match.groupdict()
    found = next((groups[key] for key in (name + end for end in ("q", "d", "c", "s", "")) if groups.get(key)), "")
    return found.rstrip(".") if groups.get(name) == found else found


def _content(match: re.Match[str]) -> str:
    """What a new file is to hold: the words without the quotes or the fence around them, ended by a newline."""
    said = (match["content"] or "").strip()
    fenced, quoted = _FENCE.fullmatch(said), _QUOTED.fullmatch(said)
    text = fenced[1] if fenced else quoted[1] if quoted else said
    return f"{text}\n" if text and not text.endswith("\n") else text


def _create(match: re.Match[str], work: Workbox) -> tuple[Call, ...]:
    return work.write(_group(match, "path"), _content(match))


def _replace(match: re.Match[str], work: Workbox) -> tuple[Call, ...]:
    return work.edit(_group(match, "path"), _group(match, "old"), _group(match, "new"))


def _move(match: re.Match[str], work: Workbox) -> tuple[Call, ...]:
    return work.move(_group(match, "path"), _group(match, "to"))


def _delete(match: re.Match[str], work: Workbox) -> tuple[Call, ...]:
    return work.delete(_group(match, "path"))


def _run(match: re.Match[str], work: Workbox) -> tuple[Call, ...]:
    return work.run_tests() if match["tests"] else work.run(match["command"])


_FORMS: tuple[
    tuple[
        re.Pattern[str],
        Effect | Callable[[re.Match[str]], Effect],
        Callable[[re.Match[str], Workbox], tuple[Call, ...]],
    ],
    ...,
] = (
    (_CREATE, "write", _create),
    (_REPLACE, "edit", _replace),
    (_MOVE, "move", _move),
    (_DELETE, "delete", _delete),
    (_RUN, lambda match: "tests" if match["tests"] else "shell", _run),
)


def _told(exchange: Exchange) -> str:
    result = exchange.result.strip()
    refusal = refusal_in(result)
    if refusal is not None:
        why = f": “{' '.join(refusal.split())[:500]}”" if refusal else ""
        return f"It was refused{why}. I changed nothing, and I will not try it in another way."
    start = "It did not work" if has_failed(result) else "Done"
    shown = result if len(result) <= _LONGEST_RESULT else result[:_LONGEST_RESULT] + " …"
    body = f"\n\n```\n{shown}\n```" if "\n" in shown else f" {shown}"
    return f"{start}: `{exchange.name}` answered:{body}"
