"""Ways to run the window where there is no display: without any pixels, or with true ones and no screen."""

from __future__ import annotations

import ctypes
from pathlib import Path

import imgui_bundle
from imgui_bundle import hello_imgui, imgui

_GLFW_PLATFORM, _GLFW_PLATFORM_NULL = 0x00050003, 0x00060005
_GLFW_CONTEXT_CREATION_API, _GLFW_EGL_CONTEXT_API = 0x0002200B, 0x00036002


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


def without_screen() -> None:
    """True pixels from EGL, no display needed. To be called before each run. Raises `NoPixelsError`."""
    try:
        library = ctypes.CDLL(str(Path(imgui_bundle.__file__).parent / "libglfw.so.3"))
    except OSError as error:
        raise NoPixelsError(f"pictures without a display need Linux and EGL: {error}") from None
    library.glfwInitHint(_GLFW_PLATFORM, _GLFW_PLATFORM_NULL)
    if library.glfwInit() != 1:
        raise NoPixelsError("pictures without a display need EGL (Debian: libegl1 libgl1 libgl1-mesa-dri)")
    library.glfwWindowHint(_GLFW_CONTEXT_CREATION_API, _GLFW_EGL_CONTEXT_API)


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
