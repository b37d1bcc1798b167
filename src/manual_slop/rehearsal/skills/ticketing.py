"""Skill: divide a track into tickets, by its spec and the skeletons of its files."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

from manual_slop.rehearsal.conversation import Conversation, Step
from manual_slop.rehearsal.craft.hints import Hints
from manual_slop.rehearsal.skills.functions import function_wanted, orders_for
from manual_slop.rehearsal.skills.planning import GARBLED, MENDS, clauses_of, is_test, tested_by

_TRACK = re.compile(
    r"# Plan the track: (?P<title>[^\n]*)\n.*?\n## Spec\n(?P<spec>.*?)\n\n## Skeletons of its files\n(?P<files>.*)",
    re.DOTALL,
)
_SKELETON = re.compile(r"^### (?P<path>[^\n]+)\n(?:```\n(?P<text>.*?)\n```$|\()", re.MULTILINE | re.DOTALL)
_HELD = re.compile(r"^## What has to hold afterwards$.*", re.MULTILINE | re.DOTALL)
_IMPORT = re.compile(r"^\s*(?:from (?P<source>[\w.]+) import|import (?P<module>[\w.]+))", re.MULTILINE)
_DEFINED = re.compile(r"^(?:def|class) (\w+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Draft:
    """A ticket on its way to become JSON."""

    id: str
    title: str
    brief: str
    files: tuple[str, ...]
    needs: tuple[str, ...] = ()
    symbols: tuple[str, ...] = ()
    held: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """In the schema's words."""
        return {
            "id": self.id,
            "title": self.title,
            "brief": self.brief,
            "depends_on": list(self.needs),
            "files": list(self.files),
            "symbols": list(self.symbols),
            "acceptance": list(self.held),
            "priority": "normal",
        }


def divide_track(conversation: Conversation) -> Step | None:
    """The tickets, in JSON: one for each file whose tests are to pass, or for each thing that is to be done."""
    match = next((found for text in reversed(conversation.questions) if (found := _TRACK.match(text))), None)
    if match is None:
        return None
    skeletons = {found["path"]: found["text"] or "" for found in _SKELETON.finditer(match["files"])}
    asked = _HELD.sub("", match["spec"]).strip()
    tests = [path for path in skeletons if is_test(path)]
    mends = bool(MENDS.search(asked)) and bool(tests)
    drafts = _mending(skeletons, tests) if mends else _in_order(_orders(asked, skeletons))
    weakness = conversation.weakness.at(len(conversation.questions))
    if weakness == "garbled":
        return Step(GARBLED, final=True)
    tickets = [draft.as_json() for draft in _spoiled(drafts, weakness)]
    thought = f"{len(tickets)} pieces of work; each waits for what it imports."
    return Step(json.dumps({"tickets": tickets}, ensure_ascii=False), thought=thought, final=True)


def _mending(skeletons: dict[str, str], tests: Sequence[str]) -> list[Draft]:
    sources = [path for path in skeletons if path.endswith(".py") and not is_test(path)]
    about: dict[str, list[str]] = {}
    for test in tests:
        imported = [path for path in _imported(skeletons[test], [*sources]) if path in sources]
        about.setdefault(tested_by(test, sources) or next(iter(imported), test), []).append(test)
    drafts: list[Draft] = []
    names = {path: _id(f"fix {PurePosixPath(path).stem}", about, path) for path in about}
    for path in _by_imports(about, skeletons):
        shown = ", ".join(about[path])
        known = [draft.files[0] for draft in drafts]
        needed = {*_imported(skeletons.get(path, ""), known)}
        needed |= {one for test in about[path] for one in _imported(skeletons[test], known)}
        drafts.append(
            Draft(
                names[path],
                f"Make the tests of {path} pass",
                f"Fix the failing tests in {shown}: change {path} until they pass, and leave the tests as they are.",
                (path,),
                tuple(names[one] for one in known if one in needed and one != path),
                tuple(_DEFINED.findall(skeletons.get(path, ""))),
                tuple(f"python -m pytest -q {test}" for test in about[path]),
            )
        )
    return drafts


