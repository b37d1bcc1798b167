"""What the jobs of a run are carried out in: threads where they are few, processes where they are many."""

from __future__ import annotations

import multiprocessing
import os
import threading
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor

THREADS = 8
"""Busy streams that one process carries well; more workers are processes."""
_BEFORE_A_NEW_PROCESS = 1000  # tasks; naming a number also has processes begun afresh, not copied with our threads


def pool_for(workers: int) -> Executor:
    """Threads for a few workers, processes for more. The processes end with ours, however that ends."""
    if workers <= THREADS:
        return ThreadPoolExecutor(workers, "worker")
    return ProcessPoolExecutor(workers, initializer=_leave_with_parent, max_tasks_per_child=_BEFORE_A_NEW_PROCESS)


def _leave_with_parent() -> None:
    """A run that was killed has told its processes nothing, and they would wait for their next job for ever."""
    threading.Thread(target=_leave_after_parent, name="parent", daemon=True).start()


def _leave_after_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
