"""A recorded session once more, offline: today's program on what was recorded then, and what is no longer the same."""
