"""Confined commands reach nothing that is none of their business, and nobody is told so when it is not true."""

from __future__ import annotations

import os
import socket
import sys
import tempfile
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import manual_slop
from manual_slop.safety import sandbox_bwrap
from manual_slop.safety.sandbox import METHODS, Method, Sandbox, Walls
from manual_slop.safety.sandbox_landlock import grants
from manual_slop.safety.shell import landlock, seccomp
from manual_slop.safety.shell.errors import ShellError
from manual_slop.safety.shell.shell import Shell, available
from manual_slop.values import paths
from tests.support.confinements import GIT, OUTSIDE
from tests.support.shared import ROOT
from tests.support.shells import UNCONFINED, confined

pytestmark = pytest.mark.skipif(not available(), reason="commands need a system with fork and exec")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with a git folder, a file and a folder."""
    folder = tmp_path / "project"
    (folder / ".git" / "hooks").mkdir(parents=True)
    (folder / ".git" / "config").write_text("[core]\n")
    (folder / "src").mkdir()
    (folder / "file").write_text("old")
    return folder


@pytest.fixture
def elsewhere() -> Iterator[Path]:
    """A folder that is no temporary one: those are replaced by a private one anyway."""
    for place in (ROOT / ".pytest_cache", Path.home(), Path("/var/lib")):
        if not place.is_relative_to("/tmp") and os.access(place.parent, os.W_OK):
            place.mkdir(exist_ok=True)
            with tempfile.TemporaryDirectory(dir=place, prefix=".outside-") as folder:
                yield Path(folder)
            return
    pytest.skip("there is no folder to write to but temporary ones")


@pytest.fixture(params=METHODS)
def method(request: pytest.FixtureRequest) -> Method:
    """Every way to confine a command."""
    return request.param


@pytest.fixture
def shell(root: Path, method: Method) -> Shell:
    return confined(root, method)


@pytest.mark.parametrize("way", OUTSIDE)
def test_nothing_outside_the_project_can_be_changed(shell: Shell, elsewhere: Path, way: str):
    outside = elsewhere / "outside"
    (outside / "folder").mkdir(parents=True)
    (outside / "file").write_text("kept")
    shell.run(OUTSIDE[way].format(outside, python=sys.executable))
    assert sorted(path.name for path in outside.iterdir()) == ["file", "folder"]
    assert (outside / "file").read_text() == "kept"
    assert (outside / "folder").is_dir()


@pytest.mark.parametrize("way", OUTSIDE)
def test_the_same_ways_are_open_to_a_command_that_nothing_confines(root: Path, elsewhere: Path, way: str):
    if "namespace" in way or "mounting" in way:
        pytest.skip("needs rights that not everybody has")
    outside = elsewhere / "outside"
    (outside / "folder").mkdir(parents=True)
    (outside / "file").write_text("kept")
    Shell(root, UNCONFINED).run(OUTSIDE[way].format(outside, python=sys.executable))
    names = sorted(path.name for path in outside.iterdir())
    assert names != ["file", "folder"] or (outside / "file").read_text() != "kept"


@pytest.mark.parametrize("place", ["/etc", "/usr", "/tmp", "/var/tmp", "/dev/shm", "/run", "/"])
def test_the_folders_of_the_system_are_as_before(shell: Shell, place: str):
    before = set(os.listdir(place))  # noqa: PTH208
    shell.run(f"echo x > {place}/made-by-a-command")
    assert "made-by-a-command" not in set(os.listdir(place)) - before  # noqa: PTH208


def test_the_project_and_the_temporary_folder_can_be_written(shell: Shell, root: Path):
    script = "set -e; echo new > file; mkdir src/a; echo b > src/a/b; mv src/a src/c; ln -s c src/d; rm -r src/c"
    result = shell.run(f"{script}; echo t > $TMPDIR/t; cat $TMPDIR/t; mkdir -p $XDG_CACHE_HOME; echo x > /dev/null")
    assert (result.exit_code, result.head) == (0, "t\n")
    assert (root / "file").read_text() == "new\n"
    assert [path.name for path in (root / "src").iterdir()] == ["d"]


@pytest.mark.parametrize("method", ["bwrap"])
def test_new_files_can_be_made_in_the_project_folder_itself(shell: Shell, root: Path, method: Method):
    assert shell.run("echo x > new").exit_code == 0
    assert (root / "new").exists()


@pytest.mark.parametrize("method", ["landlock"])
def test_where_git_is_protected_by_whole_folders_that_is_said(shell: Shell, root: Path, method: Method):
    assert shell.run("echo x > new").exit_code != 0
    assert "nothing new can be made directly" in shell.level().detail
    (root / ".git").rename(root.parent / "git")
    assert shell.run("echo x > new").exit_code == 0
    assert "nothing new" not in shell.level().detail


@pytest.mark.parametrize("script", GIT)
def test_the_git_folder_can_only_be_read(shell: Shell, root: Path, script: str):
    shell.run(script)
    assert shell.run("cat .git/config").head == "[core]\n"
    assert (root / ".git" / "config").read_text() == "[core]\n"
    assert not list((root / ".git" / "hooks").iterdir())


def test_the_git_folder_can_be_written_where_that_is_allowed(shell: Shell, root: Path):
    assert shell.run("echo x > .git/hooks/new && echo x > new", write_git=True).exit_code == 0
    assert (root / ".git" / "hooks" / "new").exists()
    assert ".git" not in shell.level(write_git=True).detail


def test_the_file_that_stands_for_a_git_folder_is_protected_too(shell: Shell, root: Path):
    (root / ".git" / "config").unlink()
    (root / ".git" / "hooks").rmdir()
    (root / ".git").rmdir()
    (root / ".git").write_text("gitdir: elsewhere\n")
    shell.run("echo x > .git; rm .git; mv .git src; echo gitdir: here > src/x; mv src/x .git")
    assert (root / ".git").read_text() == "gitdir: elsewhere\n"


def test_the_program_cannot_be_changed_by_commands_in_its_own_checkout(method: Method):
    shell = confined(ROOT, method)
    package, python = Path(manual_slop.__file__).parent, Path(sys.prefix)
    if not package.is_relative_to(ROOT):
        pytest.skip("the program that is tested is not run from the checkout")
    name = f"made-by-{uuid.uuid4().hex}"
    shell.run(f"mkdir {package}/{name} {python}/{name}")
    made = [place / name for place in (package, python) if (place / name).exists()]
    for place in made:
        place.rmdir()
    assert not made
    assert "src/manual_slop" in shell.level().detail


class Sink:
    """Servers that remember whether anybody came."""

    def __init__(self, folder: Path) -> None:
        self.visits: list[str] = []
        self.path = str(folder / "s")
        self._servers = [
            socket.create_server(("127.0.0.1", 0)),
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
            socket.socket(socket.AF_UNIX),
            socket.socket(socket.AF_UNIX),
        ]
        self._servers[1].bind(("127.0.0.1", 0))
        self._servers[2].bind(self.path)
        self._servers[3].bind(f"\0manual-slop-{os.getpid()}")
        for server in self._servers[2:]:
            server.listen()

    @property
    def script(self) -> str:
        """A program that tries every one of them, by every call that could do it."""
        tcp, udp = (server.getsockname()[1] for server in self._servers[:2])
        tries = [
            f"s.socket().connect(('127.0.0.1', {tcp}))",
            f"s.socket(s.AF_INET, s.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', {udp}))",
            f"s.socket(s.AF_UNIX).connect({self.path!r})",
            f"s.socket(s.AF_UNIX).connect('\\0manual-slop-{os.getpid()}')",
            "s.socket(s.AF_INET6)",
            "s.socket(s.AF_INET, s.SOCK_RAW, 1)",
            "s.socket(s.AF_PACKET, s.SOCK_RAW)",
        ]
        return "import socket as s\n" + "\n".join(
            f"try:\n  {line}\n  print({at})\nexcept OSError: pass" for at, line in enumerate(tries)
        )

    def visited(self) -> list[int]:
        """Which of them have a visitor waiting: 0 TCP, 1 UDP, 2 a socket in the file system, 3 an abstract one."""
        found = []
        for at, server in enumerate(self._servers):
            server.settimeout(0.01)
            try:
                server.recv(1) if at == 1 else server.accept()[0].close()
            except TimeoutError:
                continue
            found.append(at)
        return found

    def close(self) -> None:
        for server in self._servers:
            server.close()


@pytest.fixture
def sink(elsewhere: Path) -> Iterator[Sink]:
    one = Sink(elsewhere)
    yield one
    one.close()


def test_a_confined_command_reaches_no_server(shell: Shell, sink: Sink):
    shell.run([sys.executable, "-c", sink.script])
    shell.run("(exec 3<>/dev/tcp/127.0.0.1/22); curl -s http://127.0.0.1")
    assert sink.visited() == []


def test_within_bubblewrap_a_command_can_serve_itself(root: Path):
    code = (
        "import socket\nserver = socket.create_server(('127.0.0.1', 0))\n"
        "socket.create_connection(server.getsockname())\nprint('served')"
    )
    assert confined(root, "bwrap").run([sys.executable, "-c", code]).head == "served\n"


def test_the_landlock_filter_leaves_no_socket_at_all(root: Path, sink: Sink):
    shell = confined(root, "landlock")
    assert shell.run([sys.executable, "-c", sink.script]).head == ""
    assert shell.run([sys.executable, "-c", "import socket; socket.socketpair(); print('pair')"]).head == "pair\n"


def test_where_the_network_is_allowed_the_internet_is_and_the_services_of_this_machine_are_not(
    shell: Shell, sink: Sink
):
    result = shell.run([sys.executable, "-c", sink.script], network=True)
    assert sink.visited() == [0, 1]
    assert result.head.split() == ["0", "1", "4"]
    assert "the network is open" in result.confinement.detail


def test_an_unconfined_command_reaches_all_of_them(root: Path, sink: Sink):
    Shell(root, UNCONFINED).run([sys.executable, "-c", sink.script])
    assert sink.visited() == [0, 1, 2, 3]


def test_our_own_folders_and_the_usual_places_of_keys_are_closed(
    root: Path, method: Method, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("HOME", str(elsewhere))
    monkeypatch.setenv("MANUAL_SLOP_HOME", str(elsewhere / "ours"))
    places = [paths.config_dir() / "credentials.toml", paths.data_dir() / "sessions.db"]
    places += [elsewhere / ".ssh" / "id", elsewhere / ".netrc", elsewhere / ".config" / "gh" / "hosts.yml"]
    places += [elsewhere / "ordinary"]
    for place in places:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(f"in {place.name}\n")
    script = " ".join(f"'{place}'" for place in places)
    assert len(Shell(root, UNCONFINED).run(f"cat {script}").head.splitlines()) == 6
    result = confined(root, method).run(f"cat {script}")
    assert [line for line in result.head.splitlines() if line.startswith("in ")] == ["in ordinary"]


def test_they_are_closed_also_where_they_lie_in_the_project(tmp_path: Path, method: Method):
    home = paths.config_dir()
    home.mkdir(parents=True)
    (home / "credentials.toml").write_text("secret\n")
    result = confined(tmp_path, method).run(f"cat {home}/credentials.toml; echo x > {home}/credentials.toml; true")
    assert "secret\n" not in result.head
    assert (home / "credentials.toml").read_text() == "secret\n"


def test_a_project_in_our_own_data_folder_can_be_worked_in(method: Method):
    root = paths.data_dir() / "worktrees" / "one"
    root.mkdir(parents=True)
    (paths.data_dir() / "other").write_text("secret\n")
    result = confined(root, method).run("echo x > file; cat file ../../other")
    assert result.head.startswith("x\n")
    assert "secret\n" not in result.head


def test_confined_commands_have_no_rights_of_root(shell: Shell):
    lines = shell.run("grep -E 'Cap|NoNewPrivs' /proc/self/status").head.splitlines()
    assert {line.split()[1].lstrip("0") for line in lines if line.startswith("Cap")} == {""}
    assert "NoNewPrivs:\t1" in lines


def test_other_processes_cannot_be_signalled(shell: Shell):
    assert shell.run(f"kill -0 {os.getpid()} && echo reached").head.count("reached\n") == 0


CANARY = "canary-4f1c9a7e52"


@contextmanager
def program_with_a_key(root: Path, sandbox: str) -> Iterator[list[str]]:
    """The output of commands that look for our key, run by a program that was started with one and is hardened."""
    import subprocess

    hunt = (
        "cat /proc/$PPID/environ /proc/1/environ /proc/[0-9]*/environ /proc/[0-9]*/task/*/environ; "
        "for p in /proc/[0-9]*; do cat $p/cmdline; strings $p/mem; ls -l $p/fd; done; env; set"
    )
    code = (
        "import sys, os\n"
        "from manual_slop.safety.hardening import harden\nharden()\n"
        "from manual_slop.safety.sandbox import Sandbox\nfrom manual_slop.safety.shell.shell import Shell\n"
        f"result = Shell({str(root)!r}, {sandbox}).run({hunt!r})\n"
        "print(result.head + result.tail, result.confinement.name, result.total_bytes)"
    )
    environment = {**os.environ, "OPENAI_API_KEY": CANARY, "NOTE": CANARY, "PYTHONPATH": "src"}
    done = subprocess.run(  # noqa: PLW1510
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, errors="replace"
    )
    assert done.returncode == 0, done.stderr
    yield done.stdout


def test_a_key_in_our_environment_cannot_be_found_by_a_confined_command(root: Path, method: Method):
    confined(root, method)
    with program_with_a_key(root, f"Sandbox(methods=({method!r},))") as said:
        assert f" {method} " in said
        assert CANARY not in said


def test_nor_by_an_unconfined_one_unless_it_is_run_by_root(root: Path):
    if not os.getuid():
        pytest.skip("root may read everything that nothing confines")
    with program_with_a_key(root, "Sandbox('off')") as said:
        assert CANARY not in said


def test_the_first_method_that_works_is_taken(root: Path):
    names = [method for method in METHODS if _works(root, method)]
    assert Shell(root).level().name == (names or ["none"])[0]


def _works(root: Path, method: Method) -> bool:
    return Shell(root, Sandbox(methods=(method,))).level().name == method


def fake_bwrap(folder: Path, script: str) -> str:
    program = folder / "bwrap"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return str(program)


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("echo setting up uid map: Permission denied >&2; exit 1", "Permission denied"),
        ("exit 0", "without a word"),
        ("sleep 0.1; kill -9 $$", "without a word"),
    ],
)
def test_a_bubblewrap_that_does_not_work_is_passed_over_with_the_reason(
    root: Path, tmp_path: Path, script: str, reason: str
):
    broken = Sandbox(methods=("bwrap",), bwrap=fake_bwrap(tmp_path, script))
    level = Shell(root, broken).run("true").confinement
    assert level.name == "none"
    assert reason in level.detail


def test_where_confinement_is_required_and_none_works_nothing_runs(root: Path, tmp_path: Path):
    shell = Shell(root, Sandbox("required", methods=("bwrap",), bwrap=fake_bwrap(tmp_path, "exit 1")))
    with pytest.raises(ShellError, match="nothing was run"):
        shell.run("touch src/it-ran")
    with pytest.raises(ShellError, match="nothing was run"):
        shell.level()
    assert not (root / "src" / "it-ran").exists()


def test_one_that_stops_working_later_runs_nothing_either(root: Path, tmp_path: Path):
    real = sandbox_bwrap.find()
    confined(root, "bwrap")
    program = fake_bwrap(tmp_path, f'exec {real} "$@"')
    shell = Shell(root, Sandbox(methods=("bwrap",), bwrap=program))
    assert shell.run("true").exit_code == 0
    fake_bwrap(tmp_path, "echo no more user namespaces >&2; exit 1")
    with pytest.raises(ShellError, match="no more user namespaces"):
        shell.run("touch src/it-ran")
    assert not (root / "src" / "it-ran").exists()


def test_several_commands_can_be_confined_at_once(shell: Shell, root: Path):
    threads = [threading.Thread(target=shell.run, args=(f"echo {at} > src/{at}",)) for at in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(path.name for path in (root / "src").iterdir()) == [str(at) for at in range(8)]


def test_links_are_not_granted_with_what_they_lead_to(root: Path, tmp_path: Path):
    (root / "etc").symlink_to("/etc")
    shell = confined(root, "landlock")
    assert shell.run("echo x > etc/made-by-a-command").exit_code != 0
    assert not Path("/etc/made-by-a-command").exists()


def test_only_what_leads_to_something_hidden_is_granted_piece_by_piece(tmp_path: Path):
    for name in ("a/secret", "a/b", "c"):
        (tmp_path / name).mkdir(parents=True)
    walls = Walls(str(tmp_path / "c"), "/nowhere", network=False, write_git=False, hidden=(str(tmp_path / "a/secret"),))
    granted = [path for path, use in grants(walls) if use == "read"]
    assert str(tmp_path / "a" / "b") in granted
    assert not {str(tmp_path), str(tmp_path / "a"), str(tmp_path / "a" / "secret"), "/"} & set(granted)


@pytest.mark.parametrize("abi", range(1, 8))
def test_every_version_of_landlock_is_spoken_to_in_its_own_words(tmp_path: Path, abi: int):
    if landlock.version() < abi:
        pytest.skip(f"this kernel's Landlock is older than version {abi}")
    child = os.fork()
    if not child:
        code = 1
        try:
            from manual_slop.safety.shell import kernel

            kernel.gain_nothing()
            landlock.restrict([("/", "read"), (str(tmp_path), "write")], abi)
            seccomp.refuse_sockets(network=False, truncate=not landlock.knows_truncate(abi))
            (tmp_path / "file").write_text("x")
            try:
                Path("/etc/made-by-a-command").write_text("x")
            except PermissionError:
                code = 0
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_the_filter_of_every_machine_we_know_ends_in_a_verdict(machine: str):
    lines = seccomp.program(machine, network=True, truncate=True)
    assert len(lines) % 8 == 0
    assert lines[-8] == lines[8 * 2] == 0x06  # the last word, and the one on a foreign machine, are "return"
