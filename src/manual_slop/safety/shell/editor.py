"""The person's own editor on a text: the one program that gets the terminal to itself, and is not confined."""

from __future__ import annotations

import shlex
import subprocess
import tempfile
from pathlib import Path

from manual_slop.safety.shell.errors import ShellError


def edit_text(text: str, command: str, suffix: str = ".txt") -> str:
    """`text` as the editor `command` (words of a shell, such as `code --wait`) leaves it. Raises `ShellError`."""
    problem = ""
    with tempfile.TemporaryDirectory(prefix="manual-slop-") as folder:  # of mode 0700
        path = Path(folder) / f"edit{suffix}"
        path.write_text(text, "utf-8")
        try:
            words = shlex.split(command)
            code = subprocess.run([*words, str(path)], check=False).returncode  # noqa: S603  # the person chose it
            if code == 0:
                return path.read_bytes().decode("utf-8-sig")
            problem = f"it ended with exit code {code}"
        except UnicodeDecodeError:
            problem = "what it saved is not UTF-8 text"
        except (OSError, ValueError) as error:
            problem = error.strerror or str(error) if isinstance(error, OSError) else str(error)
    raise ShellError(f"the editor `{command}` did not work: {problem}")