def _by_imports(about: dict[str, list[str]], skeletons: dict[str, str]) -> list[str]:
    """Files so that each stands behind those it imports, as far as that goes."""
    order: list[str] = []
    left = list(about)
    while left:
        free = [path for path in left if not {*_imported(skeletons.get(path, ""), left)} - {path}] or left[:1]
        order += free
        left = [path for path in left if path not in free]
    return order


def _imported(text: str, paths: Sequence[str]) -> Iterator[str]:
    modules = {found["source"] or found["module"] for found in _IMPORT.finditer(text)}
    for path in paths:
        name = path.removeprefix("src/").removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        if name in modules or any(name.endswith(f".{module}") for module in modules if "." not in module):
            yield path


def _orders(asked: str, skeletons: dict[str, str]) -> Iterator[Draft]:
    texts = dict(skeletons)
    for clause in clauses_of(asked) or ["Nothing is asked."]:
        function = function_wanted(clause, [path for path in skeletons if path.endswith(".py") and not is_test(path)])
        made, tested = orders_for(function, texts) if function else ("", "")
        if function and made:
            texts[function.path] = f"{texts.get(function.path, '')}\n\n{function.code}"
            yield Draft(
                f"add-{_plain(function.name)}",
                f"Add {function.name} to {function.path}",
                made,
                (function.path,),
                symbols=(function.name,),
                held=(f"{function.path} defines {function.name} as the ticket says.",),
            )
            if tested:
                checks = (f"python -m pytest -q {function.test_path}",)
                title = f"Test {function.name}"
                yield Draft(f"test-{_plain(function.name)}", title, tested, (function.test_path,), held=checks)
            continue
        paths = tuple(dict.fromkeys(Hints(clause.partition("```")[0]).find("path")))
        files = paths or tuple(path for path in skeletons if not is_test(path))[:5]
        title = " ".join(clause.partition("\n")[0].split())[:100].rstrip(":")
        held = tuple(f"python -m pytest -q {path}" for path in files if is_test(path))
        words = " ".join(title.split()[:6])
        yield Draft(_plain(words) or "ticket", title, clause, files, held=held or ("What the brief says is done.",))


def _in_order(drafts: Iterator[Draft]) -> list[Draft]:
    """Each waits for those before it that change a file it changes too, or imports."""
    done: list[Draft] = []
    for draft in drafts:
        name = _id(draft.id, [one.id for one in done], draft.id)
        needed = [one.id for one in done if set(one.files) & set(draft.files) or any(_imported(draft.brief, one.files))]
        done.append(replace(draft, id=name, needs=tuple(needed)))
    return done


def _spoiled(drafts: Sequence[Draft], weakness: str) -> Sequence[Draft]:
    """The same plan, with what a weak planner gets wrong."""
    first = drafts[0]
    match weakness:
        case "cycle":
            last = replace(drafts[-1], needs=tuple({*drafts[-1].needs, first.id}))
            circle = replace(first, needs=(last.id,))
            return [circle, *drafts[1:-1], last] if len(drafts) > 1 else [circle]
        case "missing":
            return [replace(first, needs=("nobody-made-this",)), *drafts[1:]]
        case "overlap":
            return [*drafts, replace(first, id=f"{first.id}-again", title=f"{first.title} again", needs=())]
    return drafts


def _id(words: str, taken: Any, path: str) -> str:
    plain = _plain(words)
    stems = [PurePosixPath(one).stem for one in taken]
    if path in taken and stems.count(PurePosixPath(path).stem) > 1:
        return _plain(f"fix {path.removesuffix('.py')}")
    numbers = (f"{plain}-{at}" for at in range(2, 1000))
    return plain if plain not in taken else next(one for one in numbers if one not in taken)


def _plain(words: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", words.casefold()).strip("-")[:40].strip("-")
