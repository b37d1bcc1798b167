"""`manual-slop` without a command, as a shell sees it: no display, pictures, folders that are called like commands."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from manual_slop.terminal.window import Wanted, folder_named, show
from manual_slop.values.errors import ConfigError
from tests.support.shared import ROOT


def run(*arguments: str, home: Path, cwd: Path, stdin: str = "", **more: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    return subprocess.run(
        [sys.executable, "-m", "manual_slop", *arguments],
        input=stdin,
        env={**environment, "MANUAL_SLOP_HOME": str(home), **more},
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "pear"
    folder.mkdir()
    (folder / "README.md").write_text("# Pear\n", "utf-8")
    return folder


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a display")
def test_without_a_display_it_is_the_chat_and_says_why(tmp_path: Path, project: Path):
    done = run(str(project), home=tmp_path, cwd=tmp_path, stdin="/quit\n")
    assert done.returncode == 0, done.stderr
    assert "no window here: " in done.stderr
    assert str(project) in done.stderr


def test_a_broken_display_is_no_reason_to_fail(tmp_path: Path, project: Path):
    if sys.platform != "linux":
        pytest.skip("elsewhere there is always a display")
    done = run("./pear", home=tmp_path, cwd=tmp_path, stdin="/quit\n", DISPLAY=":4711")
    assert done.returncode == 0, done.stderr
    assert "no window here: " in done.stderr


def test_what_can_only_be_a_folder_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pear").mkdir()
    (tmp_path / "send").mkdir()
    assert all(map(folder_named, ("pear", "./send", "..", ".", "~/x", "/", "no/such")))
    assert not folder_named("nosuch")


def test_a_word_that_is_no_command_and_no_folder_is_said_to_be_neither(tmp_path: Path):
    for words, said in (("nosuch", "No such command"), ("./nosuch", "is no folder"), ("send/x", "is no folder")):
        done = run(words, home=tmp_path, cwd=tmp_path)
        assert done.returncode == 2
        assert said in done.stderr


def test_a_folder_called_like_a_command_needs_its_dot(tmp_path: Path):
    (tmp_path / "models").mkdir()
    assert "rehearsal" in run("models", home=tmp_path / "home", cwd=tmp_path).stdout
    done = run(
        "./models", "--screenshot", str(tmp_path / "no" / "a.png"), "--size", "tiny", home=tmp_path, cwd=tmp_path
    )
    assert "WIDTHxHEIGHT" in done.stderr


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (Wanted(panel="Log"), "for --screenshot"),
        (Wanted(folder=Path("nosuch")), "is no folder"),
        (Wanted(screenshot=Path("a.png"), panel="Foo"), "Discussion"),
        (Wanted(screenshot=Path("a.png"), theme="pink"), "contrast"),
        (Wanted(screenshot=Path("a.png"), size="9x9"), "1440x900"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_can(wanted: Wanted, said: str):
    with pytest.raises(ConfigError, match=said):
        show(wanted)


def test_options_of_the_window_are_not_swallowed_by_a_command(tmp_path: Path):
    done = run("--demo", "models", home=tmp_path, cwd=tmp_path)
    assert done.returncode == 2
    assert "for the window only" in done.stderr


def test_other_commands_import_nothing_of_the_window(tmp_path: Path):
    program = (
        "import sys; from manual_slop.cli import run; run(['models']); "
        "print([name for name in sys.modules if 'imgui' in name or name.startswith('manual_slop.gui')])"
    )
    environment = {**os.environ, "MANUAL_SLOP_HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.rstrip().endswith("[]")


def test_a_picture_is_made_of_a_real_session_without_touching_ours(tmp_path: Path):
    file = tmp_path / "window.png"
    done = run("--screenshot", str(file), "--demo", "--size", "1000x700", home=tmp_path / "home", cwd=ROOT)
    if "libegl1" in done.stderr or "libx11-6" in done.stderr:
        pytest.skip(done.stderr.strip())
    assert done.returncode == 0, done.stderr
    from PIL import Image

    with Image.open(file) as picture:
        assert picture.size == (1000, 700)
        assert len(picture.convert("RGB").getcolors(1_000_000) or ()) > 100
    assert not list((tmp_path / "home").rglob("*"))
