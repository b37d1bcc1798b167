"""Pictures made ready to send: which go as they are, which are changed, and which are refused."""

from __future__ import annotations

import base64
import os
import sys
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import PIL.Image
import pytest

from manual_slop.providers.images import ImageError, ImageLimits, clipboard_image, data_uri, load_image
from manual_slop.values.errors import ConfigError
from manual_slop.values.messages import Image
from tests.support.hostile_pictures import (
    GIF,
    HOSTILE,
    JPEG,
    PNG,
    RED,
    WEBP,
    encoded,
    noise,
)


def decoded(image: Image) -> PIL.Image.Image:
    return PIL.Image.open(BytesIO(image.data))


ANIMATED = encoded(RED, "GIF", save_all=True, append_images=[PIL.Image.new("RGB", (40, 30), "blue")])


@pytest.mark.parametrize(
    ("data", "media_type"),
    [(PNG, "image/png"), (JPEG, "image/jpeg"), (GIF, "image/gif"), (WEBP, "image/webp")],
    ids=["png", "jpeg", "gif", "webp"],
)
def test_what_keeps_to_the_limits_goes_as_it_is(tmp_path: Path, data: bytes, media_type: str):
    (tmp_path / "misnamed.txt").write_bytes(data)
    uri = f"data:image/whatever;base64,{base64.b64encode(data).decode()}"
    for source in (data, tmp_path / "misnamed.txt", str(tmp_path / "misnamed.txt"), uri, Image("image/x", data)):
        image, note = load_image(source)
        assert image == Image(media_type, data, 40, 30)
        assert note == ""


def test_a_picture_becomes_a_data_uri_and_back():
    image, _ = load_image(PNG)
    assert data_uri(image).startswith("data:image/png;base64,iVBOR")
    assert load_image(data_uri(image))[0] == image
    wrapped = data_uri(image).replace("AAAA", "AA\n%41A")
    assert load_image(wrapped)[0] == image


@pytest.mark.parametrize("encoder", ["BMP", "TIFF", "ICO", "AVIF"])
def test_other_pictures_become_png_and_it_is_said(encoder: str):
    image, note = load_image(encoded(PIL.Image.new("RGB", (48, 48), "red"), encoder))
    assert (image.media_type, image.width, image.height) == ("image/png", 48, 48)
    assert note == f"the picture: converted from {encoder} to PNG"
    red, green, blue = decoded(image).convert("RGB").getpixel((20, 20))  # type: ignore[misc]
    assert red > 230
    assert max(green, blue) < 25


def test_a_large_picture_is_scaled_down_and_it_is_said(tmp_path: Path):
    (tmp_path / "wide.png").write_bytes(encoded(PIL.Image.new("RGB", (4000, 1000), "red"), "PNG"))
    image, note = load_image(tmp_path / "wide.png")
    assert (image.media_type, image.width, image.height) == ("image/png", 2048, 512)
    assert decoded(image).size == (2048, 512)
    assert note == "wide.png: scaled from 4000×1000 to 2048×512"


def test_the_limits_are_those_of_the_model():
    image, note = load_image(PNG, limits=ImageLimits(longest_side=20))
    assert (image.width, image.height) == (20, 15)
    assert note == "the picture: scaled from 40×30 to 20×15"


def test_a_heavy_picture_is_compressed_until_it_fits():
    heavy = encoded(noise(600, 400), "PNG")
    image, note = load_image(heavy, limits=ImageLimits(encoded_bytes=200_000))
    assert image.media_type == "image/jpeg"
    assert len(image.data) <= 200_000
    assert (image.width, image.height) == (600, 400)
    assert note == f"the picture: compressed to {len(image.data):,} bytes of JPEG"
    image, note = load_image(heavy, limits=ImageLimits(encoded_bytes=20_000))
    assert len(image.data) <= 20_000
    assert note == f"the picture: scaled from 600×400 to {image.width}×{image.height}"


def test_a_limit_that_nothing_can_meet_is_an_error():
    with pytest.raises(ImageError, match="cannot be made as small as 50 bytes"):
        load_image(encoded(noise(40, 30), "BMP"), limits=ImageLimits(encoded_bytes=50))


