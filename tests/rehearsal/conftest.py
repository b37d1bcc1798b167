"""A rehearsal server of its own for these tests, the official OpenAI client for it, and pictures drawn for the day."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterator

import httpx
import openai
import pytest
from PIL import Image as Pillow

from manual_slop.rehearsal import RehearsalServer, start


@pytest.fixture(scope="module")
def server() -> Iterator[RehearsalServer]:
    with start() as running:
        yield running


@pytest.fixture(scope="module")
def http(server: RehearsalServer) -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False, base_url=server.base_url, timeout=60) as client:
        yield client


@pytest.fixture(scope="module")
def client(server: RehearsalServer) -> Iterator[openai.OpenAI]:
    with (
        httpx.Client(trust_env=False, timeout=60) as transport,
        openai.OpenAI(base_url=server.base_url, api_key="any", max_retries=0, http_client=transport) as client,
    ):
        yield client


@pytest.fixture
def ask(client: openai.OpenAI) -> Callable[..., str]:
    """Ask a question, get the words of the answer."""

    def ask(question: str, model: str = "demo", **params) -> str:
        reply = client.chat.completions.create(model=model, messages=[{"role": "user", "content": question}], **params)
        return reply.choices[0].message.content

    return ask


@pytest.fixture
def data_uri() -> Callable[..., str]:
    """A picture as a base64 data URI."""

    def encode(picture: Pillow.Image, kind: str = "PNG") -> str:
        buffer = io.BytesIO()
        picture.save(buffer, kind)
        return f"data:image/{kind.lower()};base64,{base64.b64encode(buffer.getvalue()).decode()}"

    return encode
