"""Holds eight recorded conversations at once, each of which changes a file again and again; until it is killed.

Arguments: the project folder and the base URL of the model's server. The session of `<n>.txt` has its id beside it in
`<n>.id`. Whatever a session tells is a line on stdout: its id, the kind of the event and a digest of it.
"""

from __future__ import annotations

import hashlib
import os
import sys
import threading
from pathlib import Path

from manual_slop import ai_client
from manual_slop.session.session import Session
from manual_slop.store.codec import encode
from manual_slop.values.errors import ProviderError
from manual_slop.values.events import Event, ReasoningDelta, TextDelta, ToolCallDelta

SESSIONS = 8
TOOLS = ("edit_file", "read_file")


def mark(event: Event) -> str:
    """What an event is known by."""
    return f"{type(event).__name__} {hashlib.sha256(encode(event).encode()).hexdigest()[:24]}"


def main(project: Path, base: str) -> None:
    """Talk for ever."""
    access = ai_client.new_access()
    threads = [threading.Thread(target=_talk, args=(project, at, base, access)) for at in range(SESSIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _talk(project: Path, at: int, base: str, access: ai_client.Access) -> None:
    session = _session(project, project.parent / f"{at}.id", access)

    def hear(event: Event) -> None:
        if not isinstance(event, TextDelta | ReasoningDelta | ToolCallDelta):
            os.write(1, f"{session.id} {mark(event)}\n".encode())

    while True:
        try:
            session.send(f"please change {at}.txt", on_event=hear, api_base=base, api_key="sk-canary-eight-sessions")
        except ProviderError as error:
            os.write(2, f"{at}: {error.kind} {error.message}\n".encode())
            os._exit(1)


def _session(project: Path, known: Path, access: ai_client.Access) -> Session:
    if known.exists():
        return ai_client.resume_session(known.read_text(), mode="all", access=access)
    session = ai_client.new_session(
        "openai/gpt-4o", project=project, tools=TOOLS, mode="all", access=access, record=True, system="Change it."
    )
    known.write_text(session.id)
    return session


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
