"""Conversations: one `Session` each, with its messages, its tools and its loop."""
