"""The OpenAI Chat Completions wire: what may be asked, and how an answer, a stream and a refusal look."""
