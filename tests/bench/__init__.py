"""Benchmarks: what our layer costs beside httpx, the OpenAI SDK and litellm alone, in one interleaved run."""
