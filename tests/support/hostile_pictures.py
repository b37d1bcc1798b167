"""Pictures that are bombs, torn, or none at all, each with what its refusal says."""

from __future__ import annotations

import os
import struct
import zlib
from io import BytesIO

import PIL.Image


def encoded(picture: PIL.Image.Image, encoder: str, **options: object) -> bytes:
    out = BytesIO()
    picture.save(out, encoder, **options)
    return out.getvalue()


def noise(width: int, height: int) -> PIL.Image.Image:
    return PIL.Image.frombytes("RGB", (width, height), os.urandom(width * height * 3))


RED = PIL.Image.new("RGB", (40, 30), "red")


PNG = encoded(RED, "PNG")


JPEG = encoded(noise(40, 30), "JPEG")


GIF = encoded(RED, "GIF")


WEBP = encoded(noise(40, 30), "WEBP")


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_of(width: int, height: int, *chunks: bytes, pixels: bytes = b"") -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks) + chunk(b"IDAT", zlib.compress(pixels)) + chunk(b"IEND", b"")
    )


def gif_of(width: int, height: int) -> bytes:
    return GIF[:6] + struct.pack("<HH", width, height) + GIF[10:]


def bmp_of(width: int, height: int) -> bytes:
    bmp = encoded(RED, "BMP")
    return bmp[:18] + struct.pack("<ii", width, height) + bmp[26:]


def jpeg_of(width: int, height: int) -> bytes:
    at = JPEG.index(b"\xff\xc0") + 5
    return JPEG[:at] + struct.pack(">HH", height, width) + JPEG[at + 4 :]


def tga_marked_as_webp() -> bytes:
    """A picture in a format without a mark of its own, which a decoder that is asked first may take."""
    return b"\0\0\2\0\0\0\0\0WEBP" + struct.pack("<HHBB", 2, 2, 24, 0) + bytes(range(12))


HOSTILE: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "is empty"),
    "two bytes": (b"\x89\0", "of an unknown kind"),
    "a mark alone": (PNG[:8], "damaged"),
    "a PNG bomb": (png_of(20_000, 20_000, pixels=b"\0" * 10_000_000), "more pixels"),
    "a smaller bomb": (png_of(10_000, 10_000, pixels=b"\0" * 10_000_000), "more pixels"),
    "just too many pixels": (png_of(6325, 6325), "6325×6325 pixels"),
    "a claimed bomb": (png_of(2**31 - 1, 2**31 - 1), "damaged|more pixels"),
    "a thin bomb": (png_of(2**31 - 1, 1), "more pixels"),
    "a PNG of no width": (png_of(0, 30), "damaged"),
    "a GIF bomb": (gif_of(65_535, 65_535), "more pixels"),
    "a JPEG bomb": (jpeg_of(65_535, 65_535), "more pixels"),
    "a BMP bomb": (bmp_of(2**30, 2**30), "more pixels"),
    "a BMP of negative size": (bmp_of(-(2**31), 5), "damaged|more pixels"),
    "a PNG cut off": (encoded(noise(40, 30), "PNG")[:-400], "damaged"),
    "a JPEG cut off": (JPEG[:-300], "damaged"),
    "a GIF cut off": (encoded(noise(40, 30), "GIF")[:-600], "damaged"),
    "a WebP cut off": (WEBP[:-300], "damaged"),
    "a PNG without pixels": (png_of(40, 30), "damaged"),
    "a PNG with a wrong sum": (PNG[:29] + bytes([PNG[29] ^ 1]) + PNG[30:], "damaged"),
    "a PNG with a text that swells": (png_of(4, 4, chunk(b"zTXt", b"k\0\0" + zlib.compress(b"x" * 9**8))), "damaged"),
    "a JPEG of noise": (b"\xff\xd8\xff" + os.urandom(5000), "damaged"),
    "a WebP of noise": (b"RIFF\xff\xff\0\0WEBPVP8 " + os.urandom(5000), "damaged"),
    "a TIFF of noise": (b"II*\0" + os.urandom(5000), "damaged|more pixels"),
    "a TIFF in a ring": (b"II*\0\x08\0\0\0\0\0\x08\0\0\0", "damaged"),
    "an icon of noise": (b"\0\0\x01\0\x05\0" + os.urandom(500), "damaged|more pixels"),
    "an AVIF of noise": (b"\0\0\0\x20ftypavif" + os.urandom(500), "damaged"),
    "a TGA that says WebP": (tga_marked_as_webp(), "damaged"),
    "an SVG": (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', "an SVG drawing: export it as PNG"),
    "a PDF": (b"%PDF-1.7\n", "a PDF document"),
    "a PostScript that would be run": (b"%!PS-Adobe-3.0 EPSF-3.0\n", "a PostScript drawing"),
    "a web page": (b"<!DOCTYPE html><title>404</title>", "a web page"),
    "a HEIC photo": (b"\0\0\0\x18ftypheic\0\0\0\0", "a HEIC photo: export it as JPEG"),
    "a film": (b"\0\0\0\x18ftypmp42\0\0\0\0", "a film"),
    "text": (b"iVBORw0KGgo=", "is text, not a picture"),
    "a document": (b"PK\x03\x04\x14\0", "a ZIP archive"),
    "too many bytes": (PNG + b"\0" * 20 * 1024 * 1024, "larger than 20 MiB"),
    "a page behind a picture's mark": (b"GIF89a=1;/*" + b"<html><script>alert(1)</script>*/", "damaged|more pixels"),
}
