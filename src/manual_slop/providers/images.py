"""Pictures made ready to send: looked at before they are trusted, and changed only when they must be.

What a picture is, its bytes decide and not its name. PNG, JPEG, GIF and WebP go as they are while they keep to the
limits; anything else that can be decoded becomes PNG, and what is too large is scaled down, which a note says.
"""

from __future__ import annotations

import base64
import binascii
import os
import stat
import urllib.parse
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from manual_slop.values.errors import ConfigError
from manual_slop.values.messages import Image

if TYPE_CHECKING:
    import PIL.Image

_READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_CONTROLS = frozenset(range(32)) - frozenset(b"\t\n\v\f\r\x1b")
_QUALITIES = (90, 75, 60)

# Where a mark stands, the mark, the decoder it asks for, and the media type where it can be sent as it is.
_PICTURES: Sequence[tuple[int, bytes, str, str]] = (
    (0, b"\x89PNG\r\n\x1a\n", "PNG", "image/png"),
    (0, b"\xff\xd8\xff", "JPEG", "image/jpeg"),
    (0, b"GIF87a", "GIF", "image/gif"),
    (0, b"GIF89a", "GIF", "image/gif"),
    (8, b"WEBP", "WEBP", "image/webp"),
    (0, b"BM", "BMP", ""),
    (0, b"II*\0", "TIFF", ""),
    (0, b"MM\0*", "TIFF", ""),
    (0, b"\0\0\x01\0", "ICO", ""),
    (4, b"ftypavif", "AVIF", ""),
)
_OTHERS: Sequence[tuple[int, bytes, str]] = (
    (0, b"%PDF", "a PDF document: export the page as PNG"),
    (0, b"%!PS", "a PostScript drawing: export it as PNG"),
    (0, b"8BPS", "a Photoshop document: export it as PNG"),
    (0, b"PK\x03\x04", "a ZIP archive or an office document, not a picture"),
    (4, b"ftyphei", "a HEIC photo: export it as JPEG"),
    (4, b"ftypmif", "a HEIC photo: export it as JPEG"),
    (4, b"ftyp", "a film: send single pictures of it"),
)
_MARKUP: Sequence[tuple[bytes, str]] = (
    (b"<html", "a web page, not a picture"),
    (b"<!doctype html", "a web page, not a picture"),
    (b"<svg", "an SVG drawing: export it as PNG"),
)


