"""A panel that fails shows its traceback in its own place; the others go on."""

from __future__ import annotations

import traceback
from collections.abc import Callable

from imgui_bundle import imgui

from manual_slop.values.secrets import redactor


class Boundary:
    """Draws one panel, again and again, until it raises; then what was raised, until the person wants to retry."""

    def __init__(self) -> None:
        self.trouble = ""

    def draw(self, panel: Callable[[], None]) -> None:
        """Draw it, or its traceback."""
        if self.trouble:
            self._show()
            return
        state = imgui.internal.ErrorRecoveryState()
        imgui.internal.error_recovery_store_state(state)
        try:
            panel()
            imgui.internal.error_recovery_try_to_recover_state(state)  # raises where something was left open
        except Exception:  # noqa: BLE001  # whatever a panel does, the window stays
            self.trouble = redactor.redact(traceback.format_exc())
            recover(state)

    def _show(self) -> None:
        imgui.text_wrapped("This panel has a problem; the others go on.")
        if imgui.button("Retry"):
            self.trouble = ""
        imgui.same_line()
        if imgui.button("Copy"):
            imgui.set_clipboard_text(self.trouble)
        imgui.text_wrapped(self.trouble)


def recover(state: imgui.internal.ErrorRecoveryState) -> None:
    """Close whatever was left open, without a second complaint."""
    io = imgui.get_io()
    io.config_error_recovery_enable_assert = io.config_error_recovery_enable_debug_log = False
    try:
        imgui.internal.error_recovery_try_to_recover_state(state)
    finally:
        io.config_error_recovery_enable_assert = io.config_error_recovery_enable_debug_log = True
