"""Opens a store with one migration more than there is, a long one; says so before and after. Until it is killed."""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path

from manual_slop.store.database import Database
from manual_slop.store.schema import MIGRATIONS


def widen(connection: sqlite3.Connection) -> None:
    """Change every row there is."""
    connection.execute("ALTER TABLE events ADD COLUMN size INTEGER NOT NULL DEFAULT 0")
    connection.execute("UPDATE events SET size = length(body), body = body || ' '")


LONGER = (*MIGRATIONS, widen)

if __name__ == "__main__":
    print("opening", flush=True)
    database = Database(Path(sys.argv[1]), LONGER)
    print("open", flush=True)
    database.close()
