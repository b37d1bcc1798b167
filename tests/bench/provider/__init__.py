"""What asking costs: our session beside httpx, the OpenAI SDK, litellm alone and other libraries."""
