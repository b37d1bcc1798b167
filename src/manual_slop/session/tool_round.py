"""Runs the tool calls of one message: readers side by side, everything else one by one, results in call order."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from manual_slop.providers.stream import Listener
from manual_slop.session.permission import Allowed, Permission, Place
from manual_slop.tools.registry import ToolBox
from manual_slop.values.cancel import Cancel
from manual_slop.values.events import ToolFinished, ToolStarted
from manual_slop.values.messages import ToolCall, ToolResult

if TYPE_CHECKING:
    from concurrent.futures import Future

_AT_ONCE = 4


def _stopped(call: ToolCall) -> ToolResult:
    return ToolResult(call.id, "stopped by the person before it ended", is_error=True)


class ToolRunner:
    """The calls of one turn on their way from wish to result. All events are told from the calling thread."""

    def __init__(self, toolbox: ToolBox, permission: Permission, tell: Listener, cancel: Cancel) -> None:
        from concurrent.futures import ThreadPoolExecutor  # 20 ms: only when a tool runs

        self._toolbox = toolbox
        self._permission = permission
        self._tell = tell
        self._cancel = cancel
        self._pool = ThreadPoolExecutor(max_workers=_AT_ONCE, thread_name_prefix="tool")

    def run(self, calls: Sequence[ToolCall], place: Place) -> tuple[ToolResult, ...]:
        """Ask for each call whether it may run, run it, and give the results in call order.

        Each `ToolStarted` told has its `ToolFinished`. A cancel is answered at once: what has not ended is answered
        as stopped, and nobody waits for it.
        """
        readers_only = all(self._toolbox.risk(call.name) in ("READ", None) for call in calls)
        batches = [calls] if readers_only else [[call] for call in calls]
        return tuple(result for batch in batches for result in self._run_batch(batch, place))

    def close(self) -> None:
        """No more calls will come."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _run_batch(self, calls: Sequence[ToolCall], place: Place) -> list[ToolResult]:
        decided = [self._decide(call, place) for call in calls]
        running = {self._start(one): at for at, one in enumerate(decided) if isinstance(one, Allowed)}
        results = [one if isinstance(one, ToolResult) else _stopped(one.call) for one in decided]
        self._collect(running, decided, results)
        return results

    def _decide(self, call: ToolCall, place: Place) -> Allowed | ToolResult:
        if self._cancel.requested:
            return _stopped(call)
        decided = self._permission.ask(self._toolbox, call, place, self._tell, self._cancel)
        if isinstance(decided, ToolResult):  # it will not run, and is done with
            self._tell(ToolStarted(call))
            self._tell(ToolFinished(call, decided, 0.0))
        return decided

    def _start(self, allowed: Allowed) -> Future[ToolResult]:
        self._tell(ToolStarted(allowed.call))
        return self._pool.submit(self._toolbox.run, allowed.call, self._cancel, allowed.permit)

    def _collect(
        self, running: dict[Future[ToolResult], int], decided: Sequence[Allowed | ToolResult], results: list[ToolResult]
    ) -> None:
        """Wait for what runs and put its results in their places; tell of each end as it comes."""
        from concurrent.futures import FIRST_COMPLETED, wait

        started = time.perf_counter()
        while running:
            done, _ = wait(running, timeout=0.05, return_when=FIRST_COMPLETED)
            stopped = not done and self._cancel.requested
            for future in list(running) if stopped else done:
                at = running.pop(future)
                allowed = decided[at]
                assert isinstance(allowed, Allowed)
                if not stopped:
                    result = future.result()
                    results[at] = replace(result, content=allowed.note + result.content)
                self._tell(ToolFinished(allowed.call, results[at], time.perf_counter() - started))
