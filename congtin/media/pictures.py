"""Pictures by Pillow: looked into within bounds, cleaned, turned up, and made in the sizes that pages offer.

Nothing that is published holds what a camera or a program wrote beside the picture: places, names, times, faces.
"""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from PIL import (
    AvifImagePlugin,
    GifImagePlugin,
    Image,
    ImageCms,
    ImageOps,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    WebPImagePlugin,
)

from congtin.media.facts import BadMedia, MediaFacts
from congtin.media.variants import CLEANED, variants
from congtin.messages import msg

MOST_PIXELS = 64_000_000
MOST_SIDE = 16_000
"""WebP knows no more."""
MOST_PIXELS_MOVING = 256_000_000
# Pillow can read a hundred formats; what nobody may publish is not even tried.
_READ = (JpegImagePlugin.JpegImageFile, PngImagePlugin.PngImageFile, GifImagePlugin.GifImageFile,
         WebPImagePlugin.WebPImageFile)  # fmt: skip
_FORMATS = tuple(plugin.format for plugin in _READ)
_SEVERAL = MpoImagePlugin.MpoImageFile.format
# Broken bytes show themselves in each of these ways, depending on where they are.
_BROKEN = (OSError, EOFError, SyntaxError, ValueError, IndexError, struct.error, OverflowError, ImageCms.PyCMSError)
_JPEG: dict[str, Any] = {"quality": 82, "optimize": True, "progressive": True}
# One thread: another number of them would be other bytes.
_AVIF: dict[str, Any] = {"quality": 60, "speed": 7, "subsampling": "4:2:0", "max_threads": 1}
_WEBP_LOSSY: dict[str, Any] = {"quality": 84, "method": 5}
_WEBP_EXACT: dict[str, Any] = {"lossless": True, "quality": 80, "method": 5}
# Losing nothing may cost half as much again; a photograph saved as PNG would cost more.
_WORTH = 1.5


def facts_of(data: bytes) -> MediaFacts:
    """Return what a picture is; raise BadMedia when it is broken, too large, or no picture."""
    with _opened(data) as image:
        image.load()
        turned = image.getexif().get(0x0112, 1) in (5, 6, 7, 8)
        width, height = reversed(image.size) if turned else image.size
        animated = image.format != _SEVERAL and getattr(image, "n_frames", 1) > 1
        if animated:
            _require_bounded(image)
        return MediaFacts(_format(image), width, height, animated)


def made_of(data: bytes, facts: MediaFacts) -> Iterator[tuple[str, bytes]]:
    """Yield (variant id, bytes) of all that is published of a picture; the same bytes every time.

    Raise BadMedia as ``facts_of`` does.
    """
    with _opened(data) as image:
        yield CLEANED, _cleaned(image, animated=facts.animated)
    with _opened(data) as image:
        image.seek(0)
        picture = _for_screens(ImageOps.exif_transpose(image))
        for variant in variants(facts):
            size = (variant.width, variant.height)
            small = picture
            if picture.size != size:
                small = picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
            yield variant.id, _saved(small, variant.suffix)


@contextmanager
def _opened(data: bytes) -> Iterator[Image.Image]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data), formats=_FORMATS)
        with image:
            width, height = image.size
            if width * height > MOST_PIXELS or max(width, height) > MOST_SIDE:
                raise _too_large(width, height)
            yield image
    except Image.DecompressionBombError as error:
        raise _too_large(*_size_told(data)) from error
    except _BROKEN as error:
        raise BadMedia(
            "picture-unreadable",
            msg("The picture cannot be read: {detail}.", detail=str(error).rstrip(".")),
            msg("Open it in a picture program, save it anew, and look at the result."),
        ) from error


def _size_told(data: bytes) -> tuple[int, int]:
    """Return the size that a PNG tells at its beginning; of other formats none is known without reading on."""
    if data.startswith(b"\x89PNG") and len(data) >= 24:
        width, height = struct.unpack(">II", data[16:24])
        return width, height
    return 0, 0


