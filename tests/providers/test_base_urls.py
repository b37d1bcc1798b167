"""Base URLs: which are this very computer, and what OLLAMA_HOST means."""

from __future__ import annotations

import pytest

from manual_slop.providers.base_urls import clean_base_url, is_loopback, ollama_base_url


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://127.0.0.1:1", True),
        ("http://127.8.9.1/v1", True),
        ("http://localhost", True),
        ("http://[::1]:8000", True),
        ("http://127.0.0.1.evil.example", False),
        ("http://localhost.evil.example", False),
        ("http://0.0.0.0", False),
        ("http://10.0.0.1", False),
        ("https://api.openai.com", False),
    ],
)
def test_only_this_computer_is_this_computer(url: str, here: bool) -> None:
    assert is_loopback(clean_base_url(url)) is here


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("0.0.0.0", "http://127.0.0.1:11434"),
        ("box:8080", "http://box:8080"),
        ("https://ollama.example", "https://ollama.example:443"),
        ("http://box", "http://box:80"),
        ("[::1]:99", "http://[::1]:99"),
        ("127.0.0.1:11434/", "http://127.0.0.1:11434"),
    ],
)
def test_ollama_host_is_read_as_ollama_reads_it(host: str, url: str) -> None:
    assert ollama_base_url(host) == url
