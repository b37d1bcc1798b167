"""DeepSeek: litellm flattens its messages to text, and pictures are gone without a word."""

from __future__ import annotations


def drops_images(protocol: str) -> bool:
    """Whether pictures sent by this protocol never arrive."""
    return protocol == "deepseek"
