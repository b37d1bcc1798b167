"""F5 and F6: a network that is poisoned in every phase, and cancels at any moment."""

from __future__ import annotations

import contextlib
import itertools
import json
import random
import socket
import struct
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

from manual_slop import ai_client
from manual_slop.providers.exchange import Timeouts
from manual_slop.providers.retry import RetryPolicy
from manual_slop.safety.shell.shell import available
from manual_slop.values.cancel import Cancel
from manual_slop.values.errors import ProviderError
from tests.acceptance.trial import Row, Trial
from tests.support.patience import wait_until
from tests.support.scripted_server import Scripted, ScriptedServer, calls, chunk, says
from tests.support.shells import processes, zombies

TOXICS = ("latency", "bandwidth", "slicer", "slow close", "down", "timeout", "reset", "limit data")
PHASES = ("connect", "headers", "body")
HARMLESS = {"latency", "bandwidth", "slicer", "slow close"}
LIMITS = Timeouts(2.0, 1.5, 1.5, 20.0)
DEADLINE = 20.0
"""Seconds for one answer or error on a busy machine; the limits above run out far earlier."""
ENDED_WITHIN = 5.0
"""Seconds in which a cancelled command, and all it started, is gone."""


class Poisoned:
    """A server on loopback that answers one call, and does to it what one toxic does in one phase."""

    def __init__(self, toxic: str, phase: str) -> None:
        self._toxic, self._phase = toxic, phase
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}/v1"
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        if (toxic, phase) == ("down", "connect"):
            self._server.close()
        else:
            self._thread.start()

    def close(self) -> None:
        """Nobody is answered any more."""
        self._over.set()
        if self._server.fileno() >= 0:
            with contextlib.suppress(OSError):
                self._server.shutdown(socket.SHUT_RDWR)
            self._server.close()
        if self._thread.ident:
            self._thread.join(10)

    def _serve(self) -> None:
        while not self._over.is_set():
            try:
                guest, _ = self._server.accept()
            except OSError:
                return
            with guest, contextlib.suppress(OSError):
                self._answer(guest)

    def _answer(self, guest: socket.socket) -> None:
        if self._poisoned(guest, "connect"):
            return
        asked = _asked(guest)
        head, body = _reply(bool(asked.get("stream")))
        if self._toxic == "slicer":
            for at in range(0, len(head + body), 7):
                guest.sendall((head + body)[at : at + 7])
            return
        guest.sendall(head[:20] if self._phase == "headers" else head)
        if self._poisoned(guest, "headers"):
            return
        guest.sendall(head[20:] if self._phase == "headers" else b"")
        guest.sendall(body[: len(body) // 2])
        if self._poisoned(guest, "body"):
            return
        guest.sendall(body[len(body) // 2 :])
        self._over.wait(0.3 if self._toxic == "slow close" else 0)

    def _poisoned(self, guest: socket.socket, phase: str) -> bool:
        """Do what is to be done in this phase; whether that was the end of it."""
        if phase != self._phase:
            return False
        match self._toxic:
            case "latency" | "bandwidth":
                self._over.wait(0.2)
            case "timeout":
                self._over.wait(30)
                return True
            case "reset" | "down":
                guest.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return True
            case "limit data":
                return True
        return False


def _asked(guest: socket.socket) -> dict[str, object]:
    data = b""
    while b"\r\n\r\n" not in data:
        data += guest.recv(65_536)
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(int(line[15:]) for line in head.lower().splitlines() if line.startswith(b"content-length:"))
    while len(body) < length:
        body += guest.recv(65_536)
    asked: dict[str, object] = json.loads(body)
    return asked


def _reply(streamed: bool) -> tuple[bytes, bytes]:
    if streamed:
        body, kind = b"".join(says("well ", "answered").pieces), b"text/event-stream"
    else:
        choice = {"index": 0, "message": {"role": "assistant", "content": "well answered"}, "finish_reason": "stop"}
        whole = {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
        body, kind = json.dumps(whole).encode(), b"application/json"
    head = b"HTTP/1.1 200 OK\r\ncontent-type: %s\r\ncontent-length: %d\r\nconnection: close\r\n\r\n" % (kind, len(body))
    return head, body


def poisoned_network(trial: Trial) -> None:
    """Each toxic in each phase, streamed and not: answered, or the right kind of error, soon; nothing stays open."""
    cells = list(itertools.product(TOXICS, PHASES, (True, False)))[:: trial.sized(5, 1, 1)]
    ai_client.warm_up()
    _cell(trial, "latency", "body", streamed=True)  # what is made once is made
    trial.counts.clear()
    before = _held()
    for _ in range(trial.sized(1, 2, 20)):
        for toxic, phase, streamed in cells:
            _cell(trial, toxic, phase, streamed=streamed)
    trial.nought("sockets left open", max(0, _held() - before))
    trial.nought("threads left", sum(one.name.startswith("poison") for one in threading.enumerate()))
    trial.ran_on = f"{len(TOXICS)} toxics × {len(PHASES)} phases × streamed and not, on loopback"


def _held() -> int:
    return sum("socket:" in str(link.readlink()) for link in _links())


def _links() -> Iterator[Path]:
    for link in Path("/proc/self/fd").iterdir():
        if link.is_symlink():
            yield link


def _cell(trial: Trial, toxic: str, phase: str, *, streamed: bool) -> None:
    server, began, kind = Poisoned(toxic, phase), time.monotonic(), "answered"
    session = ai_client.new_session("openai/gpt-4o", timeouts=LIMITS, retries=RetryPolicy(1))
    try:
        reply = session.send("go", stream=streamed, api_base=server.url, api_key="sk-canary-poisoned")
        trial.nought("wrong answers", str(reply) != "well answered")
    except ProviderError as error:
        kind = error.kind
    finally:
        seconds = time.monotonic() - began
        session.close()
        server.close()
    right = {"answered"} if toxic in HARMLESS else {"timeout"} if toxic == "timeout" else {"network"}
    trial.count("faults")
    trial.count(f"{kind}")
    trial.nought("other kinds of error than the right one", kind not in right)
    trial.notes += [] if kind in right else [f"{toxic} in {phase}, {'streamed' if streamed else 'whole'}: {kind}"]
    trial.nought("later than the deadline", seconds > DEADLINE)


def cancels(trial: Trial) -> None:
    """Cancelled before the first token, in the middle of an answer, in a command and between, at any moment."""
    chance, took = trial.chance, list[float]()
    project, marker = trial.scratch("project"), str(900 + uuid.uuid4().int % 10**9 / 10**9)
    ai_client.warm_up()
    threads = _threads()
    for at in range(trial.sized(16, 300, 1_500)):
        took.append(_cancelled(trial, _replies(marker)[at % (4 if available() else 3)], project, chance))
    trial.count("cancels", len(took))
    _wait_for_the_last_command()
    trial.nought("processes left", len(processes(marker)) + len(zombies()))
    trial.nought("threads left", max(0, _threads() - threads - 8))  # a few are kept for the next call
    trial.nought("not answered within 5 s", sum(one > 5 for one in took))
    ordered = sorted(took)
    trial.within("answers to a cancel", ordered[-1], 1.0)
    middle, last = 1000 * ordered[len(ordered) // 2], 1000 * ordered[-1]
    trial.notes.append(f"answered within {middle:.0f} ms (median), {last:.0f} ms (slowest)")
    trial.ran_on = "waits for the first token, streams that stand still, streams that flow, commands that sleep"


def _wait_for_the_last_command() -> None:
    """A cancel is answered before the command is ended, which a thread sees to."""
    until = time.monotonic() + ENDED_WITHIN
    for thread in threading.enumerate():
        if thread.name.startswith("tool"):
            thread.join(max(0.0, until - time.monotonic()))
    with contextlib.suppress(AssertionError):  # a child of somebody else here may be about to be waited for
        wait_until(lambda: not zombies(), max(0.0, until - time.monotonic()))


def _threads() -> int:
    """Our threads, but for those in which the scripted servers still listen to connections that we keep."""
    return sum("process_request" not in one.name for one in threading.enumerate())


def _replies(marker: str) -> list[list[Scripted]]:
    words = [chunk({"content": f"word {at} "}) for at in range(200)]
    return [
        [Scripted([], hold_before=True)],
        [Scripted(words[:5], hold_after=True)],
        [says(*(f"word {at} " for at in range(2_000)))],
        [calls(("run_shell", {"command": f"(setsid sleep {marker} &) ; sleep {marker}"})), says("done")],
    ]


def _cancelled(trial: Trial, script: list[Scripted], project: Path, chance: random.Random) -> float:
    """The seconds between the cancel and the end of the call."""
    cancel, pressed = Cancel(), list[float]()
    with ScriptedServer(script) as server:
        session = ai_client.new_session("openai/gpt-4o", project=project, mode="all", retries=RetryPolicy(1))

        def press() -> None:
            server.asked.acquire(timeout=30)
            time.sleep(chance.random() * 0.06)
            pressed.append(time.monotonic())
            cancel.request()

        person = threading.Thread(target=press)
        person.start()
        try:
            session.send("go", cancel=cancel, api_base=f"{server.url}/v1", api_key="sk-canary-cancelled")
            trial.count("answered before the cancel")
        except ProviderError as error:
            trial.nought("other errors than cancelled", error.kind != "cancelled")
        ended = time.monotonic()
        person.join()
        session.close()
    return max(0.0, ended - pressed[0])


NETWORK = Row("F5", "a poisoned network", poisoned_network)
CANCELS = Row("F6", "cancels at any moment", cancels)