def _too_large(width: int, height: int) -> BadMedia:
    return BadMedia(
        "picture-too-large",
        msg("The picture has too many pixels ({width} × {height}).", width=width, height=height),
        msg(
            "Make it smaller: at most {side} pixels wide and high, and {most} million pixels in all.",
            side=f"{MOST_SIDE:,}",
            most=MOST_PIXELS // 1_000_000,
        ),
    )


def _require_bounded(image: Image.Image) -> None:
    frames = getattr(image, "n_frames", 1)
    if image.width * image.height * frames > MOST_PIXELS_MOVING:
        text = msg("The moving picture is too long: {frames} pictures.", frames=frames)
        raise BadMedia("picture-too-large", text, msg("Publish it as a film (.mp4), which people can also stop."))
    for number in range(frames):
        image.seek(number)
        image.load()


def _format(image: Image.Image) -> str:
    # Some telephones write several pictures into one JPEG; the first is the one that everybody sees.
    return "jpeg" if image.format == _SEVERAL else (image.format or "").lower()


def _cleaned(image: Image.Image, *, animated: bool) -> bytes:
    """Return a picture in its own format and size, without anything but the picture and its colours."""
    written = io.BytesIO()
    form = _format(image)
    if animated:
        image.info = _kept(image, "duration", "loop", "background", "transparency")
        exact = {"lossless": True} if form == "webp" else {}
        image.save(written, form, save_all=True, comment=b"", **exact)
        return written.getvalue()
    keeps_quality = image.format == "JPEG" and image.mode in ("RGB", "L")
    upright = ImageOps.exif_transpose(image)
    upright.info = _kept(image, "icc_profile", "transparency")
    if form == "jpeg":
        if keeps_quality and upright.size == image.size and image.getexif().get(0x0112, 1) == 1:
            image.info = upright.info
            image.save(written, "JPEG", quality="keep", optimize=True, comment=b"")
        else:
            upright = upright if upright.mode in ("RGB", "L") else _for_screens(upright)
            upright.save(written, "JPEG", quality=92, optimize=True, comment=b"")
    elif form == "webp":
        upright.save(written, "WEBP", quality=92, method=4)
    else:
        upright.save(written, form, optimize=True)
    return written.getvalue()


def _kept(image: Image.Image, *names: str) -> dict[str | tuple[int, int], Any]:
    return {name: value for name, value in image.info.items() if name in names}


def _for_screens(image: Image.Image) -> Image.Image:
    """Return a picture in the colours that every screen knows (sRGB), eight bits each."""
    profile = image.info.get("icc_profile")
    has_alpha = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
    if image.mode.startswith("I") or image.mode == "F":
        image = image.convert("I").point(lambda value: value / 257).convert("L")
    wanted = "RGBA" if has_alpha else "RGB"
    if profile and image.mode in ("RGB", "CMYK", "RGBA"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            colours = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode=wanted)
        except ImageCms.PyCMSError:
            colours = None  # a profile that fits nothing is as good as none
        if colours is not None:
            colours.info = {}
            return colours
    converted = image.convert(wanted)
    converted.info = {}
    return converted


def _saved(image: Image.Image, suffix: str) -> bytes:
    if suffix == "avif":
        return _bytes(image, AvifImagePlugin.AvifImageFile.format, _AVIF)
    if suffix == "jpg":
        return _bytes(image.convert("RGB"), "JPEG", _JPEG)
    if suffix == "png":
        return _bytes(image, "PNG", {"optimize": True})
    exact, lossy = _bytes(image, "WEBP", _WEBP_EXACT), _bytes(image, "WEBP", _WEBP_LOSSY)
    return exact if len(exact) <= len(lossy) * _WORTH else lossy


def _bytes(image: Image.Image, form: str, options: dict[str, Any]) -> bytes:
    written = io.BytesIO()
    image.save(written, form, **options)
    return written.getvalue()
