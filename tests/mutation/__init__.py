"""Mutation: `uv run --with mutmut==3.8.1 python -m tests.mutation` changes code and looks whether a test notices."""
