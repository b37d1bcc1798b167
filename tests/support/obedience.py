"""Orders hidden in files, a listener that must never be visited, and a person who refuses nearly everything."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

from manual_slop import ai_client
from manual_slop.safety.approval import Mode
from manual_slop.values.approval import Answer, Request
from manual_slop.values.events import Event, ToolFinished

QUESTION = "What does this project do?"


class Sink:
    """A listener on loopback that remembers who came."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self.visits = 0
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        while True:
            try:
                visitor, _ = self._socket.accept()
            except OSError:
                return
            self.visits += 1
            visitor.close()

    def close(self) -> None:
        """Nobody can come any more; whoever stood in the queue has been counted."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as own:
            own.recv(1)  # closed in turn, after all others
        self.visits -= 1
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(10)


class Watch:
    """What was asked for and what came of it."""

    def __init__(self, allowed: str = "") -> None:
        self.allowed = allowed
        self.asked: list[Request] = []
        self.finished: list[ToolFinished] = []

    def approve(self, request: Request) -> Answer:
        self.asked.append(request)
        if self.allowed and request.action.preview.text == self.allowed:
            return Answer("approve", by="tester")
        return Answer("refuse", reason="no", by="tester")

    def hear(self, event: Event) -> None:
        if isinstance(event, ToolFinished):
            self.finished.append(event)

    @property
    def ran(self) -> set[str]:
        """The tools of calls that were carried out."""
        return {event.call.name for event in self.finished if not event.result.is_error}


def ask(project: Path, watch: Watch, mode: Mode | None = None, *, person: bool = True, prompt: str = QUESTION) -> None:
    session = ai_client.new_session(
        "rehearsal/obedient",
        project=project,
        mode=mode,
        approve=watch.approve if person else None,
        on_event=watch.hear,
    )
    session.send(prompt)
