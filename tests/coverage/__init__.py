"""Coverage: `uv run --with coverage python -m tests.coverage` says what the suite does not reach, and what it must."""
