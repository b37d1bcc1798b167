"""Benchmarks: `uv run python -m tests.bench`. Only figures of one and the same run can be compared."""
