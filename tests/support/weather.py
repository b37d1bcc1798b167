"""A tool that reads no files: the weather of a city, the same every day, and a record of who asked."""

from __future__ import annotations

from pathlib import Path

from manual_slop.safety.workspace import Workspace
from manual_slop.tools.declaration import ToolContext, tool
from manual_slop.tools.registry import ToolBox


def weather_toolbox(folder: Path) -> tuple[ToolBox, list[str]]:
    """A box with the one tool `get_weather`, and the list to which it adds each city it is asked for."""
    asked: list[str] = []

    @tool("READ")
    def get_weather(context: ToolContext, city: str) -> str:
        """Tell what the weather is like in a city right now.

        Args:
            city: The city's name.
        """
        asked.append(city)
        return f"{city}: 21 °C, light rain"

    return ToolBox([get_weather], ToolContext(Workspace(folder))), asked
