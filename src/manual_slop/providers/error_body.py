"""Reads what a provider wrote about a failure: its message, its code words, how long to wait."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from manual_slop.values.secrets import redactor

_LONGEST_MESSAGE = 1200
_LONGEST_HEAD = 8_000
_ISSUE_LINK = re.compile(r"https?://(www\.)?github\.com/BerriAI")
_REQUEST_IDS = ("x-request-id", "request-id", "x-goog-request-id", "apim-request-id", "cf-ray")
_TITLE = re.compile(r"<title[^>]*>(.*?)</title>|<h1[^>]*>(.*?)</h1>", re.IGNORECASE | re.DOTALL)


def message(body: Any) -> str:
    """The sentence meant for people, from any provider's envelope; empty when there is none."""
    if isinstance(body, list):
        body = body[0] if body else None
    if isinstance(body, str):
        return body
    if not isinstance(body, Mapping):
        return ""
    error = body.get("error", body)
    if isinstance(error, str):
        return _joined(error, body)
    if isinstance(error, list):
        return message(error)
    if not isinstance(error, Mapping):
        return ""
    found = error.get("message") or error.get("detail") or error.get("error") or body.get("message")
    text = found if isinstance(found, str) else json.dumps(found) if found else ""
    upstream = (error.get("metadata") or {}).get("raw") if isinstance(error.get("metadata"), Mapping) else None
    return f"{text}: {upstream}" if isinstance(upstream, str) and upstream not in text else text


def _joined(error: str, body: Mapping[str, Any]) -> str:
    more = body.get("message") or body.get("code")
    return f"{error}: {more}" if isinstance(more, str) and more and more != error else error


def without_message(body: Any) -> str:
    """A body that has no sentence for people, as it came; empty when it holds no word at all."""
    return json.dumps(body, ensure_ascii=False) if any(text.strip() for text in _strings(body, 0)) else ""


def words(body: Any) -> frozenset[str]:
    """Every short code-like string of an error body (`insufficient_quota`, a quota id …), in lower case."""
    return frozenset(word.lower() for word in _strings(body, 0) if len(word) < 80 and " " not in word)


def _strings(value: Any, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif depth < 6 and isinstance(value, Mapping):
        for inner in value.values():
            yield from _strings(inner, depth + 1)
    elif depth < 6 and isinstance(value, list):
        for inner in value[:20]:
            yield from _strings(inner, depth + 1)


def status(body: Any) -> int | None:
    """The HTTP status that an error inside a successful answer claims for itself."""
    error = body.get("error") if isinstance(body, Mapping) else None
    code = error.get("code") if isinstance(error, Mapping) else None
    if isinstance(code, str) and code.isdigit():
        code = int(code)
    return code if isinstance(code, int) and 400 <= code < 600 else None


def retry_after(headers: Mapping[str, str], body: Any, now: datetime | None = None) -> float | None:
    """Seconds the provider asks to wait: `retry-after-ms`, `retry-after` (seconds or a date), Google's `retryDelay`."""
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    value = headers.get("retry-after")
    seconds = _number(value)
    if seconds is not None:
        return seconds
    if value:
        import email.utils  # only for the rare provider that gives a date

        try:
            moment = email.utils.parsedate_to_datetime(value)
        except (TypeError, ValueError):
            return None
        return max(0.0, (moment - (now or datetime.now(UTC))).total_seconds())
    for word in words(body):
        if re.fullmatch(r"\d+(\.\d+)?s", word):
            return float(word[:-1])
    return None


def request_id(headers: Mapping[str, str]) -> str:
    """The provider's own name for the call, for its support desk."""
    return redactor.redact(next((headers[name] for name in _REQUEST_IDS if headers.get(name)), ""))


def html_title(text: str) -> str:
    """What a web page calls itself."""
    found = _TITLE.search(text[:_LONGEST_HEAD])
    title = (found.group(1) or found.group(2) or "") if found else ""
    return " ".join(re.sub(r"<[^>]*>", " ", title).split())[:120]


def clean(text: str) -> str:
    """An exception's text for people: no traceback, no issue link, no wrapper names, no key, not too long."""
    text = text.split("Traceback (most recent call last)", maxsplit=1)[0]
    text = "\n".join("" if _ISSUE_LINK.search(line) else line for line in text.split("\n"))
    text = re.sub(r"^(\s*(litellm\.)?\w+(Error|Exception|Timeout): )+", "", text.strip())
    text = re.sub(r"^(\w*Exception - )+", "", text)
    text = re.sub(r"\bb'(.*)'", r"\1", text, flags=re.DOTALL)
    text = redactor.redact("".join(sign if sign.isprintable() or sign in "\n\t" else " " for sign in text)).strip()
    return text if len(text) <= _LONGEST_MESSAGE else text[:_LONGEST_MESSAGE] + " …"


def parse(raw: bytes) -> Any:
    """A body as JSON where it is JSON, else as text."""
    text = raw.decode("utf-8", "replace")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _number(value: str | None) -> float | None:
    try:
        number = float(value) if value else None
    except ValueError:
        return None
    return number if number is not None and 0 <= number < 1e7 else None
