"""Whether there can be a window at all, asked before anything of it is imported."""

from __future__ import annotations


def missing() -> str:
    """Why imgui-bundle cannot be used here; empty when it can."""
    try:
        import imgui_bundle  # noqa: F401  # it links libraries that may not be there
    except ImportError as error:
        return f"imgui-bundle cannot be loaded ({error}); Debian: apt-get install libx11-6 libxext6"
    return ""
