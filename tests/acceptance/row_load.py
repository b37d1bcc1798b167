"""L1, L2 and L3: sixty-four workers at once, without faults and with, and as many who write."""

from __future__ import annotations

import json
import random
import socket
import struct
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler
from typing import Any

from manual_slop import ai_client
from manual_slop.providers.exchange import Timeouts
from manual_slop.providers.retry import RetryPolicy
from manual_slop.session.transcript import fold
from manual_slop.store.shared import close_shared_stores, shared_store
from manual_slop.store.store import Store
from manual_slop.values.errors import ProviderError
from manual_slop.values.events import Event, Notice, Retrying, ToolFinished, TurnFinished
from tests.acceptance.trial import Row, Trial
from tests.support.scripted_server import Scripted, ScriptedServer, chunk, fails, says, whole
from tests.support.window_beside import Beside, window_beside

WORKERS = 64
PATIENCE = 5.0
"""Seconds for the first token where some never come."""
SLOW_FRAME = 0.05
"""Seconds; a window that takes them is felt to be stuck."""
KINDS = ("429", "503", "reset", "cut call", "cut text", "broken JSON", "stall", "HTML", "empty")


class Echo(ScriptedServer):
    """Answers each prompt with itself, in many pieces where it is streamed; a share of the calls goes wrong first."""

    def __init__(self, faults: float, seed: int) -> None:
        super().__init__([])
        self._http.request_queue_size = 256
        self._http.socket.listen(256)
        self.faults: dict[str, int] = {}
        self.most = 0
        self._share, self._chance = faults, random.Random(seed)
        self._busy: dict[str, int] = {}

    def _play(self, http: BaseHTTPRequestHandler) -> None:
        body = json.loads(http.rfile.read(int(http.headers["content-length"])))
        asked = next(one["content"] for one in reversed(body["messages"]) if one["role"] == "user")
        with self._lock:
            slot = str(asked).split()[0]
            self._busy[slot] = self._busy.get(slot, 0) + 1
            self.most = max(self.most, self._busy[slot])
            kind = self._chance.choice(KINDS) if self._chance.random() < self._share else ""
            if kind:
                self.faults[kind] = self.faults.get(kind, 0) + 1
                self._busy[slot] -= 1  # who went away is not seen from here
        try:
            self._fail(http, kind, body) if kind else self._write(http, _answer(str(asked), body))
        except OSError:
            http.close_connection = True
        finally:
            with self._lock:
                self._busy[slot] -= not kind

    def _fail(self, http: BaseHTTPRequestHandler, kind: str, body: dict[str, Any]) -> None:
        if kind == "reset":
            http.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            http.connection.close()
            http.close_connection = True
        elif kind == "stall":
            self._closing.wait(2 * PATIENCE)
            http.close_connection = True
        else:
            self._write(http, _fault(kind, bool(body.get("stream"))))