class ImageError(ConfigError, ValueError):
    """A picture cannot be sent; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class ImageLimits:
    """What is taken (`file_bytes`, `pixels`) and what is sent (`longest_side` in pixels, `encoded_bytes`)."""

    longest_side: int = 2048
    encoded_bytes: int = 5_000_000
    file_bytes: int = 20 * 1024 * 1024
    pixels: int = 40_000_000


USUAL_LIMITS = ImageLimits()


@dataclass(frozen=True, slots=True)
class Pixels:
    """A decoded picture: four bytes a pixel (red, green, blue, opacity), row by row."""

    width: int
    height: int
    rgba: bytes = field(repr=False)


def load_image(source: str | Path | bytes | Image, *, limits: ImageLimits = USUAL_LIMITS) -> tuple[Image, str]:
    """The picture at a path, in bytes or in a `data:` URI, and what was done to it (empty where nothing was).

    Raises `ImageError`.
    """
    name, data = _read(source, limits)
    return _prepare(name, data, limits)


def clipboard_image(*, limits: ImageLimits = USUAL_LIMITS) -> tuple[Image, str]:
    """The picture on the clipboard, or the first file that was copied there. Raises `ImageError`."""
    from PIL import ImageGrab

    name = "the clipboard"
    try:
        with _wary(name, limits):
            found = ImageGrab.grabclipboard()
    except (NotImplementedError, ChildProcessError) as error:
        reason = str(error)
    else:
        if not found:
            raise ImageError("there is no picture on the clipboard: copy one first")
        if isinstance(found, list):
            return load_image(Path(found[0]), limits=limits)
        with _wary(name, limits):
            _require_fewer_pixels(name, found, limits)
            data = _encoded(_plain(found), "PNG")
        return _prepare(name, data, limits)
    raise ImageError(f"the clipboard cannot be read here, give the picture as a file: {reason}")


def pixels(image: Image, side: int) -> Pixels:
    """The picture decoded, scaled down until no side is longer than `side`. Raises `ImageError`."""
    with _wary("the picture", USUAL_LIMITS):
        import PIL.Image

        picture = PIL.Image.open(BytesIO(image.data))
        _require_fewer_pixels("the picture", picture, USUAL_LIMITS)
        picture.draft(None, (side, side))
        small = picture.convert("RGBA")
        small.thumbnail((side, side), reducing_gap=2.0)
        return Pixels(*small.size, small.tobytes())


def cropped(image: Image, box: tuple[int, int, int, int], *, limits: ImageLimits = USUAL_LIMITS) -> Image:
    """The part of it from left, top to right, bottom, as PNG. Raises `ImageError`."""
    with _wary("the picture", limits):
        import PIL.Image

        part = _plain(PIL.Image.open(BytesIO(image.data)).crop(box))
        data = _encoded(part, "PNG")
    return _prepare("the picture", data, limits)[0]


def data_uri(image: Image) -> str:
    """`image` as a `data:` URI, base64."""
    return f"data:{image.media_type};base64,{base64.b64encode(image.data).decode()}"


def _read(source: str | Path | bytes | Image, limits: ImageLimits) -> tuple[str, bytes]:
    """What to call the picture, and its bytes."""
    if isinstance(source, Image):
        return "the picture", source.data
    if isinstance(source, bytes):
        return "the picture", source
    if isinstance(source, str) and source[:5].lower() == "data:":
        return "the picture", _from_data_uri(source, limits)
    if isinstance(source, str) and "://" in source[:20]:
        hint = "give its path instead" if source.lower().startswith("file:") else "download it first and give the file"
        raise ImageError(f"{_shown(source)} is an address: {hint}")
    return _shown(Path(source).name), _from_file(Path(source), limits)


def _from_file(path: Path, limits: ImageLimits) -> bytes:
    name = _shown(str(path))
    try:
        # Not to wait for the writer of a pipe.
        descriptor = os.open(path.expanduser(), _READ)
    except (OSError, ValueError, RuntimeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a path"
        raise ImageError(f"{name} cannot be opened: {reason}") from None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise ImageError(f"{name} is not a regular file")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return file.read(limits.file_bytes + 1)
    except OSError as error:
        raise ImageError(f"{name} cannot be read: {error.strerror}") from None
    finally:
        os.close(descriptor)


def _from_data_uri(uri: str, limits: ImageLimits) -> bytes:
    head, comma, body = uri.partition(",")
    if not comma or not head.lower().endswith(";base64"):
        raise ImageError("a data URI must look like data:image/png;base64,…")
    if len(body) > 2 * limits.file_bytes:
        raise ImageError(_too_large("the picture", limits))
    try:
        return base64.b64decode("".join(urllib.parse.unquote(body).split()), validate=True)
    except (binascii.Error, ValueError):
        pass
    raise ImageError("the data URI is not valid base64: it may have been cut off")


def _prepare(name: str, data: bytes, limits: ImageLimits) -> tuple[Image, str]:
    if not data:
        raise ImageError(f"{name} is empty")
    if len(data) > limits.file_bytes:
        raise ImageError(_too_large(name, limits))
    decoder, media_type = _recognised(name, data)
    with _wary(name, limits):
        import PIL.Image

        picture = PIL.Image.open(BytesIO(data), formats=[decoder])
        _require_fewer_pixels(name, picture, limits)
        width, height = picture.size
        fits = max(width, height) <= limits.longest_side and len(data) <= limits.encoded_bytes
        if not fits:
            picture.draft(None, (limits.longest_side, limits.longest_side))
        animated = bool(getattr(picture, "is_animated", False))
        picture.load()  # decoded to the end, so that damage shows here and not at the provider's
        seen = ["only the first of its moving pictures is seen"] if animated else []
        if media_type and fits:
            return Image(media_type, data, width, height), _note(name, seen)
        image = _reduced(name, picture, media_type == "image/jpeg", limits)
    changes = [] if media_type else [f"converted from {decoder} to {_plainly(image)}"]
    if max(width, height) > limits.longest_side or image.width * image.height < width * height:
        changes.append(f"scaled from {width}×{height} to {image.width}×{image.height}")
    elif media_type:
        changes.append(f"compressed to {len(image.data):,} bytes of {_plainly(image)}")
    return image, _note(name, changes + seen)


def _recognised(name: str, data: bytes) -> tuple[str, str]:
    for at, mark, decoder, media_type in _PICTURES:
        if data.startswith(mark, at):
            return decoder, media_type
    for at, mark, words in _OTHERS:
        if data.startswith(mark, at):
            raise ImageError(f"{name} is {words}")
    head = data[:1024].lower()
    for mark, words in _MARKUP:
        if mark in head:
            raise ImageError(f"{name} is {words}")
    kind = "text" if _CONTROLS.isdisjoint(head) else "of an unknown kind"
    raise ImageError(f"{name} is {kind}, not a picture: PNG, JPEG, GIF and WebP can be sent")


def _require_fewer_pixels(name: str, picture: PIL.Image.Image, limits: ImageLimits) -> None:
    width, height = picture.size
    if width * height > limits.pixels:
        raise ImageError(
            f"{name} has {width}×{height} pixels: at most {limits.pixels:,} are taken; scale it down first"
        )


@contextmanager
def _wary(name: str, limits: ImageLimits) -> Iterator[None]:
    """Whatever a decoder does with hostile bytes ends as an `ImageError`."""
    import PIL.Image

    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", module=r"PIL\.")
            warnings.simplefilter("error", PIL.Image.DecompressionBombWarning)
            yield
        return
    except (ImageError, NotImplementedError, ChildProcessError):
        raise
    except (PIL.Image.DecompressionBombWarning, PIL.Image.DecompressionBombError, MemoryError):
        reason = f"has more pixels than the {limits.pixels:,} that are taken: scale it down first"
    except Exception:  # noqa: BLE001 - decoders raise everything from struct.error to SyntaxError
        reason = "is damaged or was cut off: it cannot be decoded"
    raise ImageError(f"{name} {reason}") from None


def _reduced(name: str, picture: PIL.Image.Image, lossy: bool, limits: ImageLimits) -> Image:
    """`picture` upright, without metadata, within the limits: PNG where that fits, else JPEG."""
    from PIL import ImageOps

    ImageOps.exif_transpose(picture, in_place=True)
    plain = _plain(picture)
    side = limits.longest_side
    while side >= 16:
        plain.thumbnail((side, side), reducing_gap=2.0)
        for media_type, data in _encodings(plain, lossy):
            if len(data) <= limits.encoded_bytes:
                return Image(media_type, data, *plain.size)
        side = max(plain.size) * 2 // 3
    raise ImageError(f"{name} cannot be made as small as {limits.encoded_bytes:,} bytes")


def _plain(picture: PIL.Image.Image) -> PIL.Image.Image:
    """In a mode that PNG and JPEG know: grey, RGB or RGBA."""
    if picture.mode.startswith(("I", "F")):
        # 16 or 32 bits of grey: spread what is there over the 8 bits that are left.
        grey = picture.convert("F")
        low, high = (float(edge) for edge in grey.getextrema())  # type: ignore[arg-type]  # one band has two edges
        scale = 255 / (high - low) if high > low else 0.0
        return grey.point(lambda value: value * scale - low * scale).convert("L")
    mode = "RGBA" if picture.has_transparency_data else "L" if picture.mode in {"1", "L"} else "RGB"
    return picture if picture.mode == mode else picture.convert(mode)


def _encodings(picture: PIL.Image.Image, lossy: bool) -> Iterator[tuple[str, bytes]]:
    import PIL.Image

    if not lossy:
        yield "image/png", _encoded(picture, "PNG")
    if picture.mode == "RGBA":
        paper = PIL.Image.new("RGBA", picture.size, "white")
        picture = PIL.Image.alpha_composite(paper, picture).convert("RGB")
    for quality in _QUALITIES:
        yield "image/jpeg", _encoded(picture, "JPEG", quality)


def _encoded(picture: PIL.Image.Image, encoder: str, quality: int = 0) -> bytes:
    picture.info = {}  # place, camera and whatever else came along
    out = BytesIO()
    picture.save(out, encoder, **({"quality": quality} if quality else {}))
    return out.getvalue()


def _too_large(name: str, limits: ImageLimits) -> str:
    return f"{name} is larger than {limits.file_bytes // 1024 // 1024} MiB: scale it down first"


def _plainly(image: Image) -> str:
    return image.media_type.removeprefix("image/").upper()


def _note(name: str, changes: list[str]) -> str:
    return f"{name}: {', '.join(changes)}" if changes else ""


def _shown(name: str) -> str:
    return "".join(char if char.isprintable() else "?" for char in name[:200])
