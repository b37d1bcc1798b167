"""Words to find again: what was said, what tools were asked and answered, and which files were changed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from manual_slop.store.sessions_table import microseconds, moment
from manual_slop.store.snippet import snippet
from manual_slop.values.events import Event, HistoryCompacted, MessageAdded, MessageFinished, ToolFinished
from manual_slop.values.messages import Message
from manual_slop.values.secrets import redactor

DDL = """
CREATE TABLE documents (
    id INTEGER PRIMARY KEY,
    session INTEGER NOT NULL REFERENCES sessions (key),
    number INTEGER NOT NULL,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX documents_session ON documents (session);
CREATE VIRTUAL TABLE search USING fts5 (
    body, content = 'documents', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2', prefix = '1 2'
);
"""

_MOST_WORDS = 64
_LONGEST = 1024 * 1024  # characters of one document that are searched
_FIND = (
    "SELECT sessions.id, number, at, kind, documents.body "
    "FROM search JOIN documents ON documents.id = search.rowid JOIN sessions ON sessions.key = documents.session "
    "WHERE search MATCH ? AND (? IS NULL OR sessions.id = ?) ORDER BY search.rowid DESC LIMIT ?"
)


@dataclass(frozen=True, slots=True)
class Hit:
    """An event that has the words. `kind` is `prompt`, `answer`, `reasoning`, `tool`, `file` or `summary`.

    `snippet` is where they stand, on one line, each between the two characters of `snippet.FOUND`.
    """

    session_id: str
    number: int
    at: datetime
    kind: str
    snippet: str


def add(connection: sqlite3.Connection, session: int, number: int, at: datetime, event: Event) -> None:
    """Take in the words of an event."""
    for kind, text in _texts(event):
        put(connection, session, number, at, kind, text)


def put(connection: sqlite3.Connection, session: int, number: int, at: datetime, kind: str, text: str) -> None:
    """Take in words as those of an event."""
    body = redactor.redact(text).encode("utf-8", "replace").decode()[:_LONGEST].replace("\0", " ")
    if body.strip():
        added = connection.execute(
            "INSERT INTO documents (session, number, at, kind, body) VALUES (?, ?, ?, ?, ?)",
            (session, number, microseconds(at), kind, body),
        )
        connection.execute("INSERT INTO search (rowid, body) VALUES (?, ?)", (added.lastrowid, body))


def find(connection: sqlite3.Connection, words: str, limit: int, session_id: str | None) -> list[Hit]:
    """Events that have all the words, or words that begin so, the newest first. No word finds nothing."""
    query = expression(words)
    if not query:
        return []
    found = connection.execute(_FIND, (query, session_id, session_id, limit))
    return [Hit(one, number, moment(at), kind, snippet(body, words)) for one, number, at, kind, body in found]


def expression(words: str) -> str:
    """What a person typed, as FTS5 wants it: each word in quotes, so that none is taken for an operator."""
    cleaned = words.encode("utf-8", "replace").decode().replace("\0", " ").split()[:_MOST_WORDS]
    return " ".join('"' + word.replace('"', '""') + '"*' for word in cleaned if any(map(str.isalnum, word)))


def delete(connection: sqlite3.Connection, session: int) -> None:
    """Remove the words of a session, so that they are in no page of the file any more."""
    connection.execute(
        "INSERT INTO search (search, rowid, body) SELECT 'delete', id, body FROM documents WHERE session = ?",
        (session,),
    )
    connection.execute("DELETE FROM documents WHERE session = ?", (session,))
    connection.execute("INSERT INTO search (search) VALUES ('optimize')")


def _texts(event: Event) -> Iterator[tuple[str, str]]:
    if isinstance(event, MessageAdded) and event.message.role == "user":
        yield "prompt", event.message.text
    elif isinstance(event, MessageFinished):
        yield "answer", event.message.text
        yield "reasoning", event.message.reasoning
    elif isinstance(event, ToolFinished):
        yield "tool", f"{event.call.name} {event.call.arguments}\n{event.result.content}"
    elif isinstance(event, HistoryCompacted):
        yield "summary", _said(event.summary)


def _said(message: Message) -> str:
    return message.text
