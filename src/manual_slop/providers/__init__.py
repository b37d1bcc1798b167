"""The door to every model: who the providers are, how to reach them, and what their answers mean."""