def test_a_photo_is_turned_upright_and_stripped_when_it_is_encoded_anew():
    photo = PIL.Image.new("RGB", (300, 100), "red")
    photo.paste("blue", (0, 0, 150, 100))
    exif = PIL.Image.Exif()
    exif[0x0112] = 6  # to be turned a quarter to the right
    exif[0x010E] = "GPS 47.37 8.54"
    data = encoded(photo, "JPEG", exif=exif, comment=b"GPS again")
    image, _ = load_image(data, limits=ImageLimits(longest_side=150))
    assert (image.width, image.height) == (50, 150)
    assert b"GPS" not in image.data
    assert not decoded(image).getexif()
    red, _, blue = decoded(image).getpixel((25, 20))  # type: ignore[misc]
    assert blue > red


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr", "LAB", "I", "I;16", "F"])
def test_every_mode_is_scaled_to_something_that_can_be_seen(mode: str):
    picture = PIL.Image.new(mode, (300, 200))
    encoder = {"CMYK": "JPEG", "YCbCr": "JPEG", "PA": "TIFF", "LAB": "TIFF", "F": "TIFF", "I": "TIFF"}.get(mode, "PNG")
    image, _ = load_image(encoded(picture, encoder), limits=ImageLimits(longest_side=100))
    assert decoded(image).mode in {"L", "RGB", "RGBA"}
    assert (image.width, image.height) == (100, 67)


def test_sixteen_bits_of_grey_do_not_turn_white():
    picture = PIL.Image.new("I;16", (300, 200), 1000)
    picture.paste(60_000, (150, 0, 300, 200))
    image, _ = load_image(encoded(picture, "PNG"), limits=ImageLimits(longest_side=100))
    dark, bright = decoded(image).getpixel((10, 10)), decoded(image).getpixel((90, 10))
    assert (dark, bright) == (0, 255)


def test_transparency_stays_in_png_and_lies_on_white_in_jpeg():
    clear = PIL.Image.new("RGBA", (300, 200), (0, 0, 0, 0))
    image, _ = load_image(encoded(clear, "PNG"), limits=ImageLimits(longest_side=100))
    assert decoded(image).getpixel((50, 50)) == (0, 0, 0, 0)
    dots = noise(300, 200).convert("RGBA")
    dots.paste((0, 0, 0, 0), (0, 0, 100, 200))
    image, _ = load_image(encoded(dots, "PNG"), limits=ImageLimits(encoded_bytes=60_000))
    assert image.media_type == "image/jpeg"
    assert min(decoded(image).getpixel((30, 30))) > 240  # type: ignore[arg-type, type-var]


def test_of_moving_pictures_the_first_is_seen_and_it_is_said():
    image, note = load_image(ANIMATED)
    assert image.data == ANIMATED
    assert note == "the picture: only the first of its moving pictures is seen"
    image, note = load_image(ANIMATED, limits=ImageLimits(longest_side=20))
    assert decoded(image).convert("RGB").getpixel((5, 5)) == (255, 0, 0) or decoded(image).mode == "RGB"
    assert note == "the picture: scaled from 40×30 to 20×15, only the first of its moving pictures is seen"


