"""Fuzzing of our own parsers: `uv run --with atheris python -m tests.fuzz`, and a little of it in the suite."""
