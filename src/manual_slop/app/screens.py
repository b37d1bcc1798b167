"""Pictures of the person's screens."""

from __future__ import annotations

from manual_slop.values.errors import ConfigError
from manual_slop.values.messages import Image


def take_pictures() -> tuple[Image, ...]:
    """A picture of each screen as it is now, the main one first. Raises `ConfigError` where there is none to see."""
    import mss
    import mss.tools

    problem = ""
    try:
        with mss.MSS() as screens:
            shots = [screens.grab(place) for place in screens.monitors[1:]]
            encoded = [(mss.tools.to_png(shot.rgb, shot.size), shot.size) for shot in shots]
    except Exception as error:  # noqa: BLE001  # each platform's library has errors of its own
        problem = f"the screen cannot be seen from here ({error}): save a screenshot and attach the file"
    if problem:
        raise ConfigError(problem)
    if not encoded:
        raise ConfigError("there is no screen to be seen: save a screenshot elsewhere and attach the file")
    return tuple(Image("image/png", data or b"", size.width, size.height) for data, size in encoded)
