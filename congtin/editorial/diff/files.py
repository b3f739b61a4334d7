"""What is known of a file without reading it as text: size, digest, type, and the dimensions of a picture."""

from __future__ import annotations

import hashlib

from congtin.catalogue.paths import MEDIA_TYPES, is_what_it_says
from congtin.editorial.diff.model import Version
from congtin.editorial.diff.visible import visible

TEXT_SUFFIXES = frozenset({"csv", "md", "txt", "vtt", "yaml", "yml"})
MOST_TEXT = 2 * 1024 * 1024
"""A larger text is shown by size and digest."""

_JPEG_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})


def version(path: str, mode: str, oid: str, data: bytes | None) -> Version:
    """Return what is known of a file; ``data`` is None where it cannot be read."""
    if data is None:
        return Version(visible(path), mode, oid, None, "", "")
    width, height = dimensions(data)
    return Version(
        visible(path), mode, oid, len(data), hashlib.sha256(data).hexdigest(), type_of(path, data), width, height
    )


def type_of(path: str, data: bytes) -> str:
    """Return a file's suffix, after ``not `` where its first bytes say otherwise; empty when it has none."""
    suffix = visible(_suffix(path))
    if suffix in MEDIA_TYPES and not is_what_it_says(f"x.{suffix}", data):
        return f"not {suffix}"
    return suffix


def is_text(path: str, data: bytes) -> bool:
    """Tell whether a file is to be shown as lines: text by its name, or by its bytes where its name says nothing."""
    if len(data) > MOST_TEXT or is_medium(path):
        return False
    if _suffix(path) in TEXT_SUFFIXES:
        return True
    try:
        return "\0" not in data.decode("utf-8")
    except UnicodeDecodeError:
        return False


def is_medium(path: str) -> bool:
    """Tell whether a file's name says that it is no text: a picture, a sound, an office document."""
    suffix = _suffix(path)
    return suffix in MEDIA_TYPES and suffix not in TEXT_SUFFIXES


def _suffix(path: str) -> str:
    name = path.rpartition("/")[2]
    return name.rpartition(".")[2].lower() if "." in name else ""


def dimensions(data: bytes) -> tuple[int, int]:
    """Return (width, height) of a PNG, GIF, JPEG or WebP picture; zeros where they are not to be read."""
    if data.startswith(b"\x89PNG\r\n\x1a\n") and data[12:16] == b"IHDR":
        return int.from_bytes(data[16:20]), int.from_bytes(data[20:24])
    if data.startswith((b"GIF87a", b"GIF89a")):
        return int.from_bytes(data[6:8], "little"), int.from_bytes(data[8:10], "little")
    if data.startswith(b"\xff\xd8\xff"):
        return _jpeg(data)
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return _webp(data)
    return 0, 0


def _jpeg(data: bytes) -> tuple[int, int]:
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        if data[at + 1] in _JPEG_FRAMES:
            return int.from_bytes(data[at + 7 : at + 9]), int.from_bytes(data[at + 5 : at + 7])
        at += 2 + int.from_bytes(data[at + 2 : at + 4])
    return 0, 0


def _webp(data: bytes) -> tuple[int, int]:
    form = data[12:16]
    if form == b"VP8X":
        return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
    if form == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if form == b"VP8 ":
        return int.from_bytes(data[26:28], "little") & 0x3FFF, int.from_bytes(data[28:30], "little") & 0x3FFF
    return 0, 0