def _answer(asked: str, body: dict[str, Any]) -> Scripted:
    if body.get("stream"):
        return says(*(f"{word} " for word in asked.split()), *["."] * 50)
    message = {"role": "assistant", "content": f"{asked} " + "." * 50}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return whole({"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]})


def _fault(kind: str, streamed: bool) -> Scripted:
    call = {
        "index": 0,
        "id": "x",
        "type": "function",
        "function": {"name": "run_shell", "arguments": '{"command": "touch'},
    }
    match kind:
        case "429":
            return fails(429, "slow down", retry_after="0")
        case "503":
            return fails(503, "overloaded")
        case "HTML":
            return Scripted([b"<html><title>502</title></html>"], 502, kind="text/html")
        case "cut text" if streamed:
            return Scripted([chunk({"content": "half an ans"})], cut=True)
        case "cut call" | "cut text":
            return Scripted([chunk({"tool_calls": [call]})] if streamed else [b'{"id": "c", "choi'], cut=True)
        case "empty":
            return Scripted([], cut=True)
        case _:
            return Scripted([b'data: {"choices": [{"delta": {"content": ', b"\n\n"], kind="text/event-stream")


class Worker:
    """One of sixty-four: a recorded session of its own, which asks again what it was not answered."""

    def __init__(self, number: int, base: str, access: ai_client.Access, patience: float) -> None:
        self.number = number
        self.answered: list[str] = []
        self.retries = self.asked_again = self.ran = 0
        self._base = base
        self._session = ai_client.new_session(
            "openai/gpt-4o",
            access=access,
            record=True,
            on_event=self._hear,
            timeouts=Timeouts(10, patience, patience, 120),
            retries=RetryPolicy(6, 0.01, 0.2),
        )
        self.id = self._session.id

    def work(self, calls: int, streams: int) -> None:
        """Ask everything in order, each until it is answered."""
        for at in range(calls + streams):
            words = f"w{self.number} c{at}"
            for _ in range(50):
                try:
                    reply = self._session.send(
                        words, stream=at >= calls, api_key="sk-canary-of-the-load", api_base=self._base
                    )
                except ProviderError:
                    self.asked_again += 1
                    continue
                self.answered.append(str(reply))
                break
        self._session.close()

    def _hear(self, event: Event) -> None:
        self.retries += isinstance(event, Retrying)
        self.ran += isinstance(event, ToolFinished)


def _sixty_four(trial: Trial, faults: float) -> Echo:
    calls, streams = trial.sized(1, 5, 20), trial.sized(1, 3, 5)
    access = ai_client.new_access()
    ai_client.warm_up()
    patience = PATIENCE if faults else 60.0
    with Echo(faults, trial.seed) as server, window_beside(WORKERS) as window:
        workers = [Worker(number, f"{server.url}/v1", access, patience) for number in range(WORKERS)]
        began = time.monotonic()
        with ThreadPoolExecutor(WORKERS) as pool:
            list(pool.map(lambda worker: worker.work(calls, streams), workers))
        seconds = time.monotonic() - began
    _stayed_quick(trial, window)
    wanted = [f"w{{}} c{at} " for at in range(calls + streams)]
    for worker in workers:
        trial.count("calls", len(worker.answered))
        right = [one.format(worker.number) for one in wanted]
        given = [answer.rstrip(".") for answer in worker.answered]
        trial.nought("answers missing, wrong or out of order", given != right)
        trial.count("retries", worker.retries)
        trial.count("asked again", worker.asked_again)
        trial.nought("tool calls of cut streams that ran", worker.ran)
        _logged(trial, worker, len(wanted))
    close_shared_stores()
    trial.nought("workers with two calls in flight", max(0, server.most - 1))
    trial.notes.append(f"{trial.counts['calls'] / seconds:.0f} answers/s in {seconds:.1f} s")
    trial.ran_on = f"{WORKERS} recorded sessions in threads × ({calls} calls + {streams} streams), loopback"
    return server


def _stayed_quick(trial: Trial, window: Beside) -> None:
    """The window that showed it all went on drawing."""
    if window.missing:
        trial.notes.append(f"no window: {window.missing}")
        return
    trial.count("events shown in a window meanwhile", int(window.figures["events"]))
    trial.within("frames in a hundred", window.figures["p99 ms"] / 1_000, SLOW_FRAME)
    trial.notes.append(f"a frame took {window.figures['p50 ms']:.2f} ms, p99 {window.figures['p99 ms']:.2f}")
    trial.at_least("events shown in a window meanwhile", 1)


def _logged(trial: Trial, worker: Worker, answers: int) -> None:
    events = [one.event for one in shared_store().envelopes(worker.id)]
    finished = [event.text for event in events if isinstance(event, TurnFinished)]
    trial.nought("answers not in the log exactly once", finished != worker.answered or len(finished) != answers)
    trial.nought("turns without an end", fold(events).open is not None)


def calm(trial: Trial) -> None:
    """Nothing goes wrong."""
    _sixty_four(trial, 0.0)
    trial.nought("retries without a fault", trial.counts["retries"] + trial.counts["asked again"])


def stormy(trial: Trial) -> None:
    """A fifth and more of all requests goes wrong, in eight ways; every question is answered in the end."""
    server = _sixty_four(trial, 0.25)
    trial.count("faults", sum(server.faults.values()))
    trial.notes.append(", ".join(f"{kind} {many}" for kind, many in sorted(server.faults.items())))
    attempts = trial.counts["retries"] + trial.counts["asked again"]
    trial.nought("more attempts than faults", max(0, attempts - trial.counts["faults"] - trial.counts["calls"] // 10))
    trial.at_least("faults", trial.counts["calls"] // 6)


def writers(trial: Trial) -> None:
    """Sixty-four producers, each event acknowledged; meanwhile somebody reads."""
    store, each = Store.open(trial.scratch("store")), trial.sized(10, 200, 1_000)
    waits: list[float] = []
    done = threading.Event()

    def produce(thread: int) -> None:
        for number in range(each):
            began = time.monotonic()
            store.append(f"s{thread}", [Notice(str(number))])
            waits.append(time.monotonic() - began)

    def read() -> int:
        looks = 0
        while not done.is_set():
            looks += len(store.sessions()) > 0
        return looks

    began = time.monotonic()
    with ThreadPoolExecutor(WORKERS + 1) as pool:
        looks = pool.submit(read)
        list(pool.map(produce, range(WORKERS)))
        done.set()
    seconds = time.monotonic() - began
    for thread in range(WORKERS):
        kept = [one.event for one in store.envelopes(f"s{thread}")]
        trial.count("events", len(kept))
        trial.nought("events lost or out of order", kept != [Notice(str(number)) for number in range(each)])
    store.close()
    ordered = sorted(waits)
    trial.within("acknowledgements in a hundred", ordered[-len(ordered) // 100], 0.25)
    slow = f"p50 {1000 * ordered[len(ordered) // 2]:.1f} ms, p99 {1000 * ordered[-len(ordered) // 100]:.1f} ms"
    trial.notes.append(f"{len(waits) / seconds:,.0f} acknowledged events/s, {slow}, {looks.result():,} looks meanwhile")
    trial.ran_on = f"{WORKERS} threads × {each:,} events, each acknowledged by itself, one reader beside"


CALM = Row("L1", "64 workers at once", calm, alone=True)
STORMY = Row("L2", "64 workers while a quarter of the requests fails", stormy, alone=True)
WRITERS = Row("L3", "64 who write at once", writers, alone=True)
