"""Between the window and what is remembered of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from manual_slop.app.opening import first_folder
from manual_slop.app.settings import Settings, read_settings
from manual_slop.app_controller import AppController
from manual_slop.gui.context import App


def remembered_window(project: Path | None = None, settings: Settings | None = None) -> App:
    """The window as the person left it, with another project if one is given. Reads files; nothing is opened yet."""
    trouble = ""
    if settings is None:
        settings, trouble = read_settings()
    controller = AppController(project or first_folder(settings.project))
    if settings.model:
        controller.choose_model(settings.model)
    controller.manners.change(settings.manner)
    controller.resuming.pending = settings.session
    controller.spending.models = tuple(filter(None, settings.compared.split(",")))
    if trouble:
        controller.say(trouble, "warn")
    controller.remember(settings)
    return App(controller, settings.theme, settings.scale, settings.reduced_motion)


def settings_of(app: App) -> Settings:
    """What is to be remembered of the window as it is now."""
    controller = app.controller
    return Settings(
        app.theme,
        app.scale,
        app.reduced_motion,
        str(controller.project or ""),
        controller.model,
        app.state.conversation.session_id or controller.resuming.pending,
        ",".join(controller.spending.models),
        replace(controller.manners.manner, mode=None, risks=()),
    )
