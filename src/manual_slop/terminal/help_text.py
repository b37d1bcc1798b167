"""What `manual-slop --help` says around the list of commands."""

from __future__ import annotations

from manual_slop.terminal.exit_codes import MEANINGS

INTRODUCTION = "LLM coding sessions you steer yourself: one door to every model, and every dollar explained."

_EXAMPLES = """\
Examples:
  manual-slop send "what does this project do?"
  git diff | manual-slop send -m openai/gpt-4o "review this"
  manual-slop send -m fast --image shot.png "what is wrong here?"
  manual-slop chat
  manual-slop models openai"""

_SETTINGS = """\
Settings:
  credentials.toml  keys, if they are not in the environment (OPENAI_API_KEY …)
  config.toml       default model, aliases, vendors of your own
  pricing/*.toml    prices that correct or complete ours
`manual-slop doctor` says in which folder, and what is wrong with them.
Without any of it the built-in, scripted rehearsal/demo answers."""

_UNWRAPPED = "\b\n"


def afterword() -> str:
    """Examples, where settings lie, and what the exit codes mean."""
    codes = "\n".join(f"  {code:<4} {meaning}" for code, meaning in MEANINGS.items())
    return "\n\n".join(_UNWRAPPED + part for part in (_EXAMPLES, _SETTINGS, f"Exit codes:\n{codes}"))
