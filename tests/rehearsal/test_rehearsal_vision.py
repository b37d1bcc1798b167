"""Pictures: what is told of them comes from their pixels."""

from __future__ import annotations

import base64
import io
import re
import zlib
from collections.abc import Callable

import openai
import pytest
from PIL import Image as Pillow
from PIL import ImageDraw


@pytest.fixture
def describe(client: openai.OpenAI) -> Callable[..., str]:
    def describe(*uris: str) -> str:
        images = [{"type": "image_url", "image_url": {"url": uri}} for uri in uris]
        content = [{"type": "text", "text": "What is this?"}, *images]
        reply = client.chat.completions.create(model="demo", messages=[{"role": "user", "content": content}])
        return reply.choices[0].message.content

    return describe


def page(ink: str, ground: str, lines: int) -> Pillow.Image:
    picture = Pillow.new("RGB", (640, 480), ground)
    for at in range(lines):
        ImageDraw.Draw(picture).text((20, 20 + 30 * at), f"Line {at}: the quick brown fox jumps over it", fill=ink)
    return picture


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_size_format_and_colours_are_told(describe: Callable[..., str], data_uri: Callable, kind: str) -> None:
    picture = Pillow.new("RGB", (320, 200), "red")
    ImageDraw.Draw(picture).rectangle((0, 0, 79, 199), fill="blue")
    text = describe(data_uri(picture, kind))
    assert "320 × 200" in text
    assert "red 75%" in text
    assert re.search(r"blue 2[45]%", text)  # lossy formats smear the edge
    assert "does not look like text" in text


@pytest.mark.parametrize(
    ("ink", "ground", "how"), [("black", "white", "dark writing"), ("white", "black", "light writing")]
)
def test_a_page_of_writing_is_recognised(
    describe: Callable, data_uri: Callable, ink: str, ground: str, how: str
) -> None:
    text = describe(data_uri(page(ink, ground, 9)))
    assert f"mostly text: {how}" in text
    assert "9 lines" in text


def test_noise_and_shapes_are_not_text(describe: Callable[..., str], data_uri: Callable) -> None:
    noise = Pillow.effect_noise((200, 200), 90)
    shapes = Pillow.new("RGB", (400, 400), "white")
    for at in range(4):
        ImageDraw.Draw(shapes).ellipse((20 + 90 * at, 100, 90 + 90 * at, 300), fill="green")
    bars = Pillow.new("RGB", (400, 400), "white")
    for at in range(9):
        ImageDraw.Draw(bars).rectangle((30, 30 + 40 * at, 60 + 30 * at, 45 + 40 * at), fill="black")
    text = describe(data_uri(noise), data_uri(shapes), data_uri(bars))
    assert text.count("does not look like text") == 3


def test_transparency_is_seen_as_on_white_paper(describe: Callable[..., str], data_uri: Callable) -> None:
    assert "white 100%" in describe(data_uri(Pillow.new("RGBA", (50, 50), (255, 0, 0, 0))))


def test_pictures_of_every_mode_are_looked_at(describe: Callable[..., str], data_uri: Callable) -> None:
    for mode in ("1", "L", "LA", "P", "I;16", "RGBA"):
        assert "40 × 30" in describe(data_uri(Pillow.new(mode, (40, 30))))
        assert "3000 × 20" in describe(data_uri(Pillow.new(mode, (3000, 20))))
    assert "1 × 1" in describe(data_uri(Pillow.new("RGB", (1, 1))))


def test_larger_pictures_cost_more_tokens(client: openai.OpenAI, data_uri: Callable) -> None:
    def tokens(size: tuple[int, int]) -> int:
        image = {"type": "image_url", "image_url": {"url": data_uri(Pillow.new("RGB", size))}}
        reply = client.chat.completions.create(model="demo", messages=[{"role": "user", "content": [image]}])
        return reply.usage.prompt_tokens

    assert tokens((1024, 1024)) - tokens((100, 100)) == 3 * 170


def test_only_the_last_question_is_about_pictures(client: openai.OpenAI, data_uri: Callable) -> None:
    image = {"type": "image_url", "image_url": {"url": data_uri(Pillow.new("RGB", (9, 9)))}}
    messages = [
        {"role": "user", "content": [image]},
        {"role": "assistant", "content": "A picture."},
        {"role": "user", "content": "what is 6*7?"},
    ]
    reply = client.chat.completions.create(model="demo", messages=messages)
    assert reply.choices[0].message.content.startswith("6*7 = 42")


def bomb(side: int) -> str:
    """A PNG of a few bytes that claims `side` by `side` pixels."""
    buffer = io.BytesIO()
    Pillow.new("RGB", (1, 1)).save(buffer, "PNG")
    header = b"IHDR" + side.to_bytes(4, "big") * 2 + b"\x08\x02\x00\x00\x00"
    data = buffer.getvalue()
    data = data[:12] + header + zlib.crc32(header).to_bytes(4, "big") + data[33:]
    return "data:image/png;base64," + base64.b64encode(data).decode()


def truncated(data_uri: Callable) -> str:
    buffer = io.BytesIO()
    Pillow.effect_noise((300, 300), 50).save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()[:2000]).decode()


def test_pictures_that_cannot_be_are_refused(describe: Callable[..., str], data_uri: Callable) -> None:
    hopeless = {
        "https://example.com/cat.png": "fetches nothing",
        "data:image/png,plain": "base64",
        "data:text/plain;base64,aGVsbG8=": "base64 data URI",
        "data:image/png;base64,@@@@": "not valid base64",
        "data:image/png;base64,aGVsbG8=": "can be decoded",
        "data:image/png;base64,": "can be decoded",
        bomb(8_000): "50,000,000 pixels",
        bomb(12_000): "50,000,000 pixels",
        bomb(100_000): "50,000,000 pixels",
        truncated(data_uri): "can be decoded",
        "data:image/png;base64," + "A" * (28 * 1024 * 1024): "20 MiB",
    }
    for uri, why in hopeless.items():
        with pytest.raises(openai.BadRequestError, match=why) as refused:
            describe(uri)
        assert refused.value.code == "invalid_image"
