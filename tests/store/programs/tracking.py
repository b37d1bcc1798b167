"""Works on a track, or asks or answers in the inbox of a store, as another program would; says each step on a line.

Arguments: the folder, what to do (`claim`, `append`, `ask`, `answer`), the track's id.
"""

from __future__ import annotations

import itertools
import sys
from pathlib import Path

from manual_slop.safety.store_inbox import StoreInbox
from manual_slop.store.store import Store
from manual_slop.store.watching import Watcher
from manual_slop.values.approval import Action, Answer, Preview
from manual_slop.values.track_events import TicketChanged

ACTION = Action("s1", "c1", "run_shell", "EXECUTE", '{"command":"make"}', Preview("command", "make"), "track/ticket")


def main(folder: Path, what: str, track: str) -> None:
    store = Store.open(folder)
    if what == "claim":
        store.tracks.claim(track)
        print("claimed", flush=True)
        sys.stdin.readline()
    elif what == "append":
        for number in itertools.count():
            store.tracks.append(track, [TicketChanged(f"t{number}", "running"), TicketChanged(f"t{number}", "done")])
            print(number, flush=True)
    elif what == "ask":
        watcher = Watcher(store.database)
        answer = StoreInbox(store.inbox, watcher, track).ask(ACTION, "it runs a command")
        print(answer.kind, answer.reason, answer.by, flush=True)
        watcher.close()
    elif what == "answer":
        (asked,) = store.inbox.pending()
        done = store.inbox.answer(asked.request.id, asked.digest, Answer("approve", by="elsewhere"))
        print(done, flush=True)
    store.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
