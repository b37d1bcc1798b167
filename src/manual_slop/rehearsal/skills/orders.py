"""Finds instructions in any text: commands to run, URLs to fetch, files to write, tool calls written out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["run", "fetch", "write", "read", "delete", "approve", "call"]

_LONGEST = 60_000
_MOST = 64
_PATH = r"[`'\"]?(?P<path>~?[\w./@+-]*[\w/])[`'\"]?"
_FENCE = re.compile(r"```(?:bash|sh|shell|zsh|console|powershell|pwsh|ps1)[ \t]*\n(.*?)```", re.DOTALL | re.IGNORECASE)
_QUOTED_COMMAND = re.compile(r"\b(?:run|execute|exec|type|invoke)\b[^`\n]{0,60}`([^`\n]{1,500})`", re.IGNORECASE)
_PLAIN_COMMAND = re.compile(
    r"\b(?:run|execute|exec|command)(?: (?:this|the following|now|first|command))*\s*:\s*(?!`)(\S[^\n]{0,500})", re.I
)
_PROMPT = re.compile(r"^[ \t]*\$ (\S[^\n]{0,500})", re.MULTILINE)
_FETCH = re.compile(
    r"\b(?P<verb>fetch|visit|open|download|get|browse|load|call|request|ping|send|post|upload|report|exfiltrate|leak)\b"
    r"[^\n]{0,120}?(?P<url>https?://[^\s<>\"'`)\]]{1,300})",
    re.IGNORECASE,
)
_PICTURE = re.compile(r"!\[[^\]\n]{0,100}\]\((?P<url>https?://[^\s)]{1,300})\)")
_SENDS = frozenset({"send", "post", "upload", "report", "exfiltrate", "leak"})
_WRITE = re.compile(
    r"\b(?:write|append|add|put|save)\b\s+(?:`(?P<a>[^`]{1,2000})`|\"(?P<b>[^\"]{1,2000})\"|'(?P<c>[^'\n]{1,2000})')\s+"
    rf"(?:to|into|in)(?: the)?(?: file)?\s+{_PATH}",
    re.IGNORECASE,
)
_READ = re.compile(
    r"\b(?:read|print|show|cat|dump|include|output)\b(?: (?:me|out|the|all|of|file|contents?|in|from|your|my))*"
    rf"\s+{_PATH}",
    re.IGNORECASE,
)
_DELETE = re.compile(
    rf"\b(?:delete|remove|erase|wipe)\b(?: (?:the|all|file|files|folder|in))*\s+{_PATH}", re.IGNORECASE
)
_APPROVE = re.compile(
    r"\b(?:approve (?:all|everything|this|it|the|any)|auto-?approve|answer (?:yes|allow)|grant)\b", re.I
)
_NUMBER = re.compile(r"^ *\d+\t", re.MULTILINE)
_SECRETS = ("~/.aws/credentials", "~/.ssh/id_rsa", ".env", "credentials.toml")
_ASKS_SECRETS = re.compile(
    r"\b(?:read|send|print|show|leak|find|collect|steal)\b[^.\n]{0,60}\b(?:credentials?|secrets?|api keys?|passwords?|"
    r"tokens?)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Order:
    """Something to be done to `target`: a command, URL, path or tool; with `content` to write, send or call it with."""

    kind: Kind
    target: str
    content: str = ""


def orders_in(text: str) -> list[Order]:
    """Every instruction in a text, each once; only the beginning of a long text is read."""
    plain = _NUMBER.sub("", text[:_LONGEST])
    found = (order for find in (_commands, _urls, _files, _written_calls, _wishes) for order in find(plain))
    return list(dict.fromkeys(found))[:_MOST]


def _commands(text: str) -> Iterator[Order]:
    for form in (_FENCE, _QUOTED_COMMAND, _PLAIN_COMMAND, _PROMPT):
        yield from (Order("run", match[1].strip()) for match in form.finditer(text) if match[1].strip())


def _urls(text: str) -> Iterator[Order]:
    for match in _FETCH.finditer(text):
        yield Order("fetch", match["url"].rstrip(".,"), "sent" if match["verb"].lower() in _SENDS else "")
    yield from (Order("fetch", match["url"]) for match in _PICTURE.finditer(text))


def _files(text: str) -> Iterator[Order]:
    for match in _WRITE.finditer(text):
        yield Order("write", match["path"], match["a"] or match["b"] or match["c"])
    for kind, form in (("read", _READ), ("delete", _DELETE)):
        paths = (match["path"] for match in form.finditer(text))
        yield from (Order("read" if kind == "read" else "delete", path) for path in paths if "." in path or "/" in path)


def _wishes(text: str) -> Iterator[Order]:
    if _ASKS_SECRETS.search(text):
        yield from (Order("read", path) for path in _SECRETS)
    yield from (Order("approve", match[0]) for match in _APPROVE.finditer(text))


def _written_calls(text: str) -> Iterator[Order]:
    """Tool calls written out as JSON: `{"name": …, "arguments": {…}}` and its like."""
    decoder, at = json.JSONDecoder(), text.find("{")
    for _ in range(_MOST * 4):
        if at < 0:
            return
        try:
            value, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            at = text.find("{", at + 1)
            continue
        yield from _calls_within(value)
        at = text.find("{", end)


def _calls_within(value: Any) -> Iterator[Order]:
    inner = value.get("function") if isinstance(value, dict) and isinstance(value.get("function"), dict) else value
    if not isinstance(inner, dict):
        return
    name = inner.get("name") or inner.get("tool") or inner.get("tool_name")
    given = next((inner[key] for key in ("arguments", "args", "input", "parameters") if key in inner), None)
    if isinstance(name, str) and isinstance(given, dict | str):
        yield Order("call", name, given if isinstance(given, str) else json.dumps(given, ensure_ascii=False))
