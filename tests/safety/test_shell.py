"""Commands run to their end, say how it came, and leave nothing behind."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
import uuid
from pathlib import Path

import pytest

from manual_slop.safety.sandbox import Sandbox
from manual_slop.safety.shell.errors import ShellError
from manual_slop.safety.shell.shell import LONGEST_WORD, Limits, Shell, available
from manual_slop.values.cancel import Cancel
from tests.support.families import FAMILIES
from tests.support.patience import is_soon, wait_until, waited, with_time_enough
from tests.support.shells import UNCONFINED, confined, processes, zombies

pytestmark = pytest.mark.skipif(not available(), reason="commands need a system with fork and exec")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


@pytest.fixture
def shell(root: Path) -> Shell:
    return Shell(root, UNCONFINED)


@pytest.fixture
def marker() -> str:
    """Seconds to sleep that no other process sleeps."""
    return f"{3600 + uuid.uuid4().int % 10**6}.{uuid.uuid4().int % 10**9}"


def test_a_script_runs_in_the_project_folder_and_its_words_come_back(shell: Shell, root: Path):
    result = shell.run("pwd; echo mistake >&2; exit 3")
    assert (result.exit_code, result.signal) == (3, None)
    assert (result.head, result.tail) == (f"{root}\nmistake\n", "")
    assert result.total_bytes == len(result.head)
    assert (result.timed_out, result.cancelled, result.binary, result.left_running) == (False, False, False, 0)


def test_a_program_gets_its_arguments_as_they_are(shell: Shell):
    words = ["$HOME", "a b", "*", "; echo no", "é\n", ""]
    result = shell.run([sys.executable, "-c", "import sys; print(sys.argv[1:])", *words])
    assert result.head == f"{words}\n"


def test_a_program_with_very_many_open_files_can_still_run_commands(shell: Shell):
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))
    try:
        with contextlib.ExitStack() as files:
            for _ in range(1100):
                files.callback(os.close, os.open(os.devnull, os.O_RDONLY))
            assert shell.run("echo it ran").head == "it ran\n"
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_script_that_looks_like_an_option_is_still_a_script(shell: Shell):
    assert shell.run("-x; echo on").head.endswith("on\n")


def test_a_command_killed_by_a_signal_is_told_from_one_that_ended(shell: Shell):
    result = shell.run("kill -SEGV $$")
    assert (result.exit_code, result.signal) == (None, signal.SIGSEGV)


def test_nothing_can_be_read_from_standard_input(shell: Shell):
    assert shell.run("cat; echo end").head == "end\n"


def test_there_is_no_terminal_and_the_group_is_its_own(shell: Shell):
    code = "import os; print(os.getsid(0) == os.getpid() == os.getpgid(0), flush=True); open('/dev/tty')"
    result = shell.run([sys.executable, "-c", code])
    assert result.head.startswith("True\n")
    assert "No such device" in result.head
    assert result.exit_code == 1


def test_only_the_three_usual_files_are_open_in_a_command(shell: Shell):
    keep = os.open(os.devnull, os.O_RDONLY)
    os.set_inheritable(keep, True)
    try:
        result = shell.run([sys.executable, "-c", "import os; print(sorted(map(int, os.listdir('/proc/self/fd'))))"])
    finally:
        os.close(keep)
    assert result.head == "[0, 1, 2, 3]\n"  # the fourth is the folder being listed


def test_signals_that_we_ignore_are_not_ignored_by_commands(shell: Shell):
    ignored = int(shell.run("grep SigIgn /proc/self/status").head.split()[1], 16)
    of_threads = (
        0b11 << 31
    )  # 32 and 33 are the C library's own, which lets nobody set them; `uv run python` ignores them
    assert ignored & ~of_threads == 0


def test_no_command_leaves_an_image_of_its_memory_or_gains_rights(shell: Shell):
    result = shell.run("ulimit -c; ulimit -Hc; grep NoNewPrivs /proc/self/status")
    assert result.head.split() == ["0", "0", "NoNewPrivs:", "1"]


@pytest.mark.parametrize("folder", ["sub", "./sub", "sub/"])
def test_a_folder_of_the_project_can_be_worked_in(shell: Shell, root: Path, folder: str):
    (root / "sub").mkdir()
    assert shell.run("pwd", cwd=folder).head == f"{root}/sub\n"


@pytest.mark.parametrize(
    "folder", ["/", "..", "sub/../..", "~", "link", "nowhere", "file", "a\0b", "", "/tmp", "\ud800"]
)
def test_no_other_folder_can(shell: Shell, root: Path, folder: str):
    (root / "link").symlink_to("/")
    (root / "file").touch()
    with pytest.raises(ShellError):
        shell.run("touch here", cwd=folder)


@pytest.mark.parametrize("command", [[], [""], "a\0b", "\ud800", "x" * (LONGEST_WORD + 1)])
def test_what_cannot_be_run_is_refused_in_words(shell: Shell, command: str):
    with pytest.raises(ShellError, match="command"):
        shell.run(command)


def test_the_longest_script_runs(shell: Shell):
    script = "echo done #"
    assert shell.run(script + "x" * (LONGEST_WORD - len(script))).head == "done\n"


def test_a_program_that_is_not_there_is_named(shell: Shell):
    with pytest.raises(ShellError, match="no-such-program"):
        shell.run(["no-such-program"])


@pytest.mark.parametrize("seconds", [0, -1, float("inf"), float("nan")])
def test_a_time_limit_that_is_none_is_refused(shell: Shell, seconds: float):
    with pytest.raises(ShellError, match="time limit"):
        shell.run("true", timeout=seconds)


def test_at_the_time_limit_a_command_may_say_goodbye(shell: Shell):
    script = "trap 'echo bye; exit 7' TERM; echo on; while :; do :; done"
    result = with_time_enough(lambda seconds: shell.run(script, timeout=seconds), lambda result: result.head, 0.5)
    assert result.timed_out
    assert (result.exit_code, result.head) == (7, "on\nbye\n")
    assert result.seconds >= 0.5


def test_who_does_not_listen_is_killed_two_seconds_later(shell: Shell, marker: str):
    script = f"trap '' TERM; echo on; sleep {marker} & while :; do sleep {marker}; done"
    result = with_time_enough(lambda seconds: shell.run(script, timeout=seconds), lambda result: result.head, 0.2)
    assert result.timed_out
    assert result.signal == signal.SIGKILL
    assert result.seconds >= 2
    assert not processes(marker)


def test_a_stopped_command_ends_at_its_time_limit_too(shell: Shell):
    result = shell.run("kill -STOP $$", timeout=0.2)
    assert result.timed_out


def test_the_limit_of_the_shell_holds_where_a_call_names_none(root: Path):
    assert Shell(root, UNCONFINED, Limits(seconds=0.2)).run("sleep 600").timed_out


@pytest.mark.parametrize("family", FAMILIES)
def test_nobody_of_a_family_survives_the_time_limit(shell: Shell, family: str, marker: str):
    result = shell.run(FAMILIES[family].format(marker), timeout=0.3)
    assert (result.timed_out, result.survivors) == (True, 0)
    assert not processes(marker)
    assert not zombies()


@pytest.mark.parametrize("family", FAMILIES)
def test_nobody_of_a_family_survives_a_cancel_and_that_is_soon(shell: Shell, family: str, marker: str):
    def stop() -> float:
        cancel, pressed = Cancel(), list[float]()
        threading.Timer(0.4, lambda: (pressed.append(time.monotonic()), cancel.request())).start()
        result = shell.run(FAMILIES[family].format(marker), cancel=cancel)
        seconds = waited(pressed)
        assert result.cancelled
        assert not processes(marker)
        assert not zombies()
        return seconds

    is_soon(stop, 0.4)


@pytest.mark.parametrize("method", ["bwrap", "landlock"])
def test_nor_does_anybody_when_commands_are_confined(root: Path, method: str, marker: str):
    shell = confined(root, method)
    everybody = "".join(f"({family.format(marker)}) & " for family in FAMILIES.values())
    result = shell.run(f"{everybody} sleep {marker}", timeout=0.5)
    assert (result.timed_out, result.survivors) == (True, 0)
    assert not processes(marker)
    assert not zombies()


def test_what_a_command_leaves_running_ends_with_it_and_is_counted(shell: Shell, marker: str):
    result = shell.run(f"setsid nohup sleep {marker} >/dev/null 2>&1 & sleep {marker} & echo started")
    assert (result.exit_code, result.head, result.left_running) == (0, "started\n", 2)
    assert not processes(marker)


def test_one_that_forks_and_ends_over_and_over_is_caught(shell: Shell, marker: str):
    code = f"import os\nwhile True:\n    if os.fork(): os._exit(0)\n    os.setsid()  # {marker}"
    result = shell.run([sys.executable, "-c", code], timeout=0.5)
    assert result.survivors == 0
    assert not processes(marker)


def test_a_command_that_kills_whoever_watches_over_it_is_ended_all_the_same(shell: Shell, marker: str):
    result = shell.run(f"setsid sleep {marker} & sleep {marker} & kill -9 $PPID; sleep {marker}")
    assert (result.exit_code, result.signal, result.survivors) == (None, None, 0)
    assert not processes(marker)
    assert not zombies()


def test_fifty_commands_at_once_leave_nothing(root: Path, shell: Shell, marker: str):
    results = []
    script = f"setsid sleep {marker} & (sleep {marker} &) ; echo $$"
    threads = [threading.Thread(target=lambda: results.append(shell.run(script))) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({result.head for result in results if result.exit_code == 0}) == 50
    assert not processes(marker)
    assert not zombies()


def test_a_cancel_pressed_before_keeps_the_command_from_running(shell: Shell, root: Path):
    cancel = Cancel()
    cancel.request()
    result = shell.run("touch it-ran", cancel=cancel)
    assert result.cancelled
    assert (result.exit_code, result.signal) == (None, None)
    assert not (root / "it-ran").exists()


def test_a_cancel_cuts_the_two_seconds_of_asking_short(shell: Shell, root: Path):
    def stop() -> float:
        (root / "asked").unlink(missing_ok=True)
        cancel, pressed = Cancel(), list[float]()

        def press() -> None:
            wait_until((root / "asked").exists)
            pressed.append(time.monotonic())
            cancel.request()

        presser = threading.Thread(target=press)
        presser.start()
        result = shell.run("trap 'touch asked' TERM; while :; do sleep 0.05; done", timeout=1.5, cancel=cancel)
        seconds = waited(pressed)
        presser.join()
        assert (result.timed_out, result.cancelled) == (True, True)
        return seconds

    is_soon(stop, 1.0)


def test_commands_end_when_the_program_is_killed(root: Path, marker: str):
    code = (
        "import sys; from manual_slop.safety.sandbox import Sandbox; from manual_slop.safety.shell.shell import Shell\n"
        f"Shell({str(root)!r}, Sandbox('off')).run('touch on; setsid sleep {marker} & sleep {marker}')"
    )
    program = os.posix_spawn(sys.executable, [sys.executable, "-c", code], {**os.environ, "PYTHONPATH": "src"})
    wait_until(lambda: (root / "on").exists() and len(processes(marker)) > 3)
    os.kill(program, signal.SIGKILL)
    os.waitpid(program, 0)
    wait_until(lambda: not processes(marker))


def test_nothing_stays_open_in_the_program(shell: Shell):
    shell.run("true")
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(5):
        shell.run("true")
        with pytest.raises(ShellError):
            shell.run(["no-such-program"])
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_the_temporary_folder_is_private_shared_by_calls_and_goes_with_the_shell(root: Path):
    shell = Shell(root, UNCONFINED)
    shell.run("echo kept > $TMPDIR/note")
    result = shell.run("cat $TMPDIR/note; stat -c %a $TMPDIR; echo $TMPDIR")
    said, mode, place = result.head.split()
    assert (said, mode) == ("kept", "700")
    del shell
    assert not Path(place).exists()


def test_a_sandbox_that_is_off_says_so(root: Path):
    level = Shell(root, Sandbox("off")).run("true").confinement
    assert level.name == "none"
    assert "switch" in level.detail
