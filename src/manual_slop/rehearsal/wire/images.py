"""Pictures in a request: data URIs become bytes that are known to be a picture of a sane size."""

from __future__ import annotations

import base64
import binascii
import io
import math
import struct
import zlib
from typing import TYPE_CHECKING

from manual_slop.rehearsal.wire.errors import RequestError
from manual_slop.values.messages import Image

if TYPE_CHECKING:
    from PIL.Image import Image as Decoded

FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
MOST_BYTES = 20 * 1024 * 1024
MOST_PIXELS = 50_000_000


def read_data_uri(uri: str, param: str) -> Image:
    """The picture in `data:image/…;base64,…`. Its type is told by its bytes, not by its label.

    Raises: RequestError when it is no such URI, no picture, or too large in bytes or pixels.
    """
    head, comma, payload = uri.partition(",")
    if not head.lower().startswith("data:image/") or not comma or not head.lower().endswith(";base64"):
        raise _refused("expected a base64 data URI (data:image/png;base64,…); this server fetches nothing.", param)
    if len(payload) > MOST_BYTES * 4 // 3 + 4:
        raise _refused(f"it is larger than {MOST_BYTES // 1024**2} MiB.", param)
    try:
        data = base64.b64decode(payload, validate=True)
    except (binascii.Error, ValueError):
        raise _refused("the data is not valid base64.", param) from None
    picture = open_picture(data, param)
    return Image(f"image/{(picture.format or FORMATS[0]).lower()}", data, picture.width, picture.height)


def open_picture(data: bytes, param: str, *, decode: bool = False) -> Decoded:
    """The picture in `data`; only its header is read unless `decode` asks for the pixels too.

    Raises: RequestError when it cannot be read or has more than `MOST_PIXELS` pixels.
    """
    from PIL import Image as Pillow

    try:
        picture = Pillow.open(io.BytesIO(data), formats=FORMATS)
        if picture.width * picture.height > MOST_PIXELS:
            raise _refused(f"it has more than {MOST_PIXELS:,} pixels.", param)
        if decode:
            picture.draft("RGB", (1024, 1024))  # JPEG alone heeds it: large photographs decode in a fraction
            picture.load()
    except (Pillow.DecompressionBombError, Pillow.DecompressionBombWarning):
        raise _refused(f"it has more than {MOST_PIXELS:,} pixels.", param) from None
    except (OSError, ValueError, SyntaxError, TypeError, LookupError, EOFError, struct.error, zlib.error):
        raise _refused("it is not a PNG, JPEG, GIF or WebP file that can be decoded.", param) from None
    return picture


def image_tokens(width: int, height: int) -> int:
    """What a picture counts as input: 85 tokens and 170 for each tile of 512 pixels, once fitted as OpenAI does."""
    fit = min(1.0, 2048 / max(width, height, 1))
    fit *= min(1.0, 768 / max(fit * min(width, height), 1))
    tiles = math.ceil(width * fit / 512) * math.ceil(height * fit / 512)
    return 85 + 170 * max(tiles, 1)


def _refused(why: str, param: str) -> RequestError:
    return RequestError(f"Invalid image in '{param}': {why}", param, "invalid_image")
