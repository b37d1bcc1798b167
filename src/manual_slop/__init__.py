"""Manual Slop: LLM coding sessions that a person steers, through one door to every model."""

__version__ = "0.1.0"
