"""What is raised where a command could not be run."""

from __future__ import annotations


class ShellError(Exception):
    """A command was not run; the message says why and what to do."""
