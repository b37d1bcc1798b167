"""Ways to run the window where there is no display: without any pixels, or with true ones and no screen."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import imgui_bundle
from imgui_bundle import hello_imgui, imgui

_GLFW_PLATFORM, _GLFW_PLATFORM_NULL = 0x00050003, 0x00060005
_GLFW_CONTEXT_CREATION_API, _GLFW_EGL_CONTEXT_API = 0x0002200B, 0x00036002

_GLFW_FOCUSED = 0x00020001


class NoPixelsError(Exception):
    """Pictures cannot be made here; the message says what is missing."""


def without_pixels(params: hello_imgui.RunnerParams) -> None:
    """Run everything and draw nothing. Mends two things that the null backend of imgui-bundle 1.93.0 forgets."""
    params.platform_backend_type = hello_imgui.PlatformBackendType.null
    params.renderer_backend_type = hello_imgui.RendererBackendType.null
    callbacks = params.callbacks
    configure, swapped = callbacks.setup_imgui_config, callbacks.after_swap

    def setup() -> None:
        if callable(configure):
            configure()
        imgui.get_io().backend_flags |= imgui.BackendFlags_.renderer_has_textures

    def acknowledge() -> None:
        if callable(swapped):
            swapped()
        _acknowledge_textures()

    callbacks.setup_imgui_config, callbacks.after_swap = setup, acknowledge
    callbacks.before_exit_post_cleanup = imgui.destroy_context


def no_display() -> str:
    """Why no window can be opened here, empty when one can."""
    if sys.platform != "linux":
        return ""
    library = _glfw()
    if library is None:
        return "the library of imgui-bundle that opens windows cannot be loaded"
    if library.glfwInit() == 1:
        library.glfwTerminate()
        return ""
    words = ctypes.c_char_p()
    library.glfwGetError(ctypes.byref(words))
    reason = (words.value or b"").decode("utf-8", "replace").removeprefix("X11: ")
    return reason[:1].lower() + reason[1:] if reason else "there is no display"


def without_screen() -> None:
    """True pixels from EGL, no display needed. To be called before each run. Raises `NoPixelsError`."""
    library = _glfw()
    if library is None:
        raise NoPixelsError("pictures without a display need Linux and EGL")
    library.glfwInitHint(_GLFW_PLATFORM, _GLFW_PLATFORM_NULL)
    if library.glfwInit() != 1:
        raise NoPixelsError("pictures without a display need EGL (Debian: libegl1 libgl1 libgl1-mesa-dri)")
    library.glfwWindowHint(_GLFW_CONTEXT_CREATION_API, _GLFW_EGL_CONTEXT_API)


def ask_for_attention() -> None:
    """Have the desktop mark the window, unless the person is at it. Between frames or in one; nothing where none is."""
    library = _glfw()
    if library is None or hello_imgui.get_runner_params().platform_backend_type == hello_imgui.PlatformBackendType.null:
        return
    window = ctypes.c_void_p(hello_imgui.get_glfw_window_address())  # type: ignore[attr-defined]  # not in its stubs
    if window.value and not library.glfwGetWindowAttrib(window, _GLFW_FOCUSED):
        library.glfwRequestWindowAttention(window)


def for_drops(heard: Callable[[Any, int, Any], None]) -> object:
    """As GLFW calls it: with the window, how many paths, and these in UTF-8."""
    return ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int, ctypes.POINTER(ctypes.c_char_p))(heard)


def listen_for_drops(heard: object) -> None:
    """Have a function of `for_drops` called when files are dropped on the window; nothing where nobody tells of them.

    The function must live as long as the window. Once the window is there.
    """
    library = _glfw()
    if library is None or hello_imgui.get_runner_params().platform_backend_type == hello_imgui.PlatformBackendType.null:
        return
    window = ctypes.c_void_p(hello_imgui.get_glfw_window_address())  # type: ignore[attr-defined]  # not in its stubs
    if window.value:
        library.glfwSetDropCallback.restype = ctypes.c_void_p
        library.glfwSetDropCallback(window, heard)


def _glfw() -> ctypes.CDLL | None:
    """The GLFW that travels with imgui-bundle."""
    try:
        return ctypes.CDLL(str(Path(imgui_bundle.__file__).parent / "libglfw.so.3"))
    except OSError:
        return None


def _acknowledge_textures() -> None:
    status = imgui.ImTextureStatus
    for texture in imgui.get_platform_io().textures:
        if texture.status == status.want_create:
            texture.set_tex_id(1)
            texture.set_status(status.ok)
        elif texture.status == status.want_updates:
            texture.set_status(status.ok)
        elif texture.status == status.want_destroy:
            texture.set_tex_id(0)
            texture.set_status(status.destroyed)