@pytest.mark.parametrize(("data", "told"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_picture_is_refused_in_a_moment_with_its_reason(tmp_path: Path, data: bytes, told: str):
    (tmp_path / "photo.png").write_bytes(data)
    started = time.process_time()
    with pytest.raises(ImageError, match=told) as caught:
        load_image(tmp_path / "photo.png")
    assert time.process_time() - started < 1
    assert str(caught.value).startswith("photo.png ")
    assert caught.value.__context__ is None or caught.value.__suppress_context__
    assert isinstance(caught.value, ConfigError)  # the person's to mend, and shown as such


def test_a_picture_with_something_behind_it_is_still_that_picture():
    for tail in (b"PK\x03\x04", b"<script>alert(1)</script>", os.urandom(1000)):
        assert load_image(PNG + tail)[0].media_type == "image/png"


def test_bytes_of_any_kind_are_a_picture_or_an_image_error():
    for good in (PNG, JPEG, GIF, WEBP, ANIMATED, encoded(RED, "TIFF"), encoded(RED, "ICO"), encoded(RED, "BMP")):
        for _ in range(40):
            data = bytearray(good)
            for _ in range(3):
                data[int.from_bytes(os.urandom(4)) % len(data)] = os.urandom(1)[0]
            try:
                load_image(bytes(data), limits=ImageLimits(longest_side=30))
            except ImageError:
                continue


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("https://example.com/cat.png", "is an address: download it first"),
        ("HTTP://example.com/cat.png", "download it first"),
        ("file:///tmp/cat.png", "give its path"),
        ("data:image/png,abc", "must look like"),
        ("data:", "must look like"),
        ("data:image/png;base64,@@@", "not valid base64"),
        ("data:image/png;base64,iVBORw0KGg", "not valid base64"),
        ("data:image/png;base64,äöü", "not valid base64"),
        ("data:image/png;base64,", "is empty"),
        ("data:image/png;base64," + "A" * (41 * 1024 * 1024), "larger than 20 MiB"),
        ("missing.png", "missing.png cannot be opened: No such file"),
        ("", "is not a regular file"),
        (".", "is not a regular file"),
        ("a\0b", r"a\?b cannot be opened: not a path"),
        ("~nobody-of-this-name/x.png", "cannot be opened"),
        ("x" * 5000, "cannot be opened"),
    ],
    ids=lambda value: value[:30],
)
def test_a_source_that_is_no_picture_is_refused_with_its_reason(source: str, told: str):
    with pytest.raises(ImageError, match=told) as caught:
        load_image(source)
    assert len(str(caught.value)) < 400


@pytest.mark.skipif(os.name == "nt", reason="POSIX special files")
@pytest.mark.timeout(60)
def test_a_pipe_or_device_is_refused_without_waiting(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe.png")
    for path in (tmp_path / "pipe.png", "/dev/zero"):
        with pytest.raises(ImageError, match="not a regular file"):
            load_image(path)


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="the descriptors of Linux")
def test_no_descriptor_stays_open(tmp_path: Path):
    (tmp_path / "cat.png").write_bytes(PNG)
    os.mkfifo(tmp_path / "pipe.png")
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(20):
        load_image(tmp_path / "cat.png")
        for refused in (tmp_path, tmp_path / "pipe.png", tmp_path / "missing.png"):
            with pytest.raises(ImageError):
                load_image(refused)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_path_from_the_home_folder_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    (tmp_path / "cat.png").write_bytes(PNG)
    assert load_image("~/cat.png")[0].data == PNG


@pytest.fixture
def clipboard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """A desktop whose `wl-paste` runs the given lines of shell."""
    if not sys.platform.startswith("linux"):
        pytest.skip("the clipboard of Linux")
    (tmp_path / "picture").write_bytes(PNG)
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    def holds(script: str) -> None:
        (tmp_path / "wl-paste").write_text(f"#!/bin/sh\ncd {tmp_path}\n{script}\n")
        (tmp_path / "wl-paste").chmod(0o755)

    return holds


def test_a_picture_comes_from_the_clipboard(clipboard: Callable[[str], None]):
    clipboard("cat picture")
    image, note = clipboard_image()
    assert (image.media_type, image.width, image.height, note) == ("image/png", 40, 30, "")
    image, note = clipboard_image(limits=ImageLimits(longest_side=20))
    assert note == "the clipboard: scaled from 40×30 to 20×15"


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("echo Nothing is copied >&2; exit 1", "there is no picture on the clipboard: copy one first"),
        ("echo no compositor >&2; exit 1", "cannot be read here, give the picture as a file: wl-paste error"),
        ("echo this is text", "the clipboard is damaged"),
        ("head -c 900 /dev/urandom", "the clipboard is damaged"),
    ],
)
def test_a_clipboard_without_a_picture_says_so(clipboard: Callable[[str], None], script: str, told: str):
    clipboard(script)
    with pytest.raises(ImageError, match=told):
        clipboard_image()


def test_without_a_desktop_there_is_no_clipboard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    if not sys.platform.startswith("linux"):
        pytest.skip("the clipboard of Linux")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ImageError, match="cannot be read here, give the picture as a file"):
        clipboard_image()
