"""The console script: what no command foresaw is caught here, told in one line and reported in a file."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import NoReturn

from manual_slop.terminal.exit_codes import CANCELLED, DONE, UNEXPECTED
from manual_slop.terminal.streams import abandon_output, first_sign, prepare


def main() -> NoReturn:
    """Do what was typed and leave with its exit code."""
    prepare()
    first_sign(sys.argv[1:])
    _harden()
    _leave(_run(sys.argv[1:]))


def _harden() -> None:
    from manual_slop.safety.hardening import harden  # 20 ms, which the first sign does not wait for

    harden()


def _run(arguments: list[str]) -> int:
    try:
        from manual_slop.cli import run

        code = run(arguments)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return CANCELLED
    except BrokenPipeError:  # as in `manual-slop models | head`
        abandon_output()
        return DONE
    except Exception as error:  # noqa: BLE001  # the last place that can say something better than a traceback
        from manual_slop.terminal.crash_report import tell_crash
        from manual_slop.terminal.screen import screen

        tell_crash(error, next((word for word in arguments if not word.startswith("-")), ""), screen())
        return UNEXPECTED
    return code


def _leave(code: int) -> NoReturn:
    """End without taking the process down piece by piece: with litellm in it that takes a second or two.

    Nothing is waited for but the store: after a second Ctrl-C there may be threads that never end.
    """
    shared = sys.modules.get("manual_slop.store.shared")
    if shared is not None:
        shared.close_shared_stores()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
