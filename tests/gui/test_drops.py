"""Files that are dropped on the window join what is being written."""

from __future__ import annotations

import ctypes
from pathlib import Path

import pytest
from imgui_bundle import hello_imgui, immapp

from manual_slop.gui.backends import NoPixelsError, _glfw, without_screen
from manual_slop.gui.context import App
from manual_slop.gui.drops import Drops
from manual_slop.gui.window import _drops
from manual_slop.terminal.probes import red_picture
from tests.support.gui import Person, use


def drop(drops: Drops, *paths: Path) -> None:
    """As GLFW tells of it."""
    given = (ctypes.c_char_p * len(paths))(*(str(path).encode() for path in paths))
    drops.heard(None, len(paths), given)


def test_a_picture_and_a_text_file_of_the_project_are_attached_and_what_cannot_be_is_told(app: App, tmp_path: Path):
    picture, readme = tmp_path / "a drawing é.png", tmp_path / "project" / "README.md"
    picture.write_bytes(red_picture().data or b"")

    def scene(person: Person) -> None:
        drop(_drops(app), picture, readme, tmp_path / "missing.txt")
        person.waits_until(lambda: app.state.draft.images and app.state.draft.files and app.state.toasts)
        person.waits()

    use(app, scene)
    assert [(one.width, one.height) for one in app.state.draft.images] == [(64, 64)]
    assert [one.name for one in app.state.draft.files] == ["README.md"]
    assert "missing.txt" in " ".join(toast.text for _, toast in app.state.toasts)


def test_of_very_many_files_some_are_attached_and_it_is_said():
    attached: list[str] = []
    said: list[str] = []
    drop(Drops(attached.append, said.append), *(Path(f"/{number}.png") for number in range(500)))
    assert attached == [f"/{number}.png" for number in range(12)]
    assert "12 of the 500" in said[0]


def test_glfw_tells_the_window_of_what_is_dropped():
    try:
        without_screen()
    except NoPixelsError as error:
        pytest.skip(str(error))
    drops, listened = Drops(lambda _path: None, lambda _text: None), []
    params = hello_imgui.RunnerParams()
    params.ini_disable = True
    params.callbacks.post_init = drops.listen

    def show() -> None:
        library = _glfw()
        assert library is not None
        library.glfwSetDropCallback.restype = ctypes.c_void_p
        window = ctypes.c_void_p(hello_imgui.get_glfw_window_address())
        listened.append(library.glfwSetDropCallback(window, None) == ctypes.cast(drops.heard, ctypes.c_void_p).value)
        params.app_shall_exit = True

    params.callbacks.show_gui = show
    try:
        immapp.run(params)
    except RuntimeError as error:
        pytest.skip(f"no EGL: {error}")
    assert listened == [True]
