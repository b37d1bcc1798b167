"""Reading tool results: which files a listing names, what a file says, whether a tool failed."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

_GLYPHS = re.compile(r"^[\s│├└─|`+*•-]*(?:[📁📄🗎🗀]\s*)?(?:\[?(?:DIR|FILE|dir|file|directory|d|f)\]?[:\s]\s*)?")
_FOLDER_MARK = re.compile(r"\s*(?:\[(?:DIR|dir|directory|d)\]|(?:DIR|dir|directory|d)[:\s]|📁)")
_COLUMNS = re.compile(r"\t+| {2,}| \(|, (?=\d)| [-–—] ")
_LONG_FORM = re.compile(r"^[dl-][rwxsStT-]{9}[.+@]?\s.*\s(?=\S+$)")
_SIZE_OR_TIME = re.compile(
    r"[\d.,:]+ ?(?:[kKMGT]?i?[bB](?:ytes)?|bytes|lines|items)?|\d{4}-\d\d-\d\d.*|-|dir|file|<DIR>"
)
_NAME = re.compile(r"[\w.@~+()\[\]-][\w.@~+()\[\] /-]*")
_NUMBERED = re.compile(r"^\s*(\d+)(?:\t|: ?|→|\s*\| ?|  )(.*)$")
_WHOLE_HIT = re.compile(r"^([^:\s][^:]*):(\d{1,7}):(.*)$")
_EMPTY = re.compile(r"\S{1,200} is empty\.?|\(empty(?: file)?\)")
_FAILED = re.compile(
    r"^\W*(?:error|failed|failure|refused|denied|permission denied|cannot|could not|no such|not found|file not found|"
    r"invalid|unknown|access denied|is a directory|not a)\b",
    re.IGNORECASE,
)
_MOST_ENTRIES = 5_000
_MOST_AROUND = 3


@dataclass(frozen=True, slots=True)
class Listing:
    """What a folder holds: the names of its files and of its folders (without a slash)."""

    files: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """A line a search found."""

    path: str
    line: int
    text: str


def read_listing(result: str) -> Listing:
    """The names in a folder listing, whatever its form: a name a line, columns, `ls -l`, a tree, JSON."""
    names = list(dict.fromkeys(filter(None, _names_in(result))))[:_MOST_ENTRIES]
    folders = {name.rstrip("/") for name in names if name.endswith("/")}
    files = tuple(name for name in names if not name.endswith("/") and name not in folders)
    return Listing(tuple(name for name in files if _is_file(name)), (*sorted(folders), *filter(_is_folder, files)))


def read_text(result: str) -> str:
    """A file's text out of a tool result: without line numbers, and out of JSON where it was wrapped."""
    value = _parsed(result)
    if isinstance(value, dict):
        wrapped = next((value[key] for key in ("content", "contents", "text", "output") if key in value), result)
        result = wrapped if isinstance(wrapped, str) else result
    if _EMPTY.fullmatch(result.strip()):
        return ""
    lines = result.split("\n")
    numbers = [int(match[1]) if (match := _NUMBERED.match(line)) else None for line in lines]
    first = next((at for at, number in enumerate(numbers) if number is not None), len(lines))
    end = first + len(
        list(takewhile(lambda at: numbers[at] == (numbers[first] or 0) + at - first, range(first, len(lines))))
    )
    surely = end - first >= 2 or (first < end and "\t" in lines[first])
    if not surely or first > _MOST_AROUND or len(lines) - end > _MOST_AROUND:
        return result
    return "\n".join(_NUMBERED.sub(r"\2", line) for line in lines[first:end])


def read_hits(result: str) -> tuple[Hit, ...]:
    """The lines a search found: `path:12: text`, or a path above numbered lines."""
    hits, path = [], ""
    for line in result.splitlines()[:_MOST_ENTRIES]:
        whole, numbered = _WHOLE_HIT.match(line), _NUMBERED.match(line)
        if numbered and path:
            hits.append(Hit(path, int(numbered[1]), numbered[2].strip()))
        elif whole:
            hits.append(Hit(whole[1], int(whole[2]), whole[3].strip()))
        elif line.strip():
            path = line.strip()
    return tuple(hits)


def has_failed(result: str) -> bool:
    """Whether a tool result tells of a failure. The wire has no flag for it, so the words have to."""
    value = _parsed(result)
    if isinstance(value, dict):
        return bool(value.get("error")) or value.get("is_error") is True
    return bool(_FAILED.match(result[:200]))


def _parsed(result: str) -> Any:
    if result[:1] not in "{[" or not result:
        return None
    try:
        return json.loads(result)
    except (ValueError, RecursionError):
        return None


def _names_in(result: str) -> list[str]:
    value = _parsed(result)
    if value is not None:
        return _names_in_json(value)
    return [_name_in_line(line) for line in result.splitlines()[:_MOST_ENTRIES]]


def _names_in_json(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [name for item in value for name in _names_in_json(item)]
    if not isinstance(value, dict):
        return []
    name = value.get("path") or value.get("name")
    if isinstance(name, str):
        is_folder = value.get("type") in ("directory", "dir", "folder") or value.get("is_dir") is True
        return [f"{name}/" if is_folder and not name.endswith("/") else name]
    return [name for item in value.values() if isinstance(item, list | dict) for name in _names_in_json(item)]


def _name_in_line(line: str) -> str:
    line, is_long = line.rstrip(), bool(_LONG_FORM.match(line))
    is_folder = line.startswith("d") if is_long else bool(_FOLDER_MARK.match(line))
    if is_long:
        line = _LONG_FORM.sub("", line)
    columns = [column.strip() for column in _COLUMNS.split(_GLYPHS.sub("", line))]
    named = [column for column in columns if _NAME.fullmatch(column) and not _SIZE_OR_TIME.fullmatch(column)]
    if not named or (" " in named[0] and "." not in named[0] and not named[0].endswith("/")):
        return ""  # a heading or a remark, not a name
    name = named[0].removeprefix("./")
    return f"{name}/" if is_folder and not name.endswith("/") else name


def _is_file(name: str) -> bool:
    return not _is_folder(name)


def _is_folder(name: str) -> bool:
    """Without a slash to tell: a bare word that is none of the files usually written so."""
    return "." not in name and name.lower() not in _BARE_FILES and not name.isupper()


_BARE_FILES = frozenset({"makefile", "dockerfile", "gemfile", "rakefile", "procfile", "justfile", "readme", "license"})
