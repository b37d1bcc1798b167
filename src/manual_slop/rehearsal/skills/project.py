"""Skill: look at a project through tools and answer from what its files really say."""

from __future__ import annotations

import re

from manual_slop.rehearsal.conversation import Call, Conversation, Step
from manual_slop.rehearsal.craft.hints import Hints
from manual_slop.rehearsal.craft.toolbox import Toolbox, open_toolbox
from manual_slop.rehearsal.skills.project_answer import answer_from
from manual_slop.rehearsal.skills.project_findings import Findings, gather

_ABOUT = re.compile(
    r"\b(?:project|repo|repository|code ?base|code|folder|directory|readme|files?|package|library|module|program|"
    r"source|app|architecture|implement\w*|defined|tests?)\b|\bexplain (?:this|it|the|how|what)\b|^\s*explain\W*$"
    r"|\bhow (?:does|do|is|are)\b|\bwhere(?:'s| is| are| do| does)\b",
    re.IGNORECASE,
)
_THIS_PROJECT = re.compile(r"\b(?:this|the|my|our) (?:project|repo|repository|code ?base|folder|directory)\b", re.I)
_NO_TOOLS = (
    "I was given no tools to look at a project with, so I cannot tell: offer me some that list folders and read files. "
    "I am a scripted model and know nothing but what I am shown."
)
_LOOKS_FOR = re.compile(
    r"\b(?:where(?:'s| is| are| does| do)|how (?:does|do|is|are)|explain|find|show me|look for|search for|"
    r"who (?:calls|uses)|which files? (?:\w+ )?)\b(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_IDENTIFIER = re.compile(r"\b(?:[A-Za-z]\w*_\w+|[a-z]+[A-Z]\w*|[A-Z][a-z]+[A-Z]\w*|[A-Za-z]\w*(?=\(\)))")
_LITTLE_WORDS = """
    the a an is are was be does do did this that it its of in on for to from and or how what where which who why when
    defined implemented declared used called located live lives work works working come comes handled happen happens
    file files code project repo repository function class method module here there me show explain find please
    folder directory package program app library codebase source readme main about look search made done"""
_LITTLE = frozenset(_LITTLE_WORDS.split())
_MOST_ROUNDS = 12
_MOST_READS = 4
_MOST_FOLDERS = 3
_ENOUGH_FILES = 5
_USUAL_FILES = ("README.md", "pyproject.toml", "package.json")
_USUAL_FOLDERS = ("src", "lib", "app", "tests", "test", "docs", "cmd", "internal", "packages", "crates")


def look_at_project(conversation: Conversation) -> Step | None:
    """Lists the folder, reads the files that tell most, searches for what was asked, and answers from all that."""
    box = open_toolbox(conversation.tools)
    findings = gather(conversation.exchanges)
    if not (findings.looked or box.lister or box.reader):
        return Step(_NO_TOOLS) if _THIS_PROJECT.search(conversation.asked) else None
    if not _is_about_project(conversation):
        return None
    rounds = sum(message.role == "assistant" for message in conversation.since_asked)
    calls = () if rounds > _MOST_ROUNDS else _next_calls(box, findings, conversation.asked)
    if calls:
        return Step(calls=calls, thought=_thought(findings, calls))
    thought = "I have read enough to answer from what is there."
    subject = "" if _named_files(conversation.asked) else _subject(conversation.asked)
    return Step(answer_from(findings, subject), thought=thought)


def _is_about_project(conversation: Conversation) -> bool:
    return bool(_ABOUT.search(conversation.asked) or Hints(conversation.asked).find("path"))


def _next_calls(box: Toolbox, findings: Findings, asked: str) -> tuple[Call, ...]:
    """What is still to be looked at; nothing once all that was planned has an answer."""
    if box.lister and not findings.folders_listed:
        return box.list(".")
    named = _named_files(asked)
    subject = "" if named else _subject(asked)
    searches = box.search(subject) if subject and not findings.searches else ()
    reads = [
        call for path in named or _telling_files(findings) if not findings.has_tried(path) for call in box.read(path)
    ]
    lists = () if named or subject else _folders_to_list(findings)
    return (*reads, *(call for path in lists for call in box.list(path)), *searches)


def _named_files(asked: str) -> list[str]:
    return [path.removeprefix("./") for path in Hints(asked).find("path")][:_MOST_READS]


def _telling_files(findings: Findings) -> list[str]:
    return findings.telling_files() if findings.folders_listed else list(_USUAL_FILES)


def _folders_to_list(findings: Findings) -> list[str]:
    """Some folders at the top, those with usual names first; then, while few files are known, some one deeper."""
    top = _best_folders([name for name in findings.folders if "/" not in name])
    deeper = [name for name in findings.folders if name.count("/") == 1 and name.split("/")[0] in top]
    below_top = sum("/" in name for name in findings.files)
    waiting = [name for name in top if name not in findings.folders_listed]
    if waiting or below_top >= _ENOUGH_FILES:
        return waiting
    return [name for name in _best_folders(deeper) if name not in findings.folders_listed]


def _best_folders(names: list[str]) -> list[str]:
    def rank(path: str) -> int:
        name = path.split("/", maxsplit=1)[0]
        return _USUAL_FOLDERS.index(name) if name in _USUAL_FOLDERS else len(_USUAL_FOLDERS)

    open_ones = [name for name in names if not name.rsplit("/", 1)[-1].startswith((".", "_", "node_modules"))]
    return sorted(open_ones, key=rank)[:_MOST_FOLDERS]


def _subject(asked: str) -> str:
    """The one word a question like "where is X?" is about; empty for questions about the whole project."""
    quoted = [words for words in Hints(asked).find("quoted") if words not in Hints(asked).find("path")]
    if quoted:
        return quoted[0]
    identifier = _IDENTIFIER.search(asked)
    if identifier:
        return identifier[0]
    match = _LOOKS_FOR.search(asked)
    words = re.findall(r"[\w-]+", match["rest"]) if match else []
    return max((word for word in words if word.lower() not in _LITTLE), key=len, default="")


def _thought(findings: Findings, calls: tuple[Call, ...]) -> str:
    if not findings.looked:
        return "The question is about the project. I know nothing of it yet, so I look at its folder first."
    return f"Now I know what is there. These {len(calls)} looks should tell the rest."
